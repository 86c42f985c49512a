"""Child processes that start clean and do not run the user's script a second time; and some with bounds.

Whatever strangers made and a library unpacks (recordings, spreadsheets, Parquet) is read in a process of its own with
bounds on memory and time, because seven kilobytes can ask for half a terabyte, and C and Rust abort when refused.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = [
    "CONTEXT",
    "ONE_THREAD",
    "Bounds",
    "ChildFailedError",
    "bound_file",
    "bound_process",
    "own_command",
    "run_bounded",
]

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""For the environment of a process that is one of several: numpy's threads would wait for each other in a busy loop,
and a product of matrices would depend in its last bits on how many cores there are."""

_LAUNCH = threading.Lock()


class _CleanProcess(SpawnProcess):
    """A spawned process that does not import ``__main__``, and whose libraries have one thread unless the user says so.

    ``multiprocessing`` makes every spawned child import the parent's main module, so that a script that calls
    ``callsignals.run`` without an ``if __name__ == "__main__"`` guard would start itself again in each worker. Our
    children only run functions of this package, so they need no main module.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: ANN401, N802 - the hook's own name and untyped arguments
        with _LAUNCH:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            added = {name: value for name, value in ONE_THREAD.items() if name not in os.environ}
            os.environ.update(added)
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main
                for name in added:
                    del os.environ[name]


class _CleanContext(SpawnContext):
    Process = _CleanProcess


CONTEXT = _CleanContext()
"""Use this wherever a child process is started: spawn, never fork (polars and onnxruntime run threads)."""


def own_command(function: str, *arguments: str) -> list[str]:
    """The command that runs a function of this package in a fresh interpreter.

    Args:
        function: ``module:name``; it takes no arguments.
        arguments: its ``sys.argv[1:]``.
    """
    root = str(Path(__file__).resolve().parents[1])
    module, name = function.split(":")
    # -P and the end of the path: nothing in the working folder may shadow a module.
    start = f"import sys; sys.path.append(sys.argv.pop(1)); from {module} import {name}; {name}()"
    return [sys.executable, "-P", "-c", start, root, *arguments]


def bound_process(memory_bytes: int, descriptors: int | None = None) -> None:
    """Caps this process's address space, core files and open files for good, where POSIX lets us.

    Args:
        memory_bytes: more is a ``MemoryError``, or an abort in libraries that know no such thing.
        descriptors: open files at once; as before when None.
    """
    if sys.platform == "win32":
        return
    import resource

    _cap(resource.RLIMIT_AS, memory_bytes)
    _cap(resource.RLIMIT_CORE, 0)
    if descriptors is not None:
        _cap(resource.RLIMIT_NOFILE, descriptors)


def bound_file(cpu_s: int, written_bytes: int) -> None:
    """Caps this process's time and output for its next file.

    Args:
        cpu_s: seconds of processor time from now on; more ends the process with SIGXCPU.
        written_bytes: a longer file is an ``OSError`` (EFBIG).
    """
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _cap(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_s, for_good=False)
    _cap(resource.RLIMIT_FSIZE, written_bytes, for_good=False)


def _cap(what: int, value: int, *, for_good: bool = True) -> None:
    import resource

    _, hard = resource.getrlimit(what)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(what, (soft, soft if for_good else hard))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a bounded child may take. Memory is not bounded on macOS and Windows, processor time not on Windows."""

    memory_bytes: int
    cpu_s: int
    wall_s: float
    written_bytes: int


class ChildFailedError(Exception):
    """A bounded child gave no answer.

    Args:
        refused: whether it could not read its input, rather than overstepping its bounds.
    """

    def __init__(self, *, refused: bool) -> None:
        self.refused = refused
        super().__init__("refused" if refused else "out of bounds")


_REFUSED = 3
_END = b"null\n"
"""Python's text streams do not tell of everything that could not be written (3.11, a short write at RLIMIT_FSIZE)."""


def run_bounded(function: str, data: bytes, *arguments: str, bounds: Bounds) -> Iterator[Any]:
    """What a function of this package gives for bytes that strangers made, from a process with bounds.

    Args:
        function: ``module:name`` of a function from ``data`` and ``arguments`` to an iterable of what JSON can say.
            JSON and not pickle: the process may have been taken over.
        data: untrusted.
        arguments: further arguments.
        bounds: of the process.

    Raises:
        ChildFailedError: it refused the data, or overstepped its bounds; before the first item.
    """
    settings = [function, str(bounds.memory_bytes), str(bounds.cpu_s), str(bounds.written_bytes), *arguments]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        given.write(data)
        given.seek(0)
        try:
            ended = subprocess.run(
                own_command("callsignals.processes:_answer", *settings),
                stdin=given,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "POLARS_MAX_THREADS": "1"},
                timeout=bounds.wall_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ChildFailedError(refused=False) from None
        answer.seek(-min(len(_END), answer.seek(0, os.SEEK_END)), os.SEEK_END)
        if ended.returncode or answer.read() != _END:
            raise ChildFailedError(refused=ended.returncode == _REFUSED)
        answer.seek(0)
        yield from (json.loads(line) for line in answer if line != _END)


def _answer() -> None:
    """The child's side."""
    place, memory_bytes, cpu_s, written_bytes, *arguments = sys.argv[1:]
    module, name = place.split(":")
    function: Callable[..., Iterable[Any]] = getattr(import_module(module), name)
    data = sys.stdin.buffer.read()
    bound_process(int(memory_bytes))
    bound_file(int(cpu_s), int(written_bytes))
    try:
        for item in function(data, *arguments):
            sys.stdout.write(json.dumps(item) + "\n")
        sys.stdout.write(_END.decode())
        sys.stdout.flush()
    except (MemoryError, OSError):
        raise
    except BaseException:  # a panic in Rust is no Exception
        os._exit(_REFUSED)
