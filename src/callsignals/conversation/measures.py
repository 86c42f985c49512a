"""All conversation signals of one call.

    facts, signals = conversation_signals(transcript)

Every signal is first computed from its parts and then, where the call cannot carry it, turned into an
``insufficient`` one that keeps those parts if they may be summed over calls. The gates, in this order: the call was
no conversation; its times or its channels do not allow the measure; roles are unknown; the language has no
question rules; a party is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from callsignals.conversation import floor, pace, talk
from callsignals.conversation.call_type import CallKind, CallType, classify_call
from callsignals.conversation.questions import questions
from callsignals.conversation.sentences import Sentence, sentences
from callsignals.conversation.timeline import Side, Timeline
from callsignals.conversation.turns import (
    Incursion,
    Turn,
    count_words,
    floor_changes,
    incursions,
    turns_of,
    without_short_turns,
)
from callsignals.vocabulary.call_measure import CallParty, Need, SpokenCall, SpokenSentence, SpokenTurn
from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS
from callsignals.vocabulary.signal import Signal, TimeSpan
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = ["MINIMUM_PARTY_SPEECH_S", "OVERLAP_AWARE", "CallFacts", "conversation_signals"]

MINIMUM_PARTY_SPEECH_S = 3.0
"""Each party must speak at least this long for a two-party signal."""

OVERLAP_AWARE = "overlap_aware"
"""The finding that says a mono call's diarization hears two voices at once."""


def _needing(need: Need) -> frozenset[str]:
    return frozenset(name for name, measure in CALL_MEASURES.items() if need in measure.needs)


_SIDES: dict[CallParty, Side] = {"seller": "a", "customer": "b"}
_PARTIES: dict[Side, CallParty] = {"a": "seller", "b": "customer"}
_OVERLAPPING = _needing("overlap") | {"overlap_share", *(f"{party}_interruptions_per_hour" for party in _SIDES)}
_EXACT_GAPS = _needing("gaps") | {"silence_share", "patience_s", "customer_latency_s"}
_QUESTIONS: dict[str, CallParty] = {f"{party}_questions_per_hour": party for party in _SIDES}
_ROLELESS = (CALL_MEASURES.keys() - _needing("roles")) | {"silence_share", "overlap_share", "interactivity_per_5min"}
_EITHER_PARTY = CALL_MEASURES.keys() - _needing("both_parties")
"""Signals that a call with one party, or next to nothing from either, may have."""
_COUNTS = frozenset(name for name, measure in CALL_MEASURES.items() if measure.counts_without_times)
_ONE_PARTY: dict[str, Side] = {
    "longest_monologue_s": "a",
    "longest_customer_story_s": "b",
}
"""Signals about one party alone: the other may speak less than 3 s."""

_NOT_TO_BE_POOLED = frozenset(
    ["voicemail", "ivr", "no_answer", "one_speaker", "needs_voice_activity", "mono_without_overlap"]
)
"""Reasons for which a signal's parts mean nothing in a sum over calls: only conversations enter averages."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call beside its signals; columns of ``calls.parquet``.

    Attributes:
        call_type: ``conversation``, ``voicemail``, ``ivr`` or ``no_answer``.
        call_type_reason: stable name of what decided it.
        audio_complete: False when the recording broke off.
        call_span_s: first to last speech of the two parties without ``other`` time; None without times.
        first_speech_s, last_speech_s: the ends of that span; None when nobody spoke or without times.
        seller_speech_s, customer_speech_s: union speech seconds; None with roles unknown or without times.
        overlap_s, silence_s, other_s: inside the span; None without times.
        seller_turn_count, customer_turn_count: turns, short ones included; None when roles are unknown.
        floor_change_count: floor changes between the parties, short turns skipped; None without times.
        backchannel_count: speech that starts and ends inside the other's and overlaps it for up to 0.5 s;
            None without voice activity.
        seller_word_count, customer_word_count: recognised words; None when roles are unknown.
        word_count: words of everybody, ``other`` included.
        sentence_count: their sentences.
    """

    call_type: CallKind
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
    seller_word_count: int | None
    customer_word_count: int | None
    word_count: int
    sentence_count: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """Everything the signals are computed from, worked out once."""

    transcript: Transcript
    timeline: Timeline
    call_type: CallType
    turns: tuple[Turn, ...]
    long_turns: tuple[Turn, ...]
    starts: tuple[Incursion, ...]
    spoken: tuple[Sentence, ...]
    asked: tuple[Sentence, ...]
    words: dict[Side, int]


