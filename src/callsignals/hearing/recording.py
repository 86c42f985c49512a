"""One decoded recording, as every part of this room reads it.

Samples are int16 at 16 kHz, one row a channel, usually memory-mapped: four hours of stereo are 0.9 GiB.
Nothing here or after it makes a float copy of the whole; read :meth:`Recording.block` or :meth:`Recording.blocks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FULL_SCALE", "SAMPLE_RATE_HZ", "Float32", "Int16", "Interval", "Recording", "audio_digest"]

SAMPLE_RATE_HZ = 16_000
"""What Whisper, Silero VAD and the voice prints all work at."""

FULL_SCALE = 32768.0
"""int16 to -1..1."""

Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]
Interval = tuple[float, float]
"""(start_s, end_s), seconds from the start of the recording, ``start_s < end_s``."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A decoded recording.

    Attributes:
        samples: shape (channels, n), int16, 16 kHz, read-only; may be a memory map, need not be
            contiguous.
        source_rate_hz: sample rate of the file; nothing above half of it can be heard.
        duration_s: length on the recording's own clock, filled gaps included.
        complete: False when the file broke off (or its end is broken) and only the good part is here.
        findings: stable names of what was noticed while decoding (``gap``, ``overlap_trimmed``,
            ``broken_frames``, ``timestamps_reset``, ``truncated``), sorted.
        digest: sha256 of the channel count and the decoded samples: the same audio under another name (or in
            another lossless container) has the same digest.
        sample_rate_hz: always 16000.
    """

    samples: Int16
    source_rate_hz: int
    duration_s: float
    complete: bool
    findings: tuple[str, ...]
    digest: str
    sample_rate_hz: int = SAMPLE_RATE_HZ
    _kept: dict[tuple[str, int], npt.NDArray[Any]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def from_samples(
        cls,
        samples: Int16,
        *,
        source_rate_hz: int = SAMPLE_RATE_HZ,
        complete: bool = True,
        findings: tuple[str, ...] = (),
    ) -> Recording:
        """A recording from an array in memory.

        Args:
            samples: shape (channels, n) or (n,), int16, 16 kHz.
            source_rate_hz: sample rate before it was brought to 16 kHz.
            complete: whether the whole recording is there.
            findings: what was noticed about it.
        """
        rows = np.atleast_2d(np.asarray(samples, dtype=np.int16))
        return cls(
            samples=rows,
            source_rate_hz=source_rate_hz,
            duration_s=rows.shape[1] / SAMPLE_RATE_HZ,
            complete=complete,
            findings=tuple(sorted(findings)),
            digest=audio_digest(rows),
        )

    @property
    def channel_count(self) -> int:
        """How many channels the recording has."""
        return int(self.samples.shape[0])

    @property
    def sample_count(self) -> int:
        """Samples in each channel."""
        return int(self.samples.shape[1])

    def kept(self, what: str, channel: int, make: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """What ``make`` gives for a channel, made once and kept read-only: small figures that several parts need."""
        if (what, channel) not in self._kept:
            made = make()
            made.flags.writeable = False
            self._kept[what, channel] = made
        return self._kept[what, channel]

    def block(self, channel: int, start: int, stop: int) -> Float32:
        """A copy of samples ``start`` to ``stop`` (clipped to the recording) of one channel, float32 in -1..1."""
        taken = self.samples[channel, max(0, start) : max(0, stop)]
        return taken.astype(np.float32) / np.float32(FULL_SCALE)

    def span(self, channel: int, start_s: float, end_s: float) -> Float32:
        """The same by seconds."""
        return self.block(channel, round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ))

    def blocks(self, channel: int, block_samples: int) -> Iterator[tuple[int, Float32]]:
        """(start sample, samples) of consecutive blocks of one channel; the last may be shorter."""
        for start in range(0, self.sample_count, block_samples):
            yield start, self.block(channel, start, start + block_samples)


_DIGEST_BLOCK = 1 << 20


def audio_digest(samples: Int16) -> str:
    """sha256 of the channel count (4 bytes, little-endian) and the samples, interleaved, little-endian.

    Args:
        samples: shape (channels, n), int16.
    """
    digest = hashlib.sha256(int(samples.shape[0]).to_bytes(4, "little"))
    for start in range(0, samples.shape[1], _DIGEST_BLOCK):
        block = samples[:, start : start + _DIGEST_BLOCK].T
        digest.update(np.ascontiguousarray(block, dtype="<i2").tobytes())
    return digest.hexdigest()
