"""Survey figures as signal rows of a run."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.batch.survey_stage import Owners
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow
from callsignals.records.schema import validate_file
from support import results, write_csv

PRICE = "The price is far too high for what we get."
SCORES = (0, 2, 3, 5, 6, 9, 9, 10, 10, 10, 8, 7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("survey")
    (folder / "one.txt").write_text("Laura: How many invoices do you send?\nCustomer: Too many.\n", encoding="utf-8")
    (folder / "callsignals.toml").write_text(
        '[workspace]\ntimezone = "Europe/Helsinki"\n[segments]\ncolumns = ["country"]\n', encoding="utf-8"
    )
    write_csv(
        folder / "calls.csv",
        [{"call_id": "k", "lead_id": "l0", "transcript": "one.txt", "seller": "Laura", "language": "en"}],
    )
    write_csv(folder / "leads.csv", [{"lead_id": f"l{i}", "country": "FI" if i % 2 else "SE"} for i in range(12)])
    write_csv(
        folder / "comments.csv",
        [
            {
                "comment_id": f"c{i:02}",
                "lead_id": f"l{i}",
                "kind": "survey",
                "score": score,
                "scale": "nps",
                "text": PRICE if score < 7 else "",
                "created_at": "2026-01-31T23:30:00Z" if i == 11 else f"2026-01-{i + 1:02}",
                "call_id": "k" if i < 6 else "",
            }
            for i, score in enumerate(SCORES)
        ],
    )
    return folder


@pytest.fixture(scope="module")
def rows(folder) -> list[dict]:
    out = run_workspace(folder, RunOptions(workers=1)).out
    assert validate_file(out / "signals.jsonl")[1] == []
    assert validate_file(out / "leads.jsonl")[1] == []
    stored = [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert pl.read_parquet(out / "signals.parquet")["key"].to_list() == [row["key"] for row in stored]
    assert len({row["key"] for row in stored}) == len(stored)
    return stored


def chosen(rows, signal, level, subject, period_start=None):
    return [
        row
        for row in rows
        if (row["signal"], row["level"], row["subject"], row["period_start"]) == (signal, level, subject, period_start)
    ]


def test_the_companys_nps_in_total_and_by_month(rows):
    (total,) = chosen(rows, "nps", "company", "company")
    assert total["value"] == pytest.approx(0.0)
    assert (total["n"], total["numerator"], total["denominator"]) == (12, 0.0, 12.0)
    assert total["low"] < total["value"] < total["high"]
    assert (total["interval"], total["phase"], total["unit"]) == (0.95, "after", "points")
    # The last answer was given on 1 February, Helsinki time.
    (january,) = chosen(rows, "nps", "company", "company", "2025-12-31T22:00:00Z")
    assert (january["n"], january["period_end"]) == (11, "2026-01-31T22:00:00Z")
    (february,) = chosen(rows, "nps", "company", "company", "2026-01-31T22:00:00Z")
    assert (february["n"], february["status"], february["reason"]) == (1, "insufficient", "under_5_respondents")


def test_sellers_segments_and_leads_have_theirs(rows):
    (laura,) = chosen(rows, "nps", "seller", "Laura")
    assert (laura["n"], laura["seller"], laura["lead_id"]) == (6, "Laura", None)
    assert laura["value"] == pytest.approx(100 * (1 - 5) / 6)
    assert chosen(rows, "nps", "segment", "country=SE")[0]["n"] == 6
    (lead,) = chosen(rows, "nps", "lead", "l0")
    assert (lead["lead_id"], lead["status"], lead["denominator"]) == ("l0", "insufficient", 1.0)


def test_what_moves_it_rests_on_the_reasons_of_the_texts(rows):
    named = {
        row["comment_id"]
        for row in rows
        if row["signal"] == "comment_reasons" and any(label.startswith("price:") for label in row["labels"])
    }
    assert named == {f"c{i:02}" for i in range(5)}
    impact = {row["labels"][0]: row for row in chosen(rows, "nps_impact", "company", "company")}
    assert impact["price"]["value"] == pytest.approx(0 - 100 * 5 / 7, abs=1e-5)
    assert (impact["price"]["label"], impact["price"]["numerator"], impact["price"]["denominator"]) == ("price", 5, 12)


def test_lead_records_do_not_mistake_figures_for_observations(rows, folder):
    leads = [json.loads(line) for line in (folder / "out" / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(leads) == 12
    assert all("nps" not in lead["phases"]["after"] for lead in leads)
    assert leads[0]["phases"]["after"]["nps_group"]["n"] == 1


def test_the_order_of_the_comments_does_not_matter(rows, folder, tmp_path):
    before = results(folder / "out")
    table = folder / "comments.csv"
    content = table.read_text(encoding="utf-8")
    header, *lines = content.splitlines()
    table.write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    again = run_workspace(folder, RunOptions(out=tmp_path / "out", workers=1))
    table.write_text(content, encoding="utf-8")
    assert results(again.out) == before


def test_whose_a_comment_is():
    calls = [
        CallRow("k1", "a", sellers=("Laura",), extra=(("region", "north"),)),
        CallRow("k2", "b", sellers=("Laura", "Per")),
        CallRow("k3", "c", sellers=("Laura",)),
        CallRow("k4", "c", sellers=("Per",)),
    ]
    owners = Owners(calls, [LeadRow("a", segment="small")], ["region"])
    of_a = owners.of_comment(CommentRow("1", "a", "survey"))
    assert (of_a.seller, of_a.segments) == ("Laura", (("segment", "small"),))
    assert owners.of_comment(CommentRow("2", "a", "survey", call_id="k1")).segments == (
        ("segment", "small"),
        ("region", "north"),
    )
    assert owners.of_comment(CommentRow("3", "b", "survey", call_id="k2")).seller is None
    assert owners.of_comment(CommentRow("4", "c", "survey")).seller is None
    assert owners.of_comment(CommentRow("5", "c", "survey", call_id="k4")).seller == "Per"
    assert owners.of_comment(CommentRow("6", "c", "survey", extra=(("seller", "Mia"),))).seller == "Mia"
