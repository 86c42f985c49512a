"""Signals of single calls and comments as figures of sellers, segments and the company, in total and by period.

The rows of ``signals`` come in parts and are kept as narrow columns (about 45 bytes an observation), so that a run may
gather them while it writes; the index reads the same rows from OUT and makes the same figures for any length of period.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import cast

import numpy as np
import polars as pl

from callsignals.figures.grouped import Belonging, Subject, subjects_of
from callsignals.figures.means import Cells, definition_of, observed_signals
from callsignals.figures.periods import Period, PeriodFinder
from callsignals.vocabulary.choices import Every
from callsignals.vocabulary.definition import Definition, Phase
from callsignals.vocabulary.definitions import DEFINITIONS, FIGURES
from callsignals.vocabulary.signal import Level, Signal, Status

__all__ = ["GROUP_LEVELS", "OBSERVED_COLUMNS", "ObservationTable", "ObservedFigure", "OwnerOf"]

GROUP_LEVELS: tuple[Level, ...] = ("seller", "segment", "company")
OwnerOf = Callable[[str, str | None, str | None], Belonging]
"""Whose an observation is, by its lead, call and comment."""

_OWNER = ("lead_id", "call_id", "comment_id", "at")
_SERIES = ("signal", "phase", "unit")
_FIGURES = ("value", "numerator", "denominator")
_ROWS_AT_ONCE = 20_000
_MARK_DIGITS = 15  # hexadecimal digits of an id that fit a 64-bit integer
OBSERVED_COLUMNS = (
    "level",
    "status",
    "period_start",
    "time",
    "id",
    "lead_id",
    "call_id",
    "comment_id",
    *_SERIES,
    "label",
    *_FIGURES,
)
"""The columns of ``signals`` that are read."""


@dataclass(frozen=True, slots=True)
class ObservedFigure:
    """One figure of one group.

    Attributes:
        subject: seller, segment or company.
        period: None for the total.
        definition: of the signal, in the observations' phase.
        signal: the figure; a category's share has it in ``label``.
        digest: of the observations' ids, whatever their order.
    """

    subject: Subject
    period: Period | None
    definition: Definition
    signal: Signal
    digest: str


class ObservationTable:
    """Usable observations of calls, comments and leads.

    Args:
        owner_of: whose each is.
        statuses: which rows count.
    """

    def __init__(self, owner_of: OwnerOf, statuses: Sequence[Status] = ("ok",)) -> None:
        self._owner_of = owner_of
        self._statuses = tuple(statuses)
        self._series: dict[tuple[str | None, ...], int] = {}
        self._labels: dict[tuple[str | None, ...], int] = {}
        self._subjects: dict[tuple[Subject, ...], int] = {}
        self._subjects_of_owner: list[int] = []
        self._moments: list[datetime | None] = []
        self._waiting: list[pl.DataFrame] = []
        self._parts: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Take the observations among ``rows`` (columns ``OBSERVED_COLUMNS`` of ``signals``; others are ignored).

        Figures that rest on several observations already (NPS and the like) are left out.
        """
        self._waiting.append(rows.select(OBSERVED_COLUMNS))
        if sum(len(part) for part in self._waiting) >= _ROWS_AT_ONCE:
            self._pack()

    def _pack(self) -> None:
        """Make narrow columns of the rows that wait: so many at once, since each time costs as much as 5000 rows."""
        if not self._waiting:
            return
        known = pl.col("signal").is_in(list(FIGURES)) & (pl.col("status") != "carried")
        found = (
            pl.concat(self._waiting)
            .filter(
                pl.col("level") == "lead",
                pl.col("status").is_in(self._statuses),
                pl.col("lead_id").is_not_null(),
                ~known,
            )
            .with_columns(pl.col("period_start").fill_null(pl.col("time")).alias("at"))
        )
        self._waiting.clear()
        if found.is_empty():
            return
        self._parts.append(
            found.select(
                _numbered(found, _SERIES, lambda cells: self._series.setdefault(cells, len(self._series))),
                _numbered(found, _OWNER, self._new_owner),
                _numbered(found, ("label",), lambda cells: self._labels.setdefault(cells, len(self._labels))),
                *_FIGURES,
                pl.col("id").str.slice(0, _MARK_DIGITS).str.to_integer(base=16, dtype=pl.Int64).alias("mark"),
            )
        )

    def _new_owner(self, cells: tuple[str | None, ...]) -> int:
        """The number of a call, comment or lead; one whose rows lie in two parts has two."""
        lead_id, call_id, comment_id, at = cells
        subjects = subjects_of(self._owner_of(lead_id or "", call_id, comment_id), GROUP_LEVELS)
        self._subjects_of_owner.append(self._subjects.setdefault(subjects, len(self._subjects)))
        self._moments.append(None if at is None else datetime.fromisoformat(at))
        return len(self._moments) - 1

    def figures(self, every: Every, zone: tzinfo | None = None, *, totals: bool = True) -> Iterator[ObservedFigure]:
        """Each signal's figures of each group: with ``totals`` the total first, then the periods by time.

        Args:
            every: length of the periods.
            zone: whose midnights count; UTC when None.
            totals: whether undated and dated observations are brought together as well.
        """
        self._pack()
        if not self._parts:
            return
        whole = pl.concat(self._parts)
        groups = _Groups(list(self._subjects), self._subjects_of_owner, self._moments, PeriodFinder(every, zone))
        labels = [label for (label,) in self._labels]
        for number, (name, phase, unit) in enumerate(self._series):
            definition = definition_of(str(name), cast(Phase, phase), str(unit))
            rows = groups.joined(whole.filter(pl.col("signal") == number))
            yield from _figures_of(rows, groups, definition, labels, totals=totals)


