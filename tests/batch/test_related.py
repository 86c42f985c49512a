"""Figures that need the whole batch: personalisation, and the funnel."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch.funnel_stage import known_leads
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.inputs.rows import CallRow, LeadRow
from callsignals.records.schema import validate_file
from support import ROOT, write_csv

MARKED = ROOT / "tests" / "language" / "marked"
LAURA = ("bjorkhagen", "lindevik", "malarskog", "tallberga")
ALONE = "brackwater"


def talk(name: str) -> str:
    """A written call in which the seller says nearly all of it."""
    (path,) = MARKED.glob(f"??_{name}.json")
    said = [line for _, line in json.loads(path.read_text(encoding="utf-8"))["turns"]]
    lines = [f"Laura: {line}" + ("\nKund: Det tar mycket tid." if at % 5 == 0 else "") for at, line in enumerate(said)]
    return "\n".join(lines) + "\n"


def call(name, lead, seller="laura", **cells):
    language = "en" if name == ALONE else "sv"
    row = {"call_id": name, "lead_id": lead, "transcript": f"{name}.txt", "seller": seller, "language": language}
    return {**row, **cells}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("related")
    for name in (*LAURA, ALONE):
        (folder / f"{name}.txt").write_text(talk(name), encoding="utf-8")
    (folder / "callsignals.toml").write_text('[funnel]\nstages = ["demo", "offer", "order"]\n', encoding="utf-8")
    write_csv(folder / "sellers.csv", [{"seller": "laura", "name": "Laura Virtanen"}])
    rows = [call(name, f"l{at}", started_at=f"2026-01-0{at + 1}") for at, name in enumerate(LAURA)]
    rows.append(call(ALONE, "l9", outcome="won", closed_at="2026-03-01", stage="offer", started_at="2026-02-01"))
    write_csv(folder / "calls.csv", rows)
    leads = [
        {"lead_id": "l0", "outcome": "won", "closed_at": "2026-01-31", "stage": "order", "segment": "small"},
        {"lead_id": "l1", "outcome": "lost", "closed_at": "2026-02-03", "stage": "offer", "lost_reason": "price"},
        {"lead_id": "l2", "outcome": "open", "stage": "demo", "segment": "small", "qualified": "yes"},
        {"lead_id": "l3", "stage": "unheard of"},
    ]
    write_csv(folder / "leads.csv", leads)
    return folder


def run(folder: Path) -> list[dict]:
    out = run_workspace(folder, RunOptions(workers=1)).out
    assert validate_file(out / "signals.jsonl")[1] == []
    rows = [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["key"] for row in rows}) == len(rows)
    return rows


@pytest.fixture(scope="module")
def rows(folder) -> list[dict]:
    return run(folder)


def of(rows, signal, **fields):
    return [row for row in rows if row["signal"] == signal and fields.items() <= row.items()]


def test_a_call_is_compared_with_its_sellers_other_calls_in_its_language(folder, rows):
    found = {row["call_id"]: row for row in of(rows, "personalisation", level="lead")}
    assert set(found) == {*LAURA, ALONE}
    assert all(found[name]["status"] == "ok" and found[name]["n"] == 3 for name in LAURA)
    assert all(0.2 < found[name]["value"] < 1 for name in LAURA)
    assert (found[ALONE]["status"], found[ALONE]["reason"]) == ("insufficient", "under_3_other_calls")
    table = pl.read_parquet(folder / "out" / "calls.parquet")
    assert table["personalisation"].to_list() == [*(found[name]["value"] for name in LAURA), None]


def test_another_call_changes_the_id_of_its_peers_and_not_their_key(folder, rows, tmp_path):
    fewer = tmp_path / "fewer"
    shutil.copytree(folder, fewer)
    lines = (fewer / "calls.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (fewer / "calls.csv").write_text("".join(line for line in lines if "tallberga" not in line), encoding="utf-8")
    before = {row["call_id"]: row for row in of(rows, "personalisation", level="lead")}
    after = {row["call_id"]: row for row in of(run(fewer), "personalisation", level="lead")}
    for name in LAURA[:3]:
        assert after[name]["reason"] == "under_3_other_calls"
        assert after[name]["key"] == before[name]["key"]
        assert after[name]["id"] != before[name]["id"]


def test_leads_have_their_own_time_to_won(rows):
    found = {row["lead_id"]: row for row in of(rows, "time_to_won_days", level="lead")}
    assert found["l0"]["value"] == 30
    assert found["l1"]["reason"] == "not_won"
    assert found["l9"]["value"] == 28  # from its call's row: it has none in leads.csv
    (age,) = of(rows, "open_age_days", level="lead")
    assert (age["lead_id"], age["value"]) == ("l2", 57)  # 3 January to 1 March, the latest date of the tables
    assert "l3" not in found


def test_conversion_by_the_order_of_the_settings(rows):
    company = of(rows, "stage_conversion_share", level="company", period_start=None)
    # Won leads have been through all of them; the stage of l3 is not in the list.
    assert [(row["labels"], row["numerator"], row["denominator"]) for row in company] == [
        (["demo", "offer"], 3, 4),
        (["offer", "order"], 2, 3),
    ]
    segment = of(rows, "stage_conversion_share", subject="segment=small", period_start=None)
    assert [(row["numerator"], row["denominator"]) for row in segment] == [(1, 2), (1, 1)]


def test_figures_of_few_leads_are_insufficient_and_keep_their_parts(rows):
    (won,) = of(rows, "won_share", level="company", period_start=None)
    assert (won["value"], won["reason"], won["numerator"], won["denominator"]) == (None, "under_5_closed_leads", 2, 3)
    months = {row["period_start"][:7] for row in of(rows, "won_share", level="company") if row["period_start"]}
    assert months == {"2026-01", "2026-02", "2026-03"}
    (qualified,) = of(rows, "qualified_share", level="company", period_start=None)
    assert (qualified["numerator"], qualified["denominator"]) == (1, 1)


def test_what_a_leads_row_does_not_say_its_latest_call_does():
    calls = {"a": [CallRow("2", "a", outcome="open", stage="demo"), CallRow("1", "a", outcome="lost", stage="offer")]}
    (lead,) = known_leads([LeadRow("a", stage="order")], calls)
    assert (lead.stage, lead.outcome) == ("order", "open")
    (lead,) = known_leads([], calls)
    assert (lead.lead_id, lead.stage) == ("a", "demo")
