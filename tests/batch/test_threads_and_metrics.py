"""Threads and carried metrics from their tables to the records of a run."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.records.schema import validate_file
from support import results, write_csv

US, CUSTOMER, AUTO = "us", "customer", "auto"
MESSAGES = [
    # Friday 2 January 2026 16:30 to Wednesday 7 January 09:15 in Stockholm; Tuesday is Epiphany: 30 min + 8 h + 15 min.
    ("a", "acme", CUSTOMER, "2026-01-02T16:30", "Can you send the invoice again?", ""),
    ("a", "acme", AUTO, "2026-01-02T16:31", "We have received your message.", ""),
    ("a", "acme", US, "2026-01-07T09:15", "Here it is.", "yes"),
    ("b", "beta", US, "2026-02-02T10:00", "Would a demo be of interest?", "no"),
    ("b", "beta", CUSTOMER, "2026-02-02T11:00", "Yes please, that sounds very interesting. Call me tomorrow!", ""),
    ("b", "beta", US, "2026-02-02T12:00", "Gladly.", ""),
    ("b", "gamma", CUSTOMER, "2026-02-03T12:00", "Wrong lead", ""),
]
METRICS = [
    {"signal": "pages_per_session", "value": 4.5, "observed_at": "2026-01-31", "lead_id": "delta"},
    {
        "signal": "retention_rate",
        "observed_at": "2026-01-31",
        "customers_start": 200,
        "customers_end": 210,
        "customers_new": 30,
        "period_start": "2026-01-01",
        "period_end": "2026-02-01",
    },
    {"signal": "nps", "value": 40, "observed_at": "2026-01-31", "lead_id": "acme"},
    {"signal": "webinar_mood", "value": 3, "observed_at": "2026-01-31", "phase": "before", "lead_id": "acme"},
    {"signal": "newsletter_open_share", "value": 3, "observed_at": "2026-01-31"},
]


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("threads")
    (folder / "callsignals.toml").write_text(
        '[workspace]\ntimezone = "Europe/Stockholm"\n[messages]\nbusiness_hours = "09:00-17:00"\ncountry = "SE"\n',
        encoding="utf-8",
    )
    names = ("thread_id", "lead_id", "sender", "sent_at", "text", "resolved")
    write_csv(folder / "messages.csv", [dict(zip(names, row, strict=True)) for row in MESSAGES])
    write_csv(folder / "leads.csv", [{"lead_id": "acme", "segment": "north"}, {"lead_id": "beta", "segment": "south"}])
    write_csv(folder / "metrics.csv", METRICS)
    return run_workspace(folder, RunOptions(workers=1)).out


@pytest.fixture(scope="module")
def rows(out) -> list[dict]:
    return [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]


def chosen(rows, signal, subject, *, total: bool = True) -> list[dict]:
    return [
        row for row in rows if (row["signal"], row["subject"], row["period_start"] is None) == (signal, subject, total)
    ]


def test_records_fit_the_published_schema_and_keys_are_unique(out, rows):
    assert validate_file(out / "signals.jsonl")[1] == []
    assert validate_file(out / "leads.jsonl")[1] == []
    assert len({row["key"] for row in rows}) == len(rows)


def test_a_wait_over_a_weekend_and_a_holiday_counts_business_hours(rows):
    (lead,) = chosen(rows, "first_reply_time_s", "acme")
    assert (lead["value"], lead["level"], lead["phase"]) == (8.75 * 3600, "lead", "during")
    (company,) = chosen(rows, "first_reply_time_s", "company")
    assert (company["value"], company["n"]) == ((8.75 + 1) / 2 * 3600, 2)
    assert chosen(rows, "first_reply_time_s", "segment=north")[0]["value"] == 8.75 * 3600
    january, february = chosen(rows, "first_reply_time_s", "company", total=False)
    assert (january["value"], february["value"]) == (8.75 * 3600, 3600.0)
    assert chosen(rows, "automatic_reply_time_s", "acme")[0]["value"] == 60.0
    assert chosen(rows, "resolution_rate", "company")[0]["value"] == 0.5


def test_a_private_reply_is_counted_and_classified_before_the_sale(out, rows):
    (count,) = chosen(rows, "private_replies_count", "beta")
    assert (count["value"], count["phase"]) == (1.0, "before")
    assert chosen(rows, "private_replies_count", "acme") == []
    (intent,) = [row for row in rows if row["signal"] == "reply_intent" and row["level"] == "lead"]
    assert (intent["comment_id"], intent["label"], intent["phase"]) == ("b/2", "interest", "before")
    assert pl.read_parquet(out / "comments.parquet")["kind"].to_list() == ["reply"]


def test_carried_metrics_stand_in_their_phase_with_their_status(out, rows):
    (pages,) = chosen(rows, "pages_per_session", "delta")
    assert (pages["value"], pages["status"], pages["phase"], pages["unit"]) == (4.5, "carried", "before", "ratio")
    (kept,) = chosen(rows, "retention_rate", "company", total=False)
    assert (kept["value"], kept["numerator"], kept["denominator"], kept["status"]) == (90.0, 180.0, 200.0, "carried")
    # Wilson's 95 % interval of 180 of 200 is 85.06 % to 93.43 %.
    assert (round(kept["low"], 2), round(kept["high"], 2)) == (85.06, 93.43)
    leads = {
        lead["lead_id"]: lead
        for lead in map(json.loads, (out / "leads.jsonl").read_text(encoding="utf-8").splitlines())
    }
    assert set(leads) == {"acme", "beta", "delta"}
    assert leads["delta"]["phases"]["before"]["pages_per_session"]["status"] == "carried"
    assert leads["acme"]["phases"]["after"]["nps"] == leads["acme"]["phases"]["after"]["nps"] | {
        "value": 40.0,
        "status": "carried",
    }
    assert leads["acme"]["phases"]["before"]["webinar_mood"]["value"] == 3.0


def test_what_cannot_be_is_reported_with_its_row(out):
    failures = [json.loads(line) for line in (out / "failures.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(failure["input"], failure["row"], failure["error"]) for failure in failures} == {
        ("messages.csv", 7, "two_leads"),
        ("metrics.csv", 5, "impossible"),
    }


def test_the_text_of_messages_stays_out_of_the_records(out):
    for name, content in results(out).items():
        assert b"very interesting" not in content, name


def test_another_metric_makes_new_records(out):
    metrics = out.parent / "metrics.csv"
    before = metrics.read_text(encoding="utf-8")
    metrics.write_text(before.replace("4.5", "5.5"), encoding="utf-8")
    try:
        run_workspace(out.parent, RunOptions(workers=1))
        content = (out / "signals.jsonl").read_text(encoding="utf-8")
        assert [
            row["value"] for row in map(json.loads, content.splitlines()) if row["signal"] == "pages_per_session"
        ] == [5.5]
    finally:
        metrics.write_text(before, encoding="utf-8")
        run_workspace(out.parent, RunOptions(workers=1))
