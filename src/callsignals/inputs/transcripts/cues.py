"""Stretches of written speech with one start and one end, and the words and activity they amount to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from callsignals.vocabulary.spoken import Activity, Timing, Transcript, Word

__all__ = ["Cue", "Piece", "named_speakers", "split_name", "tokens", "transcript_of", "transcript_of_words"]

_NAME_MAX_CHARS = 60
_NAME_MAX_WORDS = 5
_NAME = re.compile(r"[^\W\d_][^<>{}\[\]\"!?\n]*")
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015")
_HEADING_WORDS = (
    "note notes ps nb date time subject topic title participants attendees duration recording transcript",
    "warning question answer obs datum tid ämne deltagare längd inspelning fråga svar",
    "huom päivämäärä aika aihe otsikko osallistujat kesto nauhoite kysymys vastaus",
)
_HEADINGS = frozenset(word for line in _HEADING_WORDS for word in line.split())
"""What stands before a colon at the start of a line and is no name (English, Swedish, Finnish)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one speaker ("" when not told) inside a cue."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption or a line. ``start_s <= end_s``, or both None when the source has no times."""

    start_s: float | None
    end_s: float | None
    pieces: tuple[Piece, ...]


def split_name(text: str) -> tuple[str, str] | None:
    """The possible speaker and the rest of ``Name: text``; None when it does not look like that."""
    before, colon, after = text.lstrip().partition(":")
    if not colon or len(before) > _NAME_MAX_CHARS or (after and not after[0].isspace()):
        return None
    name = " ".join(before.split())
    if not _NAME.fullmatch(name) or len(name.split()) > _NAME_MAX_WORDS or name.endswith((".", ",")):
        return None
    return None if name.casefold() in _HEADINGS else (name, after.lstrip())


def named_speakers(candidates: Sequence[str], known: Collection[str], *, repeats: int = 2) -> frozenset[str]:
    """Which of the texts before a colon are names.

    Those are: known names and labels, what looks like a name (every word begins with a capital or a digit),
    and what comes back ``repeats`` times.

    Args:
        candidates: every text before a colon, with repetition.
        known: names and labels, folded.
        repeats: how often another text has to come.
    """
    return frozenset(
        name
        for name, count in Counter(candidates).items()
        if count >= repeats or " ".join(name.split()).casefold() in known or _looks_like_name(name)
    )


def _looks_like_name(name: str) -> bool:
    words = re.sub(r"\(.*?\)", "", name).split()
    return all(word[0].isupper() or word[0].isdigit() or word[0] in "|-/&" for word in words)


def tokens(text: str) -> list[str]:
    """Words with their punctuation; a mark that stands alone joins the word before it, a lone dash goes."""
    found: list[str] = []
    for token in text.split():
        if any(char.isalnum() for char in token):
            found.append(token)
        elif found and not set(token) <= _DASHES:
            found[-1] += token
    return found


def transcript_of(cues: Sequence[Cue], *, timing: Timing, input_digest: str) -> Transcript:
    """Words spread over their cues by length in characters, and one activity per cue and speaker.

    Args:
        cues: in the order of the file.
        timing: ``cues``, or ``none`` when no cue has times.
        input_digest: sha256 of the file.
    """
    words: list[Word] = []
    timeline: list[Activity] = []
    for cue in cues:
        for run in _spread(cue):
            words += run
            first, last = run[0].start_s, run[-1].end_s
            if first is not None and last is not None and first < last:
                timeline.append(Activity(first, last, speaker=run[0].speaker))
    if timing != "none":
        words.sort(key=lambda word: (word.start_s or 0.0, word.speaker))
        timeline.sort(key=lambda activity: (activity.start_s, activity.speaker))
    return Transcript(
        words=tuple(words),
        timeline=tuple(timeline),
        language=None,
        language_confidence=None,
        channel_mode="transcript",
        timing=timing,
        duration_s=max((cue.end_s for cue in cues if cue.end_s is not None), default=None),
        input_digest=input_digest,
    )


def transcript_of_words(words: Sequence[Word], *, input_digest: str) -> Transcript:
    """Words with times of their own; each is an activity.

    Args:
        words: at least one, all with times, in any order.
        input_digest: sha256 of the file.
    """
    ordered = sorted(words, key=lambda word: (word.start_s or 0.0, word.speaker))
    timeline = [
        Activity(word.start_s, word.end_s, speaker=word.speaker)
        for word in ordered
        if word.start_s is not None and word.end_s is not None and word.start_s < word.end_s
    ]
    return Transcript(
        words=tuple(ordered),
        timeline=tuple(timeline),
        language=None,
        language_confidence=None,
        channel_mode="transcript",
        timing="words",
        duration_s=max((word.end_s for word in ordered if word.end_s is not None), default=None),
        input_digest=input_digest,
    )


def _spread(cue: Cue) -> list[list[Word]]:
    """Runs of one speaker's words, each run with at least one word."""
    pieces = [(piece.speaker, tokens(piece.text)) for piece in cue.pieces]
    total_chars = sum(len(token) for _, run in pieces for token in run)
    done_chars = 0
    runs: list[list[Word]] = []
    for speaker, run in pieces:
        words = []
        for token in run:
            start_s = _at(cue, done_chars, total_chars)
            done_chars += len(token)
            words.append(Word(token, start_s, _at(cue, done_chars, total_chars), speaker=speaker))
        if words:
            runs.append(words)
    return runs


def _at(cue: Cue, chars: int, total_chars: int) -> float | None:
    """The moment, to the millisecond, at which ``chars`` of the cue's characters are spoken."""
    if cue.start_s is None or cue.end_s is None:
        return None
    return round(cue.start_s + (cue.end_s - cue.start_s) * (chars / total_chars), 3)
