"""What several test rooms build their inputs with."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import soundfile
from pydantic import BaseModel

from callsignals.records.signal import SignalRecord
from callsignals.records.stream import jsonl_writer, signals_writer
from callsignals.vocabulary.spoken import Transcript

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


def write_signals(out: Path, rows: Iterable[SignalRecord]) -> None:
    """Both files of signal rows, as a run writes them."""
    out.mkdir(parents=True, exist_ok=True)
    with signals_writer(out, out) as writer:
        for row in rows:
            writer.write(row)


def write_records(path: Path, records: Iterable[BaseModel]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with jsonl_writer(path) as write:
        for record in records:
            write(record)


def write_spoken_calls(folder: Path, calls: Iterable[tuple[str, str, str, str, float, float]]) -> None:
    """The calls table, and a transcript each: one word of so many seconds by the seller, then one by the customer.

    Args:
        folder: of the workspace.
        calls: id, lead, sellers, day, the seller's and the customer's seconds.
    """
    rows = []
    for call_id, lead, seller, started_at, own_s, other_s in calls:
        words = [
            {"text": text, "start_s": start, "end_s": start + length, "party": party, "speaker": party}
            for start, length, text, party in ((0, own_s, "One", "seller"), (own_s, other_s, "Two", "customer"))
        ]
        (folder / f"{call_id}.json").write_text(json.dumps({"words": words, "call": call_id}), encoding="utf-8")
        cells = {"call_id": call_id, "lead_id": lead, "transcript": f"{call_id}.json", "seller": seller}
        rows.append({**cells, "started_at": started_at, "language": "en"})
    write_csv(folder / "calls.csv", rows)


def turns(transcript: Transcript) -> list[tuple[str, str, str]]:
    """Consecutive words of one speaker as (party, speaker, text)."""
    runs: list[tuple[str, str, str]] = []
    for word in transcript.words:
        if runs and runs[-1][:2] == (word.party, word.speaker):
            runs[-1] = (*runs[-1][:2], f"{runs[-1][2]} {word.text}")
        else:
            runs.append((word.party, word.speaker, word.text))
    return runs


def absent(program: str, how_to_get_it: str) -> NoReturn:
    """Skip what needs a program that this machine lacks; in CI, where ``.ci/run`` installs it, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {program} on this machine; .ci/run installs it")
    pytest.skip(f"no {program} found, so nothing is tried with it: {how_to_get_it}")


def results(out: Path) -> dict[str, bytes]:
    """The files that must be byte-identical."""
    return {name: (out / name).read_bytes() for name in RESULTS}
