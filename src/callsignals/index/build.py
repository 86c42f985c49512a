"""Rows of the index: every signal of every group in every period, from the files of one OUT."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callsignals.figures.estimates import LEVEL, wilson_interval
from callsignals.figures.grouped import Item, Subject, figures_of
from callsignals.figures.means import definition_of
from callsignals.figures.observed import GROUP_LEVELS
from callsignals.figures.periods import Period, period_of
from callsignals.figures.survey import ces_signals, csat_signals, nps_signals
from callsignals.index.sources import GroupRow, IndexSources
from callsignals.index.table import IndexRow, composites, with_changes
from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.choices import Every
from callsignals.vocabulary.definition import Definition
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Signal

__all__ = ["Index", "index_rows"]

_PHASES = ("before", "during", "after", "all")
_PLACES = {name: place for place, name in enumerate(DEFINITIONS)}


@dataclass(frozen=True, slots=True)
class Index:
    """The table.

    Attributes:
        every: length of the periods.
        rows: company first, then segments and sellers; by phase, the registry's order, label and period.
        notices: what is missing from it and why.
    """

    every: Every
    rows: tuple[IndexRow, ...]
    notices: tuple[str, ...]


def index_rows(sources: IndexSources, every: Every) -> Index:
    """The index of one OUT.

    Raises:
        InputError: OUT's tables cannot be read.
    """
    found: dict[tuple[Subject, Period, str, str, str], IndexRow] = {}
    grouped = _Grouped(every, sources)
    # Later ones win: a figure of the company itself over the mean of its leads' values.
    for rows in (grouped.observed(), grouped.surveyed(), grouped.carried(), grouped.figures()):
        for row in rows:
            found[row.subject, row.period, row.phase, row.signal, row.label] = row
    settings = sources.settings
    figures = with_changes(found.values(), settings.baseline)
    table = [*figures, *composites(figures, settings.weights)]
    notices = list(grouped.notices)
    if settings.baseline is not None and all(row.period.name != settings.baseline for row in table):
        notices.append(f"[index] baseline names '{settings.baseline}', which is none of the periods: no changes.")
    return Index(every, tuple(sorted(table, key=_order)), tuple(notices))


def _order(row: IndexRow) -> tuple[object, ...]:
    level = ("company", "segment", "seller", "lead").index(row.subject.level)
    place = _PLACES.get(row.signal, len(_PLACES))
    return level, row.subject.name, _PHASES.index(row.phase), place, row.signal, row.label, row.period


class _Grouped:
    """The rows by where they come from."""

    def __init__(self, every: Every, sources: IndexSources) -> None:
        self.every = every
        self.sources = sources
        self.zone = sources.settings.zone
        self.notices: list[str] = []

    def observed(self) -> Iterator[IndexRow]:
        """Means and shares of single calls, comments and leads."""
        for figure in self.sources.observations().figures(self.every, self.zone, totals=False):
            if figure.period is not None:
                yield _row(figure.subject, figure.period, figure.definition, figure.signal)

    def _by_period(
        self, items: Iterable[Item], *measures: Callable[[Sequence[Item]], Sequence[Signal]]
    ) -> Iterator[tuple[Subject, Period, Signal]]:
        for figure in figures_of(items, measures, every=self.every, zone=self.zone, levels=GROUP_LEVELS):
            if figure.period is not None:
                yield figure.subject, figure.period, figure.signal

    def surveyed(self) -> Iterator[IndexRow]:
        """NPS, CSAT and CES from the answers."""
        answers = self.sources.answers()
        for subject, period, signal in self._by_period(answers, nps_signals, csat_signals, ces_signals):
            yield _row(subject, period, DEFINITIONS[signal.name], signal)

    def carried(self) -> Iterator[IndexRow]:
        """The company's figures from elsewhere, those within one period together."""
        cells: dict[tuple[str, Period], list[GroupRow]] = {}
        for row in self.sources.group_rows():
            at = row.start or row.time
            if row.row["status"] == "carried" and at is not None:
                period = period_of(at, self.every, self.zone)
                if row.end is None or row.end <= period.end:
                    cells.setdefault((row.row["signal"], period), []).append(row)
                else:
                    self._leave_out(row.row["signal"], "covers more than one period")
        for (name, period), rows in cells.items():
            first = rows[0].row
            definition = definition_of(name, first["phase"], first["unit"])
            subject = Subject(first["level"], first["subject"])
            yield _row(subject, period, definition, _together(name, definition, rows))

    def figures(self) -> Iterator[IndexRow]:
        """Figures that ``run`` made for periods of this length: reply times, the funnel, what moves NPS."""
        left_out: set[str] = set()
        for row in self.sources.group_rows():
            if row.row["status"] == "carried" or row.start is None:
                continue
            period = period_of(row.start, self.every, self.zone)
            if (period.start, period.end) == (row.start, row.end):
                yield _stored(row.row, period)
            else:
                left_out.add(row.row["signal"])
        for name in sorted(left_out):
            self._leave_out(name, f'is there for other periods; set [figures] every = "{self.every}" and run again')

    def _leave_out(self, name: str, why: str) -> None:
        notice = f"{name} is left out where it {why}." if why.startswith("covers") else f"{name} {why}."
        if notice not in self.notices:
            self.notices.append(notice)


