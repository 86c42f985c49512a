"""The timeline picture of one call: a lane for each party, as boxes of a fixed-width drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["WIDTH", "Box", "Lane", "lanes_of"]

WIDTH = 1000.0
"""Drawing units for the whole call."""
_SMALLEST_BOX = 0.8
_ORDER = ("seller", "customer", "unknown", "other")


@dataclass(frozen=True, slots=True)
class Box:
    """One stretch of activity in drawing units."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """The boxes of one party (or of one voice while roles are unknown), and how long it is active."""

    name: str
    party: str
    boxes: tuple[Box, ...]
    seconds: float


def lanes_of(timeline: Sequence[Mapping[str, Any]], length_s: float) -> list[Lane]:
    """Lanes from the ``timeline`` of a transcript, seller above customer.

    Args:
        timeline: ``{party, speaker, start_s, end_s}`` each.
        length_s: what the full width stands for, seconds.
    """
    if length_s <= 0:
        return []
    grouped: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for activity in timeline:
        party = activity["party"]
        voice = (activity.get("speaker") or "") if party == "unknown" else ""
        grouped.setdefault((party, voice), []).append((activity["start_s"], activity["end_s"]))
    order = sorted(grouped, key=lambda lane: (_ORDER.index(lane[0]), lane[1]))
    return [_lane(party, voice, grouped[party, voice], length_s) for party, voice in order]


def _lane(party: str, voice: str, spans: Sequence[tuple[float, float]], length_s: float) -> Lane:
    boxes = tuple(
        Box(
            x=round(WIDTH * start_s / length_s, 1),
            width=round(max(_SMALLEST_BOX, WIDTH * (end_s - start_s) / length_s), 1),
        )
        for start_s, end_s in spans
    )
    name = f"voice {voice}" if party == "unknown" and voice else party
    return Lane(name, party, boxes, sum(end_s - start_s for start_s, end_s in spans))
