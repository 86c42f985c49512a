"""How long 100,000 signals take to reach PostgreSQL and SQLite, again, and after a kill -9 in the middle.

``python benchmarks/exports.py [--signals 100000]``: results are generated (not timed); a PostgreSQL server with
its default, durable settings is started on loopback and stopped again. Every export is a process of its own, timed from
start to end, the start of Python included; its own processor seconds stand beside the time (PostgreSQL's are not among
them). Named peer: the same signals written as CSV by polars and loaded by PostgreSQL's own ``COPY`` into an empty table
without a key, which is what the data costs anyhow.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Rows = dict[str, list[tuple[Any, ...]]]
KILLED_AT = (0.4, 0.6, 0.8)
"""Shares of the time of an export."""
TABLES = {
    "leads": "source, lead_id",
    "lead_signals": "source, lead_id, phase, signal",
    "calls": "source, call_id",
    "comments": "source, comment_id",
    "signals": "source, key",
}


def main() -> int:
    """Generate, export, kill, compare, print; 1 when rows differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=100_000)
    wanted = parser.parse_args().signals
    sys.path.insert(0, str(ROOT / "tests"))
    from postgres_server import postgres_server

    with tempfile.TemporaryDirectory() as folder:
        out = many_signals(Path(folder) / "out", wanted)
        path = Path(folder) / "trust.db"
        exports: list[Cost] = []
        begun = children_s()
        with postgres_server(durable=True) as address:
            print(f"PostgreSQL, plain COPY of the signals alone, no key: {plain_copy(out, address):.1f} s", flush=True)
            same = measure("PostgreSQL", out, address, lambda: postgresql_rows(address), exports)
        server_s = children_s() - begun - sum(cost.processor_s for cost in exports)
        print(
            f"PostgreSQL's own processor seconds, {len(exports)} exports and the rest of this together: {server_s:.1f}"
        )
        same &= measure("SQLite", out, f"sqlite:///{path}", lambda: sqlite_rows(path), [])
    return 0 if same else 1


def many_signals(out: Path, wanted: int) -> Path:
    """A finished OUT with that many signals: a few generated leads, and copies of their rows under other ids."""
    import polars as pl

    from export_results import finish
    from report_results import fill_report

    small = finish(fill_report(out.with_name("small"), calls=40))
    signals = pl.read_parquet(small / "signals.parquet").filter(pl.col("level") == "lead")
    copies = -(-wanted // signals.height)
    out.mkdir()
    shutil.copy(small / "run.json", out)

    def many(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
        return pl.concat(frame.with_columns(pl.col(name) + f"-{copy:05}" for name in columns) for copy in range(copies))

    many(signals, ("key", "id", "lead_id", "subject")).head(wanted).write_parquet(out / "signals.parquet")
    for name, columns in (("calls", ("call_id", "lead_id")), ("comments", ("comment_id", "lead_id"))):
        many(pl.read_parquet(small / f"{name}.parquet"), columns).write_parquet(out / f"{name}.parquet")
    leads = [json.loads(line) for line in (small / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    with (out / "leads.jsonl").open("w", encoding="utf-8") as lines:
        for copy in range(copies):
            for lead in leads:
                lines.write(json.dumps({**lead, "lead_id": f"{lead['lead_id']}-{copy:05}"}) + "\n")
    return out


def measure(name: str, out: Path, address: str, rows: Callable[[], Rows], exports: list[Cost]) -> bool:
    """Export twice, then kill an export of fewer rows in the middle, and repeat it."""
    first = export(out, address)
    before = rows()
    second = export(out, address)
    exports += [first, second]
    same = rows() == before
    counts = ", ".join(f"{len(found):,} {table}" for table, found in before.items())
    print(f"{name}: {first}, again {second}; same rows: {same} ({counts})", flush=True)
    drop_first_lead(out)
    killed, seen = 0, []
    for share in KILLED_AT:
        process = subprocess.Popen(command(out, address), stdout=subprocess.DEVNULL)
        time.sleep(share * second.wall_s)
        process.kill()
        killed += process.wait() != 0  # it may have been quicker
        seen.append(rows())
    exports.append(export(out, address))
    after = rows()
    exports.append(export(out, address))
    whole = all(found in (before, after) for found in seen)
    repeated = rows() == after and len(after["signals"]) < len(before["signals"])
    print(
        f"{name}: {killed} of {len(KILLED_AT)} killed in the middle, {seen.count(before)} left the rows as before, "
        f"none a part of them: {whole}; repeated gives the same rows: {repeated}",
        flush=True,
    )
    return same and killed > 0 and whole and repeated


def drop_first_lead(out: Path) -> None:
    """Something vanishes, so that an export has something to do."""
    from export_results import without_lead

    with (out / "leads.jsonl").open(encoding="utf-8") as lines:
        without_lead(out, json.loads(next(lines))["lead_id"])


def command(out: Path, address: str) -> list[str]:
    """Of one export."""
    return [sys.executable, "-m", "callsignals", "export", str(out), "--to", address, "--json"]


@dataclass(frozen=True)
class Cost:
    """Of one export: seconds on the clock, and of its processor."""

    wall_s: float
    processor_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:.1f} s ({self.processor_s:.1f} s of the processor)"


def export(out: Path, address: str) -> Cost:
    """One export."""
    begun, used = time.perf_counter(), children_s()
    subprocess.run(command(out, address), check=True, stdout=subprocess.DEVNULL)
    return Cost(time.perf_counter() - begun, children_s() - used)


def children_s() -> float:
    """Processor seconds of the processes that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def postgresql_rows(address: str) -> Rows:
    """Everything in the database."""
    import psycopg

    with psycopg.connect(address) as connection:
        return {
            name: connection.execute(f"SELECT t::text FROM {name} t ORDER BY {key}").fetchall()
            for name, key in TABLES.items()
        }


def sqlite_rows(path: Path) -> Rows:
    """Everything in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY {key}").fetchall() for name, key in TABLES.items()
        }


def plain_copy(out: Path, address: str) -> float:
    """Seconds for the same signals as CSV by polars and ``COPY``."""
    import polars as pl
    import psycopg

    begun = time.perf_counter()
    frame = pl.read_parquet(out / "signals.parquet").with_columns(
        pl.col("labels").list.join(";"), pl.lit(None, dtype=pl.String).alias("evidence")
    )
    declared = ", ".join(f'"{name}" {"float8" if kind.is_numeric() else "text"}' for name, kind in frame.schema.items())
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain ({declared})")
        with cursor.copy("COPY plain FROM STDIN (FORMAT csv)") as copy:
            copy.write(frame.write_csv(include_header=False).encode("utf-8"))
    return time.perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(main())
