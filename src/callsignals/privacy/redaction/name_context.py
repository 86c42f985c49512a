"""What stands around a word that may be a name: its neighbours, the cue before it, the text's style."""

from __future__ import annotations

from dataclasses import dataclass

from callsignals.language.dictionary import dictionary_lemma
from callsignals.privacy.redaction.name_tokens import NameCues, NameToken

__all__ = ["JOINS", "NameContext"]

JOINS = (" ", "-", "\u00a0", "\u2011", "\n", "  ")
"""What may stand between the parts of a name."""
_LONGEST_CUE = 5


@dataclass(frozen=True, slots=True)
class NameContext:
    """The words of one text.

    Attributes:
        tokens: its words.
        cues: the words around names in its language.
        language: ``en``, ``sv`` or ``fi``.
        small: whether capitals say nothing in it.
    """

    tokens: list[NameToken]
    cues: NameCues
    language: str
    small: bool

    def cue_before(self, at: int) -> str | None:
        """What kind of cue stands right before a word: naming, greeting, presenting, or None."""
        phrases = self.cues.before.get(self.tokens[at - 1].folded) if at else None
        if phrases is None:
            return None
        gap = self.tokens[at].gap
        if gap.strip(" ,:;\n/.–—-") or (gap.strip() in (".", ";") and not self.tokens[at].capital):
            return None
        words = tuple(token.folded for token in self.tokens[max(0, at - _LONGEST_CUE) : at])
        for name, phrase in phrases:
            if words[-len(phrase) :] == phrase and (name == "naming" or not gap.strip(" ,:")):
                return name
        return None

    def in_dictionary(self, token: NameToken) -> bool:
        """Whether it is a word of the language."""
        return dictionary_lemma(token.folded, self.language) is not None

    def adjoins(self, at: int) -> bool:
        """Whether a word may go on with a name that ends before it."""
        gap = self.tokens[at].gap
        if gap == ". " or gap == ".":  # "Anna M. Berg"
            return len(self.tokens[at - 1].text) == 1 and self.tokens[at - 1].capital
        return gap in JOINS and gap != "\n"

    def follows(self, at: int, words: frozenset[str]) -> bool:
        """Whether one of some words stands right before."""
        return at > 0 and self.tokens[at - 1].folded in words and self.tokens[at].gap in JOINS

    def stands_out(self, token: NameToken) -> bool:
        """Whether a word has a capital that its sentence does not ask for."""
        return token.capital and not token.initial and not self.small

    def opens(self, at: int) -> bool:
        """Whether nothing, or a sentence's end, stands before."""
        return at == 0 or self.tokens[at].gap.strip() in (".", "!", "?", "\n")
