"""Changes and the composite, by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from callsignals.figures.grouped import Subject
from callsignals.figures.periods import Period, period_of
from callsignals.index.table import IndexRow, composites, with_changes
from callsignals.vocabulary.definitions import DEFINITIONS

COMPANY = Subject("company", "company")


def month(number: int) -> Period:
    return period_of(datetime(2026, number, 15, tzinfo=UTC), "month")


def row(signal: str, number: int, value: float | None, half: float | None = None, n: int = 25, **changes) -> IndexRow:
    low, high = (None, None) if half is None or value is None else (value - half, value + half)
    definition = DEFINITIONS[signal]
    return IndexRow(
        COMPANY, month(number), definition.phase, signal, definition.unit, definition.direction,
        value=value, low=low, high=high, n=n, **changes,
    )  # fmt: skip


def test_changes_are_counted_from_the_first_period_with_a_value():
    found = with_changes([row("nps", 3, 30.0), row("nps", 1, None), row("nps", 2, 10.0)], None)
    assert [(r.period.name, r.baseline_period, r.change) for r in found] == [
        ("2026-01", "2026-02", None),
        ("2026-02", "2026-02", 0.0),
        ("2026-03", "2026-02", 20.0),
    ]


def test_a_named_baseline_counts_where_it_has_a_value():
    found = with_changes([row("nps", 1, 10.0), row("nps", 2, 30.0)], "2026-02")
    assert [r.change for r in found] == [-20.0, 0.0]
    assert [r.change for r in with_changes([row("nps", 1, 10.0)], "2026-02")] == [None]


@pytest.mark.parametrize(
    ("signal", "change", "half", "expected"),
    [
        ("nps", 20.0, 10.0, "better"),
        ("nps", -20.0, 10.0, "worse"),
        ("nps", 14.0, 10.0, "unclear"),  # the intervals together reach 14.14
        ("first_reply_time_s", 20.0, 10.0, "worse"),
        ("seller_talk_share", 20.0, 1.0, None),
        ("nps", 20.0, None, "unclear"),
    ],
)
def test_a_change_reads_by_the_signals_direction_and_only_beyond_chance(signal, change, half, expected):
    found = with_changes([row(signal, 1, 50.0, half), row(signal, 2, 50.0 + change, half)], None)
    assert [r.development for r in found] == [None, expected]


def test_the_composite_is_the_weighted_mean_of_z_scores():
    # NPS: error 5, n 25: deviation 25, z = 50 / 25 = 2. Reply time: error 10, n 4: deviation 20, down is good: z = 1.
    half = 1.959964
    rows = with_changes(
        [
            row("nps", 1, 0.0, 5 * half),
            row("nps", 2, 50.0, 5 * half),
            row("first_reply_time_s", 1, 60.0, 10 * half, n=4),
            row("first_reply_time_s", 2, 40.0, 10 * half, n=4),
        ],
        None,
    )
    base, later = composites(rows, {"nps": 3.0, "first_reply_time_s": 1.0, "csat_share": 1.0})
    assert (base.value, base.low, base.high) == (0.0, 0.0, 0.0)
    assert later.value == pytest.approx((3 * 2 + 1 * 1) / 4)
    error = math.sqrt((3 * math.sqrt(50) / 25) ** 2 + (math.sqrt(200) / 20) ** 2) / 4
    assert (later.low, later.high) == pytest.approx((later.value - half * error, later.value + half * error))
    assert later.missing_share == pytest.approx(0.2)
    assert later.n == 2


def test_without_weights_there_is_no_composite():
    assert composites(with_changes([row("nps", 1, 1.0, 1.0)], None), {}) == []
