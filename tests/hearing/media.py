"""Media files that tests make for themselves, and how to compare what comes back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from scipy import signal

Floats = npt.NDArray[np.float64]
RATE_HZ = 16_000


def voices(channels: int, seconds: float, rate_hz: int) -> Floats:
    """A different gliding, swelling tone on each channel, -1..1, shape (channels, n); all below 3 kHz."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    rows = []
    for channel in range(channels):
        pitch = 300 + 90 * channel
        phase = 2 * np.pi * (pitch * time + 40 * np.sin(2 * np.pi * (0.31 + 0.07 * channel) * time))
        swell = 0.55 + 0.45 * np.sin(2 * np.pi * (1.3 + 0.41 * channel) * time + channel)
        rows.append(0.35 * swell * (np.sin(phase) + 0.5 * np.sin(3 * phase)))
    return np.stack(rows)


def write(
    path: Path,
    samples: Floats,
    rate_hz: int,
    codec: str,
    *,
    container: str | None = None,
    starts_s: list[tuple[float, float, float]] | None = None,
    bit_rate: int | None = None,
    frame_s: float = 0.05,
) -> Path:
    """Encodes ``samples``.

    Args:
        path: where to.
        samples: shape (channels, n), -1..1.
        rate_hz: their rate.
        codec: an FFmpeg encoder.
        container: an FFmpeg muxer, by the file name when None.
        starts_s: (from, to, time stamp) of the parts to write, seconds; all of it at 0 when None.
        bit_rate: of lossy codecs.
        frame_s: length of a packet where the codec leaves that open.
    """
    layout = {1: "mono", 2: "stereo", 4: "quad", 8: "7.1"}[len(samples)]
    with av.open(str(path), "w", format=container) as file:
        options = {"strict": "experimental"} if codec == "vorbis" else {}
        stream: Any = file.add_stream(codec, rate=rate_hz, layout=layout, options=options)
        if bit_rate:
            stream.bit_rate = bit_rate
        stream.open()
        size = stream.codec_context.frame_size or round(frame_s * rate_hz)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate_hz)
        scaled = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
        for from_s, to_s, at_s in starts_s or [(0.0, samples.shape[1] / rate_hz, 0.0)]:
            part = scaled[:, round(from_s * rate_hz) : round(to_s * rate_hz)]
            for first in range(0, part.shape[1], size):
                block = np.ascontiguousarray(part[:, first : first + size].T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
                frame.sample_rate = rate_hz
                frame.time_base = Fraction(1, rate_hz)
                frame.pts = round(at_s * rate_hz) + first
                for converted in resampler.resample(frame):
                    converted.pts = round(at_s * rate_hz) + first
                    file.mux(stream.encode(converted))
        file.mux(stream.encode(None))
    return path


def at_16k(samples: Floats, rate_hz: int) -> Floats:
    """By scipy, not by FFmpeg."""
    common = int(np.gcd(rate_hz, RATE_HZ))
    resampled: Floats = signal.resample_poly(samples, RATE_HZ // common, rate_hz // common, axis=-1)
    return resampled


def likeness(heard: npt.NDArray[np.int16], expected: Floats) -> tuple[float, float]:
    """(correlation, by how many ms the heard trails) of one channel with what was put in."""
    one = heard.astype(np.float64)
    correlation = signal.correlate(one, expected, mode="full", method="fft")
    best = int(np.argmax(np.abs(correlation)))
    norm = np.sqrt((one**2).sum() * (expected**2).sum())
    lag = best - (len(expected) - 1)
    return float(correlation[best] / norm), 1000 * lag / RATE_HZ
