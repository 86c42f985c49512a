"""Decoding recordings through PyAV, in a process of its own that may crash.

``Decoder`` opens the recording, hands it to the child (:mod:`callsignals.hearing.decode_child`), which can open
nothing itself, restarts the child after a crash, and gives back samples through a temporary file without a name (on
Windows: in a private folder that is gone when the decoder closes).
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from callsignals.errors import MediaError
from callsignals.hearing.decode_clock import FINDINGS
from callsignals.hearing.decode_media import MAX_CHANNELS
from callsignals.hearing.decoder_process import HANDS_OVER, DecoderProcess, wall_limit_s
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Int16, Recording
from callsignals.hearing.truncation import breaks_off

__all__ = ["DEFAULT_MAX_HOURS", "STALL_S", "Decoder"]

DEFAULT_MAX_HOURS = 4.0
"""Decoded hours a call may have unless ``[calls] max_hours`` says otherwise."""

STALL_S = 120.0
"""The child is killed when it tells of no progress (a minute of decoded audio) for so long."""

_GONE = ("decoder_crashed", "decoder_stalled", "decoder_too_slow")
"""The child is of no more use."""
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
        f"it has more than {MAX_CHANNELS} channels",
        "Export the channels of the two parties only",
    ),
    "out_of_memory": ("decoding it took too much memory", _CONVERT),
    "no_temporary_space": (
        "there is no room for the decoded audio in the temporary folder",
        "Free disk space or point TMPDIR at a larger disk",
    ),
    "decoder_crashed": ("the decoder crashed on it", _CONVERT),
    "decoder_stalled": ("the decoder made no progress on it and was stopped", _CONVERT),
    "decoder_too_slow": ("decoding it took more time than a whole recording may need and was stopped", _CONVERT),
}


class _Room:
    """What must be gone in the end: the child, and the private folder where files need names."""

    def __init__(self, *, hands_over: bool) -> None:
        self.folder = None if hands_over else Path(tempfile.mkdtemp(prefix="callsignals-"))
        self.child: DecoderProcess | None = None
        self._number = 0

    @contextlib.contextmanager
    def output(self) -> Iterator[BinaryIO]:
        """A new file for samples, that goes by itself."""
        if self.folder is None:
            with tempfile.TemporaryFile(buffering=0, prefix="callsignals-") as out:
                yield out
            return
        self._number += 1
        path = self.folder / f"{self._number}.s16"
        try:
            with path.open("wb+", buffering=0) as out:
                yield out
        finally:
            with contextlib.suppress(OSError):  # Windows: still mapped; goes with the folder
                path.unlink()

    def dispose(self) -> None:
        if self.child is not None:
            self.child.stop()
            self.child = None
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Decoder:
    """Decodes one file after another; use it as a context manager.

    Recordings stay readable after the decoder closes; on Windows, which keeps a mapped file, so does their file.

    Args:
        stall_s: seconds without progress after which the child is killed.
        hands_over: whether the child gets open files, and is confined, rather than names; tests try both.
    """

    def __init__(self, *, stall_s: float = STALL_S, hands_over: bool = HANDS_OVER) -> None:
        self._stall_s = stall_s
        self._hands_over = hands_over
        self._lock = threading.Lock()
        self._room = _Room(hands_over=hands_over)
        self._dispose = weakref.finalize(self, self._room.dispose)

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
        return child.pid if child is not None and child.alive else None

    def refuses(self) -> list[str]:
        """What the system refuses a fresh child: see :func:`callsignals.hearing.confinement.confine`."""
        with self._lock:
            return self._running_child(fresh=True).refuses(self._stall_s)

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
        max_samples = int(max_hours * 3600 * SAMPLE_RATE_HZ)
        with self._lock, _opened(Path(path), what) as source, self._room.output() as out:
            answer = self._ask("decode", max_samples, source, out)
            if "error" in answer:
                raise _refusal(what, str(answer["error"]), max_hours)
            decoded = _decoded(answer, max_samples, os.fstat(out.fileno()).st_size)
            if decoded is None:
                self._drop_child()
                raise _refusal(what, "decoder_crashed", max_hours)
            return _recording(Path(path), decoded, out)

    def probe(self, path: str | Path) -> float | None:
        """The length that the header of ``path`` states, seconds; None when it states none. Nothing is decoded.

        Raises:
            MediaError: it is no recording that could be heard.
        """
        with self._lock, _opened(Path(path), str(path)) as source, self._room.output() as out:
            answer = self._ask("probe", 0, source, out)
        if "error" in answer:
            raise _refusal(str(path), str(answer["error"]), DEFAULT_MAX_HOURS)
        return _seconds(answer.get("duration_s"))

    def _ask(self, task: str, max_samples: int, source: BinaryIO, out: BinaryIO) -> dict[str, Any]:
        child = self._running_child()
        if not child.send(task, max_samples, source, out):  # it died between two files: not this file's fault
            child = self._running_child(fresh=True)
            child.send(task, max_samples, source, out)
        answer = child.receive(self._stall_s, wall_limit_s(max_samples))
        if answer.get("error") in _GONE:
            self._drop_child()
        return answer

    def _running_child(self, *, fresh: bool = False) -> DecoderProcess:
        if fresh or (self._room.child is not None and not self._room.child.alive):
            self._drop_child()
        if self._room.child is None:
            self._room.child = DecoderProcess(hands_over=self._hands_over)
        return self._room.child

    def _drop_child(self) -> None:
        if self._room.child is not None:
            self._room.child.stop()
            self._room.child = None


@contextlib.contextmanager
def _opened(path: Path, what: str) -> Iterator[BinaryIO]:
    try:
        path = path.absolute()
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait for a writer
            raise _refusal(what, "not_a_file", DEFAULT_MAX_HOURS)
        source = path.open("rb", buffering=0)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a name that no file can have
        raise _refusal(what, "missing_file", DEFAULT_MAX_HOURS) from None
    except OSError:
        raise _refusal(what, "unreadable_file", DEFAULT_MAX_HOURS) from None
    with source:
        yield source


def _refusal(what: str, code: str, max_hours: float) -> MediaError:
    if code not in _PROBLEMS:
        code = "broken_audio"
    problem, remedy = _PROBLEMS[code]
    return MediaError(what, problem.format(max_hours=max_hours), remedy, code=code)


@dataclass(frozen=True, slots=True)
class _Decoded:
    """The child's answer, checked: whatever it says, no more is read than the file holds."""

    samples: int
    channels: int
    source_rate_hz: int
    container: str
    stated_s: float | None
    end_broken: bool
    findings: frozenset[str]
    digest: str


