"""Bring a comment into one plain form, and remember where each character came from.

NFKC, controls and invisible characters removed (NUL, bidirectional marks, zero-width spaces, lone surrogates),
typographic quotes made plain, white space collapsed to one space, or to one line feed where it holds a line break.

Only the first :data:`READ_LIMIT_CHARS` characters are read (leading white space not counted) and at most
:data:`LENGTH_LIMIT_CHARS` are kept, so that a comment of a megabyte costs no more than one of a page; ``truncated``
says so. The vectors look at 512 word pieces anyway, some 2,000 characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from callsignals.vocabulary.signal import CharSpan

__all__ = ["LENGTH_LIMIT_CHARS", "READ_LIMIT_CHARS", "NormalisedText", "fold", "normalise"]

READ_LIMIT_CHARS = 20_000
LENGTH_LIMIT_CHARS = 8_000
_MARKS_PER_BASE = 16  # stacked combining marks past this many start a unit of their own

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"}
)
_PLAIN_CHARS = 512
_POSITIONS = tuple(range(_PLAIN_CHARS + 1))
_PLAIN_TEXT = re.compile(r"[!-_a-~åäöÅÄÖéÉüÜ]+(?: [!-_a-~åäöÅÄÖéÉüÜ]+)*")
_KEPT_CONTROLS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85"  # white space to Python
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A comment in plain form.

    Attributes:
        text: the plain form, without outer white space.
        starts, ends: for each of its characters, where it begins and ends (exclusive) in the original.
        truncated: whether the original went on.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    truncated: bool

    def span(self, start: int, end: int) -> CharSpan:
        """``text[start:end]`` (not empty) as offsets into the original."""
        return CharSpan(self.starts[start], self.ends[end - 1])


def normalise(text: str) -> NormalisedText:
    """The plain form of ``text`` with its offset map; never fails."""
    if _is_plain(text):
        count = len(text)
        return NormalisedText(text, _POSITIONS[:count], _POSITIONS[1 : count + 1], truncated=False)
    offset = len(text) - len(text.lstrip())
    source = text[offset : offset + READ_LIMIT_CHARS]
    truncated = offset + READ_LIMIT_CHARS < len(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(source):
        end = _unit_end(source, position)
        for character in _plain(source[position:end]):
            _append(out, starts, ends, character, offset + position, offset + end)
        position = end
        if len(out) > LENGTH_LIMIT_CHARS:
            del out[LENGTH_LIMIT_CHARS:], starts[LENGTH_LIMIT_CHARS:], ends[LENGTH_LIMIT_CHARS:]
            truncated = truncated or bool(source[position:].strip())
            break
    while out and out[-1].isspace():
        out.pop(), starts.pop(), ends.pop()
    return NormalisedText("".join(out), tuple(starts), tuple(ends), truncated)


@lru_cache(maxsize=1_024)  # every layer asks for the same few texts
def fold(text: str) -> str:
    """Lower case without diacritics, character by character: the length never changes, so offsets stay valid."""
    return text.translate(_FOLDED)


def _is_plain(text: str) -> bool:
    """Whether nothing needs to be changed: common letters and signs, single spaces inside."""
    return len(text) < _PLAIN_CHARS and _PLAIN_TEXT.fullmatch(text) is not None


def _unit_end(source: str, start: int) -> int:
    """End of the base character at ``start`` with its combining marks: what NFKC may compose."""
    end = start + 1
    limit = min(len(source), end + _MARKS_PER_BASE)
    while end < limit and unicodedata.combining(source[end]):
        end += 1
    return end


@lru_cache(maxsize=4096)
def _plain(unit: str) -> str:
    kept = "".join(c for c in unit if c in _KEPT_CONTROLS or unicodedata.category(c) not in _DROPPED)
    return unicodedata.normalize("NFKC", kept).translate(_PLAIN)


def _append(out: list[str], starts: list[int], ends: list[int], character: str, start: int, end: int) -> None:
    """Add one character; white space merges with white space before it, and a line break wins."""
    if character.isspace():
        if not out:
            return
        breaks = character in "\n\r\x0b\x0c\x85\u2028\u2029"
        if out[-1].isspace():
            ends[-1] = end
            if breaks:
                out[-1] = "\n"
            return
        character = "\n" if breaks else " "
    out.append(character)
    starts.append(start)
    ends.append(end)


class _Folded(dict[int, str]):
    """Fills itself as characters are met (at most one entry a code point)."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    lowered = character.lower()
    if len(lowered) != 1:
        return character
    if lowered == "ø":
        return "o"
    if lowered == "æ":
        return "a"
    base = unicodedata.normalize("NFD", lowered)[0]
    return base if not unicodedata.combining(base) else lowered


_FOLDED = _Folded()
