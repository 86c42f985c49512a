"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["party_shares", "shown_figure", "shown_time"]


def shown_figure(value: object, signal: str) -> str:
    """One value with its unit: ``43 %``, ``12.3 s``, ``yes``; a dash for none."""
    if value is None:
        return "–"
    definition = DEFINITIONS.get(signal)
    if isinstance(value, str) or definition is None:
        return str(value)
    if not isinstance(value, int | float):
        return str(value)
    if definition.kind == "boolean":
        return "yes" if value else "no"
    if definition.unit == "share":
        return f"{100 * value:.0f} %"
    digits = 2 if definition.unit == "ratio" else 1
    return f"{value:.{digits}f} {definition.unit}" if definition.unit != "ratio" else f"{value:.{digits}f}"


def party_shares(signals: Mapping[str, Mapping[str, Any]]) -> str:
    """``seller 43 % : customer 57 %``, never a bare ratio; a dash when it is not known."""
    share = (signals.get("seller_talk_share") or {}).get("value")
    if share is None:
        return "–"
    seller = round(100 * share)
    return f"seller {seller} % : customer {100 - seller} %"


def shown_time(moment: datetime | str | None) -> str:
    """A UTC moment to the minute; a dash for none."""
    if moment is None:
        return "–"
    text = moment.isoformat() if isinstance(moment, datetime) else moment
    return f"{text[:10]} {text[11:16]} UTC"
