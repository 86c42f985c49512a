"""Compound words and their parts.

A split is believed when every part is a word: ``kuukausihinta`` = kuukausi + hinta, ``leverantörsfakturan`` =
leverantör + s + faktura, but ``prisma`` is not pris + ma and ``ansvar`` not an + svar. Between the parts
stands what the language puts there: Swedish -s-, and -e/-o/-u for a first part in -a; Finnish the
nominative, the genitive's -n, or -s for a first part in -nen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from callsignals.language.dictionary import dictionary_lemma, inflection_stems, lemma_forms
from callsignals.language.word_lists import words_by_language

__all__ = ["CompoundPart", "compound_lemma", "is_known_word", "terms_in_compound"]

COMPOUNDING = ("sv", "fi")
"""Languages that write compounds as one word."""
_CACHE_SIZE = 65_536
_MIN_PART_CHARACTERS = 3
_MIN_KNOWN_COMPOUND_CHARACTERS = 8
_MIN_TERM_CHARACTERS = 4
"""Shorter terms (``fel``, ``mål``) are sought only in words new to the dictionary, not in ``måltid``,"""
_MIN_NEIGHBOUR_OF_SHORT_TERM = 4
_MIN_HEAD_OF_SHORT_TERM = 5
"""... or at the end of a word after a first part this long: ``klimatmål``."""

_SWEDISH_DERIVED_VERB = "era"
"""Verbs made of a noun, rapportera, are not compounds: no rapport-e-ras."""

NOT_FIRST = words_by_language("not_first")
"""Particles and function words: with them at its head a word is derived, not compounded."""
NOT_LAST = words_by_language("not_last")
"""Endings that happen to look like words."""
FALSE_FRIENDS = words_by_language("false_friends")
"""Words (lemma or as written) in which no term is sought."""


@dataclass(frozen=True, slots=True)
class CompoundPart:
    """A term found as part of a word.

    Attributes:
        term: the vocabulary's word.
        last: whether it is the last part, the one that the compound is a kind of.
    """

    term: str
    last: bool


def is_known_word(word: str, language: str) -> bool:
    """Whether the dictionary knows a word, or it is a compound of known ones."""
    if lemma_forms(word, language):
        return True
    # Short brands fall apart into words only too easily: tiktok.
    return len(word) >= _MIN_KNOWN_COMPOUND_CHARACTERS and compound_lemma(word, language) is not None


@lru_cache(maxsize=_CACHE_SIZE)
def _can_stand_first(part: str, language: str, depth: int = 1) -> bool:
    if len(part) < _MIN_PART_CHARACTERS or part in NOT_FIRST[language]:
        return False
    known = _swedish_first(part) if language == "sv" else _finnish_first(part)
    return known or (depth > 0 and _splits_in_two(part, language))


def _swedish_first(part: str) -> bool:
    if dictionary_lemma(part, "sv") is not None:
        return True
    if part.endswith("s") and len(part) > _MIN_PART_CHARACTERS and dictionary_lemma(part[:-1], "sv") is not None:
        return True
    stem = part[:-1] if part[-1] in "oue" else part
    return len(stem) >= _MIN_PART_CHARACTERS and dictionary_lemma(stem + "a", "sv") is not None


def _finnish_first(part: str) -> bool:
    lemma = dictionary_lemma(part, "fi")
    if lemma is not None and (lemma == part or part.endswith("n")):
        return True
    return part.endswith("s") and dictionary_lemma(part[:-1] + "nen", "fi") is not None


def _splits_in_two(part: str, language: str) -> bool:
    return any(
        _can_stand_first(part[:cut], language, 0) and _can_stand_first(part[cut:], language, 0)
        for cut in range(_MIN_PART_CHARACTERS, len(part) - _MIN_PART_CHARACTERS + 1)
    )


@lru_cache(maxsize=_CACHE_SIZE)
def _can_stand_last(part: str, language: str) -> bool:
    return len(part) >= _MIN_PART_CHARACTERS and part not in NOT_LAST[language] and bool(lemma_forms(part, language))


@lru_cache(maxsize=_CACHE_SIZE)
def compound_lemma(word: str, language: str) -> str | None:
    """Lemma of a compound that the dictionary lacks: its last part's lemma after the rest as written.

    The longest last part wins. None when the word does not split into known parts.
    """
    if language not in COMPOUNDING:
        return None
    for cut in range(_MIN_PART_CHARACTERS, len(word) - _MIN_PART_CHARACTERS + 1):
        last = word[cut:]
        if _can_stand_last(last, language) and _can_stand_first(word[:cut], language):
            return word[:cut] + lemma_forms(last, language)[0]
    return None


@lru_cache(maxsize=_CACHE_SIZE)
def terms_in_compound(word: str, language: str, vocabulary: frozenset[str]) -> tuple[CompoundPart, ...]:
    """Single-word terms that are the first or the last part of a case-folded word, the best first.

    Longest term first; of two equally long, the last part, which the compound is a kind of.
    """
    if language not in COMPOUNDING or not FALSE_FRIENDS[language].isdisjoint((word, *lemma_forms(word, language))):
        return ()
    lemma = dictionary_lemma(word, language)
    if language == "sv" and lemma is not None and lemma.endswith(_SWEDISH_DERIVED_VERB):
        return ()
    found = set()
    for cut in range(_MIN_PART_CHARACTERS, len(word) - _MIN_PART_CHARACTERS + 1):
        head, tail = word[:cut], word[cut:]
        found |= {CompoundPart(term, True) for term in _as_last(head, tail, language, vocabulary)}
        found |= {CompoundPart(term, False) for term in _as_first(head, tail, language, vocabulary)}
    kept = (part for part in found if _long_enough(part, word, known=lemma is not None) and _fits(part, word, lemma))
    return tuple(sorted(kept, key=lambda part: (-len(part.term), not part.last, part.term)))


def _fits(part: CompoundPart, word: str, lemma: str | None) -> bool:
    """Whether a known word may end in the part: the dictionary says överlappa, not overl + app."""
    return not part.last or lemma is None or lemma.endswith(part.term) or word.endswith(part.term)


def _long_enough(part: CompoundPart, word: str, *, known: bool) -> bool:
    if len(part.term) >= _MIN_TERM_CHARACTERS:
        return True
    others = len(word) - len(part.term)
    if known:
        return part.last and others >= _MIN_HEAD_OF_SHORT_TERM
    return others >= _MIN_NEIGHBOUR_OF_SHORT_TERM


def _as_last(head: str, tail: str, language: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    keys = (tail, *lemma_forms(tail, language))
    if not any(key in vocabulary for key in keys):
        keys = inflection_stems(tail, language) if not keys[1:] else ()
    # An ending can only be longer than the dictionary form: -kost in specialkost is no kosta.
    terms = tuple(
        key for key in dict.fromkeys(keys) if key in vocabulary and not (tail != key and key.startswith(tail))
    )
    return terms if terms and _can_stand_first(head, language) else ()


def _as_first(head: str, tail: str, language: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    terms = tuple(form for form in _first_forms(head, language) if form in vocabulary)
    if not terms:
        return ()
    rest_known = _can_stand_last(tail, language) or (
        len(tail) > 2 * _MIN_PART_CHARACTERS and compound_lemma(tail, language) is not None
    )
    return terms if rest_known else ()


def _first_forms(head: str, language: str) -> tuple[str, ...]:
    """Dictionary forms that may stand as ``head`` at the beginning of a compound."""
    if language == "sv":
        forms = [head, head + "a"]
        if head.endswith("s"):
            forms.append(head[:-1])
        if head[-1] in "oue":
            forms += [head[:-1] + "a", head[:-1]]
        return tuple(forms)
    forms = [head]
    if head.endswith("n"):
        forms += lemma_forms(head, language)
    if head.endswith("s"):
        forms.append(head[:-1] + "nen")
    return tuple(dict.fromkeys(forms))
