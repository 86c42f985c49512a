"""A signal of one call that is one module: its meaning, what it needs, and its arithmetic (docs/adding-a-signal.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from callsignals.vocabulary.definition import Definition
from callsignals.vocabulary.signal import Signal

__all__ = ["CallMeasure", "CallParty", "Need", "SpokenCall", "SpokenSentence", "SpokenTurn"]

CallParty = Literal["seller", "customer"]

Need = Literal["roles", "both_parties", "gaps", "overlap", "questions"]
"""What a call must have, or the signal is ``insufficient`` before anything is computed: who is the seller; 3 s of
speech from either party; exact ends of speech; voices heard at once; a language with question rules."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One party holding the floor (``callsignals.conversation.turns``), seconds from the start of the recording.

    Attributes:
        party: whose.
        start_s, end_s: first to last speech of the turn.
        word_count: None where its words are unknown.
    """

    party: CallParty
    start_s: float
    end_s: float
    word_count: int | None


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """One sentence of one party; times are None where the transcript has none."""

    party: CallParty
    text: str
    start_s: float | None
    end_s: float | None
    is_question: bool


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """What a measure may look at. With roles unknown two voices stand for ``seller`` and ``customer``, by name.

    Attributes:
        language: ISO 639-1 code, None when nothing was said.
        span_s: first to last speech of the two parties without ``other`` time.
        speech_s: union speech seconds of each party.
        word_count: recognised words of each party.
        turns: by start, short ones included.
        sentences: in the order of the call.
    """

    language: str | None
    span_s: float
    speech_s: Mapping[CallParty, float]
    word_count: Mapping[CallParty, int]
    turns: tuple[SpokenTurn, ...]
    sentences: tuple[SpokenSentence, ...]


@dataclass(frozen=True, slots=True)
class CallMeasure:
    """One signal of a call.

    Attributes:
        definition: its row of the registry.
        measure: the figure; pure, and ``insufficient`` with a reason below the definition's minimum.
        names: what people call it, in ``en``, ``sv`` and ``fi``.
        formulas: the definition's formula in ``sv`` and ``fi``.
        pitfall: how the figure misleads, for docs/signals.md.
        needs: what the call must have.
        counts_without_times: whether the numerator is known where a transcript has no times.
    """

    definition: Definition
    measure: Callable[[SpokenCall], Signal]
    names: Mapping[str, str]
    formulas: Mapping[str, str]
    pitfall: str
    needs: frozenset[Need] = field(default=frozenset({"roles", "both_parties"}))
    counts_without_times: bool = False
