"""What the tests of exports and their benchmark make finished OUTs with."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    '"; DROP TABLE signals; --',
    "'; DELETE FROM leads; --",
    "a\nb\n\\.\nc",
    "\\N",
    "{1,2}",
    "../../../etc/x",
    "/etc/x",
    "C:\\x\\..\\y",
    "CON",
    "a\0b",
    "\\u0000",
    "ÅÄÖ 'é' 日本 😀",
    "<script>alert(1)</script>",
    "%00;,\"'",
    "_x0041_",
    "null",
    "",
)
"""What may stand in any free field of somebody's tables."""


def finish(out: Path, source: str = "callsignals/t") -> Path:
    """Make generated results a finished run."""
    (out / "run.json").write_text(json.dumps({"callsignals": "0.1.0", "source": source}), encoding="utf-8")
    return out


def without_lead(out: Path, lead_id: str) -> None:
    """The lead is gone from the results, as after a run without it."""
    lines = (out / "leads.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["lead_id"] != lead_id]
    assert len(kept) == len(lines) - 1
    (out / "leads.jsonl").write_text("".join(kept), encoding="utf-8")
    for name in ("signals", "calls", "comments"):
        table = pl.read_parquet(out / f"{name}.parquet")
        table.filter(pl.col("lead_id").ne_missing(lead_id)).write_parquet(out / f"{name}.parquet")
