"""Real calls and what tests do to them: hold music, bleed, noise. Samples are float, (frames, channels), -1..1."""

from __future__ import annotations

import csv
import json

import numpy as np
import soundfile

from support import AUDIO, ROOT

REFERENCE = ROOT / "fixtures" / "harpervalley_reference"
HARPERVALLEY = {
    "00d676d7": "harpervalley_00d676d7.wav",
    "03a17cc3": "harpervalley_03a17cc3.flac",
    "eb82ec7b": "harpervalley_eb82ec7b.mp3",
    "ff0296d0": "harpervalley_ff0296d0.ogg",
}
CHORDS_HZ = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66), (164.81, 207.65, 246.94))
SCALE_HZ = (440.0, 493.88, 523.25, 587.33, 659.25, 698.46, 783.99)
BEAT_S = 0.5


def samples_of(call: str) -> tuple[np.ndarray, int]:
    """A shipped HarperValley call and its rate."""
    return soundfile.read(AUDIO / HARPERVALLEY[call], dtype="float64", always_2d=True)


def truth() -> dict[str, dict[str, float]]:
    """Rows of ``truth.csv`` by the first eight letters of the call's id; shares by human segment times."""
    with (REFERENCE / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["sid"][:8]: {name: float(row[name]) for name in row if name not in ("sid", "task")}
            for row in csv.DictReader(file)
        }


def spoken(call: str) -> list[dict]:
    """Segments that people wrote down, noises left out: ``speaker_role``, ``start_s``, ``end_s``, ``text``."""
    segments = json.loads((REFERENCE / f"harpervalley_{call}.reference.json").read_text(encoding="utf-8"))
    return [
        {
            "speaker_role": segment["speaker_role"],
            "start_s": segment["offset_ms"] / 1000,
            "end_s": (segment["offset_ms"] + segment["duration_ms"]) / 1000,
            "text": segment["human_transcript"],
        }
        for segment in segments
        if not segment["human_transcript"].startswith("[")
    ]


def pause_near_the_middle(call: str) -> float:
    """The middle of the longest pause that lies in the middle 60 % of a call, seconds."""
    segments = sorted(spoken(call), key=lambda segment: segment["start_s"])
    end_s = segments[-1]["end_s"]
    reached_s, pauses = 0.0, []
    for segment in segments:
        if 0.2 * end_s < reached_s and segment["start_s"] < 0.8 * end_s:
            pauses.append((segment["start_s"] - reached_s, (segment["start_s"] + reached_s) / 2))
        reached_s = max(reached_s, segment["end_s"])
    return max(pauses)[1]


def hold_music(seconds: float, rate_hz: int) -> np.ndarray:
    """Chords, a plucked melody, bass drum and snare at 120 beats a minute; peak 0.25."""
    rng = np.random.default_rng(3)
    count = int(seconds * rate_hz)
    time_s = np.arange(count) / rate_hz
    music = np.zeros(count)
    for beat, first in enumerate(range(0, count, int(BEAT_S * rate_hz))):
        part = slice(first, min(count, first + int(BEAT_S * rate_hz)))
        since_s = time_s[part] - time_s[first]
        for pitch_hz in CHORDS_HZ[beat // 4 % len(CHORDS_HZ)]:
            for harmonic, level in ((1, 0.12), (2, 0.05)):
                music[part] += level * np.sin(2 * np.pi * harmonic * pitch_hz * time_s[part])
        note_hz = SCALE_HZ[rng.integers(len(SCALE_HZ))]
        for harmonic, level in ((1, 0.2), (2, 0.08), (3, 0.04)):
            music[part] += level * np.exp(-3 * since_s) * np.sin(2 * np.pi * harmonic * note_hz * since_s)
        if beat % 2 == 0:
            music[part] += 0.5 * np.exp(-18 * since_s) * np.sin(2 * np.pi * 60 * since_s)
        else:
            music[part] += 0.25 * np.exp(-30 * since_s) * rng.standard_normal(len(since_s))
    return 0.25 * music / np.abs(music).max()


def held(samples: np.ndarray, rate_hz: int, at_s: float, channels: tuple[int, ...], seconds: float = 60) -> np.ndarray:
    """The call put on hold at ``at_s``: music on ``channels``, nothing on the others, the rest of the call after it."""
    music = hold_music(seconds, rate_hz)
    hold = np.zeros((len(music), samples.shape[1]))
    hold[:, channels] = music[:, None]
    cut = int(at_s * rate_hz)
    return np.concatenate([samples[:cut], hold, samples[cut:]])


def with_bleed(samples: np.ndarray, rate_hz: int, delay_ms: tuple[float, float], down_db: float = 20) -> np.ndarray:
    """Each side heard in the other's channel, ``down_db`` fainter and so much later."""
    result = samples.copy()
    for target, source, late_ms in ((0, 1, delay_ms[0]), (1, 0, delay_ms[1])):
        late = int(late_ms / 1000 * rate_hz)
        result[late:, target] += 10 ** (-down_db / 20) * samples[: len(samples) - late, source]
    return result


def line_noise(count: int, level_db: float) -> np.ndarray:
    """Hiss of an open line, shape (count,); ``level_db`` below full scale."""
    return 10 ** (level_db / 20) * np.random.default_rng(5).standard_normal(count)
