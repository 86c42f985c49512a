"""Rows of calls and comments as figures of groups, by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from callsignals.figures.grouped import Belonging, Subject
from callsignals.figures.observed import OBSERVED_COLUMNS, ObservationTable
from callsignals.records.tables import SIGNALS_SCHEMA

COMPANY, LAURA, SMALL = Subject("company", "company"), Subject("seller", "laura"), Subject("segment", "size=small")


def owner(lead: str, call: str | None, comment: str | None) -> Belonging:
    """Laura sells to leads in capitals, who are small."""
    return Belonging(lead, "laura", (("size", "small"),)) if lead.isupper() else Belonging(lead)


def rows(*found: dict) -> pl.DataFrame:
    common = {"level": "lead", "status": "ok", "phase": "during", "unit": "share", "signal": "need_uptake"}
    named = [{**common, "call_id": f"c{at}", "id": f"{at:032x}", **row} for at, row in enumerate(found, start=1)]
    return pl.DataFrame(named, {name: SIGNALS_SCHEMA[name] for name in OBSERVED_COLUMNS}, orient="row")


FOUND = (
    {"lead_id": "A", "time": "2026-01-10T10:00:00Z", "value": 0.2},
    {"lead_id": "B", "time": "2026-01-20T10:00:00Z", "value": 0.4},
    {"lead_id": "b", "time": "2026-02-03T10:00:00Z", "value": 0.9},
    {"lead_id": "A", "time": None, "value": 0.6},
    {"lead_id": "A", "time": "2026-01-11T10:00:00Z", "status": "insufficient", "value": None},
    {"lead_id": "A", "time": "2026-01-11T10:00:00Z", "signal": "nps", "phase": "after", "value": 100.0},
    {"lead_id": "A", "time": "2026-01-11T10:00:00Z", "status": "carried", "value": 1.0},
    {"lead_id": None, "level": "company", "time": "2026-01-11T10:00:00Z", "value": 1.0},
)


def table(*parts: pl.DataFrame, **options) -> ObservationTable:
    found = ObservationTable(owner, **options)
    for part in parts:
        found.add(part)
    return found


def values(found: ObservationTable, zone=None) -> dict[tuple[Subject, str | None], float]:
    return {
        (figure.subject, figure.period.name if figure.period else None): round(figure.signal.value, 9)
        for figure in found.figures("month", zone)
    }


def test_every_group_has_its_total_and_its_periods_and_undated_calls_enter_totals_only():
    assert values(table(rows(*FOUND))) == {
        (COMPANY, None): pytest.approx((0.2 + 0.4 + 0.9 + 0.6) / 4),
        (COMPANY, "2026-01"): pytest.approx(0.3),
        (COMPANY, "2026-02"): 0.9,
        (LAURA, None): pytest.approx(0.4),
        (LAURA, "2026-01"): pytest.approx(0.3),
        (SMALL, None): pytest.approx(0.4),
        (SMALL, "2026-01"): pytest.approx(0.3),
    }


def test_rows_may_come_in_any_order_and_in_any_parts():
    whole = rows(*FOUND)
    at_once = list(table(whole).figures("month"))
    one_by_one = list(table(*(whole[[at]] for at in reversed(range(len(whole))))).figures("month"))
    assert one_by_one == at_once


def test_the_digest_tells_which_observations_a_figure_rests_on():
    before = {(f.subject, f.period): f.digest for f in table(rows(*FOUND)).figures("month")}
    changed = ({**FOUND[0], "id": "f" * 32}, *FOUND[1:])
    after = {(f.subject, f.period): f.digest for f in table(rows(*changed)).figures("month")}
    same = {group for group in before if before[group] == after[group]}
    assert {(subject, period.name) for subject, period in same} == {(COMPANY, "2026-02")}


def test_midnights_are_those_of_the_zone():
    late = rows({"lead_id": "b", "time": "2026-01-31T22:30:00Z", "value": 0.5})
    assert (COMPANY, "2026-01") in values(table(late))
    helsinki = list(table(late).figures("month", ZoneInfo("Europe/Helsinki"), totals=False))
    assert [figure.period.name for figure in helsinki] == ["2026-02"]
    assert helsinki[0].period.start == datetime(2026, 1, 31, 22, tzinfo=UTC)


def test_a_signal_of_two_phases_is_two_figures():
    said = {"lead_id": "A", "signal": "comment_polarity", "unit": "", "time": "2026-01-10T10:00:00Z"}
    both = rows({**said, "phase": "before", "label": "positive"}, {**said, "phase": "after", "label": "negative"})
    found = [f for f in table(both).figures("month", totals=False) if f.subject == COMPANY]
    assert [(f.definition.phase, f.signal.label, f.signal.value) for f in found] == [
        ("before", "positive", 1.0),
        ("after", "negative", 1.0),
    ]


def test_carried_values_of_leads_count_where_they_are_asked_for():
    assert values(table(rows(*FOUND), statuses=("carried",))) == {
        (group, period): 1.0 for group in (COMPANY, LAURA, SMALL) for period in (None, "2026-01")
    }


def test_nothing_gives_nothing():
    assert list(table(rows(*FOUND[4:5])).figures("week")) == []


def test_a_row_of_a_period_counts_where_the_period_begins():
    carried = rows({"lead_id": "b", "time": "2026-03-15T00:00:00Z", "period_start": "2026-02-01T00:00:00Z", "value": 1})
    assert set(values(table(carried))) == {(COMPANY, None), (COMPANY, "2026-02")}


def test_parts_and_labels_reach_the_figure():
    share = {"lead_id": "b", "signal": "seller_talk_share", "time": None}
    found = table(
        rows(
            {**share, "value": 0.2, "numerator": 20.0, "denominator": 100.0},
            {**share, "value": 0.6, "numerator": 30.0, "denominator": 50.0},
        )
    ).figures("month")
    mean, ratio = (figure for figure in found if figure.subject == COMPANY)
    assert (mean.signal.numerator, mean.signal.denominator, mean.period) == (50.0, 150.0, None)
    assert (ratio.definition.name, ratio.signal.value) == ("customer_seller_talk_ratio", pytest.approx(1.5))
    assert mean.digest == ratio.digest
    assert len(mean.digest) == 64


def test_many_rows_are_packed_on_the_way_and_none_is_lost():
    many = pl.concat([rows(*FOUND[:4])] * 3000).with_columns(
        pl.int_range(pl.len()).cast(pl.String).str.zfill(32).alias("id")
    )
    found = ObservationTable(owner)
    found.add(many)
    found.add(many)
    assert values(found)[COMPANY, None] == pytest.approx(0.525)
    company = next(figure for figure in found.figures("month") if figure.subject == COMPANY)
    assert company.signal.n == 24_000


def test_a_carried_figure_of_ours_is_an_observation_like_any_other():
    score = {"lead_id": "b", "signal": "nps", "phase": "after", "unit": "points", "time": None}
    carried = rows({**score, "status": "carried", "value": 40.0}, {**score, "value": -100.0})
    assert values(table(carried, statuses=("ok", "carried"))) == {(COMPANY, None): 40.0}
