"""Which sentences ask.

A sentence asks when the recogniser gave it a question mark, or by the language's own form: English
inversion and wh-words, Swedish inversion and frågeord, Finnish -ko/-kö and kysymyssanat, and tag questions.
Embedded clauses ("I don't know what you mean") do not ask. One sentence counts once, and so does a
statement with a tag after it ("You use it. Right?").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from callsignals.conversation import questions_english, questions_finnish, questions_swedish
from callsignals.conversation.sentences import Sentence

__all__ = ["is_question", "questions"]

_FORMS: dict[str, Callable[[list[list[str]]], bool]] = {
    "en": questions_english.asks,
    "sv": questions_swedish.asks,
    "fi": questions_finnish.asks,
}

_BARE_TAGS: dict[str, frozenset[str]] = {
    "en": frozenset(
        [
            "right",
            "correct",
            "yeah",
            "okay",
            "ok",
            "isn't it",
            "is it",
            "aren't you",
            "don't you",
            "doesn't it",
        ]
    ),
    "sv": frozenset(["eller hur", "va", "eller", "inte sant", "okej", "visst", "stämmer det", "eller inte"]),
    "fi": frozenset(["eikö niin", "eikö", "eikö vain", "eiks niin", "vai", "vai mitä", "okei", "niinkö"]),
}
"""What only asks for confirmation of what was just said; after a question it does not count again."""

_CLAUSE_END = re.compile(r"[,;:–—]$")
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")


def is_question(text: str, language: str | None) -> bool:
    """Whether one sentence asks.

    Args:
        text: the sentence, with or without punctuation.
        language: ``en``, ``sv`` or ``fi``; in any other only a question mark tells.
    """
    if "?" in text:
        return True
    form = _FORMS.get(language or "")
    clauses = _clauses(text)
    return form is not None and bool(clauses) and form(clauses)


def questions(sentences: Sequence[Sentence], language: str | None) -> list[Sentence]:
    """The sentences that ask, a tag after a question not counted again.

    Args:
        sentences: a call's sentences in order, all voices.
        language: as for ``is_question``.
    """
    found: list[Sentence] = []
    before: Sentence | None = None
    for sentence in sentences:
        if is_question(sentence.text, language) and not _repeats(sentence, before, found, language):
            found.append(sentence)
        before = sentence
    return found


def _repeats(sentence: Sentence, before: Sentence | None, found: list[Sentence], language: str | None) -> bool:
    """Whether a sentence is a bare tag to the same voice's question just before it."""
    bare = " ".join(token for clause in _clauses(sentence.text) for token in clause).lower()
    if before is None or bare not in _BARE_TAGS.get(language or "", frozenset()):
        return False
    same_voice = (before.party, before.speaker) == (sentence.party, sentence.speaker)
    return same_voice and bool(found) and found[-1] is before


def _clauses(text: str) -> list[list[str]]:
    """Words without outer punctuation, grouped at commas, semicolons, colons and dashes.

    Capitals stay, except on the first word, since they tell a name from a word.
    """
    clauses: list[list[str]] = [[]]
    for raw in text.replace("’", "'").split():
        token = _EDGES.sub("", raw)
        if token:
            first = len(clauses) == 1 and not clauses[0]
            clauses[-1].append(token.lower() if first else token)
        if _CLAUSE_END.search(raw) and clauses[-1]:
            clauses.append([])
    return [clause for clause in clauses if clause]
