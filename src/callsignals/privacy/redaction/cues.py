"""What the words around a number say of it."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal

__all__ = ["Cue", "counts_something", "cue_before"]

Cue = Literal["phone", "identity", "business", "card", "account", "other"]

_REACH_CHARS = 90
_REACH_WORDS = 9
_BEHIND_NUMBER = 3
"""How far behind "number" the word may stand that says which: "order number", "numero tilaukselle"."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]\s+|\n")
_UNIT_SIGNS = ("%", "€", "$", "£", "‰", "°")
_MONEY_BEFORE = re.compile(r"(?:[$€£]|\b(?:eur|sek|usd|gbp))\s?\Z", re.IGNORECASE)
_UNIT = re.compile(r"[\s\u00a0]?([^\W\d_]+)")


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    table = tomllib.loads((files(__package__) / "cues.toml").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in table.items()}


@lru_cache(maxsize=8192)
def _cue_of(word: str) -> str | None:
    """The cue that a case-folded word is; cues that end with a blank are whole words."""
    spaced = f"{word} "
    table = _table()
    for name in ("identity", "business", "card", "phone", "other", "account", "number"):
        if spaced.startswith(table[name]):
            return name
    if word.endswith(("nummer", "numret", "nummret", "numero", "numeron", "nro", "number", "nr")):
        return "other" if word not in ("nummer", "numret", "nummret") else "number"
    return None


def cue_before(text: str, start_char: int) -> Cue | None:
    """The nearest cue before a number in its sentence."""
    before = text[max(0, start_char - _REACH_CHARS) : start_char]
    before = _SENTENCE_END.split(before)[-1]
    words = [found.group().casefold() for found in _WORD.finditer(before)][-_REACH_WORDS:]
    number_at: int | None = None
    for distance, word in enumerate(reversed(words)):
        if number_at is not None and distance - number_at > _BEHIND_NUMBER:
            return "phone"
        cue = _cue_of(word)
        if cue == "number":
            number_at = distance if number_at is None else number_at
        elif cue is not None:
            return cue  # type: ignore[return-value]
    return None if number_at is None else "phone"


def counts_something(text: str, start_char: int, end_char: int) -> bool:
    """Whether a unit or a currency stands beside the number."""
    if _MONEY_BEFORE.search(text, max(0, start_char - 5), start_char):
        return True
    after = text[end_char : end_char + 24]
    if after.lstrip().startswith(_UNIT_SIGNS):
        return True
    word = _UNIT.match(after)
    return word is not None and word.group(1).casefold() in _table()["unit_after"]