def conversation_signals(transcript: Transcript) -> tuple[CallFacts, list[Signal]]:
    """Facts and signals of one call.

    Args:
        transcript: the call, roles settled as far as they can be.

    Returns:
        The facts, and each name of ``CONVERSATION_SIGNALS`` exactly once, in registry order. A signal that
        cannot be computed honestly is ``insufficient`` with a reason, its numerator and denominator kept.
    """
    parts = _parts(transcript)
    computed = {signal.name: signal for signal in _computed(parts)}
    return _facts(parts), [_gated(computed[name], parts) for name in CONVERSATION_SIGNALS]


def _parts(transcript: Transcript) -> _Parts:
    timeline = Timeline.of(transcript)
    turns = count_words(turns_of(timeline), timeline, transcript.words)
    spoken = tuple(sentences(transcript.words, transcript.language))
    words: dict[Side, int] = {"a": 0, "b": 0}
    for word in transcript.words:
        side = timeline.side_of(word.party, word.speaker)
        if side is not None:
            words[side] += 1
    return _Parts(
        transcript=transcript,
        timeline=timeline,
        call_type=classify_call(transcript, timeline),
        turns=turns,
        long_turns=without_short_turns(turns),
        starts=incursions(timeline),
        spoken=spoken,
        asked=tuple(questions(spoken, transcript.language)),
        words=words,
    )


def _computed(parts: _Parts) -> list[Signal]:
    timeline = parts.timeline
    seller_s, customer_s, span_s = timeline.speech_s("a"), timeline.speech_s("b"), timeline.span_s
    # Channels of their own, or written turns, leave nothing to tell apart.
    mono = parts.transcript.channel_mode == "mono_diarized"
    half_width = parts.transcript.talk_share_half_width if mono else None
    found = [
        talk.talk_share("seller_talk_share", seller_s, customer_s, half_width=half_width),
        talk.talk_share("customer_talk_share", customer_s, seller_s, half_width=half_width),
        talk.customer_seller_talk_ratio(seller_s, customer_s, half_width=half_width),
        talk.silence_share(timeline),
        talk.overlap_share(timeline),
        floor.longest_turn("longest_monologue_s", parts.long_turns, "a"),
        floor.longest_turn("longest_customer_story_s", parts.long_turns, "b"),
        floor.interactivity_per_5min(parts.long_turns, span_s),
        floor.latency("patience_s", parts.turns, timeline, to="a"),
        floor.latency("customer_latency_s", parts.turns, timeline, to="b"),
    ]
    for party, side in _SIDES.items():
        own = [s for s in parts.asked if timeline.side_of(s.party, s.speaker) == side]
        found += [
            pace.per_hour(f"{party}_questions_per_hour", len(own), span_s, _spans(own)),
            floor.interruptions_per_hour(f"{party}_interruptions_per_hour", parts.starts, side, span_s),
        ]
    seen = _seen(parts)
    return found + [measure.measure(seen) for measure in CALL_MEASURES.values()]


def _seen(parts: _Parts) -> SpokenCall:
    """What measures of one module may look at."""
    timeline, asked = parts.timeline, set(parts.asked)
    sides = [(sentence, timeline.side_of(sentence.party, sentence.speaker)) for sentence in parts.spoken]
    return SpokenCall(
        language=parts.transcript.language,
        span_s=timeline.span_s,
        speech_s={party: timeline.speech_s(side) for party, side in _SIDES.items()},
        word_count={party: parts.words[side] for party, side in _SIDES.items()},
        turns=tuple(SpokenTurn(_PARTIES[t.side], t.start_s, t.end_s, t.word_count) for t in parts.turns),
        sentences=tuple(
            SpokenSentence(_PARTIES[side], sentence.text, sentence.start_s, sentence.end_s, sentence in asked)
            for sentence, side in sides
            if side is not None
        ),
    )


def _spans(found: Sequence[Sentence]) -> tuple[TimeSpan, ...]:
    return tuple(
        TimeSpan(sentence.start_s, sentence.end_s)
        for sentence in found
        if sentence.start_s is not None and sentence.end_s is not None
    )


