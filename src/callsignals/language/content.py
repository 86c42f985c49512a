"""The words of a call that carry content: no function words, numbers, names or hesitations.

A name is a word that is written with a capital inside a sentence and nowhere in the call without one; transcripts
without capitals keep theirs, but for those that the caller knows. Acronyms (``ERP``) are no names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from callsignals.conversation.sentences import Sentence, sentences
from callsignals.language.lemmas import fold, function_words, is_number, lemmatise
from callsignals.language.word_lists import words_by_language
from callsignals.vocabulary.spoken import Word

__all__ = ["ContentWord", "content_runs", "name_words"]

_EMPTY = tuple(words_by_language(table) for table in ("hesitations", "fillers", "particles"))
_MIN_CHARACTERS = 2
_LONGEST_ACRONYM = 5
_CACHE_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class ContentWord:
    """One content word.

    Attributes:
        lemma: case-folded.
        said: case-folded, as said, without punctuation.
        word: index into the words of the call.
    """

    lemma: str
    said: str
    word: int


@lru_cache(maxsize=_CACHE_SIZE)
def _pieces(text: str, language: str) -> tuple[tuple[str, str, bool], ...]:
    """Of one spoken word each token's text, lemma and whether it is content, names aside."""
    tokens = (token for token in lemmatise(text, language) if token.is_word)
    return tuple((token.text, token.lemma, _is_content(token.text, token.lemma, language)) for token in tokens)


def _is_content(text: str, lemma: str, language: str) -> bool:
    folded = fold(text)
    if len(lemma) < _MIN_CHARACTERS or not any(character.isalpha() for character in lemma):
        return False
    if is_number(folded, language) or is_number(lemma, language):
        return False
    ignored = (function_words(language), *(table[language] for table in _EMPTY))
    return not any(form in words for form in (folded, lemma) for words in ignored)


def name_words(spoken: Sequence[Sentence], words: Sequence[Word], language: str) -> frozenset[str]:
    """Case-folded lemmas that are names in this call."""
    capital: set[str] = set()
    small: set[str] = set()
    for sentence in spoken:
        for place, index in enumerate(sentence.word_indices):
            for text, lemma, _ in _pieces(words[index].text, language):
                if text[0].islower():
                    small.add(lemma)
                elif place and text[0].isupper() and not (text.isupper() and len(text) <= _LONGEST_ACRONYM):
                    capital.add(lemma)
    return frozenset(capital - small)


def content_runs(
    words: Sequence[Word],
    language: str,
    spoken: Sequence[Sentence] | None = None,
    names: Collection[str] = (),
) -> Iterator[tuple[Sentence, tuple[tuple[ContentWord, ...], ...]]]:
    """Each sentence's content words, as runs of adjacent ones: a word that is no content ends a run.

    Args:
        words: of one call, in the transcript's order.
        language: en, sv or fi.
        spoken: the sentences of ``words``, when they are known already.
        names: people and companies that may be named, as written.
    """
    if spoken is None:
        spoken = sentences(words, language)
    known = {lemma for name in names for _, lemma, _ in _pieces_of_name(name, language)}
    unwanted = known | name_words(spoken, words, language)
    for sentence in spoken:
        yield sentence, tuple(_runs(sentence, words, language, unwanted))


def _pieces_of_name(name: str, language: str) -> Iterator[tuple[str, str, bool]]:
    for part in name.split():
        yield from _pieces(part, language)


def _runs(
    sentence: Sentence, words: Sequence[Word], language: str, unwanted: Collection[str]
) -> Iterator[tuple[ContentWord, ...]]:
    run: list[ContentWord] = []
    for index in sentence.word_indices:
        for text, lemma, is_content in _pieces(words[index].text, language):
            if is_content and lemma not in unwanted:
                run.append(ContentWord(lemma, fold(text), index))
            elif run:
                yield tuple(run)
                run = []
    if run:
        yield tuple(run)
