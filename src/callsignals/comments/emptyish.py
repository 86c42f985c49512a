"""Tell answers that say nothing: "-", "n/a", "vet ej", "en tiedä", an emoji, a bare number."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from callsignals.comments.normalise import fold

__all__ = ["EmptyishReason", "emptyish_reason", "is_stock_non_answer"]

EmptyishReason = Literal["empty", "too_short", "emoji_only", "number_only"]

MINIMUM_LETTERS = 2
_EMOTICON = re.compile(r"(?<!\w)(?:[:;=8xX]['^]?-?[)(\]\[DPpOo/\\|*3]+|<3|\^\^|[)(]-?[:;=])(?!\w)")
_WORD_PART = re.compile(r"[abcefghijklmnqrstuvwyzåäö]{3}", re.IGNORECASE)
"""Three letters that no emoticon has: most texts show some at once."""
_SPACES = re.compile(r"\s+")
_OUTER = " .,;:!?\"'()-_/*…"


def emptyish_reason(text: str) -> EmptyishReason | None:
    """Why a normalised text says nothing, None when it may say something.

    ``empty``: nothing at all. ``emoji_only``: emoji or emoticons. ``number_only``: digits and signs.
    ``too_short``: under two letters, punctuation, or one of the stock non-answers of ``emptyish.toml``.
    """
    if not text.strip():
        return "empty"
    if _WORD_PART.search(text):
        return "too_short" if is_stock_non_answer(text) else None
    letters = sum(c.isalpha() for c in text)
    if _is_pictures(text):
        return "emoji_only"
    if letters == 0:
        return "number_only" if any(c.isnumeric() for c in text) else "too_short"
    if letters < MINIMUM_LETTERS or is_stock_non_answer(text):
        return "too_short"
    return None


def is_stock_non_answer(text: str) -> bool:
    """Whether the whole text is one of the stock non-answers."""
    phrases, longest = _stock_phrases()
    return len(text.strip(_OUTER)) <= longest and _bare(text) in phrases


def _is_pictures(text: str) -> bool:
    rest = _EMOTICON.sub("", text)
    pictures = rest != text
    for character in rest:
        if unicodedata.category(character) in {"So", "Sk", "Mn", "Me"}:
            pictures = pictures or unicodedata.category(character) == "So"
        elif character.isalnum():
            return False
    return pictures


def _bare(text: str) -> str:
    words = _SPACES.sub(" ", fold(text)).strip()
    return words.strip(_OUTER)


@lru_cache(maxsize=1)
def _stock_phrases() -> tuple[frozenset[str], int]:
    """The phrases, and the length of the longest."""
    data = tomllib.loads(files(__package__).joinpath("emptyish.toml").read_text(encoding="utf-8"))
    phrases = frozenset(_bare(phrase) for phrase in data["phrases"])
    return phrases, max(map(len, phrases))
