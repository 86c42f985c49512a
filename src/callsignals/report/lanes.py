"""The picture of one call: two lanes of speech, what happens between them, and marks at moments to hear.

Everything is in drawing units along a fixed width; the page stretches the drawing to its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from callsignals.conversation.intervals import Interval, intersect, subtract, total_s, union
from callsignals.conversation.timeline import MERGE_GAP_S

__all__ = ["SILENCE_S", "WIDTH", "Box", "Drawing", "Lane", "Mark", "MarkKind", "drawing_of", "marks_of", "outline"]

WIDTH = 1000.0
"""Drawing units for the whole call."""
SILENCE_S = 2.0
"""A shorter pause of both is not drawn as silence."""
_SMALLEST_BOX = 0.8
_ORDER = ("seller", "customer", "unknown", "other")
_TOLERANCE_S = 0.002
_EDGES = ' .,;:!?…"”'

MarkKind = Literal["question", "need", "product", "interruption"]
_EVIDENCE: tuple[tuple[MarkKind, str | None, tuple[str, ...]], ...] = (
    ("question", "seller", ("seller_questions_per_hour",)),
    ("question", "customer", ("customer_questions_per_hour",)),
    ("need", None, ("need_term_share", "need_talk_share")),
    ("product", None, ("product_term_share", "product_talk_share")),
    ("interruption", "seller", ("seller_interruptions_per_hour",)),
    ("interruption", "customer", ("customer_interruptions_per_hour",)),
)
"""Which signals' evidence gives marks, and whose they are; a term's party is that of its words."""


@dataclass(frozen=True, slots=True)
class Box:
    """One stretch in drawing units."""

    x: float
    width: float


def outline(boxes: Iterable[Box], y: int, height: int) -> str:
    """Boxes of one row as one SVG path: a page of a long call stays small."""
    return "".join(f"M{box.x:g} {y}h{box.width:g}v{height}h-{box.width:g}z" for box in boxes)


@dataclass(frozen=True, slots=True)
class Lane:
    """The boxes of one party (or of one voice while roles are unknown), and how long it is active."""

    party: str
    voice: str
    boxes: tuple[Box, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to hear.

    Attributes:
        kind: what happens.
        party: who does it.
        start_s, end_s: when.
        text: the words of a term or a question, "" without a transcript.
        x, width: in drawing units.
    """

    kind: MarkKind
    party: str
    start_s: float
    end_s: float
    text: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lanes with what lies between seller and customer.

    Attributes:
        lanes: seller above customer.
        overlaps: both speak.
        silences: nobody speaks for at least ``SILENCE_S``.
        length_s: what the full width stands for.
        overlap_s, silence_s: seconds of those boxes.
    """

    lanes: tuple[Lane, ...]
    overlaps: tuple[Box, ...]
    silences: tuple[Box, ...]
    length_s: float
    overlap_s: float
    silence_s: float


def drawing_of(timeline: Sequence[Mapping[str, Any]], length_s: float) -> Drawing | None:
    """The drawing of a transcript's ``timeline``; None without times.

    Args:
        timeline: ``{party, speaker, start_s, end_s}`` each.
        length_s: what the full width stands for, seconds.
    """
    if length_s <= 0 or not timeline:
        return None
    grouped: dict[tuple[str, str], list[Interval]] = {}
    for activity in timeline:
        party = activity["party"]
        voice = (activity.get("speaker") or "") if party == "unknown" else ""
        grouped.setdefault((party, voice), []).append((activity["start_s"], activity["end_s"]))
    merged = {key: union(spans, merge_gap_s=MERGE_GAP_S) for key, spans in grouped.items()}
    order = sorted(merged, key=lambda lane: (_ORDER.index(lane[0]), lane[1]))
    two = [merged[key] for key in order if key[0] != "other"][:2]
    overlaps = intersect(two[0], two[1]) if len(two) == 2 else ()
    silences = _silences([span for spans in merged.values() for span in spans])
    return Drawing(
        lanes=tuple(
            Lane(party, voice, _boxes(merged[party, voice], length_s), total_s(merged[party, voice]))
            for party, voice in order
        ),
        overlaps=_boxes(overlaps, length_s),
        silences=_boxes(silences, length_s),
        length_s=length_s,
        overlap_s=total_s(overlaps),
        silence_s=total_s(silences),
    )


def _silences(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    heard = union(spans)
    gaps = subtract(((heard[0][0], heard[-1][1]),), heard)
    return tuple(gap for gap in gaps if gap[1] - gap[0] >= SILENCE_S)


def _boxes(spans: Iterable[Interval], length_s: float) -> tuple[Box, ...]:
    return tuple(_box(start_s, end_s, length_s) for start_s, end_s in spans)


def _box(start_s: float, end_s: float, length_s: float) -> Box:
    width = max(_SMALLEST_BOX, WIDTH * (end_s - start_s) / length_s)
    return Box(x=round(WIDTH * start_s / length_s, 1), width=round(width, 1))


def marks_of(signals: Sequence[Mapping[str, Any]], words: Sequence[Mapping[str, Any]], length_s: float) -> list[Mark]:
    """The moments that a call's signals give as their evidence, by time.

    Args:
        signals: rows of ``signals.parquet`` of one call.
        words: of its transcript.
        length_s: what the full width stands for, seconds.
    """
    if length_s <= 0:
        return []
    spoken = sorted((word for word in words if word["start_s"] is not None), key=lambda word: word["start_s"])
    evidence = {row["signal"]: row["evidence"] or [] for row in signals}
    marks: dict[tuple[str, float, float, str], Mark] = {}
    for kind, party, names in _EVIDENCE:
        spans = next((found for name in names if (found := evidence.get(name))), [])
        for span in spans:
            if span["start_s"] is not None:
                mark = _mark(kind, party, (span["start_s"], span["end_s"]), spoken, length_s)
                marks[kind, mark.start_s, mark.end_s, mark.party] = mark
    return sorted(marks.values(), key=lambda mark: (mark.start_s, mark.end_s, mark.kind, mark.party))


def _mark(
    kind: MarkKind, party: str | None, span: Interval, spoken: Sequence[Mapping[str, Any]], length_s: float
) -> Mark:
    said = [] if kind == "interruption" else _said(spoken, party, span)
    whose = party or (said[0]["party"] if said else "unknown")
    box = _box(*span, length_s)
    text = " ".join(word["text"] for word in said)
    return Mark(kind, whose, *span, text if kind == "question" else text.strip(_EDGES), box.x, box.width)


def _said(spoken: Sequence[Mapping[str, Any]], party: str | None, span: Interval) -> list[Mapping[str, Any]]:
    """The words inside a span, of the voice that starts it; ``spoken`` by start."""
    start_s, end_s = span[0] - _TOLERANCE_S, span[1] + _TOLERANCE_S
    inside = []
    for place in range(bisect_left(spoken, start_s, key=lambda word: word["start_s"]), len(spoken)):
        word = spoken[place]
        if word["start_s"] > end_s:
            break
        if word["end_s"] <= end_s and (party is None or word["party"] == party):
            inside.append(word)
    return [word for word in inside if (word["party"], word["speaker"]) == (inside[0]["party"], inside[0]["speaker"])]
