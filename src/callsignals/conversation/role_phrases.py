"""Phrases that sellers and customers use, and how often a voice says them.

The lists are in ``role_cues.toml``; its head explains their notation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

from callsignals.files import digest_of

__all__ = ["CATEGORIES", "count_phrases", "phrases_digest", "spoken_text", "tokens"]

CATEGORIES = (
    "service_opening",
    "calls_from",
    "helps",
    "asks_identity",
    "probes",
    "presents",
    "proposes",
    "acts",
    "closes",
    "appeals",
    "needs",
    "trouble",
    "my_things",
    "asks_terms",
    "weighs",
    "served",
    "soothes",
    "answers",
    "amounts",
    "you",
    "own",
)
"""Every list of ``role_cues.toml``, the same in each language."""

_TOKEN = re.compile(r"[^\W_]+(?:['’.,:\-][^\W_]+)*")
_NOISE = re.compile(r"\[[^\]]*\]|<[^>]*>")
_WORD = r"[^ \n]+"
_NUMBER = r"\d[^ \n]*"


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers without punctuation; marks such as ``[noise]`` are left out."""
    return [found.lower().replace("’", "'") for found in _TOKEN.findall(_NOISE.sub(" ", text))]


def spoken_text(turns: Iterable[Sequence[str]]) -> str:
    """A voice's turns as one text to look for phrases in: words between single spaces, turns on lines.

    Args:
        turns: ``tokens`` of each turn.
    """
    return "\n" + "".join(f"{' '.join(turn)}\n" for turn in turns if turn)


def count_phrases(text: str, language: str | None) -> dict[str, int]:
    """How often each list's phrases occur.

    Args:
        text: from ``spoken_text``.
        language: ``en``, ``sv`` or ``fi``; no phrases are known of any other.

    Returns:
        A count for each of ``CATEGORIES``.
    """
    patterns = _patterns().get(language or "", {})
    return {
        category: sum(1 for _ in patterns[category].finditer(text)) if category in patterns else 0
        for category in CATEGORIES
    }


@lru_cache(maxsize=1)
def _lists() -> dict[str, dict[str, list[str]]]:
    source = files("callsignals.conversation").joinpath("role_cues.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def phrases_digest() -> str:
    """sha256 over all lists."""
    return digest_of(_lists())


@lru_cache(maxsize=1)
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    return {
        language: {category: _pattern(phrases) for category, phrases in lists.items()}
        for language, lists in _lists().items()
    }


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """One pattern for a list, longer phrases first so that the most telling one is taken."""
    ordered = sorted(dict.fromkeys(phrases), key=lambda phrase: (-len(phrase.split()), phrase))
    return re.compile(rf"(?<=[ \n])(?:{'|'.join(_phrase(phrase) for phrase in ordered)})(?=[ \n])")


def _phrase(phrase: str) -> str:
    """The pattern of one phrase; ``a?`` at its start brings the space after it, elsewhere the one before it."""
    built, begun = "", False
    for part in phrase.split():
        if part == "^":
            built += r"(?<=\n)"
            continue
        optional = part.endswith("?")
        word = "|".join(_alternative(one) for one in part.removesuffix("?").split("|"))
        if not begun:
            built += f"(?:(?:{word}) )?" if optional else f"(?:{word})"
            begun = not optional
        else:
            built += f"(?: (?:{word}))?" if optional else f" (?:{word})"
    return built


def _alternative(word: str) -> str:
    if word in ("_", "#"):
        return _WORD if word == "_" else _NUMBER
    return re.escape(word).replace(r"\*", "[^ \\n]*")
