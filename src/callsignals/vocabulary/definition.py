"""The meaning of one signal, as the registry holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Definition", "Direction", "Kind", "Phase", "definitions"]

Phase = Literal["before", "during", "after"]
Direction = Literal["up", "down", "neither"]
Kind = Literal["number", "boolean", "category", "categories"]


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of one signal.

    Attributes:
        name: as it stands in records.
        phase: before, during or after the sale.
        unit: ``share``, ``ratio``, ``s``, ``per 5 min``, ``per hour``, ``words/min``, ``months``,
            ``points`` (-100..100), ``marks`` (of a scale), ``count``, ``%``, ``min``, ``days`` or "" (labels).
        kind: number, boolean (1/0), one category, several categories.
        formula: for people; numerator / denominator where there are any.
        insufficient_when: for people.
        direction: which way is good; ``neither`` for habits such as talk share.
        scale: factor between numerator / denominator and the value.
        minimum_denominator: below it a pooled figure is null.
        minimum_n: below so many observations in all a pooled figure is null. With neither minimum the parts are
            not poolable.
        averaged: whether a mean over observations makes sense.
    """

    name: str
    phase: Phase
    unit: str
    formula: str
    insufficient_when: str
    kind: Kind = "number"
    direction: Direction = "neither"
    scale: float = 1.0
    minimum_denominator: float | None = None
    minimum_n: int | None = None
    averaged: bool = True


def definitions(*rows: Definition) -> dict[str, Definition]:
    """Rows of the registry by their names."""
    return {row.name: row for row in rows}