def _row(subject: Subject, period: Period, definition: Definition, signal: Signal) -> IndexRow:
    return IndexRow(
        subject=subject,
        period=period,
        phase=definition.phase,
        signal=signal.name,
        unit="share" if definition.kind != "number" else definition.unit,
        direction=definition.direction,
        label=":".join(signal.labels) or signal.label or "",
        value=signal.value,
        low=signal.low,
        high=signal.high,
        interval=signal.interval,
        n=signal.n,
        numerator=signal.numerator,
        denominator=signal.denominator,
        status=signal.status,
        reason=signal.reason,
    )


def _stored(row: Mapping[str, Any], period: Period) -> IndexRow:
    signal = Signal(
        row["signal"],
        value=row["value"],
        label=row["label"],
        labels=tuple(row["labels"] or ()),
        numerator=row["numerator"],
        denominator=row["denominator"],
        n=row["n"],
        status=row["status"],
        low=row["low"],
        high=row["high"],
        interval=row["interval"],
    )
    definition = definition_of(signal.name, row["phase"], row["unit"])
    return _row(Subject(row["level"], row["subject"]), period, definition, signal)


def _together(name: str, definition: Definition, rows: Sequence[GroupRow]) -> Signal:
    """Several carried values of one period: pooled parts, the latest of stocks, sums of counts, else means."""
    ordered = sorted(rows, key=lambda row: (row.row["time"] or "", row.row["key"]))
    values = [row.row["value"] for row in ordered]
    last = ordered[-1].row
    parts = [(row.row["numerator"], row.row["denominator"]) for row in ordered]
    whole = [part for part in parts if part[0] is not None and part[1]]
    metric = carried_metrics().get(name)
    if len(values) == 1:
        return _carried(name, last["value"], last["n"], parts[0], (last["low"], last["high"]))
    if len(whole) == len(values):
        numerator, denominator = (math.fsum(part[place] for part in whole) for place in (0, 1))
        value = definition.scale * numerator / denominator
        return _carried(name, value, len(values), (numerator, denominator), _wilson(definition, numerator, denominator))
    if metric is not None and metric.stock:
        return _carried(name, last["value"], 1, (None, None), (None, None))
    total = math.fsum(values)
    if definition.unit == "count":
        return _carried(name, total, len(values), (None, None), (None, None))
    return _carried(name, total / len(values), len(values), (None, None), (None, None))


def _wilson(definition: Definition, numerator: float, denominator: float) -> tuple[float | None, float | None]:
    if definition.unit not in ("share", "%") or not (numerator.is_integer() and denominator.is_integer()):
        return None, None
    low, high = wilson_interval(int(numerator), int(denominator))
    return definition.scale * low, definition.scale * high


def _carried(
    name: str,
    value: float,
    n: int,
    parts: tuple[float | None, float | None],
    interval: tuple[float | None, float | None],
) -> Signal:
    return Signal(
        name,
        value=value,
        numerator=parts[0],
        denominator=parts[1],
        n=n,
        status="carried",
        low=interval[0],
        high=interval[1],
        interval=None if interval[0] is None else LEVEL,
    )