def _gated(signal: Signal, parts: _Parts) -> Signal:
    """The signal, or an insufficient one with its parts when the call cannot carry it."""
    reason = (
        _kind_gate(parts)
        or _timing_gate(signal.name, parts.transcript)
        or _role_gate(signal.name, parts)
        or _language_gate(signal.name, parts)
        or _party_gate(signal.name, parts)
    )
    if reason is None:
        return signal
    timed = parts.transcript.timing != "none"
    if reason in _NOT_TO_BE_POOLED or (signal.name not in _ROLELESS and not parts.timeline.roles_known):
        # A greeting's seconds, one side alone, or gaps read off captions would bend the lead's pooled figure; sides
        # without roles would read as seller and customer: their parts are not kept.
        return Signal.insufficient(signal.name, reason)
    gone = replace(signal, value=None, low=None, high=None, interval=None, n=0, evidence=())
    kept = replace(gone, status="insufficient", reason=reason)
    return kept if timed else replace(kept, numerator=_untimed(signal), denominator=None)


def _untimed(signal: Signal) -> float | None:
    """Counts of words and questions are known without times, seconds are not."""
    return signal.numerator if signal.name in _QUESTIONS or signal.name in _COUNTS else None


def _kind_gate(parts: _Parts) -> str | None:
    return None if parts.call_type.kind == "conversation" else parts.call_type.kind


def _timing_gate(name: str, transcript: Transcript) -> str | None:
    if transcript.timing == "none":
        return "no_times"
    if name in _OVERLAPPING and transcript.timing != "activity":
        return "needs_voice_activity"
    if name in _EXACT_GAPS and transcript.timing == "cues":
        return "needs_voice_activity"
    mono = transcript.channel_mode == "mono_diarized" and not {OVERLAP_AWARE, "one_speaker"} & {*transcript.findings}
    return "mono_without_overlap" if name in _OVERLAPPING and mono else None


def _role_gate(name: str, parts: _Parts) -> str | None:
    if parts.timeline.roles_known or name in _ROLELESS:
        return None
    alone = min(parts.timeline.speech_s("a"), parts.timeline.speech_s("b")) <= 0.0
    return "one_speaker" if alone and parts.transcript.timing != "none" else "roles_unknown"


def _language_gate(name: str, parts: _Parts) -> str | None:
    if name not in _QUESTIONS and name not in _needing("questions"):
        return None
    own = [_SIDES[_QUESTIONS[name]]] if name in _QUESTIONS else list(_PARTIES)
    if any(not parts.words[side] and parts.timeline.speech_s(side) > 0.0 for side in own):
        return "no_words"
    return None if parts.transcript.language in LANGUAGES else "language_not_supported"


def _party_gate(name: str, parts: _Parts) -> str | None:
    speech_s = (parts.timeline.speech_s("a"), parts.timeline.speech_s("b"))
    if name in _EITHER_PARTY:
        return None
    if min(speech_s) <= 0.0:
        own = _ONE_PARTY.get(name)
        # Where the other is never heard, nobody can say when they took the floor: no turns either.
        return None if own is not None and not parts.timeline.of_side(own) else "one_speaker"
    if name not in _ONE_PARTY and min(speech_s) < MINIMUM_PARTY_SPEECH_S:
        return "under_3_s_of_speech"
    return None


def _facts(parts: _Parts) -> CallFacts:
    transcript, timeline = parts.transcript, parts.timeline
    timed = transcript.timing != "none"
    exact = transcript.timing == "activity" and _timing_gate("overlap_share", transcript) is None
    known = timeline.roles_known
    bounds = timeline.bounds
    turn_counts = {side: sum(turn.side == side for turn in parts.turns) for side in ("a", "b")}
    return CallFacts(
        call_type=parts.call_type.kind,
        call_type_reason=parts.call_type.reason,
        audio_complete=transcript.audio_complete,
        call_span_s=timeline.span_s if timed else None,
        first_speech_s=bounds[0] if bounds else None,
        last_speech_s=bounds[1] if bounds else None,
        seller_speech_s=timeline.speech_s("a") if timed and known else None,
        customer_speech_s=timeline.speech_s("b") if timed and known else None,
        overlap_s=timeline.overlap_s if timed else None,
        silence_s=timeline.silence_s if timed else None,
        other_s=timeline.other_s if timed else None,
        seller_turn_count=turn_counts["a"] if timed and known else None,
        customer_turn_count=turn_counts["b"] if timed and known else None,
        floor_change_count=len(floor_changes(parts.long_turns)) if timed else None,
        backchannel_count=_backchannels(parts.starts) if exact else None,
        seller_word_count=parts.words["a"] if known else None,
        customer_word_count=parts.words["b"] if known else None,
        word_count=len(transcript.words),
        sentence_count=len(parts.spoken),
    )


def _backchannels(starts: Sequence[Incursion]) -> int:
    return sum(1 for start in starts if start.inside and not start.is_interruption)
