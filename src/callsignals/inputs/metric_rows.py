"""Figures measured elsewhere: checked against the registry, computed from their parts where these are given.

* ratios: value = numerator / denominator, in the signal's unit;
* ``nps`` = (promoters - detractors) / (promoters + passives + detractors) x 100;
* ``retention_rate`` = (E - N) / S x 100: ``customers_end``, ``customers_new``, ``customers_start``.

A value that cannot be is refused with the reason. A value beside parts has to agree with them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from callsignals.inputs.cells import Cells, Parsed, RowContext, parse_rows
from callsignals.inputs.rows import MetricRow
from callsignals.inputs.tables import METRIC_PARTS, Table
from callsignals.inputs.values import parse_choice, shown
from callsignals.vocabulary.carried import CarriedMetric, carried_metrics
from callsignals.vocabulary.definitions import DEFINITIONS, Phase

__all__ = ["parse_metric_rows", "unknown_metric_notices"]

_PHASES: tuple[Phase, ...] = get_args(Phase)
_BOUNDS = {
    "share": (0.0, 1.0),
    "%": (0.0, 100.0),
    "points": (-100.0, 100.0),
    "marks": (1.0, 7.0),
}
"""Lowest and highest value by unit; all other registered units begin at 0 and have no end."""

_FACTORS = {
    ("%", "share"): 0.01,
    ("share", "%"): 100.0,
    ("min", "s"): 60.0,
    ("h", "s"): 3600.0,
    ("ms", "s"): 0.001,
    ("s", "min"): 1 / 60.0,
    ("h", "min"): 60.0,
    ("h", "days"): 1 / 24.0,
    ("s", "days"): 1 / 86_400.0,
}
_SPELLINGS = {
    "percent": "%",
    "procent": "%",
    "prosentti": "%",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "day": "days",
    "d": "days",
    "counts": "count",
    "number": "count",
}
_AGREE = 0.005
"""How far, relatively, a rounded value may lie from its parts."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A value from its parts, or the value as given."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None


def parse_metric_rows(table: Table, context: RowContext) -> Parsed[MetricRow]:
    """Figures; two of one signal, lead, period and moment are an error (``duplicate_metric``)."""
    seen: dict[tuple[str, str | None, datetime | None, datetime], int] = {}

    def parse(cells: Cells) -> MetricRow:
        row = _metric(cells)
        same = seen.setdefault((row.signal, row.lead_id, row.period_start, row.observed_at), row.row)
        if same != row.row:
            raise cells.error(
                f"says signal {shown(row.signal)} of the same lead, period and moment as row {same}",
                "Keep one of them.",
                "duplicate_metric",
            )
        return row

    return parse_rows(table, context, ("signal", "observed_at"), parse)


def _metric(cells: Cells) -> MetricRow:
    name = "_".join(cells.required("signal").replace("-", " ").split()).casefold()
    cells.required("observed_at")
    observed_at = cells.moment("observed_at")
    assert observed_at is not None  # it is filled in
    metric, lead_id = carried_metrics().get(name), cells.text("lead_id")
    unit, phase = _unit(cells, name, metric), _phase(cells, name, metric)
    if metric is not None:
        _check_level(cells, metric, lead_id)
    parts = _parts(cells, name, metric, unit)
    start, end = _period(cells)
    return MetricRow(
        signal=name,
        value=parts.value,
        observed_at=observed_at,
        lead_id=lead_id,
        unit=unit,
        phase=phase,
        period_start=start,
        period_end=end,
        numerator=parts.numerator,
        denominator=parts.denominator,
        extra=cells.extra("metrics"),
        table=cells.table.path.name,
        row=cells.raw.number,
    )


def _unit(cells: Cells, name: str, metric: CarriedMetric | None) -> str:
    if metric is not None:
        return DEFINITIONS[name].unit
    return _given_unit(cells) or ""


def _given_unit(cells: Cells) -> str | None:
    given = cells.text("unit")
    return None if given is None else _SPELLINGS.get(given.casefold(), given)


def _phase(cells: Cells, name: str, metric: CarriedMetric | None) -> Phase:
    given = cells.read("phase", lambda text: parse_choice(text, _PHASES))
    if metric is None:
        if given is None:
            raise cells.error(
                f"signal {shown(name)} is not one that callsignals knows, and column 'phase' is blank",
                f"{_nearest(name)}Or write its phase: before, during or after.",
                "unknown_signal",
            )
        return given
    own = DEFINITIONS[name].phase
    if given not in (None, own):
        raise cells.error(
            f"column 'phase' is '{given}', but {name} stands in phase '{own}'", "Correct or clear it.", "wrong_phase"
        )
    return own


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, carried_metrics(), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'? " if near else ""


def _check_level(cells: Cells, metric: CarriedMetric, lead_id: str | None) -> None:
    level = "company" if lead_id is None else "lead"
    if level not in metric.levels:
        raise cells.error(
            f"{metric.name} is a figure of the {metric.levels[0]}, but column 'lead_id' is "
            + ("blank" if lead_id is None else "filled in"),
            "Fill in lead_id." if lead_id is None else "Clear lead_id.",
            "wrong_level",
        )


def _period(cells: Cells) -> tuple[datetime | None, datetime | None]:
    start, end = cells.moment("period_start"), cells.moment("period_end")
    if (start is None) != (end is None):
        raise cells.error(
            "only one of period_start and period_end is filled in", "Fill in both, or clear both.", "half_period"
        )
    if start is not None and end is not None and not start < end:
        raise cells.error("period_end is not after period_start", "Correct the period.", "impossible_period")
    return start, end


