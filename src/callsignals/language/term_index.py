"""A term list prepared for matching in one language.

A phrase is a way through a trie whose steps are lemmas (or the word as listed). A spoken word offers
several keys (as said, its lemmas, its stem), so inflected phrases match; single-word phrases are sought
inside compounds too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from callsignals.language.compounds import compound_lemma, terms_in_compound
from callsignals.language.dictionary import (
    dictionary_lemma,
    inflection_stems,
    is_dictionary_form,
    lemma_forms,
    simple_lemma,
)
from callsignals.language.lemmas import fold, lemma_of, lemmatise, without_colon_ending
from callsignals.language.regex_guard import compile_safe
from callsignals.language.term_list import TermKind, TermList
from callsignals.language.word_lists import phrases_by_language, words_by_language

__all__ = ["Hit", "TermIndex", "index_of"]

HESITATIONS = words_by_language("hesitations")
"""Sounds that do not break a phrase."""
FILLERS = words_by_language("fillers")
"""One may stand inside a phrase of several words: hinner vi inte, takes us too long."""
NOT_MENTIONS = phrases_by_language("not_mentions")
"""Set phrases and, in English, verbs that a listed noun is part of without being named."""
MAX_REGEX_WORDS = 60
"""Patterns are tried on so many words of a sentence at a time, to bound their time."""
MAX_REGEX_CHARACTERS = 500
_HYPHENS = re.compile(r"[-‐‑–/]")
_CACHE_SIZE = 65_536

AS_SAID, BY_LEMMA, IN_COMPOUND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A possible mention.

    Attributes:
        kind, term: as listed; kind None for a set phrase that is no mention but takes its words.
        offsets: which of the words given.
        rank: 0 the word as listed, 1 an inflected form, 2 part of a compound.
    """

    kind: TermKind | None
    term: str
    offsets: tuple[int, ...]
    rank: int