def _numbered(rows: pl.DataFrame, columns: Sequence[str], number: Callable[[tuple[str | None, ...]], int]) -> pl.Series:
    """What each row's cells of ``columns`` are numbered; the series has the first column's name."""
    distinct = rows.select(columns).unique(maintain_order=True)
    numbers = pl.Series("\0number", [number(cells) for cells in distinct.iter_rows()], dtype=pl.UInt32)
    keyed = distinct.with_columns(numbers)
    joined = rows.select(columns).join(keyed, on=columns, how="left", nulls_equal=True, maintain_order="left")
    return joined[numbers.name].alias(columns[0])


class _Groups:
    """The groups and the period of every owner.

    Attributes:
        subjects, periods: sorted.
    """

    def __init__(
        self,
        several: Sequence[tuple[Subject, ...]],
        of_owner: Sequence[int],
        moments: Sequence[datetime | None],
        find: PeriodFinder,
    ) -> None:
        self.subjects = sorted({subject for subjects in several for subject in subjects})
        places = {subject: place for place, subject in enumerate(self.subjects)}
        of_moment = [None if moment is None else find(moment) for moment in moments]
        self.periods = sorted({period for period in of_moment if period is not None})
        times = {period: place for place, period in enumerate(self.periods)}
        owners = {
            "lead_id": pl.Series(range(len(of_owner)), dtype=pl.UInt32),
            "period": pl.Series([-1 if found is None else times[found] for found in of_moment], dtype=pl.Int32),
            "several": pl.Series(of_owner, dtype=pl.Int32),
        }
        members = [(number, places[subject]) for number, subjects in enumerate(several) for subject in subjects]
        schema = {"several": pl.Int32, "subject": pl.Int32}
        self._members = pl.DataFrame(owners).join(pl.DataFrame(members, schema, orient="row"), on="several")

    def joined(self, rows: pl.DataFrame) -> pl.DataFrame:
        """A row for each group that an observation belongs to, by group and period; undated ones first."""
        return rows.join(self._members, on="lead_id").sort("subject", "period")


def _figures_of(
    rows: pl.DataFrame, groups: _Groups, definition: Definition, labels: Sequence[str | None], *, totals: bool
) -> Iterator[ObservedFigure]:
    name = definition.name
    subjects, periods = rows["subject"].to_numpy(), rows["period"].to_numpy()
    marks = rows["mark"].to_numpy()
    values, numerators, denominators = (rows[column].to_list() for column in _FIGURES)
    named = [labels[number] for number in rows["label"].to_list()]

    def measured(start: int, end: int, period: Period | None) -> Iterator[ObservedFigure]:
        part = slice(start, end)
        cells = Cells(values[part], named[part], numerators[part], denominators[part])
        signals = observed_signals(name, definition, cells)
        digest = hashlib.sha256(np.sort(marks[part]).tobytes()).hexdigest() if signals else ""
        for signal in signals:
            meant = definition if signal.name == name else DEFINITIONS[signal.name]
            yield ObservedFigure(groups.subjects[subjects[start]], period, meant, signal, digest)

    for first, last in _stretches(subjects, 0):
        if totals:
            yield from measured(first, last, None)
        for start, end in _stretches(periods[first:last], first):
            if periods[start] >= 0:
                yield from measured(start, end, groups.periods[periods[start]])


def _stretches(cells: np.ndarray, offset: int) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of equal neighbours."""
    if len(cells):
        changes = np.flatnonzero(np.diff(cells)) + 1
        yield from pairwise((np.concatenate(([0], changes, [len(cells)])) + offset).tolist())
