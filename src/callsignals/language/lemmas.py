"""Words and their lemmas."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Token", "lemmatise"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token; offsets in characters, end exclusive."""

    text: str
    lemma: str
    start_char: int
    end_char: int
    is_word: bool


def lemmatise(text: str, language: str) -> tuple[Token, ...]:
    """Tokens of ``text`` with case-folded lemmas."""
    raise NotImplementedError
