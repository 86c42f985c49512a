"""What is known of single words: dictionary lemmas, and the endings that the dictionary does not know.

The dictionary is simplemma's. Its greedy mode is not used for Finnish: it takes the first known part of
an unknown compound for the lemma (``kuukausihinta`` -> ``kuukausi``), which would lose exactly the part
that matters here.
"""

from __future__ import annotations

from functools import lru_cache

import simplemma
from simplemma.strategies import DictionaryLookupStrategy

__all__ = ["dictionary_lemma", "inflection_stems", "is_dictionary_form", "lemma_forms", "simple_lemma"]

_CACHE_SIZE = 65_536
_LOOKUP = DictionaryLookupStrategy()

_FINNISH_CLITICS = ("kaan", "kään", "kin", "kos", "kös", "ko", "kö", "han", "hän", "pas", "päs", "pa", "pä")
_FINNISH_POSSESSIVES = ("nsa", "nsä", "mme", "nne", "ni", "si")
_FINNISH_COLLOQUIAL = (
    ("ii", "ia"), ("ii", "iä"), ("ee", "ea"), ("ee", "eä"), ("oo", "oa"), ("öö", "öä"),
    ("eeta", "eata"), ("eetä", "eätä"), ("ote", "oite"), ("ittain", "ita"), ("ittäin", "itä"),
)  # fmt: skip
"""Spoken vowel ends: ongelmii = ongelmia, vaikee = vaikea (Iso suomen kielioppi, section 1)."""
_FINNISH_PASSIVES = (
    ("etaan", "aa"), ("etään", "ää"), ("ettu", "aa"), ("etty", "ää"), ("ettua", "aa"), ("ettyä", "ää"),
    ("ettiin", "aa"),
    ("daan", "da"), ("dään", "dä"), ("oitu", "oida"), ("oitua", "oida"), ("oitiin", "oida"), ("öity", "öidä"),
)  # fmt: skip
"""Passive forms, which are also the spoken first person plural (me tehostetaan), to the infinitive."""
_SECOND_READINGS = {"tukea": "tuki", "katoa": "kadota"}
"""Forms of a noun that are also another word, which the dictionary gives."""

_SWEDISH_ENDINGS = (
    "arnas", "ornas", "ernas", "arna", "orna", "erna", "ades", "aste", "ande", "ans", "ens", "ets",
    "ade", "are",
    "ast", "ar", "er", "or", "en", "et", "na", "ns", "ts", "ad", "at", "a", "e", "n", "r", "t", "s",
)  # fmt: skip
_ENGLISH_ENDINGS = ("'s", "’s", "ies", "es", "s", "ed", "ing")
_FINNISH_ENDINGS = (
    "eissa", "eista", "issa", "issä", "ista", "istä", "ille", "illa", "illä", "ilta", "iltä", "iin",
    "ien", "eja", "ejä", "ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "ksi",
    "ita", "itä", "ina", "inä", "in",
    "it", "ia", "iä", "en", "na", "nä", "ta", "tä", "a", "ä", "n", "t",
)  # fmt: skip
_ENDINGS = {"sv": _SWEDISH_ENDINGS, "fi": _FINNISH_ENDINGS, "en": _ENGLISH_ENDINGS}
_MIN_STEM_CHARACTERS = 3


@lru_cache(maxsize=_CACHE_SIZE)
def dictionary_lemma(word: str, language: str) -> str | None:
    """The dictionary's lemma of a case-folded word, None when the word is not in the dictionary."""
    lemma = _LOOKUP.get_lemma(word, language)
    return lemma.casefold() if lemma is not None else None


_PROBES = {
    "en": ("s", "es", "'s"),
    "sv": ("en", "et", "n", "t", "er", "ar", "or", "na", "a", "s", "are"),
    "fi": (),
}


@lru_cache(maxsize=_CACHE_SIZE)
def is_dictionary_form(word: str, language: str) -> bool:
    """Whether ``word`` is a lemma: ``pris`` is (of ``priset``), although it is a form of ``prisa`` too."""
    if dictionary_lemma(word, language) == word:
        return True
    return any(dictionary_lemma(word + ending, language) == word for ending in _PROBES.get(language, ()))


@lru_cache(maxsize=_CACHE_SIZE)
def lemma_forms(word: str, language: str) -> tuple[str, ...]:
    """Lemmas that the word may have, best first; none when even its stem is unknown."""
    lemma = dictionary_lemma(word, language)
    if lemma is not None:
        return (lemma, *_second_reading(word, lemma)) if language == "fi" else (lemma,)
    if language == "fi":
        return _finnish_forms(word)
    if language == "sv" and word.endswith("s"):
        genitive = dictionary_lemma(word[:-1], language)
        return (genitive,) if genitive is not None else ()
    return ()


def _second_reading(word: str, lemma: str) -> tuple[str, ...]:
    """``palvelusta`` is of ``palvelu`` more often than of ``palvelus``."""
    if word in _SECOND_READINGS:
        return (_SECOND_READINGS[word],)
    stem = lemma[:-1]
    if lemma.endswith(("us", "ys")) and word in (stem + "sta", stem + "stä") and dictionary_lemma(stem, "fi") == stem:
        return (stem,)
    return ()


def _finnish_forms(word: str) -> tuple[str, ...]:
    """Lemmas without clitics (-kin, -ko), then possessives (-mme, -nsa), then spoken ends."""
    bases = [word]
    for clitic in _FINNISH_CLITICS:
        if word.endswith(clitic) and len(word) - len(clitic) >= _MIN_STEM_CHARACTERS:
            bases.append(word[: -len(clitic)])
    for base in tuple(bases):
        for possessive in _FINNISH_POSSESSIVES:
            if base.endswith(possessive) and len(base) - len(possessive) >= _MIN_STEM_CHARACTERS:
                stem = base[: -len(possessive)]
                # The possessive swallows the n of the genitive and the t of the plural: sopimukse(n)mme.
                bases += [stem, stem + "n", stem + "t"]
    for base in tuple(bases):
        bases += [
            base[: -len(said)] + written
            for said, written in (*_FINNISH_COLLOQUIAL, *_FINNISH_PASSIVES)
            if base.endswith(said)
        ]
    found = (dictionary_lemma(base, "fi") for base in bases[1:])
    return tuple(dict.fromkeys(lemma for lemma in found if lemma is not None))


@lru_cache(maxsize=_CACHE_SIZE)
def inflection_stems(word: str, language: str) -> tuple[str, ...]:
    """What is left of a word that the dictionary lacks when an inflection is taken off, longest first.

    Only of use against a closed vocabulary (``dashboarden`` -> ``dashboard``): most of these are not words.
    """
    stems: list[str] = []
    for ending in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM_CHARACTERS:
            stem = word[: -len(ending)]
            stems.append(stem)
            if language in ("en", "sv"):
                stems.append(stem + ("y" if ending == "ies" else "e" if language == "en" else "a"))
            if language == "fi" and stem.endswith("i") is False:
                stems.append(stem + "i")
    return tuple(sorted(dict.fromkeys(stems), key=lambda stem: (-len(stem), stem)))


@lru_cache(maxsize=_CACHE_SIZE)
def simple_lemma(word: str, language: str) -> str:
    """Lemma of a case-folded word that is not a compound; the word itself when nothing is known of it."""
    forms = lemma_forms(word, language)
    if forms:
        return forms[0]
    if language == "fi":
        return word
    return str(simplemma.lemmatize(word, lang=language, greedy=True)).casefold()
