"""The term signals of one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callsignals.language.mentions import Mention
from callsignals.language.term_list import TermList
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Transcript

__all__ = ["SentenceSpan", "term_signals", "why_no_terms"]


class SentenceSpan(Protocol):
    """What is needed of ``callsignals.conversation.sentences.Sentence``."""

    @property
    def first_word(self) -> int: ...
    @property
    def last_word(self) -> int: ...


def why_no_terms(language: str | None, terms: TermList) -> str | None:
    """``language_not_supported``, ``no_terms_for_language`` or None: pass it as ``insufficient_reason``."""
    raise NotImplementedError


def term_signals(
    transcript: Transcript,
    mentions: Sequence[Mention],
    sentences: Sequence[SentenceSpan],
    *,
    insufficient_reason: str | None = None,
) -> list[Signal]:
    """The seven TERM_SIGNALS in registry order."""
    raise NotImplementedError
