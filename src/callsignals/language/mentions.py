"""Where a call mentions the terms of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsignals.language.term_list import TermKind, TermList
from callsignals.vocabulary.spoken import Party, Word

__all__ = ["Mention", "find_mentions"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention; first_word and last_word (inclusive) are indices into the words given."""

    kind: TermKind
    term: str
    first_word: int
    last_word: int
    start_s: float | None
    end_s: float | None
    party: Party
    speaker: str


def find_mentions(words: Sequence[Word], language: str | None, terms: TermList) -> tuple[Mention, ...]:
    """Mentions in order of their first word; empty for a language without terms."""
    raise NotImplementedError