def _parts(cells: Cells, name: str, metric: CarriedMetric | None, unit: str) -> _Parts:
    """The value in the signal's unit, checked against the parts and against what can be."""
    given = cells.number("value")
    kind = metric.parts if metric is not None else "ratio"
    if kind == "net_promoters" and _any(cells, METRIC_PARTS[:3]):
        made = _net_promoters(cells)
    elif kind == "retention" and _any(cells, METRIC_PARTS[3:]):
        made = _retention(cells)
    else:
        made = _ratio(cells, given, metric)
    value = _in_unit(cells, given, unit, metric)
    if made.value is not None and value is not None and not _agree(value, made.value):
        raise cells.error(
            f"column 'value' is '{value:g}', but its parts give {made.value:g}",
            "Correct one of them, or clear column 'value'.",
            "parts_disagree",
        )
    if made.value is None and made.denominator is None and value is None:
        raise cells.error("column 'value' is blank", "Fill it in, or its parts.", "missing_value")
    final = made.value if made.value is not None or made.denominator == 0 else value
    if metric is not None and final is not None:
        _check_bounds(cells, name, final, unit)
    return _Parts(final, made.numerator, made.denominator)


def _any(cells: Cells, columns: Iterable[str]) -> bool:
    return any(cells.text(column) is not None for column in columns)


def _count(cells: Cells, column: str) -> float:
    cells.required(column)
    count = cells.number(column)
    assert count is not None  # it is filled in
    if count < 0 or not count.is_integer():
        raise cells.error(f"column '{column}' is '{count:g}', which is no count", "Write 0, 1, 2 ...", "impossible")
    return count


def _net_promoters(cells: Cells) -> _Parts:
    promoters, passives, detractors = (_count(cells, column) for column in METRIC_PARTS[:3])
    everyone = promoters + passives + detractors
    net = promoters - detractors
    return _Parts(100 * net / everyone if everyone else None, net, everyone)


def _retention(cells: Cells) -> _Parts:
    start, end, new = (_count(cells, column) for column in METRIC_PARTS[3:])
    kept = end - new
    if kept < 0:
        raise cells.error(
            f"customers_new is {new:g} but customers_end only {end:g}",
            "New customers who are still there at the end cannot outnumber all.",
            "impossible",
        )
    if kept > start:
        raise cells.error(
            f"customers_end less customers_new is {kept:g}, more than the {start:g} of customers_start",
            "More customers cannot be kept than there were: check the three counts.",
            "impossible",
        )
    return _Parts(100 * kept / start if start else None, kept, start)


def _ratio(cells: Cells, given: float | None, metric: CarriedMetric | None) -> _Parts:
    numerator, denominator = cells.number("numerator"), cells.number("denominator")
    if denominator is None or numerator is None:
        if given is None and (numerator is not None or denominator is not None):
            raise cells.error(
                "only one of numerator and denominator is filled in", "Fill in both, or value.", "missing_value"
            )
        return _Parts(None, numerator, denominator if given is not None else None)
    if denominator < 0 or (metric is not None and numerator < 0 and DEFINITIONS[metric.name].unit != "points"):
        raise cells.error("numerator or denominator is below 0", "Correct it.", "impossible")
    if metric is None or metric.parts is None:
        return _Parts(given, numerator, denominator)
    scale = DEFINITIONS[metric.name].scale
    return _Parts(scale * numerator / denominator if denominator else None, numerator, denominator)


def _in_unit(cells: Cells, given: float | None, unit: str, metric: CarriedMetric | None) -> float | None:
    written = _given_unit(cells)
    if given is None or metric is None or written in (None, unit):
        return given
    assert written is not None
    if unit not in {"share", "%", "s", "min", "days"} or (written, unit) not in _FACTORS:
        raise cells.error(
            f"column 'unit' is {shown(written)}, but {metric.name} is measured in '{unit}'",
            f"Write the value in {unit}, or clear the unit.",
            "wrong_unit",
        )
    return given * _FACTORS[written, unit]


def _agree(value: float, made: float) -> bool:
    return math.isclose(value, made, rel_tol=_AGREE, abs_tol=_AGREE)


def _check_bounds(cells: Cells, name: str, value: float, unit: str) -> None:
    lowest, highest = _BOUNDS.get(unit, (0.0, math.inf))
    problem = remedy = None
    if not lowest <= value <= highest:
        most = "" if math.isinf(highest) else f" to {highest:g}"
        problem = f"outside what can be ({lowest:g}{most})"
        remedy = "Correct it; a share of 45 % is 0.45, or 45 with unit %." if unit == "share" else "Correct it."
    elif unit == "count" and not value.is_integer():
        problem, remedy = "which is no whole number", "A count is a whole number."
    if problem is not None and remedy is not None:
        raise cells.error(f"the value of {name} is '{value:g}', {problem}", remedy, "impossible")


def unknown_metric_notices(rows: Iterable[MetricRow]) -> list[str]:
    """One notice for each signal that is carried although nobody here knows it."""
    unknown: dict[str, tuple[str, int]] = {}
    for row in rows:
        if row.signal not in carried_metrics():
            table, count = unknown.get(row.signal, (row.table, 0))
            unknown[row.signal] = (table, count + 1)
    return [
        f"{table}: '{name}' is not a signal that callsignals knows; its rows ({count}) are carried as they are. "
        f"{_nearest(name)}".rstrip()
        for name, (table, count) in sorted(unknown.items())
    ]
