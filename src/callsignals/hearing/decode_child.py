"""The process that opens media: a crash, a leak or an endless loop in FFmpeg costs one file, not the run.

Started by path (``python -P decode_child.py``), so it imports nothing of this package and needs no guard in
the caller's ``__main__``. It speaks JSON lines: a request ``{"path", "out", "max_samples"}`` on standard input;
then any number of ``{"progress"}`` and one ``{"ok"}`` or ``{"error"}`` on standard output. JSON and not pickle,
because this process reads what strangers recorded. Samples go to the file ``out``: int16, interleaved, 16 kHz.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import av
import numpy as np

__all__ = ["FORMATS", "MAX_CHANNELS", "Rejected", "decode", "main", "probe"]

RATE_HZ = 16_000
MAX_CHANNELS = 32

FORMATS = (
    "wav,w64,aiff,au,caf,voc,flac,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm,asf,amr,amrnb,amrwb,aac,ac3,"
    "gsm,wv,ape,tta,avi,mpeg,mpegts,flv"
)
"""No playlist, concat or device: a ``call.wav`` of ffconcat text opened its sibling in PyAV 18.1."""

GAP_TOLERANCE_S = 0.05
"""Time stamps off by less are rounding (Matroska counts milliseconds, ASF packets), not a gap."""
BROKEN_TOLERANCE_S = 0.002
"""After a frame that could not be decoded the next time stamp is believed closely."""
PRIMING_S = 0.25
"""A codec's first frames give no sound (Windows Media: two frames)."""
REBASE_S = 1.0
"""Time running back further than this is a new clock (chained Ogg, a restarted recorder), not an overlap."""
GOOD_SHARE = 0.05
"""Fewer packets than this that decode: it was not audio in the first place (a zip named ``.mp3``)."""
MAX_READ_ERRORS = 50
PROGRESS_SAMPLES = 60 * RATE_HZ
CPU_LIMIT_S = 3600
MEMORY_LIMIT_BYTES = 4 << 30