def _decoded(answer: dict[str, Any], max_samples: int, size: int) -> _Decoded | None:
    """None when the answer cannot be true."""
    try:
        decoded = _Decoded(
            samples=int(answer["samples"]),
            channels=int(answer["channels"]),
            source_rate_hz=int(answer["source_rate_hz"]),
            container=str(answer["container"]),
            stated_s=_seconds(answer["stated_s"]),
            end_broken=bool(answer["end_broken"]),
            findings=frozenset(answer["findings"]) & FINDINGS,
            digest=bytes.fromhex(answer["digest"]).hex(),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    possible = (
        0 <= decoded.samples <= max_samples
        and 1 <= decoded.channels <= MAX_CHANNELS
        and decoded.source_rate_hz > 0
        and decoded.samples * decoded.channels * 2 == size
        and len(decoded.digest) == 64
    )
    return decoded if possible else None


def _seconds(stated: object) -> float | None:
    """A length that a header states; None for one that no recording has."""
    return float(stated) if isinstance(stated, int | float) and math.isfinite(stated) and stated >= 0 else None


def _recording(path: Path, decoded: _Decoded, out: BinaryIO) -> Recording:
    shape = (decoded.samples, decoded.channels)
    samples: Int16 = np.zeros(shape, dtype=np.int16)
    if shape[0]:
        samples = np.memmap(out, dtype="<i2", mode="r", shape=shape)
    duration_s = shape[0] / SAMPLE_RATE_HZ
    complete = not breaks_off(path, decoded.container, decoded.stated_s, duration_s, end_broken=decoded.end_broken)
    return Recording(
        samples=samples.T,
        source_rate_hz=decoded.source_rate_hz,
        duration_s=duration_s,
        complete=complete,
        findings=tuple(sorted({*decoded.findings, *(() if complete else ("truncated",))})),
        digest=decoded.digest,
    )
