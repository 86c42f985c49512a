"""Decoding recordings through PyAV, in a process of its own that may crash.

``Decoder`` owns the child (:mod:`callsignals.hearing.decode_child`), restarts it after a crash, and hands back
samples through a file in a private folder that is gone when the decoder closes (on POSIX each file goes as soon
as it is mapped).
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from callsignals.errors import MediaError
from callsignals.hearing import decode_child
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Int16, Recording
from callsignals.hearing.truncation import breaks_off

__all__ = ["DEFAULT_MAX_HOURS", "STALL_S", "Decoder"]

DEFAULT_MAX_HOURS = 4.0
"""Decoded hours a call may have unless ``[calls] max_hours`` says otherwise."""

STALL_S = 120.0
"""The child is killed when it tells of no progress (a minute of decoded audio) for so long."""

_CONVERT = "Convert it to WAV, FLAC or MP3 and try again"
_PROBLEMS: dict[str, tuple[str, str]] = {
    "missing_file": ("the file does not exist", "Check the path in the table, or take the row out"),
    "not_a_file": ("this is not a regular file", "Name the recording itself"),
    "unreadable_file": ("the file cannot be read", "Check its permissions and that the disk is there"),
    "empty_file": ("the file is empty", "Export or copy the recording again"),
    "not_audio": ("this is not a recording in a format that is known here", _CONVERT),
    "no_audio_stream": ("the file holds no audio", "Export the call with its sound"),
    "unsupported_codec": ("its audio codec is not supported", _CONVERT),
    "broken_audio": (
        "no audio can be decoded from it; it is damaged or breaks off",
        "Export or copy the recording again",
    ),
    "too_long": (
        "it decodes to more than {max_hours:g} hours of audio",
        "Cut the recording, or raise [calls] max_hours in callsignals.toml",
    ),
    "too_many_channels": (
        f"it has more than {decode_child.MAX_CHANNELS} channels",
        "Export the channels of the two parties only",
    ),
    "out_of_memory": ("decoding it took too much memory", _CONVERT),
    "no_temporary_space": (
        "there is no room for the decoded audio in the temporary folder",
        "Free disk space or point TMPDIR at a larger disk",
    ),
    "decoder_crashed": ("the decoder crashed on it", _CONVERT),
    "decoder_stalled": ("the decoder made no progress on it and was stopped", _CONVERT),
}


class _Child:
    """The running process, and the lines that it says."""

    def __init__(self, folder: Path) -> None:
        # -P: nothing in the working folder may shadow a module. By path: see decode_child.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(decode_child.__file__)), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, name="callsignals-decoder", daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self.process.stdout:
                self.lines.put(line)
        self.lines.put(None)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, request: dict[str, Any]) -> bool:
        """Whether the request could be handed over."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except OSError:
            return False
        return True

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Its answer, or the reason why there is none."""
        while True:
            try:
                line = self.lines.get(timeout=timeout_s)
            except queue.Empty:
                return {"error": "decoder_stalled"}
            if line is None:
                return {"error": "decoder_crashed"}
            try:
                message: dict[str, Any] = json.loads(line)
            except ValueError:
                return {"error": "decoder_crashed"}
            if "progress" not in message:
                return message

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()


class _Room:
    """What must be gone in the end: the child and the private folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="callsignals-"))
        self.child: _Child | None = None

    def dispose(self) -> None:
        if self.child is not None:
            self.child.stop()
            self.child = None
        shutil.rmtree(self.folder, ignore_errors=True)


class Decoder:
    """Decodes one file after another; use it as a context manager.

    Recordings stay readable after the decoder closes; on Windows, which keeps a mapped file, so does their file.

    Args:
        stall_s: seconds without progress after which the child is killed.
    """

    def __init__(self, *, stall_s: float = STALL_S) -> None:
        self._stall_s = stall_s
        self._lock = threading.Lock()
        self._room = _Room()
        self._dispose = weakref.finalize(self, self._room.dispose)
        self._number = 0

    def __enter__(self) -> Self:
        """The decoder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    @property
    def child_pid(self) -> int | None:
        """Process id of the child while it runs."""
        child = self._room.child
        return child.process.pid if child is not None and child.alive else None

    def close(self) -> None:
        """Ends the child and removes the private folder."""
        self._dispose()

    def decode(self, path: str | Path, max_hours: float = DEFAULT_MAX_HOURS, *, name: str | None = None) -> Recording:
        """The recording in ``path``.

        Args:
            path: a media file; the first audio stream of a video.
            max_hours: budget in decoded hours.
            name: what to call the file in errors; its path as given when None.

        Raises:
            MediaError: it cannot be heard; ``code`` says why (the keys of ``_PROBLEMS``). A file that breaks
                off is no error: its good part comes back with ``complete`` False.
        """
        what = name or str(path)
        with self._lock:
            self._number += 1
            out = self._room.folder / f"{self._number}.s16"
            request = {
                "path": str(Path(path).absolute()),
                "out": str(out),
                "max_samples": int(max_hours * 3600 * SAMPLE_RATE_HZ),
            }
            try:
                answer = self._ask(request)
                if "error" in answer:
                    raise _refusal(what, str(answer["error"]), max_hours)
                return _recording(Path(path), answer, out)
            finally:
                with contextlib.suppress(OSError):  # Windows: still mapped; goes with the folder
                    out.unlink(missing_ok=True)

    def probe(self, path: str | Path) -> float | None:
        """The length that the header of ``path`` states, seconds; None when it states none. Nothing is decoded.

        Raises:
            MediaError: it is no recording that could be heard.
        """
        with self._lock:
            answer = self._ask({"path": str(Path(path).absolute())})
        if "error" in answer:
            raise _refusal(str(path), str(answer["error"]), DEFAULT_MAX_HOURS)
        stated = answer["duration_s"]
        return None if stated is None else float(stated)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        child = self._running_child()
        if not child.send(request):  # it died between two files: that is not this file's fault
            child = self._running_child(fresh=True)
            child.send(request)
        answer = child.receive(self._stall_s)
        if answer.get("error") in ("decoder_crashed", "decoder_stalled"):
            self._drop_child()
        return answer

    def _running_child(self, *, fresh: bool = False) -> _Child:
        if fresh or (self._room.child is not None and not self._room.child.alive):
            self._drop_child()
        if self._room.child is None:
            self._room.child = _Child(self._room.folder)
        return self._room.child

    def _drop_child(self) -> None:
        if self._room.child is not None:
            self._room.child.stop()
            self._room.child = None


def _refusal(what: str, code: str, max_hours: float) -> MediaError:
    problem, remedy = _PROBLEMS.get(code, _PROBLEMS["broken_audio"])
    return MediaError(what, problem.format(max_hours=max_hours), remedy, code=code)


def _recording(path: Path, answer: dict[str, Any], out: Path) -> Recording:
    shape = (int(answer["samples"]), int(answer["channels"]))
    samples: Int16 = np.zeros(shape, dtype=np.int16)
    if shape[0]:
        samples = np.memmap(out, dtype="<i2", mode="r", shape=shape)
    duration_s = shape[0] / SAMPLE_RATE_HZ
    complete = not breaks_off(
        path,
        str(answer["container"]),
        answer["stated_s"],
        duration_s,
        end_broken=bool(answer["end_broken"]),
    )
    return Recording(
        samples=samples.T,
        source_rate_hz=int(answer["source_rate_hz"]),
        duration_s=duration_s,
        complete=complete,
        findings=tuple(sorted({*answer["findings"], *(() if complete else ("truncated",))})),
        digest=str(answer["digest"]),
    )
