"""Words and their lemmas.

Tokens are spaCy's (blank pipeline, rules only), lemmas are simplemma's dictionary with our own steps for
what it
lacks: Finnish clitics and possessives, Swedish genitives, and the last part of compounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from callsignals.language.compounds import compound_lemma
from callsignals.language.dictionary import lemma_forms, simple_lemma
from callsignals.vocabulary.spoken import LANGUAGES

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Token", "fold", "function_words", "is_number", "lemma_of", "lemmatise", "without_colon_ending"]

_CACHE_SIZE = 65_536
_COLON_ENDING = re.compile(r"^([^\W\d_]+):[^\W\d_]{1,5}$")


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes:
        text: as written.
        lemma: case-folded dictionary form; the case-folded text when nothing better is known.
        start_char, end_char: offsets into the text, end exclusive.
        is_word: whether it has a letter or a digit.
    """

    text: str
    lemma: str
    start_char: int
    end_char: int
    is_word: bool


@lru_cache(maxsize=len(LANGUAGES) + 1)
def _tokenizer(language: str) -> Language:
    import spacy  # slow to import, and a run with nothing to measure needs none of it

    return spacy.blank(language if language in LANGUAGES else "xx")


def fold(word: str) -> str:
    """Case-folded, with straight apostrophes."""
    return word.casefold().replace("’", "'")


def without_colon_ending(word: str, language: str) -> str:
    """Without the ending that Swedish and Finnish write after a colon: ``api:n``, ``sla:t``."""
    return _COLON_ENDING.sub(r"\1", word) if language in ("sv", "fi") else word


@lru_cache(maxsize=_CACHE_SIZE)
def lemma_of(word: str, language: str) -> str:
    """Case-folded lemma of one word; the case-folded word for languages without a dictionary here."""
    folded = fold(word)
    if language not in LANGUAGES:
        return folded
    if language == "en" and folded == "n't":
        return "not"
    folded = without_colon_ending(folded, language)
    forms = lemma_forms(folded, language)
    if forms:
        return forms[0]
    return compound_lemma(folded, language) or simple_lemma(folded, language)


def lemmatise(text: str, language: str) -> tuple[Token, ...]:
    """Tokens of ``text`` with case-folded lemmas, white space left out.

    Args:
        text: any text.
        language: ISO 639-1; outside en/sv/fi the lemma is the case-folded token.
    """
    return tuple(
        Token(
            text=token.text,
            lemma=lemma_of(token.text, language),
            start_char=token.idx,
            end_char=token.idx + len(token.text),
            is_word=any(character.isalnum() for character in token.text),
        )
        for token in _tokenizer(language).make_doc(text)
        if not token.is_space
    )


@lru_cache(maxsize=len(LANGUAGES) + 1)
def function_words(language: str) -> frozenset[str]:
    """Stop words of a language (spaCy's), case-folded."""
    return frozenset(fold(word) for word in _tokenizer(language).Defaults.stop_words)


@lru_cache(maxsize=_CACHE_SIZE)
def is_number(word: str, language: str) -> bool:
    """Whether a word has a digit or is a number word of the language (spaCy's ``like_num``)."""
    return any(character.isdigit() for character in word) or bool(_tokenizer(language).vocab[word].like_num)
