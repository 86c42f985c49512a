"""Which rules can match a text at all: a look-up by its words, so that few patterns need to run.

Every word of a phrase covers exactly one word of the text (see :mod:`callsignals.comments.rules`), so a phrase can
match only where its longest word finds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

__all__ = ["Anchor", "RuleIndex", "anchor_of"]

_WORD = re.compile(r"\w+")
_CACHED_WORDS = 50_000


class Anchor(NamedTuple):
    """What a word of the text must be, begin or end with, or hold."""

    form: Literal["is", "begins", "ends", "holds"]
    letters: str


def anchor_of(words: Iterable[str]) -> Anchor:
    """The anchor of a phrase's words (folded, with ``*``): its longest run of letters."""
    candidates = [(part, word) for word in words if word != "..." for part in word.split("*") if part]
    letters, word = max(candidates, key=lambda c: len(c[0]))
    if not _WORD.fullmatch(letters):
        return Anchor("holds", max(_WORD.findall(letters), key=len, default=""))
    if word == letters:
        return Anchor("is", letters)
    if word.startswith(letters):
        return Anchor("begins", letters)
    return Anchor("ends", letters) if word.endswith(letters) else Anchor("holds", letters)


class RuleIndex:
    """Rules by the anchors of their phrases.

    Args:
        anchors: of each rule; a rule is a candidate when one of them finds a word.
    """

    def __init__(self, anchors: Sequence[Iterable[Anchor]]) -> None:
        self._is: dict[str, set[int]] = {}
        self._begins: dict[str, set[int]] = {}
        self._ends: dict[str, set[int]] = {}
        self._holds: dict[str, set[int]] = {}
        forms = {"is": self._is, "begins": self._begins, "ends": self._ends, "holds": self._holds}
        for number, found in enumerate(anchors):
            for anchor in found:
                forms[anchor.form].setdefault(anchor.letters, set()).add(number)
        self._begin_lengths = sorted({len(letters) for letters in self._begins})
        self._end_lengths = sorted({len(letters) for letters in self._ends})
        self._known: dict[str, frozenset[int]] = {}

    def candidates(self, folded: str) -> list[int]:
        """Numbers of the rules that may match somewhere in a folded text, ascending."""
        found: set[int] = set()
        for word in _WORD.findall(folded):
            found |= self._of_word(word)
        return sorted(found)

    def _of_word(self, word: str) -> frozenset[int]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _CACHED_WORDS:
                self._known.clear()
            known = self._known[word] = self._looked_up(word)
        return known

    def _looked_up(self, word: str) -> frozenset[int]:
        found = set(self._is.get(word, ()))
        for length in self._begin_lengths:
            if length > len(word):
                break
            found.update(self._begins.get(word[:length], ()))
        for length in self._end_lengths:
            if length > len(word):
                break
            found.update(self._ends.get(word[-length:], ()))
        for letters, rules in self._holds.items():
            if letters in word:
                found |= rules
        return frozenset(found)
