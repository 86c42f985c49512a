"""A year of finished calls, run again with nothing changed, with other terms, and with another report title.

    python benchmarks/acceptance/year_of_calls.py [--calls 20000] [--comments 2000] [--repeats 5] [--folder DIR]

The recordings are files of a few bytes that are never heard: what hearing them would give is generated and put into
the store through its own interface, under the key that the run looks for. Everything after that is the real run.
Prints wall seconds and peak memory of each run as a process of its own; exits with 1 when a run with nothing changed
takes 10 s or 1 GiB, when other terms or another title make a call be heard again, or when another title changes a
record.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from callsignals.batch.calls import hearing_settings
from callsignals.batch.hearing_work import hear_key
from callsignals.batch.store import Store, stored_form
from callsignals.files import file_digest
from callsignals.inputs.settings import Settings
from callsignals.vocabulary.spoken import Activity, Transcript, Word

SECONDS = 10.0
GIB = 2**30
SAID = (
    ("ch0", "Hello, this is Laura. How do you handle your invoices today, and what takes the most time?"),
    ("ch1", "We type them in by hand. It takes hours every week and the errors are expensive."),
    ("ch0", "So the manual work is the problem. Our system reads invoices by itself, with reporting included."),
    ("ch1", "What does it cost? We have a budget and need help before the summer."),
    ("ch0", "I will send you a price tomorrow. Shall we meet again on Thursday?"),
    ("ch1", "Yes, please do."),
)


def transcript(number: int) -> Transcript:
    """What a call of about half a minute would be heard as; no two are alike."""
    chance = random.Random(number)
    words: list[Word] = []
    timeline: list[Activity] = []
    at_s = 0.5
    for speaker, text in SAID:
        start_s = at_s
        for word in text.split():
            length_s = round(chance.uniform(0.2, 0.4), 3)
            words.append(Word(word, round(at_s, 3), round(at_s + length_s, 3), speaker=speaker, probability=0.9))
            at_s += length_s + 0.02
        timeline.append(Activity(round(start_s, 3), round(at_s, 3), speaker=speaker))
        at_s += chance.uniform(0.3, 1.5)
    return Transcript(
        words=tuple(words),
        timeline=tuple(timeline),
        language="en",
        language_confidence=None,
        channel_mode="stereo",
        timing="activity",
        duration_s=round(at_s + 1, 3),
        model="base@generated",
        input_digest=hashlib.sha256(str(number).encode()).hexdigest(),
    )


def build(folder: Path, calls: int, comments: int) -> None:
    """Tables, recordings of a few bytes, and the store with what hearing them would give."""
    (folder / "audio").mkdir(parents=True)
    settings = hearing_settings(Settings())
    digest = settings.digest()
    store = Store(folder / "out")
    rows = []
    for number in range(calls):
        audio = folder / "audio" / f"{number}.wav"
        audio.write_bytes(f"recording {number}".encode())
        path = store.path("hear", hear_key(file_digest(audio), "en", digest))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stored_form(transcript(number)))
        rows.append(
            {
                "call_id": f"call-{number}",
                "lead_id": f"lead-{number // 4}",
                "audio": f"audio/{number}.wav",
                "seller": f"seller-{number % 20}",
                "seller_channel": 0,
                "language": "en",
                "started_at": f"2026-{1 + number % 12:02}-{1 + number % 28:02}T{8 + number % 9:02}:00:00Z",
            }
        )
    write_table(folder / "calls.csv", rows)
    said = ("Quick and friendly help, thank you", "It took far too long to get an answer", "A colleague told me")
    write_table(
        folder / "comments.csv",
        [
            {
                "comment_id": f"comment-{number}",
                "lead_id": f"lead-{number % max(1, calls // 4)}",
                "kind": "survey",
                "text": f"{said[number % 3]} ({number % 50})",
                "score": number % 11,
                "scale": "nps",
                "created_at": f"2026-{1 + number % 12:02}-15T12:00:00Z",
                "language": "en",
            }
            for number in range(comments)
        ],
    )


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """Rows of one shape as CSV; no file when there are none."""
    if rows:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def run(folder: Path, what: str) -> tuple[float, int]:
    """Wall seconds of a run, start of Python included, and its peak memory in bytes."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "callsignals", "run", str(folder), "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    took_s = time.perf_counter() - begun
    if done.returncode not in (0, 3):
        sys.exit(done.stderr.decode())
    facts = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    peak_bytes = facts["peak_memory_bytes"]["process"] or 0
    print(f"{what}: {took_s:.1f} s, {peak_bytes / 2**20:.0f} MiB; stages {facts['stage_seconds']}", flush=True)
    return took_s, peak_bytes


def stamps(folder: Path) -> dict[str, int]:
    """When each file below ``folder`` was written."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*.*")}


def records(out: Path) -> dict[str, int]:
    """When the tables and records were written."""
    names = ("signals.jsonl", "signals.parquet", "leads.jsonl", "calls.parquet", "comments.parquet")
    return {name: (out / name).stat().st_mtime_ns for name in names}


def main() -> int:
    """Build, run again and again, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--comments", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="a new folder to keep everything in; else a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary) / "workspace"
        if not folder.exists():
            build(folder, arguments.calls, arguments.comments)
        out = folder / "out"
        run(folder, "measured for the first time")
        heard, transcripts = stamps(out / ".cache" / "hear"), stamps(out / "transcripts")
        again = [run(folder, "nothing changed") for _ in range(arguments.repeats)]
        written = records(out)
        (folder / "callsignals.toml").write_text('[report]\ntitle = "Another title"\n', encoding="utf-8")
        run(folder, "another report title")
        title_keeps = records(out) == written
        (folder / "terms.toml").write_text(
            '[need.en]\nphrases = ["hours", "errors"]\n[product.en]\nphrases = ["reporting"]\n', encoding="utf-8"
        )
        run(folder, "other terms")
        kept = stamps(out / ".cache" / "hear") == heard and stamps(out / "transcripts") == transcripts
    seconds = statistics.median(took_s for took_s, _ in again)
    peak_bytes = max(peak for _, peak in again)
    print(f"nothing changed, {arguments.calls} calls: median {seconds:.1f} s, at most {peak_bytes / 2**20:.0f} MiB")
    print(f"another title leaves the records alone: {title_keeps}")
    print(f"nothing heard again, no transcript written again: {kept}")
    return int(not (kept and title_keeps and seconds < SECONDS and peak_bytes < GIB))


if __name__ == "__main__":
    raise SystemExit(main())
