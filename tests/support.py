"""What several test rooms build their inputs with."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[1]
AUDIO = ROOT / "fixtures" / "demo" / "audio"
RESULTS = ("signals.jsonl", "leads.jsonl")


def clip(start_s: float, end_s: float, name: str = "harpervalley_03a17cc3.flac") -> tuple[np.ndarray, int]:
    """A stretch of a shipped stereo call; shape (frames, channels), and its rate."""
    with soundfile.SoundFile(AUDIO / name) as file:
        file.seek(int(start_s * file.samplerate))
        return file.read(int((end_s - start_s) * file.samplerate), dtype="float32", always_2d=True), file.samplerate


def write_wav(path: Path, samples: np.ndarray, rate_hz: int = 8000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, subtype="PCM_16")
    return path


def write_csv(path: Path, rows: Sequence[dict[str, object]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def results(out: Path) -> dict[str, bytes]:
    """The files that must be byte-identical."""
    return {name: (out / name).read_bytes() for name in RESULTS}