@dataclass(slots=True)
class _Node:
    steps: dict[str, _Node] = field(default_factory=dict)
    term: tuple[TermKind | None, str] | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """How far a phrase has been followed: ``skipped`` when a filler inside it was passed over."""

    node: _Node
    rank: int
    skipped: bool

    def goes(self, key: str) -> bool:
        return key in self.node.steps

    def step(self, key: str, rank: int) -> _Way:
        return _Way(self.node.steps[key], max(self.rank, rank), self.skipped)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a word that can match a step: ``offset`` says which word."""

    text: str
    offset: int


@lru_cache(maxsize=_CACHE_SIZE)
def _spoken_pieces(word: str, language: str) -> tuple[str, ...]:
    """Case-folded tokens of one spoken word, split at hyphens; no punctuation, no hesitations."""
    tokens = (fold(token.text) for token in lemmatise(word, language) if token.is_word)
    pieces = (part for token in tokens for part in _HYPHENS.split(token) if any(map(str.isalnum, part)))
    return tuple(piece for piece in pieces if piece not in HESITATIONS[language])


@lru_cache(maxsize=_CACHE_SIZE)
def _keys(piece: str, language: str) -> tuple[str, ...]:
    """What a spoken piece may stand for, as said first."""
    if language == "fi" and piece == "et":
        return ("et", "että")  # spoken "that" far more often than "you do not"
    bare = without_colon_ending(piece, language)
    forms = lemma_forms(bare, language)
    if forms:
        return tuple(dict.fromkeys((piece, bare, *forms)))
    whole = compound_lemma(bare, language)
    if whole is not None:
        return tuple(dict.fromkeys((piece, bare, whole)))
    return tuple(dict.fromkeys((piece, bare, lemma_of(bare, language), simple_lemma(bare, language))))


def _is_new_to_the_dictionary(piece: str, language: str) -> bool:
    return dictionary_lemma(piece, language) is None and not lemma_forms(piece, language)


def _step_keys(piece: str, language: str, *, alone: bool) -> tuple[str, ...]:
    """Keys under which a listed word is stored.

    A word that stands alone and is a dictionary form stays as it is: ``training`` must not find
    ``train``, nor ``pris`` find ``prisa``. Listed in another form (``invoices``, ``kostnader``) it goes
    by its lemma as well.
    """
    lemma = lemma_of(piece, language)
    if alone and (is_dictionary_form(piece, language) or (language == "en" and not piece.endswith("s"))):
        return (piece,)
    return tuple(dict.fromkeys((piece, lemma)))


class TermIndex:
    """The terms of one language, ready to be looked for; made by :func:`index_of`."""

    def __init__(self, terms: TermList, language: str) -> None:
        self._language = language
        self._root = _Node()
        self._patterns: list[tuple[TermKind, str, re.Pattern[str]]] = []
        singles: dict[str, tuple[TermKind | None, str]] = {}
        for phrase in NOT_MENTIONS[language]:
            self._insert(phrase, None, {}, exact=True)
        # Words as listed go in before their lemmas, so that a lemma never takes the place of a listed word.
        for exact in (True, False):
            for entry in terms.entries:
                if entry.language == language:
                    for phrase in entry.phrases:
                        self._insert(phrase, entry.kind, singles, exact=exact)
        for entry in terms.entries:
            if entry.language == language:
                self._patterns += [(entry.kind, pattern, compile_safe(pattern)) for pattern in entry.regex]
        self._singles = singles
        self._vocabulary = frozenset(singles)

    def _insert(
        self,
        phrase: str,
        kind: TermKind | None,
        singles: dict[str, tuple[TermKind | None, str]],
        *,
        exact: bool,
    ) -> None:
        pieces = [piece for word in phrase.split() for piece in _spoken_pieces(word, self._language)]
        alone = len(pieces) == 1
        paths: list[_Node] = [self._root]
        for piece in pieces:
            keys = (piece,) if exact else _step_keys(piece, self._language, alone=alone)
            paths = [node.steps.setdefault(key, _Node()) for node in paths for key in keys]
            if alone:
                for key in keys:
                    singles.setdefault(key, (kind, phrase))
        for node in paths:
            node.term = node.term or (kind, phrase)

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Every possible mention among the words of one sentence of one voice, overlapping ones too."""
        pieces = [_Piece(text, at) for at, word in enumerate(words) for text in _spoken_pieces(word, self._language)]
        found = [hit for start in range(len(pieces)) for hit in self._phrases_from(pieces, start)]
        found += [hit for piece in pieces for hit in self._parts_of(piece)]
        found += self._pattern_hits(words)
        return found

    def _phrases_from(self, pieces: Sequence[_Piece], start: int) -> Iterator[Hit]:
        """Phrases that begin at a piece, by walking every way through the trie that the pieces' keys open."""
        ways = [_Way(self._root, AS_SAID, False)]
        for end in range(start, len(pieces)):
            keys = self._keys_with_stems(pieces[end].text)
            reached = [
                way.step(key, AS_SAID if key == keys[0] else BY_LEMMA) for way in ways for key in keys if way.goes(key)
            ]
            for way in reached:
                if way.node.term is not None:
                    offsets = tuple(dict.fromkeys(piece.offset for piece in pieces[start : end + 1]))
                    yield Hit(*way.node.term, offsets, way.rank)
            if end > start and pieces[end].text in FILLERS[self._language]:
                reached += [replace(way, skipped=True) for way in ways if not way.skipped]
            ways = reached
            if not ways:
                return

    def _keys_with_stems(self, piece: str) -> tuple[str, ...]:
        keys = _keys(piece, self._language)
        if self._vocabulary.isdisjoint(keys) and _is_new_to_the_dictionary(piece, self._language):
            stems = inflection_stems(without_colon_ending(piece, self._language), self._language)
            keys += tuple(stem for stem in stems if stem in self._vocabulary)[:1]
        return keys

    def _parts_of(self, piece: _Piece) -> Iterator[Hit]:
        if not self._vocabulary.isdisjoint(_keys(piece.text, self._language)):
            return
        for part in terms_in_compound(piece.text, self._language, self._vocabulary)[:1]:
            yield Hit(*self._singles[part.term], (piece.offset,), IN_COMPOUND)

    def _pattern_hits(self, words: Sequence[str]) -> Iterator[Hit]:
        if self._patterns:
            for first in range(0, len(words), MAX_REGEX_WORDS):
                yield from self._pattern_hits_in(words[first : first + MAX_REGEX_WORDS], first)

    def _pattern_hits_in(self, words: Sequence[str], first: int) -> Iterator[Hit]:
        bounds: list[tuple[int, int]] = []
        for word in words:
            start = bounds[-1][1] + 1 if bounds else 0
            bounds.append((start, start + len(word)))
        text = " ".join(words)[:MAX_REGEX_CHARACTERS]
        for kind, pattern, compiled in self._patterns:
            for match in compiled.finditer(text):
                offsets = tuple(
                    first + at for at, (start, end) in enumerate(bounds) if start < match.end() and end > match.start()
                )
                if offsets:
                    yield Hit(kind, pattern, offsets, AS_SAID)


@lru_cache(maxsize=16)
def index_of(terms: TermList, language: str) -> TermIndex:
    """The index of a list in one language, made once."""
    return TermIndex(terms, language)
