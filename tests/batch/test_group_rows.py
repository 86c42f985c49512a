"""What calls and comments say of sellers, segments and the company, as rows of ``signals``, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.index.write import write_index
from callsignals.records.schema import validate_file
from callsignals.vocabulary.definitions import FIGURES
from support import results, write_csv, write_spoken_calls

# Seconds of seller and customer: shares 0.8 and 0.2 in January, 0.5 in February, 0.6 undated.
CALLS = (
    ("k0", "acme", "anna", "2026-01-10", 24, 6),
    ("k1", "beta", "anna", "2026-01-20", 6, 24),
    ("k2", "acme", "bo;anna", "2026-02-10", 15, 15),
    ("k3", "beta", "bo", "", 18, 12),
)
SETTINGS = '[comments]\ntier = "fast"\n[workspace]\ntimezone = "Europe/Helsinki"\n[segments]\ncolumns = ["country"]\n'


def fill(folder: Path, calls=CALLS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "callsignals.toml").write_text(SETTINGS, encoding="utf-8")
    write_spoken_calls(folder, calls)
    write_csv(folder / "leads.csv", [{"lead_id": "acme", "country": "FI"}, {"lead_id": "beta", "country": "SE"}])
    texts = {
        "c0": ("acme", "I heard your podcast"), "c1": ("beta", "Your podcast!"), "c2": ("beta", "a podcast episode")
    }  # fmt: skip
    comments = [
        {"comment_id": name, "lead_id": lead, "kind": "referral", "text": text, "language": "en",
         "created_at": "2026-01-31T23:30:00+02:00"}
        for name, (lead, text) in texts.items()
    ]  # fmt: skip
    write_csv(folder / "comments.csv", comments)
    return folder


def run(folder: Path) -> list[dict]:
    out = run_workspace(folder, RunOptions(workers=1)).out
    assert validate_file(out / "signals.jsonl")[1] == []
    return [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return fill(tmp_path_factory.mktemp("groups") / "workspace")


@pytest.fixture(scope="module")
def rows(folder) -> list[dict]:
    return run(folder)


def one(rows, signal, subject, month=None, **fields) -> dict:
    wanted = {"signal": signal, "subject": subject, "period_start": month, **fields}
    (row,) = [row for row in rows if row["level"] != "lead" and wanted.items() <= row.items()]
    return row


JANUARY, FEBRUARY = "2025-12-31T22:00:00Z", "2026-01-31T22:00:00Z"


def test_the_companys_talk_share_is_the_mean_of_its_calls_with_the_seconds_beside(rows):
    total, january = one(rows, "seller_talk_share", "company"), one(rows, "seller_talk_share", "company", JANUARY)
    assert (total["value"], total["n"], total["level"]) == (0.525, 4, "company")  # (0.8 + 0.2 + 0.5 + 0.6) / 4
    assert (total["numerator"], total["denominator"]) == (63.0, 120.0)
    # Variance (0.275² + 0.325² + 0.025² + 0.075²) / 3 = 0.0625; t(0.975, 3) = 3.182446.
    assert (total["low"], total["high"]) == pytest.approx(
        (0.525 - 3.182446 * 0.125, 0.525 + 3.182446 * 0.125), abs=1e-6
    )
    assert (january["value"], january["n"], january["period_end"]) == (0.5, 2, FEBRUARY)
    assert (january["low"], january["high"], january["interval"]) == (0.0, 1.0, 0.95)


def test_a_call_of_two_sellers_is_nobodys_and_an_undated_one_in_no_month(rows):
    anna, bo = one(rows, "seller_talk_share", "anna"), one(rows, "seller_talk_share", "bo")
    assert (anna["value"], anna["n"], anna["seller"]) == (0.5, 2, "anna")
    assert (bo["value"], bo["n"], bo["low"], bo["interval"]) == (0.6, 1, None, None)
    assert not [row for row in rows if row["subject"] == "bo" and row["period_start"]]


def test_segments_are_those_of_the_leads(rows):
    assert one(rows, "seller_talk_share", "country=FI")["value"] == 0.65
    assert one(rows, "seller_talk_share", "country=SE")["value"] == 0.4
    assert one(rows, "customer_seller_talk_ratio", "country=SE")["value"] == 1.5  # (1 - 0.4) / 0.4


def test_a_category_is_a_share_of_those_that_say_something(rows):
    said = [row for row in rows if row["signal"] == "referral_source" and row["comment_id"] and row["status"] == "ok"]
    heard = [row["label"] for row in said].count("podcast")
    assert heard > 0
    share = one(rows, "referral_source", "company", JANUARY, label="podcast")
    assert (share["numerator"], share["denominator"], share["unit"]) == (heard, len(said), "share")
    assert share["value"] == pytest.approx(heard / len(said), abs=1e-6)


def test_the_index_of_the_same_periods_says_the_same(folder, rows):
    write_index(folder / "out", "month")
    index = pl.read_parquet(folder / "out" / "index" / "index.parquet")
    names = ("level", "subject", "phase", "signal", "value", "low", "high", "n", "numerator", "denominator", "unit")
    start = pl.col("period_start").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    listed = index.with_columns(start).select("period_start", pl.col("label").fill_null(""), *names).rows()
    periodic = [
        (row["period_start"], row["label"] or "", *(row[name] for name in names))
        for row in rows
        if row["level"] != "lead" and row["period_start"] and row["signal"] not in FIGURES
    ]
    assert len(periodic) > 20
    assert sorted(periodic, key=repr) == sorted(listed, key=repr)


def test_keys_are_unique_and_groups_come_after_all_leads(rows):
    assert len({row["key"] for row in rows}) == len(rows)
    levels = [row["level"] for row in rows]
    assert levels == sorted(levels, key=("lead", "seller", "segment", "company").index)


def test_the_order_of_the_table_does_not_matter(folder, rows, tmp_path):
    other = fill(tmp_path / "workspace", CALLS[::-1])
    run(other)
    assert results(other / "out") == results(folder / "out")


def test_a_call_less_changes_the_id_of_what_rested_on_it_and_no_key(rows, tmp_path):
    fewer = run(fill(tmp_path / "workspace", CALLS[:-1]))
    for subject, month, same in (("company", None, False), ("company", JANUARY, True), ("anna", None, True)):
        before, after = (one(found, "seller_talk_share", subject, month) for found in (rows, fewer))
        assert before["key"] == after["key"]
        assert (before["id"] == after["id"]) is same
