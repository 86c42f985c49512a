"""A call's page: who speaks when, the moments to hear, what was said, and every signal with its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from callsignals.report.lanes import Mark, drawing_of, marks_of, outline
from callsignals.report.links import file_address
from callsignals.report.overview import Pages, Row
from callsignals.report.script import load_transcript, paragraphs

__all__ = ["call_view"]

TILES = (
    "seller_talk_share",
    "need_term_share",
    "need_uptake",
    "personalisation",
    "seller_questions_per_hour",
    "interactivity_per_5min",
    "patience_s",
    "longest_monologue_s",
)
MARK_ORDER = ("need", "product", "question", "interruption")


def call_view(pages: Pages, out: Path, row: Row, signals: Sequence[Row], lead_name: str) -> dict[str, Any]:
    """What the template ``call.html.j2`` shows.

    Args:
        pages: texts and names.
        out: OUT.
        row: of ``calls.parquet``.
        signals: its rows of ``signals.parquet``.
        lead_name: of its lead.
    """
    transcript = load_transcript(out, row["call_id"]) or {"timeline": [], "words": []}
    words = transcript["words"]
    timeline = transcript["timeline"] or _from_words(words)
    length_s = max([row["duration_s"] or 0.0, *(activity["end_s"] for activity in timeline)])
    marks = marks_of(signals, words, length_s)
    shows_words = pages.shown.transcripts
    spoken = paragraphs(words, row["language"], marks) if shows_words else []
    by_name = {signal["signal"]: signal for signal in signals}
    return {
        "call": row,
        "lead_name": lead_name,
        "signals": signals,
        "tiles": [by_name[name] for name in TILES if name in by_name],
        "drawing": drawing_of(timeline, length_s),
        "marks": marks,
        "moments": _moments(marks, shows_words),
        "paragraphs": spoken,
        "voices": {(one.party, one.voice): voice_name(pages, one.party, one.voice) for one in spoken},
        "who": partial(voice_name, pages),
        "outline": outline,
        "words": row["words"],
        "audio": _audio(pages, out, row),
        "height": HEIGHT,
    }


HEIGHT = {"seller_marks": 2, "seller": 26, "between": 52, "customer": 62, "customer_marks": 86, "other": 112}
"""Where each row of the drawing starts, from the top, in pixels."""


def voice_name(pages: Pages, party: str, voice: str) -> str:
    """What a lane or a paragraph is called: the party, or the voice while roles are unknown."""
    if party == "unknown" and voice:
        return pages.texts.ui("voice", name=voice)
    return pages.texts.named("party", party)


def _from_words(words: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Speech by the words' own times, where a transcript has nothing better."""
    timed = [word for word in words if word["start_s"] is not None and word["end_s"] > word["start_s"]]
    return [{name: word[name] for name in ("party", "speaker", "start_s", "end_s")} for word in timed]


def _moments(marks: Sequence[Mark], shows_words: bool) -> list[tuple[str, list[tuple[Mark, str]]]]:
    """Marks by kind, each with what is said there where that may be shown."""
    ordered = sorted(marks, key=lambda mark: (MARK_ORDER.index(mark.kind), mark.start_s))
    return [
        (kind, [(mark, mark.text if shows_words else "") for mark in group])
        for kind, group in groupby(ordered, key=lambda mark: mark.kind)
    ]


def _audio(pages: Pages, out: Path, row: Row) -> dict[str, Any]:
    """Where the recording is, and whether it is there now."""
    path, base = row.get("audio"), pages.shown.audio_base
    if not path or base is None:
        return {"address": None, "path": None, "missing": False}
    where = out / base / path
    return {"address": file_address(base, path), "path": path, "missing": not where.is_file()}
