"""Figures of a run that the index takes over as they stand."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from callsignals.figures.grouped import Belonging
from callsignals.figures.observed import OBSERVED_COLUMNS, ObservationTable
from callsignals.index.build import index_rows
from callsignals.index.sources import GroupRow, IndexSettings
from callsignals.records.tables import SIGNALS_SCHEMA

JANUARY, FEBRUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


class Sources:
    """What ``IndexSources`` gives, without files."""

    def __init__(self, observations=(), rows=(), **settings):
        self.settings = IndexSettings(**settings)
        self._observations, self._rows = observations, rows

    def observations(self):
        table = ObservationTable(lambda lead, call, comment: Belonging(lead), ("ok", "carried"))
        for row in self._observations:
            table.add(row)
        return table

    def answers(self):
        return iter(())

    def group_rows(self):
        return iter(self._rows)


def group_row(signal: str, start, end, *, time=None, **changes) -> GroupRow:
    row = {
        "subject": "company", "level": "company", "time": None, "phase": "after", "signal": signal, "value": 1.0,
        "label": None, "labels": [], "unit": "share", "numerator": None, "denominator": None, "n": 1, "low": None,
        "high": None, "interval": None, "status": "ok", "key": "k", **changes,
    }  # fmt: skip
    return GroupRow(row, start, end, time)


def observation(signal: str, value: float, *, at: str | None = "2026-01-01T00:00:00Z", unit="ratio") -> pl.DataFrame:
    row = {
        "level": "lead", "status": "carried", "time": at, "id": f"{value:f}".encode().hex().zfill(32),
        "lead_id": "acme", "signal": signal, "phase": "before", "unit": unit, "value": value,
    }  # fmt: skip
    return pl.DataFrame([row], {name: SIGNALS_SCHEMA[name] for name in OBSERVED_COLUMNS})


def test_figures_of_one_signal_are_told_apart_by_scale_and_reason():
    rows = [
        group_row("nps_impact", JANUARY, FEBRUARY, label="price", labels=["price", "nps"]),
        group_row("nps_impact", JANUARY, FEBRUARY, label="price", labels=["price", "nps_1_10"]),
    ]
    assert [row.label for row in index_rows(Sources(rows=rows), "month").rows] == ["price:nps", "price:nps_1_10"]


def test_a_carried_figure_over_several_periods_is_left_out_with_a_notice():
    rows = [group_row("retention_rate", JANUARY, datetime(2026, 4, 1, tzinfo=UTC), status="carried", unit="%")]
    monthly, quarterly = (index_rows(Sources(rows=rows), every) for every in ("month", "quarter"))
    assert monthly.rows == ()
    assert "retention_rate" in monthly.notices[0]
    assert [row.period.name for row in quarterly.rows] == ["2026-Q1"]


def test_a_figure_of_the_company_stands_in_place_of_the_mean_of_its_leads():
    lead = observation("pages_per_session", 9.0)
    own = group_row(
        "pages_per_session", None, None, time=JANUARY, status="carried", phase="before", value=3.0, unit="ratio"
    )
    assert [row.value for row in index_rows(Sources([lead]), "month").rows] == [9.0]
    assert [row.value for row in index_rows(Sources([lead], [own]), "month").rows] == [3.0]


def test_undated_observations_are_in_no_period():
    undated = observation("pages_per_session", 9.0, at=None)
    assert index_rows(Sources([undated]), "month").rows == ()


def test_a_baseline_that_is_no_period_is_told():
    dated = observation("pages_per_session", 9.0)
    index = index_rows(Sources([dated], baseline="2020-01"), "month")
    assert [row.change for row in index.rows] == [None]
    assert "2020-01" in index.notices[0]


@pytest.mark.parametrize("signal", ["trust_score", "webinar_mood"])
def test_signals_that_nobody_knows_are_averaged_too(signal):
    seen = [observation(signal, value, unit="marks") for value in (1.0, 3.0)]
    (row,) = index_rows(Sources(seen), "month").rows
    assert (row.value, row.n, row.direction, row.phase) == (2.0, 2, "neither", "before")
