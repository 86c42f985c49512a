"""Headings and cell words in Swedish and Finnish that stand for ours (``headings.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files

__all__ = ["HEADING_LANGUAGES", "canonical_names", "folded", "own_value", "renamed", "synonyms"]

HEADING_LANGUAGES = ("sv", "fi")
"""Languages of headings beside English, which are the columns' own names."""


def folded(name: str) -> str:
    """A heading as it is compared: letter case, spaces and hyphens aside."""
    return re.sub(r"[\s-]+", "_", name.strip().casefold())


@cache
def synonyms(section: str) -> Mapping[str, tuple[str, ...]]:
    """What stands for each of our names, in one language (``sv``, ``fi``) or in cells (``values``)."""
    text = files("callsignals.inputs").joinpath("headings.toml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text)[section].items()}


def canonical_names(cells: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Headings as column names: ours where they are or stand for one of ``known``, else as written.

    A column's own name wins over words that stand for it, and of those the first in ``headings.toml``; a column gets
    one heading at most that is not its own name, so that the others stay columns of the user's.
    """
    names = [folded(cell) if folded(cell) in known else cell.strip() for cell in cells]
    taken = set(names) & set(known)
    for name, word in _pairs():
        if name in known and name not in taken and word in (spoken := [folded(cell) for cell in names]):
            names[spoken.index(word)] = name
            taken.add(name)
    return tuple(names)


def renamed(written: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Headings as written whose column has another name, and that name."""
    pairs = zip(written, names, strict=True)
    return tuple((cell.strip(), name) for cell, name in pairs if cell.strip() and folded(cell) != folded(name))


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    """Column and word, by precedence."""
    return tuple(
        (name, word) for language in HEADING_LANGUAGES for name, words in synonyms(language).items() for word in words
    )


@cache
def _own_values() -> Mapping[str, str]:
    return {word: value for value, words in synonyms("values").items() for word in words}


def own_value(cell: str) -> str:
    """A cell's folded word, ours for one that stands for it."""
    word = folded(cell)
    return _own_values().get(word, word)
