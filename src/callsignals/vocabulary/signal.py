"""One measured figure, before it becomes a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Basis", "CharSpan", "Level", "Signal", "Status", "TimeSpan"]

Status = Literal["ok", "insufficient", "abstained", "error", "carried"]
Basis = Literal["score", "text", "call"]
Level = Literal["lead", "seller", "segment", "company"]
"""Whose figure it is."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Evidence in a recording, seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class CharSpan:
    """Evidence in a text, character offsets, end exclusive."""

    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Signal:
    """One figure about one call or comment.

    Attributes:
        name: a name of ``callsignals.vocabulary.definitions.DEFINITIONS``.
        value: the figure (booleans as 1.0 / 0.0), None unless ``status`` is ``ok`` or ``carried``.
        label, labels: for categorical signals.
        numerator, denominator: kept when ``insufficient`` too, so that others can pool them.
        n: how many observations the figure rests on.
        status: never ``ok`` without a value or a label.
        reason: stable name of why there is no value.
        basis: what a text signal rests on.
        confidence: calibrated, 0..1.
        low, high, interval: an interval and its level (0.9 or 0.95).
        model: what decided, for classified signals.
        evidence: where it shows.
    """

    name: str
    value: float | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    numerator: float | None = None
    denominator: float | None = None
    n: int = 1
    status: Status = "ok"
    reason: str | None = None
    basis: Basis | None = None
    confidence: float | None = None
    low: float | None = None
    high: float | None = None
    interval: float | None = None
    model: str | None = None
    evidence: tuple[TimeSpan | CharSpan, ...] = ()

    @classmethod
    def insufficient(
        cls,
        name: str,
        reason: str,
        *,
        numerator: float | None = None,
        denominator: float | None = None,
        n: int = 0,
    ) -> Signal:
        """A figure that cannot be computed honestly, with what is known of its parts."""
        return cls(
            name=name,
            status="insufficient",
            reason=reason,
            numerator=numerator,
            denominator=denominator,
            n=n,
        )

    @classmethod
    def abstained(cls, name: str, reason: str, *, confidence: float | None = None, model: str | None = None) -> Signal:
        """A classification that was not certain enough to make."""
        return cls(name=name, status="abstained", reason=reason, confidence=confidence, model=model, n=0)
