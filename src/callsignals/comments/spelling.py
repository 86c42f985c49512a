"""Mend misspelt words before anything else reads a comment: "rekomenderar", "palvelu oli hyvaa", "teh service".

A word that neither the customers of the training texts nor the dictionaries know is replaced by the word of the
training texts that it is a letter or two swapped neighbours away from, the most frequent first (deletions on both
sides, as in Garbe's "SymSpell", find them). Where a Swedish or Finnish text has no å, ä or ö at all, words get back
the dots that others write them with. What looks like a name, an address or a number is left alone, and so is a word
that has no near one. Spans still point into the text as it was written.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from callsignals.comments.normalise import NormalisedText, fold
from callsignals.errors import ModelError
from callsignals.language.compounds import is_known_word

__all__ = ["DOTTED_LANGUAGES", "WORDS_FILE", "Spelling", "words_of"]

WORDS_FILE = "words.json"
DOTTED_LANGUAGES = ("sv", "fi")
"""Those that write å, ä and ö."""
COMMON = 30
"""A word of three letters is put in another's place when it was seen so often."""
PLAIN_FACTOR = 2
"""... and a word of a text without dots gets them when it was seen with them so many times more often."""
READINGS_FACTOR = 8
"""Of two words with the same letters under the dots, one is meant when it was seen so many times more often."""
MOSTLY = 0.75
"""From this share of known words on a text with its dots put back is taken to be in that language."""
MINIMUM_LETTERS, MAXIMUM_LETTERS = 3, 40
"""Of words for which a near one is sought: the work grows with the square of the length."""
KNOWN_WORDS = 65_536
"""So many answers are kept, then all are forgotten at once."""

_DOTTED = re.compile("[åäöÅÄÖ]")
_WORD = re.compile(r"(?<![\w@#'./:])[^\W\d_]+(?![\w@'/:]|\.\w)")
_SENTENCE_ENDS = frozenset(".!?\n")

Counts = Mapping[str, int]


def words_of(text: str) -> list[str]:
    """The words of a normalised text that can be misspelt, in lower case."""
    return [match.group().lower() for match in _WORD.finditer(text)]


