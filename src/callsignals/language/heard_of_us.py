"""The question "How did you hear about us?" in a call, and what the customer answers.

The seller asks: a sentence in one of the phrasings of ``heard_of_us.toml``, which asks or wonders. The answer is what
the customer says next, until the seller says more than a backchannel again (three words; the short-turn rule).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from callsignals.conversation.questions import is_question
from callsignals.conversation.sentences import TURN_WORDS, Sentence
from callsignals.language.dictionary import lemma_forms
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["AskedReferral", "asked_referral"]

LONGEST_QUESTION_WORDS = 60
MOST_WORDS_BEFORE_ANSWER = 40
"""Words that the seller may add to the question; after more it is not what the customer answers."""
MOST_ANSWER_WORDS = 80
SHORTEST_ANSWER_CHARACTERS = 2
_CLARIFYING_WORDS = 3
"""A customer's question of so few words ("Sorry?") asks to say it again and is no answer."""

_US = "US"
_TOKEN = re.compile(r"[^\W_]+(?:['’:-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class AskedReferral:
    """A customer's answer to where they heard of us.

    Attributes:
        text: as said.
        start_s, end_s: of the answer, seconds; None without times.
    """

    text: str
    start_s: float | None
    end_s: float | None


@dataclass(frozen=True, slots=True)
class _Slot:
    """One step of a pattern: up to ``skip`` other words, then any of ``words``, or our name."""

    words: frozenset[str]
    skip: int
    is_us: bool


@dataclass(frozen=True, slots=True)
class _Phrasings:
    us: tuple[tuple[str, ...], ...]
    cues: frozenset[str]
    patterns: tuple[tuple[_Slot, ...], ...]


def asked_referral(
    sentences: Sequence[Sentence], language: str | None, company_names: Collection[str] = ()
) -> AskedReferral | None:
    """The first answered question of a call; None when nobody asks, or nobody answers.

    Args:
        sentences: of the whole call in order, parties known.
        language: of the call; only en, sv and fi have phrasings.
        company_names: what our people call our company.
    """
    if language not in LANGUAGES:
        return None
    names = tuple(tokens for name in company_names if (tokens := tuple(_tokens(name))))
    for place, sentence in enumerate(sentences):
        if sentence.party == "seller" and _asks(sentence.text, language, names):
            answer = _answer(sentences[place + 1 :], language)
            if answer:
                return _joined(answer)
    return None


def _asks(text: str, language: str, names: Sequence[tuple[str, ...]]) -> bool:
    tokens = _tokens(text)
    if not 2 < len(tokens) <= LONGEST_QUESTION_WORDS:
        return False
    phrasings = _phrasings(language)
    matcher = _Matcher(tokens, language, (*phrasings.us, *names))
    if not any(matcher.found(pattern) for pattern in phrasings.patterns):
        return False
    return is_question(text, language) or not phrasings.cues.isdisjoint(tokens)


class _Matcher:
    """Patterns against one sentence."""

    def __init__(self, tokens: Sequence[str], language: str, us: Sequence[tuple[str, ...]]) -> None:
        self._tokens, self._language, self._us = tokens, language, us

    def found(self, pattern: Sequence[_Slot]) -> bool:
        """Whether the pattern stands anywhere."""
        return any(self._matches(pattern, start) for start in range(len(self._tokens)))

    def _matches(self, pattern: Sequence[_Slot], start: int) -> bool:
        if not pattern:
            return True
        slot = pattern[0]
        for at in range(start, min(start + slot.skip + 1, len(self._tokens))):
            length = self._length(slot, at)
            if length and self._matches(pattern[1:], at + length):
                return True
        return False

    def _length(self, slot: _Slot, at: int) -> int:
        """How many words the slot takes at ``at``; 0 when it does not fit."""
        if slot.is_us:
            return max((len(name) for name in self._us if self._is_name(name, at)), default=0)
        token = self._tokens[at]
        if token in slot.words or not slot.words.isdisjoint(lemma_forms(token, self._language)):
            return 1
        return 0

    def _is_name(self, name: tuple[str, ...], at: int) -> bool:
        """Our name, whose last word may be inflected: Acmesta, Acmes."""
        said = tuple(self._tokens[at : at + len(name)])
        if said[:-1] != name[:-1] or len(said) < len(name):
            return False
        return said[-1] == name[-1] or (name not in _phrasings(self._language).us and said[-1].startswith(name[-1]))


def _answer(following: Sequence[Sentence], language: str) -> list[Sentence]:
    """The customer's sentences up to the seller's next turn."""
    answer: list[Sentence] = []
    words_between = words_said = 0
    for sentence in following:
        length = len(_tokens(sentence.text))
        if sentence.party == "customer":
            if not answer and length <= _CLARIFYING_WORDS and is_question(sentence.text, language):
                return []
            answer.append(sentence)
            words_said += length
            if words_said >= MOST_ANSWER_WORDS:
                break
        elif sentence.party == "seller":
            if answer and length >= TURN_WORDS:
                break
            words_between += length
            if not answer and words_between > MOST_WORDS_BEFORE_ANSWER:
                return []
    return answer if len(" ".join(s.text for s in answer)) >= SHORTEST_ANSWER_CHARACTERS else []


def _joined(answer: Sequence[Sentence]) -> AskedReferral:
    starts = [sentence.start_s for sentence in answer if sentence.start_s is not None]
    ends = [sentence.end_s for sentence in answer if sentence.end_s is not None]
    timed = len(starts) == len(ends) == len(answer)
    return AskedReferral(
        " ".join(sentence.text for sentence in answer), min(starts) if timed else None, max(ends) if timed else None
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().replace("’", "'"))


@lru_cache(maxsize=len(LANGUAGES))
def _phrasings(language: str) -> _Phrasings:
    table = tomllib.loads((files(__package__) / "heard_of_us.toml").read_text(encoding="utf-8"))[language]
    return _Phrasings(
        us=tuple(tuple(_tokens(name)) for name in table["us"]),
        cues=frozenset(table["cues"]),
        patterns=tuple(_pattern(text) for text in table["patterns"]),
    )


def _pattern(text: str) -> tuple[_Slot, ...]:
    slots: list[_Slot] = []
    skip = 0
    for part in text.split():
        if part.startswith(".."):
            skip = int(part[2:])
            continue
        words = frozenset() if part == _US else frozenset(part.split("|"))
        slots.append(_Slot(words, skip, is_us=part == _US))
        skip = 0
    return tuple(slots)
