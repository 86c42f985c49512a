"""Plain ``Name: text`` lines, with or without a time before or after the name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from callsignals.inputs.transcripts.cues import Cue, Piece, named_speakers, split_name, tokens

__all__ = ["parse_plain"]

_TIME = r"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_BEFORE = re.compile(rf"\s*(?:[\[(](?P<bracketed>{_TIME})[\])]|(?P<bare>{_TIME})(?=\s))\s*[-\u2013]?\s*(?P<rest>.*)")
_AFTER = re.compile(rf"(?P<name>[^:\[(]+?)\s*[\[(](?P<time>{_TIME})[\])]\s*:(?P<text>.*)")
_WORDS_PER_S = 2.5
"""For the end of the last line, which no next line tells: an ordinary pace of 150 words a minute."""


@dataclass(frozen=True, slots=True)
class _Line:
    start_s: float | None
    name: str
    text: str


def parse_plain(text: str, known: Collection[str]) -> list[Cue]:
    """The turns of a text, in order; empty when no line begins with a name.

    Lines without a name go on with the turn before; those before the first name are a heading and left out.
    A turn lasts until the next one starts. Turns have times only when all of them do, in order.

    Args:
        text: decoded, without a byte-order mark.
        known: folded names and labels that certainly are speakers.
    """
    lines = [_line(line) for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    names = named_speakers([line.name for line in lines if line.name], known)
    turns: list[_Line] = []
    for line in lines:
        if line.name in names:
            turns.append(line)
        elif turns:
            whole = f"{line.name}: {line.text}" if line.name else line.text
            turns[-1] = replace(turns[-1], text=f"{turns[-1].text} {whole}")
    return _timed(turns)


def _line(line: str) -> _Line:
    start_s, rest = None, " ".join(line.split())
    if found := _BEFORE.fullmatch(rest):
        start_s, rest = _seconds(found["bracketed"] or found["bare"]), found["rest"]
    elif found := _AFTER.fullmatch(rest):
        start_s, rest = _seconds(found["time"]), f"{found['name']}: {found['text']}"
    split = split_name(rest)
    return _Line(start_s, *split) if split else _Line(start_s, "", rest)


def _seconds(text: str) -> float:
    total = 0.0
    for part in text.replace(",", ".").split(":"):
        total = total * 60.0 + float(part)
    return round(total, 6)


def _timed(turns: Sequence[_Line]) -> list[Cue]:
    starts = [turn.start_s for turn in turns if turn.start_s is not None]
    if len(starts) < len(turns) or starts != sorted(starts) or not starts:
        return [Cue(None, None, (Piece(turn.name, turn.text),)) for turn in turns]
    last_s = starts[-1] + len(tokens(turns[-1].text)) / _WORDS_PER_S
    ends = [*starts[1:], last_s]
    return [
        Cue(start_s, end_s, (Piece(turn.name, turn.text),))
        for turn, start_s, end_s in zip(turns, starts, ends, strict=True)
    ]
