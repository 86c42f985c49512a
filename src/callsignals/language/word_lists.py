"""The words that this room treats specially, from ``word_lists.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

__all__ = ["phrases_by_language", "words_by_language"]


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str | list[str]]]:
    text = resources.files("callsignals.language").joinpath("word_lists.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def words_by_language(table: str) -> dict[str, frozenset[str]]:
    """The single words of a table, by language code."""
    return {language: frozenset(str(words).split()) for language, words in _tables()[table].items()}


def phrases_by_language(table: str) -> dict[str, tuple[str, ...]]:
    """The phrases of a table, by language code, in the file's order."""
    return {language: tuple(phrases) for language, phrases in _tables()[table].items()}
