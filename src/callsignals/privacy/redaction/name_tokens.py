"""The words of a text as candidates for names: capitals, where sentences begin, what lists and cues say."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from callsignals.language.dictionary import dictionary_lemma
from callsignals.privacy.redaction.name_forms import name_roles
from callsignals.privacy.redaction.number_words import number_words
from callsignals.privacy.redaction.placeholders import placeholders

__all__ = ["NameCues", "NameToken", "is_small_style", "name_cues", "name_tokens"]

_WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_]*)*(?:['’:][^\W\d_]+)*|\d+")
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:;\n\"“”»(\[•*|>]|[–—-]\s)\s*\Z")
_SURNAME = re.compile(r"[^\W\d_]{3,}(?:sson|[qk]vist|quist|ström|stedt|hjelm|gren|lund|inen|onen|änen|anen)s?")
"""How Swedish and Finnish surnames end, for those that are on no list."""
_SMALL_STYLE_SHARE = 0.6


class NameToken(NamedTuple):
    """One word.

    Attributes:
        text: as written.
        folded: case-folded, composed, with straight apostrophes.
        start_char, end_char: offsets.
        gap: what stands between it and the word before.
        capital: begins with a capital.
        initial: begins a sentence, so that its capital says nothing.
        roles: ``f``, ``r``, ``s`` or several, as in :func:`callsignals.privacy.redaction.name_forms.name_roles`.
        ordinary: whether it is an ordinary word as well.
    """

    text: str
    folded: str
    start_char: int
    end_char: int
    gap: str
    capital: bool
    initial: bool
    roles: str
    ordinary: bool

    @property
    def is_letters(self) -> bool:
        """Whether it is a word, not a number."""
        return self.text[0].isalpha()


@dataclass(frozen=True, slots=True)
class NameCues:
    """The words around names of one language.

    Attributes:
        before: phrases that a name follows, by their last word, with what kind of cue each is; the surest first.
        phrase_words: every word of those phrases.
        after, never, company_after, company_before, sole_trader, brands, places, place_before, particles, months: as in
            ``name_cues.toml``.
    """

    before: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    phrase_words: frozenset[str]
    after: frozenset[str]
    never: frozenset[str]
    company_after: frozenset[str]
    company_before: frozenset[str]
    sole_trader: frozenset[str]
    brands: frozenset[str]
    places: frozenset[str]
    place_before: frozenset[str]
    particles: frozenset[str]
    months: frozenset[str]


@lru_cache(maxsize=4)
def name_cues(language: str) -> NameCues:
    """The cues of ``en``, ``sv`` or ``fi``; companies, brands and places are those of all."""
    table = tomllib.loads((files(__package__) / "name_cues.toml").read_text(encoding="utf-8"))
    own, common = table[language], table["all"]
    before: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in ("naming", "greeting", "presenting"):
        for phrase in own[name]:
            said = tuple(phrase.replace("/", " ").split())
            before.setdefault(said[-1], []).append((name, said))
    words = number_words(language)
    return NameCues(
        before={last: tuple(phrases) for last, phrases in before.items()},
        phrase_words=frozenset(word for phrases in before.values() for _, said in phrases for word in said),
        after=frozenset(own["after"]),
        never=frozenset(own["never"]) | words.values.keys() | words.hundreds | words.thousands,
        company_after=frozenset(common["company_after"]),
        company_before=frozenset(common["company_before"]),
        sole_trader=frozenset(common["sole_trader"]),
        brands=frozenset(common["brands"]),
        places=frozenset(common["places"]),
        place_before=frozenset(common["place_before"]),
        particles=frozenset(common["particles"]),
        months=frozenset(common["months"]),
    )


def name_tokens(text: str, language: str) -> list[NameToken]:
    """Every word and number of a text; words of placeholders are left out."""
    masked = placeholders(text)
    tokens: list[NameToken] = []
    end, at = 0, 0
    for found in _WORD.finditer(text):
        while at < len(masked) and masked[at][1] <= found.start():
            at += 1
        if at < len(masked) and masked[at][0] < found.start():
            continue
        gap = text[end : found.start()]
        end = found.end()
        word = found.group()
        folded = unicodedata.normalize("NFC", word).casefold().replace("’", "'")
        roles, ordinary = name_roles(folded, language) if word[0].isalpha() else ("", False)
        capital = word[0].isupper()
        if capital and not roles and _SURNAME.fullmatch(folded) and dictionary_lemma(folded, language) is None:
            roles = "s"
        initial = capital and (not tokens or _begins_sentence(gap))
        tokens.append(NameToken(word, folded, found.start(), end, gap, capital, initial, roles, ordinary))
    return tokens


def _begins_sentence(gap: str) -> bool:
    if gap == " ":
        return False
    return _SENTENCE_START.search(gap) is not None


def is_small_style(tokens: list[NameToken]) -> bool:
    """Whether capitals say nothing in a text: there are none, or hardly anything else."""
    letters = [token for token in tokens if token.is_letters and len(token.text) > 1]
    if not letters:
        return True
    shouted = sum(token.text.isupper() for token in letters)
    return not any(token.capital for token in letters) or shouted > _SMALL_STYLE_SHARE * len(letters)
