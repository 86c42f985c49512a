"""What the tests of this room share: words from lines of talk, and the starter list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callsignals.language.term_list import TermList, starter_terms
from callsignals.vocabulary.spoken import Party, Word

Turns = list[tuple[Party, str]]


def words_of_turns(turns: Turns, *, word_s: float | None = None) -> tuple[Word, ...]:
    """Words of turns in order; with ``word_s`` each word lasts that long, one after the other."""
    spoken = [(party, text) for party, line in turns for text in line.split()]
    if word_s is None:
        return tuple(Word(text, None, None, party, party) for party, text in spoken)
    return tuple(Word(text, at * word_s, (at + 1) * word_s, party, party) for at, (party, text) in enumerate(spoken))


@pytest.fixture(scope="session")
def words_of() -> Callable[..., tuple[Word, ...]]:
    return words_of_turns


@pytest.fixture(scope="session")
def starter() -> TermList:
    return starter_terms()
