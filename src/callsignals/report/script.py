"""What was said, as paragraphs of one voice each, with terms and questions to be marked in them."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsignals.conversation.sentences import sentences
from callsignals.files import file_name_for
from callsignals.report.lanes import Mark
from callsignals.vocabulary.spoken import Word

__all__ = ["Paragraph", "Piece", "load_transcript", "paragraphs"]

_PAUSE_S = 3.0
"""A longer pause starts a new paragraph, as it ends a turn."""
_TOLERANCE_S = 0.002


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that are marked alike: ``need``, ``product`` or "" (plain); ``asks`` inside a question."""

    text: str
    kind: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one voice says without a long pause.

    Attributes:
        party, voice: whose it is.
        start_s: None without times.
        times: start of each word in tenths and hundredths of a second, as text; "" without times.
        pieces: the words.
    """

    party: str
    voice: str
    start_s: float | None
    times: str
    pieces: tuple[Piece, ...]


def load_transcript(out: Path, call_id: str) -> Mapping[str, Any] | None:
    """A call's transcript; None when it is gone or damaged, which must not cost the report."""
    path = out / "transcripts" / f"{file_name_for(call_id)}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"timeline": list(found["timeline"]), "words": list(found["words"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def paragraphs(words: Sequence[Mapping[str, Any]], language: str | None, marks: Sequence[Mark]) -> list[Paragraph]:
    """The words of a transcript by voice and time.

    Args:
        words: ``{text, start_s, end_s, party, speaker}`` each.
        language: of the call.
        marks: terms and questions to be marked, from :func:`callsignals.report.lanes.marks_of`.
    """
    kinds, asks = _marked(words, marks)
    found: list[Paragraph] = []
    for indices in _runs(words, language):
        first = words[indices[0]]
        times = [words[index]["start_s"] for index in indices]
        timed = all(time is not None for time in times)
        found.append(
            Paragraph(
                party=first["party"],
                voice=first["speaker"] or "",
                start_s=times[0],
                times=" ".join(f"{time:.2f}" for time in times) if timed else "",
                pieces=tuple(_pieces(words, indices, kinds, asks)),
            )
        )
    return found


def _runs(words: Sequence[Mapping[str, Any]], language: str | None) -> Iterator[list[int]]:
    """Indices of words by paragraph: sentences of one voice in a row, with no long pause between."""
    spoken = [Word(w["text"], w["start_s"], w["end_s"], w["party"], w["speaker"] or "") for w in words]
    run: list[int] = []
    for sentence in sentences(spoken, language):
        indices = list(sentence.word_indices)
        if run and not _goes_on(spoken[run[-1]], spoken[indices[0]]):
            yield run
            run = []
        run += indices
    if run:
        yield run


def _goes_on(last: Word, following: Word) -> bool:
    if (last.party, last.speaker) != (following.party, following.speaker):
        return False
    if last.end_s is None or following.start_s is None:
        return True
    return following.start_s - last.end_s <= _PAUSE_S


def _marked(words: Sequence[Mapping[str, Any]], marks: Sequence[Mark]) -> tuple[dict[int, str], set[int]]:
    """Which words belong to a term, by kind, and which to a question."""
    kinds: dict[int, str] = {}
    asks: set[int] = set()
    timed = [index for index, word in enumerate(words) if word["start_s"] is not None]
    starts = [words[index]["start_s"] for index in timed]
    if starts != sorted(starts):
        timed.sort(key=lambda index: words[index]["start_s"])
        starts.sort()
    for mark in marks:
        if mark.kind == "interruption":
            continue
        for place in range(bisect_left(starts, mark.start_s - _TOLERANCE_S), len(starts)):
            word = words[timed[place]]
            if starts[place] > mark.end_s:
                break
            if word["party"] == mark.party and word["end_s"] <= mark.end_s + _TOLERANCE_S:
                if mark.kind == "question":
                    asks.add(timed[place])
                else:
                    kinds[timed[place]] = mark.kind
    return kinds, asks


def _pieces(
    words: Sequence[Mapping[str, Any]], indices: Sequence[int], kinds: Mapping[int, str], asks: set[int]
) -> Iterator[Piece]:
    texts: list[str] = []
    now = ("", False)
    for index in indices:
        state = (kinds.get(index, ""), index in asks)
        if texts and state != now:
            yield Piece(" ".join(texts), *now)
            texts = []
        now = state
        # A word is one run of letters for the page's script, which finds each word's time by counting.
        texts.append("\u00a0".join(words[index]["text"].split()) or "\u00a0")
    if texts:
        yield Piece(" ".join(texts), *now)
