"""Signals that others measure: the registry of ``metrics.csv``, read from ``carried.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from callsignals.vocabulary.definition import Definition, Phase

__all__ = ["CarriedMetric", "Parts", "carried_definition", "carried_metrics"]

Parts = Literal["ratio", "net_promoters", "retention"]
_SCALES = {"%": 100.0}
_NO_VALUE = "its denominator is 0"


@dataclass(frozen=True, slots=True)
class CarriedMetric:
    """What a signal of ``metrics.csv`` may hold.

    Attributes:
        name: of the signal.
        definition: its meaning; None for a signal that callsignals measures itself and defines elsewhere.
        levels: ``lead``, ``company`` or both.
        vanity: whether it says little on its own.
        read_beside: signals that tell the rest.
        stock: whether it says how things stand at a moment, so that the latest of a period counts and not the sum.
        parts: how the value follows from its parts; None when it has none.
    """

    name: str
    definition: Definition | None
    levels: tuple[Literal["lead", "company"], ...]
    vanity: bool = False
    read_beside: tuple[str, ...] = ()
    stock: bool = False
    parts: Parts | None = None


@cache
def carried_metrics() -> dict[str, CarriedMetric]:
    """Every registered signal by name, in the registry's order."""
    text = files("callsignals.vocabulary").joinpath("carried.toml").read_text(encoding="utf-8")
    return {name: _metric(name, table) for name, table in tomllib.loads(text).items()}


def _metric(name: str, table: dict[str, Any]) -> CarriedMetric:
    return CarriedMetric(
        name=name,
        definition=_definition(name, table) if "phase" in table else None,
        levels=tuple(table["levels"]),
        vanity=table.get("vanity", False),
        read_beside=tuple(table["read_beside"]),
        stock=table.get("stock", False),
        parts=table.get("parts"),
    )


def _definition(name: str, table: dict[str, Any]) -> Definition:
    poolable = "parts" in table
    return Definition(
        name,
        table["phase"],
        table["unit"],
        table["meaning"],
        _NO_VALUE if poolable else "-",
        direction=table["direction"],
        scale=_SCALES.get(table["unit"], 1.0),
        minimum_denominator=1.0 if poolable else None,
    )


def carried_definition(name: str, phase: Phase, unit: str) -> Definition:
    """What is known of a signal that is carried although the registry does not hold it."""
    return Definition(name, phase, unit, "measured elsewhere", "-")
