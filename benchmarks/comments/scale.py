"""Comments per second and peak memory of ``callsignals classify``, per tier.

python benchmarks/comments/scale.py [--comments N] [--tier fast --tier exact ...] [--suffix .csv]

N comments are made of the training texts: each text again and again with another number at its end, so that no two are
equal and no cache helps. They are classified in a process of their own, whose peak resident memory the system tells,
and written as Parquet. Rates are for one process, reading, figures and writing included.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from callsignals.inputs.settings import CommentsSettings
from callsignals.weights import shipped_dir

DATA = shipped_dir() / "models" / "comments" / "data"
DEFAULT_COMMENTS = {"fast": 1_000_000, "auto": 20_000, "exact": 5_000}
KINDS = ("survey", "referral", "reply")


def texts() -> list[tuple[str, str]]:
    """(kind, text) of every training text of ours, by file and line."""
    found = []
    for path in sorted(DATA.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["kind"] in KINDS:
                found.append((row["kind"], row["text"]))
    return found


def rows(count: int) -> Iterator[dict[str, object]]:
    """So many comments; every survey with a score."""
    rng = random.Random(20261122)
    for number, (kind, text) in zip(range(count), itertools.cycle(texts()), strict=False):
        score = rng.randint(0, 10)
        yield {
            "comment_id": f"c{number}",
            "lead_id": f"lead{rng.randrange(max(1, count // 3))}",
            "kind": kind,
            "text": f"{text} {number}",
            "score": score if kind == "survey" else None,
            "scale": "nps" if kind == "survey" else None,
            "created_at": f"2026-{1 + number % 12:02}-{1 + number % 28:02}",
            "respondent_id": f"r{rng.randrange(max(1, count // 2))}",
            "country": rng.choice(("SE", "FI", "UK")),
        }


def write(path: Path, count: int) -> None:
    """The table, as CSV, JSON lines or Parquet."""
    frame = pl.DataFrame(list(rows(count)))
    if path.suffix == ".csv":
        frame.write_csv(path)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(path)
    else:
        frame.write_parquet(path)


def measure(tier: str | None, count: int, suffix: str) -> None:
    """Classify a table of ``count`` comments in a child process and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / f"comments{suffix}"
        # Written by a child of its own: the peak memory of children is that of the largest.
        arguments = [sys.executable, __file__, "--write", str(table), "--comments", str(count)]
        subprocess.run(arguments, check=True)
        written_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        if tier is not None:
            (folder / "callsignals.toml").write_text(f'[comments]\ntier = "{tier}"\n', encoding="utf-8")
        command = [sys.executable, "-m", "callsignals", "classify", str(table), "--json"]
        command += ["--out", str(folder / "labels.parquet"), "--by", "country", "--every", "month"]
        begun = time.perf_counter()
        finished = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        seconds = time.perf_counter() - begun
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        classified = json.loads(finished.stdout)["comments"]
        shown = f"{peak_mb:,.0f}" if peak_mb > written_mb else f"under {written_mb:,.0f}"
        print(
            f"| {tier or 'shipped'} | {suffix} {table.stat().st_size / 1e6:.0f} MB | {classified:,} | "
            f"{seconds:.0f} | {classified / seconds:,.0f} | {shown} |",
            flush=True,
        )


def main() -> int:
    """Measure each tier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, help="how many; by default 1,000,000 fast, 20,000 auto, 5,000 exact")
    parser.add_argument("--tier", action="append", choices=(*DEFAULT_COMMENTS, "shipped"))
    parser.add_argument("--suffix", default=".csv", choices=(".csv", ".jsonl", ".parquet"))
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write, given.comments)
        return 0
    print("| tier | table | comments | seconds | comments/s | peak memory, MB |\n|---|---|---|---|---|---|")
    has_tiers = "tier" in CommentsSettings.model_fields
    for tier in given.tier or (DEFAULT_COMMENTS if has_tiers else ("shipped",)):
        measure(None if tier == "shipped" else tier, given.comments or DEFAULT_COMMENTS.get(tier, 5000), given.suffix)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