class Spelling:
    """How customers write.

    Args:
        counts: by language, how often each word (lower case) stands in the training texts; 0 for a word that may stand
            as it is but is put in no other's place.
    """

    def __init__(self, counts: Mapping[str, Counts]) -> None:
        self._counts = counts
        self._plain = {language: _by_plain_form(words) for language, words in counts.items()}
        self._near: dict[str, Mapping[str, list[str]]] = {}
        self._mended: dict[tuple[str, str, bool], str] = {}

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        """From a verified folder.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            counts = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
            return cls({str(language): dict(words) for language, words in counts.items()})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                WORDS_FILE, f"cannot be loaded ({type(error).__name__})", "Reinstall callsignals."
            ) from error

    def mended(
        self, plain: NormalisedText, language: str | None, kept: Sequence[tuple[int, int]] = ()
    ) -> NormalisedText:
        """The text with its misspelt words put right; itself when there are none, or its language is not ours.

        Args:
            plain: normalised.
            language: en, sv or fi; anything else leaves the text alone.
            kept: stretches of the text that stand as they are, (start, end).
        """
        if language is None or language not in self._counts:
            return plain
        text = plain.text
        is_bare = language in DOTTED_LANGUAGES and _DOTTED.search(text) is None
        is_loud = text.isupper()
        found: list[tuple[int, int, str]] = []
        for match in _WORD.finditer(text):
            word = match.group()
            if not is_loud and word[0].isupper() and not _begins_sentence(text, match.start()):
                continue
            lower = word.lower()
            right = self._right(lower, language, is_bare)
            if right != lower and not any(start < match.end() and match.start() < end for start, end in kept):
                found.append((*match.span(), _in_case_of(word, right)))
        return _replaced(plain, found) if found else plain

    def dotted(self, plain: NormalisedText, language: str) -> NormalisedText:
        """A text in plain letters with å, ä and ö put back; itself unless most of its words are then known."""
        if language not in DOTTED_LANGUAGES or not plain.text.isascii():
            return plain
        found, known, count = [], 0, 0
        for match in _WORD.finditer(plain.text):
            word = match.group()
            right = self._dotted(word.lower(), language)
            count += 1
            known += len(word) <= MAXIMUM_LETTERS and self._is_known(right, language)
            if right != word.lower():
                found.append((*match.span(), _in_case_of(word, right)))
        return _replaced(plain, found) if found and known >= MOSTLY * count else plain

    def _right(self, word: str, language: str, is_bare: bool) -> str:
        key = (word, language, is_bare)
        known = self._mended.get(key)
        if known is None:
            if len(self._mended) >= KNOWN_WORDS:
                self._mended.clear()
            known = self._mended[key] = self._look_up(word, language, is_bare)
        return known

    def _look_up(self, word: str, language: str, is_bare: bool) -> str:
        if len(word) > MAXIMUM_LETTERS:
            return word
        if self._is_known(word, language):
            return self._dotted(word, language) if is_bare else word
        dotted = self._dotted(word, language)
        if dotted != word or len(word) < MINIMUM_LETTERS:
            return dotted
        return self._nearest(word, language)

    def _dotted(self, word: str, language: str) -> str:
        """The word as others write it with dots, where that is plain (not ``ar``, which is ``är`` and ``år``)."""
        counts = self._counts[language]
        others = sorted((-counts[w], w) for w in self._plain[language].get(fold(word), ()) if w != word)
        if not others or (len(others) > 1 and -others[1][0] * READINGS_FACTOR > -others[0][0]):
            return word
        return others[0][1] if -others[0][0] >= PLAIN_FACTOR * counts.get(word, 0) else word

    def _is_known(self, word: str, language: str) -> bool:
        """English is known everywhere: much of business speech is."""
        return any(word in self._counts.get(code, ()) or is_known_word(word, code) for code in (language, "en"))

    def _nearest(self, word: str, language: str) -> str:
        counts, near, plain = self._counts[language], self._index(language), fold(word)
        candidates = {
            other
            for form in _without_one(plain)
            for other in near.get(form, ())
            if _is_one_slip_away(plain, fold(other))
            and (min(len(other), len(word)) > MINIMUM_LETTERS or counts[other] >= COMMON)
        }
        return min(candidates, key=lambda w: (w[0] != word[0], -counts[w], w), default=word)

    def _index(self, language: str) -> Mapping[str, list[str]]:
        """Words by what is left of them without one letter; made when the first unknown word comes."""
        if language not in self._near:
            index: dict[str, list[str]] = defaultdict(list)
            for word, count in self._counts[language].items():
                if count and len(word) >= MINIMUM_LETTERS:
                    for form in _without_one(fold(word)):
                        index[form].append(word)
            self._near[language] = dict(index)
        return self._near[language]


def _by_plain_form(words: Counts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word, count in words.items():
        if count:
            found[fold(word)].append(word)
    return dict(found)


def _without_one(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _is_one_slip_away(word: str, other: str) -> bool:
    """One letter more, fewer or other, or two neighbours swapped."""
    begin = 0
    while begin < min(len(word), len(other)) and word[begin] == other[begin]:
        begin += 1
    first, second = word[begin:], other[begin:]
    return (
        first[1:] == second
        or first == second[1:]
        or first[1:] == second[1:]
        or (first[:2] == second[1::-1] and first[2:] == second[2:])
    )


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(")
    return not before or before[-1] in _SENTENCE_ENDS


def _in_case_of(word: str, right: str) -> str:
    if word.isupper() and len(word) > 1:
        return right.upper()
    return right[:1].upper() + right[1:] if word[0].isupper() else right


def _replaced(plain: NormalisedText, found: list[tuple[int, int, str]]) -> NormalisedText:
    """Each letter of a mended word stands for the whole word that was written."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, right in chain(found, [(len(plain.text), len(plain.text), "")]):
        text += (plain.text[done:start], right)
        starts += [*plain.starts[done:start], *[plain.starts[start] for _ in right]]
        ends += [*plain.ends[done:start], *[plain.ends[end - 1] for _ in right]]
        done = end
    return NormalisedText("".join(text), tuple(starts), tuple(ends), plain.truncated)
