"""All conversation signals of one call.

facts, signals = conversation_signals(transcript)
"""

from __future__ import annotations

from dataclasses import dataclass

from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Transcript

__all__ = ["CallFacts", "conversation_signals"]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call beside its signals; columns of ``calls.parquet``.

    Attributes:
        call_type: ``conversation``, ``voicemail``, ``ivr`` or ``no_answer``.
        call_type_reason: stable name of what decided it.
        audio_complete: False when the recording broke off.
        call_span_s: first to last speech of the two parties without ``other`` time; None without times.
        first_speech_s, last_speech_s: the ends of that span; None when nobody spoke or without times.
        seller_speech_s, customer_speech_s: union speech seconds; None when roles are unknown or without times.
        overlap_s, silence_s, other_s: inside the span; None without times.
        seller_turn_count, customer_turn_count: turns, short ones included; None when roles are unknown.
        floor_change_count: floor changes between the parties, short turns skipped; None without times.
        backchannel_count: starts inside the other's speech that stay a backchannel; None without voice activity.
        word_count: recognised words of the two parties.
        sentence_count: their sentences.
    """

    call_type: str
    call_type_reason: str
    audio_complete: bool
    call_span_s: float | None
    first_speech_s: float | None
    last_speech_s: float | None
    seller_speech_s: float | None
    customer_speech_s: float | None
    overlap_s: float | None
    silence_s: float | None
    other_s: float | None
    seller_turn_count: int | None
    customer_turn_count: int | None
    floor_change_count: int | None
    backchannel_count: int | None
    word_count: int
    sentence_count: int


def conversation_signals(transcript: Transcript) -> tuple[CallFacts, list[Signal]]:
    """Facts and the 16 signals of ``CONVERSATION_SIGNALS``, once each, in registry order."""
    raise NotImplementedError