_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
_NOT_MEDIA = (b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


class Rejected(Exception):  # noqa: N818 - an answer, not a fault of this program
    """The file cannot be heard; ``code`` says why and ``detail`` is FFmpeg's own short text."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(code)


class _Sink:
    """Writes 16 kHz samples, counts them against the budget and digests them."""

    def __init__(self, out: BinaryIO, channels: int, max_samples: int, report: TextIO | None) -> None:
        self.out = out
        self.channels = channels
        self.max_samples = max_samples
        self.report = report
        self.count = 0
        self.digest = hashlib.sha256(channels.to_bytes(4, "little"))
        self._reported = 0

    def write(self, data: bytes) -> None:
        self.count += len(data) // (2 * self.channels)
        if self.count > self.max_samples:
            raise Rejected("too_long")
        self.out.write(data)
        self.digest.update(data)
        if self.report is not None and self.count - self._reported >= PROGRESS_SAMPLES:
            self._reported = self.count
            _say(self.report, {"progress": self.count / RATE_HZ})

    def silence(self, samples: int) -> None:
        if self.count + samples > self.max_samples:
            raise Rejected("too_long")
        for start in range(0, samples, PROGRESS_SAMPLES):
            self.write(bytes(2 * self.channels * min(PROGRESS_SAMPLES, samples - start)))


class _Run:
    """Frames that follow each other without a break, through one resampler."""

    def __init__(self, sink: _Sink, frame: av.AudioFrame, start_s: float, layout: str) -> None:
        self.sink = sink
        self.kind = _kind(frame)
        self.rate = frame.sample_rate
        self.start_s = start_s
        self.samples = 0
        self.first = round(start_s * RATE_HZ)
        self.skip = max(0, sink.count - self.first)  # already heard: the overlap is trimmed
        sink.silence(max(0, self.first - sink.count))
        self.written = 0
        self.resampler = av.AudioResampler(format="s16", layout=layout, rate=RATE_HZ)

    @property
    def end_s(self) -> float:
        return self.start_s + self.samples / self.rate

    def push(self, frame: av.AudioFrame) -> None:
        self.samples += frame.samples
        frame.pts = None
        for out in self.resampler.resample(frame):
            self._take(out)

    def close(self) -> None:
        for out in self.resampler.resample(None):
            self._take(out)
        # The resampler's tail may be a few samples short: the clock rules.
        missing = round(self.end_s * RATE_HZ) - self.first - self.written
        self.sink.silence(max(0, missing - self.skip))

    def _take(self, out: av.AudioFrame) -> None:
        samples = out.to_ndarray().reshape(-1, self.sink.channels)
        room = round(self.end_s * RATE_HZ) - self.first - self.written
        samples = samples[: max(0, room)]
        self.written += len(samples)
        dropped = min(self.skip, len(samples))
        self.skip -= dropped
        self.sink.write(np.ascontiguousarray(samples[dropped:], dtype="<i2").tobytes())


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


class _Clock:
    """Puts frames where their time stamps say: a gap stays a gap, an overlap is heard once."""

    def __init__(self, sink: _Sink, layout: str, origin_s: float | None, stated_s: float | None) -> None:
        self.sink = sink
        self.layout = layout
        self.origin_s = origin_s
        self.stated_s = stated_s
        self.run: _Run | None = None
        self.findings: set[str] = set()
        self.after_broken = False

    @property
    def end_s(self) -> float:
        return self.run.end_s if self.run else 0.0

    def add(self, frame: av.AudioFrame) -> None:
        start_s = self._place(frame)
        moved = start_s != self.end_s
        if self.run is None or moved or self.run.kind != _kind(frame):
            self.close()
            self.run = _Run(self.sink, frame, start_s, self.layout)
        self.run.push(frame)

    def close(self) -> None:
        if self.run is not None:
            self.run.close()

    def _place(self, frame: av.AudioFrame) -> float:
        """Where the frame starts: the end so far unless its time stamp clearly says otherwise."""
        expected_s = self.end_s
        stamp = frame.pts
        if stamp is None or frame.time_base is None:
            return expected_s
        at_s = float(stamp * frame.time_base)
        if self.run is None:
            lead_s = at_s - (at_s if self.origin_s is None else self.origin_s)
            if lead_s <= GAP_TOLERANCE_S:  # priming, encoder delay
                self.origin_s = at_s
                return 0.0
            if lead_s > PRIMING_S:
                self.findings.add("gap")
            return lead_s
        assert self.origin_s is not None
        drift_s = at_s - self.origin_s - expected_s
        tolerance_s = BROKEN_TOLERANCE_S if self.after_broken else GAP_TOLERANCE_S
        if abs(drift_s) <= tolerance_s:
            return expected_s
        return self._jump(drift_s, expected_s, at_s)

    def _jump(self, drift_s: float, expected_s: float, at_s: float) -> float:
        beyond = self.stated_s is not None and expected_s + drift_s > self.stated_s + REBASE_S
        if drift_s < -REBASE_S or beyond:
            self.findings.add("timestamps_reset")
            self.origin_s = at_s - expected_s
            return expected_s
        if drift_s < 0:
            self.findings.add("overlap_trimmed")
        elif not self.after_broken or drift_s > REBASE_S:
            self.findings.add("gap")
        return expected_s + drift_s


class _Count:
    """How the packets fared."""

    def __init__(self) -> None:
        self.good = 0
        self.broken = 0
        self.last_broken = False
        self.read_error = False


def _packets(container: Any, stream: Any, count: _Count) -> Iterator[Any]:  # noqa: ANN401 - PyAV is untyped
    """The stream's packets; a read error in the middle is stepped over."""
    for _ in range(MAX_READ_ERRORS):
        got = False
        try:
            for packet in container.demux(stream):
                got = True
                count.read_error = False
                yield packet
            return
        except av.FFmpegError:
            count.read_error = True
            count.broken += 1
            if not got:
                return


def _decode_packets(
    container: Any,  # noqa: ANN401
    stream: Any,  # noqa: ANN401
    sink_of: Callable[[av.AudioFrame], _Sink],
    stated_s: float | None,
) -> tuple[_Clock, _Count]:
    clock: _Clock | None = None
    count = _Count()
    origin_s = None if container.start_time is None else container.start_time / av.time_base
    for packet in _packets(container, stream, count):
        frames = _frames_of(packet, count)
        if frames is None and clock is not None:
            clock.after_broken = True
        for frame in frames or ():
            clock = clock or _Clock(sink_of(frame), frame.layout.name, origin_s, stated_s)
            clock.add(frame)
            clock.after_broken = False
    if clock is None or count.good < GOOD_SHARE * (count.good + count.broken):
        raise Rejected("broken_audio")
    clock.close()
    return clock, count


def _frames_of(packet: Any, count: _Count) -> list[av.AudioFrame] | None:  # noqa: ANN401
    """The packet's frames, None when it is broken; the last, empty packet only flushes the decoder."""
    try:
        frames = [frame for frame in packet.decode() if frame.samples]
    except av.FFmpegError:
        count.broken += 1
        count.last_broken = True
        return None
    if packet.size:
        count.good += 1
        count.last_broken = bool(packet.is_corrupt)
    return frames


def _open(path: Path) -> Any:  # noqa: ANN401
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Rejected("not_a_file")
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise Rejected("missing_file") from None
    except OSError as error:
        raise Rejected("unreadable_file", error.strerror or "") from None
    if not size:
        raise Rejected("empty_file")
    if head.startswith(_NOT_MEDIA):
        raise Rejected("not_audio")
    try:
        # "file:" because "call:1.wav" would otherwise name a protocol.
        return av.open(f"file:{path}", options=dict(_OPTIONS), metadata_errors="ignore")
    except av.FFmpegError as error:
        cut = head[4:8] == b"ftyp" or head[:4] in (b"OggS", b"fLaC", b"RIFF")
        raise Rejected("broken_audio" if cut else "not_audio", error.strerror or "") from None


def _audio_stream(container: Any) -> Any:  # noqa: ANN401
    streams = [stream for stream in container.streams if stream.type == "audio"]
    if not streams:
        raise Rejected("no_audio_stream")
    for stream in streams:
        if stream.codec_context is not None:
            stream.thread_count = 1
            return stream
    raise Rejected("unsupported_codec")


def decode(path: Path, out: Path, max_samples: int, report: TextIO | None = None) -> dict[str, Any]:
    """Decodes ``path`` into ``out`` and says what was found.

    Args:
        path: the media file.
        out: where the int16 samples go, interleaved, 16 kHz.
        max_samples: budget a channel, in decoded samples (24 h of silence are a FLAC of 17 MB).
        report: where progress is told.

    Raises:
        Rejected: the file cannot be heard.
    """
    with _open(path) as container, out.open("wb", buffering=1 << 20) as file:
        stream = _audio_stream(container)
        stated_s = None if container.duration is None else container.duration / av.time_base
        rate: list[int] = []

        def sink_of(frame: av.AudioFrame) -> _Sink:
            channels = len(frame.layout.channels)
            if channels > MAX_CHANNELS:
                raise Rejected("too_many_channels", str(channels))
            rate.append(frame.sample_rate)
            return _Sink(file, channels, max_samples, report)

        clock, count = _decode_packets(container, stream, sink_of, stated_s)
        sink, name = clock.sink, container.format.name
    return {
        "ok": True,
        "container": name,
        "stated_s": stated_s,
        "channels": sink.channels,
        "samples": sink.count,
        "source_rate_hz": rate[0],
        "end_broken": count.last_broken or count.read_error,
        "findings": sorted(clock.findings | ({"broken_frames"} if count.broken else set())),
        "digest": sink.digest.hexdigest(),
    }


def probe(path: Path) -> dict[str, Any]:
    """The length that the header of ``path`` states; nothing is decoded.

    Raises:
        Rejected: the file cannot be heard.
    """
    with _open(path) as container:
        _audio_stream(container)
        stated_s = None if container.duration is None else container.duration / av.time_base
    return {"ok": True, "duration_s": stated_s}


def _say(out: TextIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


def _answer(request: dict[str, Any], report: TextIO) -> dict[str, Any]:
    _limit()
    try:
        if "out" not in request:
            return probe(Path(request["path"]))
        return decode(Path(request["path"]), Path(request["out"]), int(request["max_samples"]), report)
    except Rejected as rejected:
        return {"error": rejected.code, "detail": rejected.detail}
    except MemoryError:
        return {"error": "out_of_memory", "detail": ""}
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EFBIG)
        return {"error": "no_temporary_space" if full else "broken_audio", "detail": error.strerror or ""}
    except Exception as error:  # whatever PyAV throws at us is about this one file
        return {"error": "broken_audio", "detail": type(error).__name__}


def _limit() -> None:
    """Caps memory, and processor time for the next file, where POSIX lets us."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime) + CPU_LIMIT_S
    limits = {resource.RLIMIT_CPU: cpu_s, resource.RLIMIT_AS: MEMORY_LIMIT_BYTES, resource.RLIMIT_CORE: 0}
    for what, soft in limits.items():
        _, hard = resource.getrlimit(what)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def main() -> None:
    """Answers requests until standard input closes; then the parent is gone and so is its folder."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    folder = Path(sys.argv[1])
    requests, report = sys.stdin, sys.stdout
    for line in requests:
        _say(report, _answer(json.loads(line), report))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
