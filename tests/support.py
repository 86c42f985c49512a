"""What several test rooms build their inputs with."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.signal import Observation, record_signal
from callsignals.records.tables import calls_frame, comments_frame, signals_frame
from callsignals.records.write import write_frame, write_jsonl
from callsignals.vocabulary.signal import Signal

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


DIGEST = "ab" * 16


def fill_results(out: Path, name: str = "acme") -> Path:
    """The files of a finished run with one call, one comment and one failure, ``name`` in every free field."""
    observed = Observation(
        "callsignals/t", name, "lead", DIGEST, DIGEST, lead_id=name, call_id=f"{name}/1", seller=name
    )
    rows = [
        record_signal(Signal("seller_talk_share", value=0.434, numerator=43.4, denominator=100), observed),
        record_signal(Signal.insufficient("patience_s", "under_3_floor_changes", n=1), observed),
    ]
    row = {"call_id": f"{name}/1", "lead_id": name, "seller": name, "channel_mode": "stereo", "role_source": "manifest"}
    write_frame(out / "signals.parquet", signals_frame(rows))
    row |= {"audio_complete": True, "duration_s": 100.0, "findings": []}
    write_frame(out / "calls.parquet", calls_frame([row]))
    write_frame(out / "comments.parquet", comments_frame([{"comment_id": name, "lead_id": name, "kind": "survey"}]))
    lead = LeadRecord(lead_id=name, name=name, calls=(f"{name}/1",), phases=lead_phases(rows))
    write_jsonl(out / "leads.jsonl", [lead])
    (out / "datapackage.json").write_text(json.dumps({"title": name}), encoding="utf-8")
    failure = {"input": name, "row": 1, "stage": "hear", "error": "x", "message": name, "remedy": name}
    (out / "failures.jsonl").write_text(json.dumps(failure) + "\n", encoding="utf-8")
    return out
