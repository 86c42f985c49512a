"""Where each decoded frame goes: 16 kHz samples on the recording's own clock.

A gap in the time stamps stays a gap, an overlap is heard once, a clock that starts anew goes on. Runs in the
decoder's process (:mod:`callsignals.hearing.decode_child`) and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

import av
import numpy as np

__all__ = ["FINDINGS", "RATE_HZ", "Clock", "Rejected", "Sink"]

RATE_HZ = 16_000
FINDINGS = frozenset({"broken_frames", "gap", "overlap_trimmed", "timestamps_reset"})
"""What is noticed while decoding."""
GAP_TOLERANCE_S = 0.05
"""Time stamps off by less are rounding (Matroska counts milliseconds, ASF packets), not a gap."""
BROKEN_TOLERANCE_S = 0.002
"""After a frame that could not be decoded the next time stamp is believed closely."""
PRIMING_S = 0.25
"""A codec's first frames give no sound (Windows Media: two frames)."""
REBASE_S = 1.0
"""Time running back further than this is a new clock (chained Ogg, a restarted recorder), not an overlap."""
PROGRESS_SAMPLES = 60 * RATE_HZ


class Rejected(Exception):  # noqa: N818 - an answer, not a fault of this program
    """The file cannot be heard; ``code`` says why and ``detail`` is FFmpeg's own short text."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(code)


class Sink:
    """Writes 16 kHz samples, counts them against the budget and digests them."""

    def __init__(self, out: BinaryIO, channels: int, max_samples: int, progress: Callable[[float], None]) -> None:
        self.out = out
        self.channels = channels
        self.max_samples = max_samples
        self.progress = progress
        self.count = 0
        self.digest = hashlib.sha256(channels.to_bytes(4, "little"))
        self._reported = 0

    def write(self, data: bytes) -> None:
        """Interleaved samples of all channels."""
        self.count += len(data) // (2 * self.channels)
        if self.count > self.max_samples:
            raise Rejected("too_long")
        self.out.write(data)
        self.digest.update(data)
        if self.count - self._reported >= PROGRESS_SAMPLES:
            self._reported = self.count
            self.progress(self.count / RATE_HZ)

    def silence(self, samples: int) -> None:
        """So many zeros on each channel."""
        if self.count + samples > self.max_samples:
            raise Rejected("too_long")
        for start in range(0, samples, PROGRESS_SAMPLES):
            self.write(bytes(2 * self.channels * min(PROGRESS_SAMPLES, samples - start)))


class _Run:
    """Frames that follow each other without a break, through one resampler."""

    def __init__(self, sink: Sink, frame: av.AudioFrame, start_s: float, layout: str) -> None:
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


class Clock:
    """Puts frames where their time stamps say: a gap stays a gap, an overlap is heard once."""

    def __init__(self, sink: Sink, layout: str, origin_s: float | None, stated_s: float | None) -> None:
        self.sink = sink
        self.layout = layout
        self.origin_s = origin_s
        self.stated_s = stated_s
        self.run: _Run | None = None
        self.findings: set[str] = set()
        self.after_broken = False

    @property
    def end_s(self) -> float:
        """How far the recording goes so far."""
        return self.run.end_s if self.run else 0.0

    def add(self, frame: av.AudioFrame) -> None:
        """The next frame that could be decoded."""
        start_s = self._place(frame)
        moved = start_s != self.end_s
        if self.run is None or moved or self.run.kind != _kind(frame):
            self.close()
            self.run = _Run(self.sink, frame, start_s, self.layout)
        self.run.push(frame)

    def close(self) -> None:
        """No more frames: what the resampler still holds is written."""
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
