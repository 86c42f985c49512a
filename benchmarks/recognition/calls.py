"""Stereo calls for measuring speed: cut, put in another order and at other levels, so that no two are alike.

Pieces are cut where neither side speaks, so the reference texts and times of the HarperValley recordings go with
them. Nothing is random: the same recordings give the same calls.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE_HZ = 8000
LEAST_PAUSE_S = 0.4
RUN_PIECES = 4
"""Neighbouring pieces that stay together, so that sentences keep some of their context."""
WITHOUT_REFERENCE_EVERY = 5

Stereo = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Said:
    """A stretch of speech with its text; seconds."""

    side: int
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Piece:
    """A part of a recording, shape (samples, 2), and what is said in it (times from its beginning)."""

    audio: Stereo
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Call:
    """A call as written: the stereo file, its sides as files, and what is said (None: not known)."""

    name: str
    path: Path
    sides: tuple[Path, Path]
    duration_s: float
    said: tuple[Said, ...] | None

    def text(self, side: int) -> str:
        """All that one side says."""
        return " ".join(item.text for item in self.said or () if item.side == side)

    def share(self) -> float:
        """Seconds of side 0 by those of both."""
        seconds = [sum(s.end_s - s.start_s for s in self.said or () if s.side == side) for side in (0, 1)]
        return seconds[0] / sum(seconds)


def make_calls(data: Path, folder: Path, *, count: int, seconds: float) -> list[Call]:
    """Write ``count`` calls of about ``seconds`` below ``folder``.

    Args:
        data: holds ``harpervalley/*.wav`` with references and ``aws/auto_repairs_40.flac``.
        folder: gets ``calls/*.wav`` (stereo) and ``sides/*.wav``.
        count: how many; every fifth has no reference.
        seconds: how long, to within a piece.
    """
    runs = [run for path in sorted((data / "harpervalley").glob("*.wav")) for run in _runs(_pieces(path))]
    other, rate = soundfile.read(data / "aws" / "auto_repairs_40.flac", dtype="float32")
    assert rate == RATE_HZ
    for name in ("calls", "sides"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    calls = []
    for number in range(count):
        dice = random.Random(number)
        if number % WITHOUT_REFERENCE_EVERY == WITHOUT_REFERENCE_EVERY - 1:
            begin = dice.randrange(max(1, len(other) - int(seconds * RATE_HZ)))
            audio, said = other[begin : begin + int(seconds * RATE_HZ)], None
        else:
            audio, said = _joined(runs, seconds, dice)
        levels = np.array([10 ** (dice.uniform(-12.0, 3.0) / 20) for _ in range(2)], dtype=np.float32)
        calls.append(_written(folder, f"call{number:03d}", np.clip(audio * levels, -1, 1), said))
    return calls


def _pieces(path: Path) -> list[Piece]:
    audio, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE_HZ
    spoken = [
        Said(
            0 if segment["speaker_role"] == "agent" else 1,
            segment["offset_ms"] / 1000,
            (segment["offset_ms"] + segment["duration_ms"]) / 1000,
            segment["human_transcript"],
        )
        for segment in json.loads(path.with_suffix(".reference.json").read_text(encoding="utf-8"))
    ]
    spoken.sort(key=lambda said: said.start_s)
    cuts = [0.0]
    end_s = 0.0
    for said in spoken:
        if said.start_s - end_s > LEAST_PAUSE_S and end_s > 0.0:
            cuts.append((said.start_s + end_s) / 2)
        end_s = max(end_s, said.end_s)
    cuts.append(len(audio) / RATE_HZ)
    return [
        Piece(
            audio[round(start * RATE_HZ) : round(end * RATE_HZ)],
            tuple(
                Said(said.side, said.start_s - start, said.end_s - start, said.text)
                for said in spoken
                if start <= said.start_s < end
            ),
        )
        for start, end in pairwise(cuts)
    ]


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    return [list(pieces[start : start + RUN_PIECES]) for start in range(0, len(pieces), RUN_PIECES)]


def _joined(runs: Sequence[list[Piece]], seconds: float, dice: random.Random) -> tuple[Stereo, tuple[Said, ...]]:
    parts: list[Stereo] = []
    said: list[Said] = []
    at_s = 0.0
    for run in dice.sample(runs, len(runs)):
        for piece in run:
            said += [Said(item.side, at_s + item.start_s, at_s + item.end_s, item.text) for item in piece.said]
            parts.append(piece.audio)
            at_s += len(piece.audio) / RATE_HZ
        if at_s >= seconds:
            break
    return np.concatenate(parts), tuple(item for item in said if item.text.strip() not in ("", "[noise]"))


def _written(folder: Path, name: str, audio: Stereo, said: tuple[Said, ...] | None) -> Call:
    path = folder / "calls" / f"{name}.wav"
    soundfile.write(path, audio, RATE_HZ, subtype="PCM_16")
    sides = (folder / "sides" / f"{name}-0.wav", folder / "sides" / f"{name}-1.wav")
    for side, target in enumerate(sides):
        soundfile.write(target, audio[:, side], RATE_HZ, subtype="PCM_16")
    return Call(name, path, sides, len(audio) / RATE_HZ, said)
