"""Take rows out of the tables and records of OUT, from the files alone: needs neither the workspace nor any model.

Figures of sellers, segments and the company rest on the removed rows as well; here they go, and so does the
``personalisation`` of other calls. A rebuild from the workspace puts them back, computed without what was removed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.batch.label_files import FOLLOW_UP_FILE
from callsignals.batch.store import CACHE_FOLDER
from callsignals.batch.transcripts import stamps_of
from callsignals.erasure.needles import Needles
from callsignals.erasure.plan import Plan
from callsignals.files import file_name_for, remove_file, replacing, write_bytes, write_text
from callsignals.insight.candidates import CANDIDATES_FILE
from callsignals.language.personalisation import NAME as PERSONALISATION
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.signal import SignalRecord
from callsignals.records.spreadsheet import CSV_MARK
from callsignals.records.write import write_frame
from callsignals.report.presentation import PRESENTATION_FILE

__all__ = ["keep_lines", "strip_out"]

_SEALS = ("records.json", "report.json", "transcripts.json")
_FREE = pl.col("level").is_in(["lead"]) | (pl.col("status") == "carried")
"""Rows that rest on one lead, or that were measured elsewhere."""


def strip_out(out: Path, plan: Plan) -> Counter[str]:
    """Remove what ``plan`` names from every file that a run writes, and all pages of the report; may be repeated.

    Returns:
        How many of what was removed: signals, leads, calls, comments, transcripts, lines.

    Raises:
        OutputError: a file cannot be written.
    """
    removed: Counter[str] = Counter()
    for name in _SEALS:
        remove_file(out / CACHE_FOLDER / name)
    removed["transcripts"] += _transcripts(out, plan)
    removed["signals"] += _signals(out, plan)
    removed["calls"] += _table(out / "calls.parquet", plan, _gone_calls(plan))
    removed["comments"] += _table(out / "comments.parquet", plan, _gone_comments(plan))
    removed["leads"] += _leads(out, plan)
    for name in ("failures.jsonl", FOLLOW_UP_FILE):
        if (out / name).is_file():
            removed["lines"] += keep_lines(out / name, plan.needles)
    if plan.sellers:
        _unname_sellers(out, plan)
    elif plan.calls or plan.comments:
        remove_file(out / CANDIDATES_FILE)
    _facts(out / "run.json", plan.needles)
    for page in sorted((out / "report").rglob("*.html")):
        remove_file(page)
    return +removed


def keep_lines(path: Path, needles: Needles) -> int:
    """Rewrite a file of lines (CSV, JSON lines) without those that hold a needle; returns how many went."""
    content = path.read_bytes()
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    records = _csv_records(lines) if path.suffix.casefold() in (".csv", ".tsv") else lines
    head, rows = (records[:1], records[1:]) if path.suffix.casefold() in (".csv", ".tsv") else ([], records)
    kept = [row for row in rows if not _row_holds(row, head, needles)]
    if len(kept) < len(rows):
        mark = CSV_MARK if content.startswith(CSV_MARK) else b""
        write_bytes(path, mark + "".join([*head, *kept]).encode("utf-8"))
    return len(rows) - len(kept)


def _csv_records(lines: Iterable[str]) -> list[str]:
    """Lines joined where a quoted cell goes on in the next one."""
    records: list[str] = []
    is_open = False
    for line in lines:
        if is_open:
            records[-1] += line
        else:
            records.append(line)
        is_open ^= line.count('"') % 2 == 1
    return records


def _row_holds(row: str, head: list[str], needles: Needles) -> bool:
    if needles.is_in(row):
        return True
    if not any(needles.common.values()):
        return False
    if not head:
        return needles.has_common_ids(json.loads(row))
    frame = pl.read_csv("".join([*head, row]).encode("utf-8"), infer_schema=False, truncate_ragged_lines=True)
    return any(map(needles.has_common_ids, frame.to_dicts()))


def _gone_calls(plan: Plan) -> pl.Expr:
    return pl.col("call_id").is_in(plan.calls) | pl.col("lead_id").is_in(plan.leads)


def _gone_comments(plan: Plan) -> pl.Expr:
    return pl.col("comment_id").is_in(plan.comments) | pl.col("lead_id").is_in(plan.leads)


def _gone_signals(plan: Plan) -> pl.Expr:
    is_gone = (
        pl.col("lead_id").is_in(plan.leads)
        | (pl.col("comment_id").is_null() & pl.col("call_id").is_in(plan.calls))
        | pl.col("comment_id").is_in(plan.comments)
    )
    return (is_gone.fill_null(value=False) | ~_FREE | (pl.col("signal") == PERSONALISATION)).fill_null(value=False)


def _transcripts(out: Path, plan: Plan) -> int:
    names = {file_name_for(call_id) for call_id in plan.calls}
    gone = [file for file in stamps_of(out / "transcripts") if file.rpartition(".")[0] in names]
    for file in gone:
        remove_file(out / "transcripts" / file)
    return len(gone)


def _signals(out: Path, plan: Plan) -> int:
    """Both files; returns how many rows of the erased there were (not those that a rebuild puts back)."""
    path, lines = out / "signals.parquet", out / "signals.jsonl"
    if not path.is_file():
        return 0
    frame = pl.read_parquet(path)
    kept = frame.filter(~_gone_signals(plan))
    own = frame.filter(_own_signals(plan)).height
    gone = set(frame["key"]) - set(kept["key"])
    lost_call = pl.col("comment_id").is_not_null() & pl.col("call_id").is_in(plan.calls)
    kept = kept.with_columns(pl.when(lost_call).then(None).otherwise(pl.col("call_id")).alias("call_id"))
    if plan.sellers:
        kept = kept.with_columns(_without_seller("seller", plan))
    if "text" in kept.columns and (
        telling := [one for one in kept["text"].unique() if one and plan.needles.is_in(one)]
    ):
        kept = kept.with_columns(pl.col("text").replace(telling, [None] * len(telling)))
    if lines.is_file():
        _rewrite_lines(lines, lambda row: None if row["key"] in gone else _signal_line(row, plan))
    write_frame(path, kept)
    return own


def _own_signals(plan: Plan) -> pl.Expr:
    of_seller = (pl.col("level") == "seller") & pl.col("subject").is_in(plan.sellers)
    of_lead = pl.col("lead_id").is_in(plan.leads) | pl.col("comment_id").is_in(plan.comments)
    of_call = pl.col("comment_id").is_null() & pl.col("call_id").is_in(plan.calls)
    return (of_seller | of_lead | of_call).fill_null(value=False)


def _signal_line(row: dict[str, Any], plan: Plan) -> dict[str, Any]:
    if row["comment_id"] is not None and row["call_id"] in plan.calls:
        row["call_id"] = None
    if row["seller"] in plan.sellers:
        row["seller"] = None
    if row.get("text") and plan.needles.is_in(row["text"]):
        row["text"] = None
    return row


def _without_seller(column: str, plan: Plan) -> pl.Expr:
    """A cell that names an erased seller, among others or alone, becomes empty."""
    named = pl.col(column).str.split(";").list.set_intersection(list(plan.sellers)).list.len() > 0
    return pl.when(named).then(None).otherwise(pl.col(column)).alias(column)


def _table(path: Path, plan: Plan, gone: pl.Expr) -> int:
    if not path.is_file():
        return 0
    frame = pl.read_parquet(path)
    kept = frame.filter(~gone.fill_null(value=False))
    changes = []
    if PERSONALISATION in frame.columns:
        changes.append(pl.lit(None, dtype=frame.schema[PERSONALISATION]).alias(PERSONALISATION))
    if "comment_id" in frame.columns:
        lost_call = pl.col("call_id").is_in(plan.calls)
        changes.append(pl.when(lost_call).then(None).otherwise(pl.col("call_id")).alias("call_id"))
    elif "duplicate_of" in frame.columns:
        lost = pl.col("duplicate_of").is_in(plan.calls)
        changes.append(pl.when(lost).then(None).otherwise(pl.col("duplicate_of")).alias("duplicate_of"))
    if plan.sellers and "seller" in frame.columns:
        changes.append(_without_seller("seller", plan))
    write_frame(path, kept.with_columns(changes))
    return frame.height - kept.height


def _leads(out: Path, plan: Plan) -> int:
    """Leads that stay are summed up again from the rows that stay."""
    path = out / "leads.jsonl"
    if not path.is_file():
        return 0
    rows = pl.read_parquet(out / "signals.parquet").filter(pl.col("lead_id").is_not_null())
    by_lead = {str(name): part for (name,), part in rows.group_by(["lead_id"], maintain_order=True)}
    return _rewrite_lines(path, lambda record: _lead_line(record, plan, by_lead.get(record["lead_id"])))


def _lead_line(record: dict[str, Any], plan: Plan, rows: pl.DataFrame | None) -> dict[str, Any] | None:
    if record["lead_id"] in plan.leads:
        return None
    signals = [SignalRecord.model_validate(_plain(row)) for row in rows.to_dicts()] if rows is not None else []
    record["calls"] = [one for one in record["calls"] if one not in plan.calls]
    record["comments"] = [one for one in record["comments"] if one not in plan.comments]
    kept = LeadRecord.model_validate({**record, "phases": lead_phases(signals)})
    return dict(json.loads(kept.model_dump_json()))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A Parquet row as the record takes it: fields of evidence that are not its own are left out."""
    spans = row.get("evidence") or []
    row["evidence"] = [{name: value for name, value in span.items() if value is not None} for span in spans]
    row["labels"] = row.get("labels") or []
    return row


def _rewrite_lines(path: Path, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> int:
    """Each JSON line as ``change`` makes it, without those it drops; returns how many went."""
    gone = 0
    with (
        replacing(path) as part,
        part.open("w", encoding="utf-8", newline="\n") as written,
        path.open(encoding="utf-8", newline="\n") as lines,
    ):
        for line in lines:
            changed = change(json.loads(line))
            gone += changed is None
            if changed is not None:
                written.write(json.dumps(changed, ensure_ascii=False, separators=(",", ":")) + "\n")
    return gone


def _unname_sellers(out: Path, plan: Plan) -> None:
    path = out / PRESENTATION_FILE
    if path.is_file():
        shown = json.loads(path.read_text(encoding="utf-8"))
        named: Mapping[str, str] = shown.get("sellers") or {}
        shown["sellers"] = {one: name for one, name in named.items() if one not in plan.sellers}
        write_text(path, json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _facts(path: Path, needles: Needles) -> None:
    """Notices may name ids."""
    if path.is_file():
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts["notices"] = [text for text in facts.get("notices", ()) if not needles.is_in(text)]
        write_text(path, json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
