"""One run at a time in an OUT folder."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from callsignals.batch.store import CACHE_FOLDER
from callsignals.errors import OutputError

__all__ = ["IN_USE", "exclusive"]

IN_USE = "in_use"

_UNFINISHED = "unfinished"
"""Stands in the cache while a run is under way, and after one that was killed."""


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold OUT for this run. The system lets go of the lock when the process ends, however it ends.

    Raises:
        OutputError: OUT cannot be written, or another run holds it.
    """
    folder = out / CACHE_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            str(out),
            "another run is using this folder",
            "Wait for it, or choose another with --out.",
            code=IN_USE,
        ) from None
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        with _swept(out, folder / _UNFINISHED):
            yield
    finally:
        lock.release()


@contextlib.contextmanager
def _swept(out: Path, mark: Path) -> Iterator[None]:
    """Leave no half-written files: swept away after a run that broke off, now or, when it was killed, by the next."""
    try:
        if mark.exists():
            _sweep(out)
        mark.touch()
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        yield
    except BaseException:
        _sweep(out)
        raise
    finally:
        with contextlib.suppress(OSError):
            mark.unlink()


def _sweep(out: Path) -> None:
    for path in list(out.rglob(".*.part")):
        with contextlib.suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _cannot_write(out: Path, error: OSError) -> OutputError:
    return OutputError(
        str(out),
        f"cannot be written ({error.strerror or error})",
        "Choose a folder that you may write to with --out.",
        code="cannot_write",
    )
