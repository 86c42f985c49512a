"""One measure over every group and period: per lead, seller and segment and for the company, in total and by date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Generic, Protocol, TypeVar

from callsignals.figures.periods import Period, PeriodFinder
from callsignals.vocabulary.choices import Every
from callsignals.vocabulary.signal import Level, Signal

__all__ = ["COMPANY", "LEVELS", "Belonging", "Figure", "Observed", "Subject", "figures_of", "subjects_of"]

COMPANY = "company"
LEVELS: tuple[Level, ...] = ("lead", "seller", "segment", "company")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose an observation is.

    Attributes:
        lead_id: "" when unknown.
        seller: one seller, or None when unknown or several.
        segments: (column, value) of each segment column with a value.
    """

    lead_id: str
    seller: str | None = None
    segments: tuple[tuple[str, str], ...] = ()


class Observed(Protocol):
    """What can be grouped: an answer, a thread of messages, a lead."""

    @property
    def observation_id(self) -> str:
        """Unique among its kind."""

    @property
    def belongs(self) -> Belonging:
        """Its groups."""

    @property
    def observed_at(self) -> datetime | None:
        """Aware; None when undated: such observations enter totals only."""


Item = TypeVar("Item", bound=Observed)
Measure = Callable[[Sequence[Item]], Sequence[Signal]]
"""Figures of a group's observations; none where they say nothing about the measure. Order must not matter."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A group: a lead, a seller, a segment (``column=value``) or the company."""

    level: Level
    name: str


@dataclass(frozen=True, slots=True)
class Figure(Generic[Item]):
    """One figure of one group.

    Attributes:
        subject: the group.
        period: None for the total.
        signal: the figure; what distinguishes several of one name (reason, scale) stands in its ``labels``.
        observations: what it rests on, by id.
    """

    subject: Subject
    period: Period | None
    signal: Signal
    observations: tuple[Item, ...]


def subjects_of(belongs: Belonging, levels: Collection[Level] = LEVELS) -> tuple[Subject, ...]:
    """The groups that an observation belongs to, among ``levels``."""
    named = [("lead", belongs.lead_id), ("seller", belongs.seller)]
    named += [("segment", f"{column}={value}") for column, value in belongs.segments]
    found: list[Level] = [level for level in LEVELS if level in levels]
    subjects = [Subject(level, name) for level in found for kind, name in named if kind == level and name]
    return (*subjects, Subject("company", COMPANY)) if "company" in levels else tuple(subjects)


def figures_of(
    items: Iterable[Item],
    measures: Sequence[Measure[Item]],
    *,
    every: Every | None,
    zone: tzinfo | None = None,
    levels: Collection[Level] = LEVELS,
) -> Iterator[Figure[Item]]:
    """Each measure's figures of each group, the total first and then the periods by time.

    Args:
        items: observations in any order.
        measures: applied to each group's observations, sorted by id.
        every: length of the periods; None for totals alone.
        zone: whose midnights count.
        levels: which groups.
    """
    grouped: dict[Subject, list[Item]] = {}
    for item in items:
        for subject in subjects_of(item.belongs, levels):
            grouped.setdefault(subject, []).append(item)
    for subject in sorted(grouped):
        members = sorted(grouped[subject], key=lambda item: item.observation_id)
        yield from _measured(subject, None, members, measures)
        if every is not None:
            for period, dated in sorted(_by_period(members, every, zone).items()):
                yield from _measured(subject, period, dated, measures)


def _by_period(items: Iterable[Item], every: Every, zone: tzinfo | None) -> dict[Period, list[Item]]:
    find = PeriodFinder(every, zone)
    periods: dict[Period, list[Item]] = {}
    for item in items:
        if item.observed_at is not None:
            periods.setdefault(find(item.observed_at), []).append(item)
    return periods


def _measured(
    subject: Subject, period: Period | None, items: Sequence[Item], measures: Sequence[Measure[Item]]
) -> Iterator[Figure[Item]]:
    observations = tuple(items)
    for measure in measures:
        for signal in measure(items):
            yield Figure(subject, period, signal, observations)
