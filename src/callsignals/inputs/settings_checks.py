"""Checks of single values of ``callsignals.toml``."""

from __future__ import annotations

import difflib
import math
import re
from typing import Any

from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["checked_clock", "checked_country", "checked_weights", "nearest_name", "working_clock"]


def checked_weights(value: Any) -> Any:  # noqa: ANN401 - whatever TOML held
    """A weight above 0 for each signal that has a good direction."""
    if not isinstance(value, dict):
        return value
    for name, weight in value.items():
        if DEFINITIONS.get(name) is None or DEFINITIONS[name].direction == "neither":
            known = [known for known, definition in DEFINITIONS.items() if definition.direction != "neither"]
            raise ValueError(f"'{name}' is not a signal with a good direction. {nearest_name(str(name), tuple(known))}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < math.inf:
            raise ValueError(f"the weight of '{name}' must be a number above 0")
    return {name: float(weight) for name, weight in value.items()}


def checked_clock(value: Any) -> Any:  # noqa: ANN401 - whatever TOML held
    """Opening and closing time of a day."""
    if isinstance(value, str) and working_clock(value) is None:
        raise ValueError('must be opening and closing time such as "09:00-17:00"')
    return value


def checked_country(value: Any) -> Any:  # noqa: ANN401 - whatever TOML held
    """The ISO code of a country whose holidays are known."""
    if not isinstance(value, str):
        return value
    from holidays import list_supported_countries  # takes 0.3 s, which not every command needs

    if value.upper() not in list_supported_countries():
        raise ValueError('is not a country whose holidays are known; use its ISO code such as "SE" or "FI"')
    return value.upper()


def working_clock(text: str) -> tuple[int, int] | None:
    """Opening and closing second of the day of ``09:00-17:00``; None when it is not like that."""
    found = re.fullmatch(r"\s*(\d{1,2})[:.](\d{2})\s*[-\u2013]\s*(\d{1,2})[:.](\d{2})\s*", text)
    if found is None:
        return None
    opens_h, opens_min, closes_h, closes_min = map(int, found.groups())
    opens_s, closes_s = opens_h * 3600 + opens_min * 60, closes_h * 3600 + closes_min * 60
    return (opens_s, closes_s) if max(opens_min, closes_min) < 60 and opens_s < closes_s <= 86_400 else None


def nearest_name(name: str, known: tuple[str, ...]) -> str:
    """The nearest known name as a sentence; there is always one."""
    nearest = max(known, key=lambda other: difflib.SequenceMatcher(None, name.casefold(), other).ratio())
    return f"Did you mean '{nearest}'? "
