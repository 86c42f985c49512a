"""Published figures to hold one's own against: a thin mark with its source, never a grade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Reference", "references"]


@dataclass(frozen=True, slots=True)
class Reference:
    """One published figure.

    Attributes:
        signal: which signal it is of.
        value: in the signal's unit.
        source: who published it, where and when.
        address: where it can be read; never linked from the report.
        notes: what it was measured on, by interface language.
    """

    signal: str
    value: float
    source: str
    address: str
    notes: dict[str, str]


@cache
def references() -> dict[str, Reference]:
    """All references by signal."""
    text = files("callsignals.report").joinpath("references.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["reference"]
    return {
        row["signal"]: Reference(row["signal"], row["value"], row["source"], row["address"], row["note"])
        for row in rows
    }
