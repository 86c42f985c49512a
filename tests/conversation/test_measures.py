"""Every signal by hand, and every reason why one is missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from callsignals.conversation.measures import CallFacts, conversation_signals
from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS
from callsignals.vocabulary.signal import Signal, TimeSpan
from callsignals.vocabulary.spoken import Transcript, Word

MakeCall = Callable[..., Transcript]
Say = Callable[..., list[Word]]

OVERLAPPING = {"overlap_share", "seller_interruptions_per_hour", "customer_interruptions_per_hour"}
GAPS = {"silence_share", "patience_s", "customer_latency_s"}
ROLELESS = {"silence_share", "overlap_share", "interactivity_per_5min"}
QUESTIONS = {"seller_questions_per_hour", "customer_questions_per_hour"}
PACE = {"seller_words_per_minute", "customer_words_per_minute"}
TESTED_HERE = [name for name in CONVERSATION_SIGNALS if name in PACE or name not in CALL_MEASURES]
"""Any other signal that is a module of its own has its test beside it (docs/adding-a-signal.md)."""


def measured(call: Transcript) -> tuple[CallFacts, dict[str, Signal]]:
    facts, signals = conversation_signals(call)
    assert [signal.name for signal in signals] == list(CONVERSATION_SIGNALS)
    for signal in signals:
        assert (signal.status == "ok") == (signal.value is not None) == (signal.reason is None)
        assert signal.value is None or math.isfinite(signal.value)
    return facts, {signal.name: signal for signal in signals if signal.name in TESTED_HERE}


def reasons(call: Transcript) -> dict[str, str]:
    return {name: signal.reason for name, signal in measured(call)[1].items() if signal.reason is not None}


@pytest.fixture
def call(make_call: MakeCall, say: Say) -> Transcript:
    """100 s from 10 to 110: seller 38 s, customer 38 s, 4.9 s of it together.

    ::

        seller    10-20        36-46  48-49      60.5-72          105-110  .
        customer         22-35      45.5-47.9      62-62.4 71-95 (98-99)
    """
    seller = [(10.0, 20.0), (36.0, 46.0), (48.0, 49.0), (60.5, 72.0), (105.0, 110.0)]
    customer = [(22.0, 35.0), (44.0, 47.9), (62.0, 62.4), (71.0, 92.0)]
    words = [
        *say("so what do you need from us these days then my friend", 10.0, 20.0),
        *say("we need a lot of things and I will tell you now.", 22.0, 35.0, "customer"),
        *say("Good. Could you tell me more about it please?", 36.0, 46.0),
        *say("well it is hard you know", 44.0, 47.9, "customer"),
        *say("yes sure", 48.0, 49.0),
        *say("and this is what we would do for you all day long here.", 60.5, 72.0),
        *say("mm", 62.0, 62.4, "customer"),
        *say("I see. How much is it? And when can you start with the work for us?", 71.0, 92.0, "customer"),
        *say("That depends on many things.", 105.0, 110.0),
    ]
    return make_call(seller, customer, words=sorted(words, key=lambda word: word.start_s))


def test_every_signal_by_hand(call: Transcript) -> None:
    facts, found = measured(call)
    seller_s = 10 + 10 + 1 + 11.5 + 5
    customer_s = 13 + 3.9 + 0.4 + 21
    overlap_s = 2.0 + 0.4 + 1.0
    expected = {
        "seller_talk_share": seller_s / (seller_s + customer_s),
        "customer_talk_share": customer_s / (seller_s + customer_s),
        "customer_seller_talk_ratio": customer_s / seller_s,
        "silence_share": (100 - (seller_s + customer_s - overlap_s)) / 100,
        "overlap_share": overlap_s / 100,
        "longest_monologue_s": 11.5,
        "longest_customer_story_s": 21.0,
        # a b a b (a "yes sure") a b a: the short turn is skipped
        "interactivity_per_5min": 6 * 3.0,
        # c -> s: 35 to 36, 47.9 to 48, 92 to 105
        "patience_s": 1.0,
        # s -> c: 20 to 22, 46 to 44, 72 to 71
        "customer_latency_s": 0.0,
        "seller_questions_per_hour": 2 * 36.0,
        "customer_questions_per_hour": 2 * 36.0,
        "seller_interruptions_per_hour": 0.0,
        # 44.0 (2 s together), 71.0 (1 s); "mm" is a backchannel
        "customer_interruptions_per_hour": 2 * 36.0,
        "seller_words_per_minute": 41 * 60 / seller_s,
        "customer_words_per_minute": 35 * 60 / customer_s,
    }
    assert {name: signal.value for name, signal in found.items()} == pytest.approx(expected)
    assert facts.call_span_s == 100.0
    assert (facts.seller_turn_count, facts.customer_turn_count) == (5, 3)
    assert (facts.floor_change_count, facts.backchannel_count) == (6, 1)
    assert (facts.seller_word_count, facts.customer_word_count, facts.word_count) == (41, 35, 76)


def test_numerators_and_denominators_make_the_value(call: Transcript) -> None:
    for name, signal in measured(call)[1].items():
        definition = CONVERSATION_SIGNALS[name]
        if signal.numerator is not None and signal.denominator is not None:
            assert signal.value == pytest.approx(definition.scale * signal.numerator / signal.denominator)
        else:
            assert name in {
                "longest_monologue_s",
                "longest_customer_story_s",
                "patience_s",
                "customer_latency_s",
            }


def test_evidence_shows_where(call: Transcript) -> None:
    found = measured(call)[1]
    assert found["longest_monologue_s"].evidence == (TimeSpan(60.5, 72.0),)
    assert found["longest_customer_story_s"].evidence == (TimeSpan(71.0, 92.0),)
    assert found["customer_interruptions_per_hour"].evidence == (TimeSpan(44.0, 46.0), TimeSpan(71.0, 72.0))
    assert len(found["seller_questions_per_hour"].evidence) == 2
    asked = found["seller_questions_per_hour"].evidence[1]
    assert isinstance(asked, TimeSpan)
    assert (round(asked.start_s, 2), asked.end_s) == (37.11, 46.0)


def test_roles_unknown_leave_only_what_needs_no_roles(call: Transcript) -> None:
    unknown = replace(
        call,
        words=tuple(replace(word, party="unknown") for word in call.words),
        timeline=tuple(replace(item, party="unknown") for item in call.timeline),
        role_source="unknown",
    )
    facts, found = measured(unknown)
    known = measured(call)[1]
    for name, signal in found.items():
        if name in ROLELESS:
            assert signal == known[name]
        else:
            assert signal == Signal.insufficient(name, "roles_unknown")
    assert (facts.seller_speech_s, facts.seller_turn_count, facts.seller_word_count) == (None, None, None)
    assert facts.call_span_s == 100.0


def test_an_unmeasured_language_has_no_questions_and_keeps_the_rest(call: Transcript) -> None:
    assert reasons(replace(call, language="de")) == dict.fromkeys(QUESTIONS, "language_not_supported")
    assert reasons(replace(call, language=None)) == dict.fromkeys(QUESTIONS, "language_not_supported")


def test_word_times_do_not_measure_overlap(call: Transcript) -> None:
    assert reasons(replace(call, timing="words")) == dict.fromkeys(OVERLAPPING, "needs_voice_activity")


def test_caption_times_do_not_measure_gaps_either(call: Transcript) -> None:
    assert reasons(replace(call, timing="cues")) == dict.fromkeys(OVERLAPPING | GAPS, "needs_voice_activity")


def test_without_times_nothing_timed_is_measured_but_counts_are_kept(call: Transcript) -> None:
    words = tuple(replace(word, start_s=None, end_s=None) for word in call.words)
    untimed = replace(call, words=words, timeline=(), timing="none", duration_s=None)
    assert reasons(untimed) == dict.fromkeys(TESTED_HERE, "no_times")
    facts, found = measured(untimed)
    assert found["seller_words_per_minute"].numerator == 41.0
    assert found["seller_talk_share"].numerator is None
    assert facts.call_span_s is None
    assert facts.silence_s is None


def test_mono_measures_overlap_only_with_overlap_aware_diarization(call: Transcript) -> None:
    mono = replace(call, channel_mode="mono_diarized")
    assert reasons(mono) == dict.fromkeys(OVERLAPPING, "mono_without_overlap")
    assert reasons(replace(mono, findings=("overlap_aware",))) == {}


def test_a_silent_customer_gives_no_two_party_figure(make_call: MakeCall, say: Say) -> None:
    words = say("we do this and that for you " * 20, 0.0, 70.0)
    facts, found = measured(make_call([(0.0, 70.0)], words=words))
    assert facts.call_type_reason == "one_party"
    assert found.pop("seller_words_per_minute").value == 140 * 60 / 70
    assert found.pop("customer_words_per_minute").reason == "under_10_s_of_own_speech"
    assert found.pop("longest_customer_story_s").reason == "no_customer_turn"
    # No parts either: 70 of 70 seconds would pull the lead's pooled share up.
    assert (found["seller_talk_share"].numerator, found["seller_talk_share"].denominator) == (None, None)
    assert {signal.reason for name, signal in found.items() if name not in QUESTIONS} == {"one_speaker"}
    assert {found[name].reason for name in QUESTIONS} == {"one_speaker"}


def test_under_three_seconds_of_one_party_is_too_little(make_call: MakeCall, say: Say) -> None:
    words = say("we do this and that for you " * 20, 0.0, 70.0) + say("yes well ok then", 71.0, 73.9, "customer")
    found = measured(make_call([(0.0, 70.0)], [(71.0, 73.9)], words=words))[1]
    one_party = {"longest_monologue_s", "longest_customer_story_s", "seller_words_per_minute"}
    assert {name for name, signal in found.items() if signal.status == "ok"} == one_party
    assert found["seller_talk_share"] == Signal.insufficient(
        "seller_talk_share", "under_3_s_of_speech", numerator=70.0, denominator=70.0 + (73.9 - 71.0)
    )


def test_short_calls(make_call: MakeCall, say: Say) -> None:
    words = say("a b c d", 0.0, 4.0) + say("e f g h", 5.0, 8.0, "customer")
    assert reasons(make_call([(0.0, 4.0)], [(5.0, 8.0)], words=words)) == {
        "seller_talk_share": "under_10_s_of_speech",
        "customer_talk_share": "under_10_s_of_speech",
        "customer_seller_talk_ratio": "under_5_s_of_seller_speech",
        "silence_share": "span_under_10_s",
        "overlap_share": "span_under_10_s",
        "interactivity_per_5min": "span_under_60_s",
        "patience_s": "under_3_floor_changes",
        "customer_latency_s": "under_3_floor_changes",
        "seller_questions_per_hour": "span_under_60_s",
        "customer_questions_per_hour": "span_under_60_s",
        "seller_interruptions_per_hour": "span_under_60_s",
        "customer_interruptions_per_hour": "span_under_60_s",
        "seller_words_per_minute": "under_10_s_of_own_speech",
        "customer_words_per_minute": "under_10_s_of_own_speech",
    }


def test_speech_without_recognised_words_is_not_zero_questions(make_call: MakeCall) -> None:
    found = reasons(make_call([(0.0, 40.0)], [(41.0, 80.0)]))
    assert {name for name, reason in found.items() if reason == "no_words"} == QUESTIONS | {
        "seller_words_per_minute",
        "customer_words_per_minute",
    }


def test_no_seller_turn_when_the_seller_only_says_short_things(make_call: MakeCall, say: Say) -> None:
    words = say("well I think that we could " * 8, 0.0, 40.0, "customer")
    seller = [(40.5 + n * 5, 41.4 + n * 5) for n in range(5)]
    for start, end in seller:
        words += say("yes", start, end)
    found = measured(make_call(seller, [(0.0, 40.0)], words=words))[1]
    assert found["longest_monologue_s"] == Signal.insufficient("longest_monologue_s", "no_seller_turn")
    assert found["longest_customer_story_s"].value == 40.0


def test_hold_music_in_the_middle_changes_no_ratio(call: Transcript, make_call: MakeCall) -> None:
    """60 s of music between 50 and 60: everything after moves, no share does."""

    def later(start_s: float | None) -> float:
        assert start_s is not None
        return start_s + (60.0 if start_s >= 50.0 else 0.0)

    held = replace(
        call,
        words=tuple(replace(w, start_s=later(w.start_s), end_s=later(w.end_s)) for w in call.words),
        timeline=(
            *(replace(item, start_s=later(item.start_s), end_s=later(item.end_s)) for item in call.timeline),
            *make_call(other=[(50.0, 110.0)]).timeline,
        ),
    )
    before, after = measured(call)[1], measured(held)[1]
    for name in TESTED_HERE:
        assert after[name].value == pytest.approx(before[name].value), name
    assert measured(held)[0].other_s == 60.0


def test_a_call_that_broke_off_is_measured_as_far_as_it_goes(call: Transcript) -> None:
    facts, found = measured(replace(call, audio_complete=False))
    assert facts.audio_complete is False
    assert found == measured(call)[1]


def test_nothing_at_all_gives_facts_and_reasons(make_call: MakeCall) -> None:
    facts, found = measured(make_call(language=None))
    assert facts.call_type == "no_answer"
    assert {signal.reason for signal in found.values()} == {"no_answer"}
    assert facts.call_span_s == 0.0


def test_one_voice_without_a_role_is_one_speaker_and_no_question_of_roles(call: Transcript) -> None:
    alone = replace(
        call,
        role_source="unknown",
        words=(),
        timeline=tuple(replace(item, party="unknown", speaker="spk0") for item in call.timeline),
    )
    found = {signal.name: signal for signal in conversation_signals(alone)[1]}
    assert found["seller_talk_share"].reason == "one_speaker"


def test_facts_say_what_was_measured_and_nothing_of_what_was_not(call: Transcript) -> None:
    facts = measured(call)[0]
    assert facts == CallFacts(
        call_type="conversation",
        call_type_reason="two_parties",
        audio_complete=True,
        call_span_s=100.0,
        first_speech_s=10.0,
        last_speech_s=110.0,
        seller_speech_s=37.5,
        customer_speech_s=pytest.approx(38.3),
        overlap_s=pytest.approx(3.4),
        silence_s=pytest.approx(100 - (37.5 + 38.3 - 3.4)),
        other_s=0.0,
        seller_turn_count=5,
        customer_turn_count=3,
        floor_change_count=6,
        backchannel_count=1,
        seller_word_count=41,
        customer_word_count=35,
        word_count=76,
        sentence_count=12,
    )
    captions = measured(replace(call, timing="cues"))[0]
    assert (captions.backchannel_count, captions.overlap_s, captions.first_speech_s) == (None, facts.overlap_s, 10.0)
    mono = measured(replace(call, channel_mode="mono_diarized"))[0]
    assert mono.backchannel_count is None
    nobody = replace(call, words=(), timeline=())
    assert (measured(nobody)[0].first_speech_s, measured(nobody)[0].last_speech_s) == (None, None)


def test_without_times_only_counts_are_facts(call: Transcript) -> None:
    words = tuple(replace(word, start_s=None, end_s=None) for word in call.words)
    facts = measured(replace(call, words=words, timeline=(), timing="none", duration_s=None))[0]
    unknown = (
        facts.call_span_s,
        facts.first_speech_s,
        facts.seller_speech_s,
        facts.customer_speech_s,
        facts.overlap_s,
        facts.other_s,
        facts.seller_turn_count,
        facts.customer_turn_count,
        facts.floor_change_count,
        facts.backchannel_count,
    )
    assert set(unknown) == {None}
    assert (facts.seller_word_count, facts.customer_word_count, facts.word_count) == (41, 35, 76)


def test_without_times_questions_are_counted_all_the_same(call: Transcript) -> None:
    words = tuple(replace(word, start_s=None, end_s=None) for word in call.words)
    found = measured(replace(call, words=words, timeline=(), timing="none", duration_s=None))[1]
    asked = found["customer_questions_per_hour"]
    assert (asked.numerator, asked.denominator, asked.n, asked.evidence) == (2.0, None, 0, ())


def test_a_gated_figure_keeps_its_parts_alone(call: Transcript) -> None:
    asked = measured(replace(call, language="de"))[1]["customer_questions_per_hour"]
    assert asked == Signal.insufficient(
        "customer_questions_per_hour", "language_not_supported", numerator=asked.numerator, denominator=100.0
    )
    gaps = measured(replace(call, timing="cues"))[1]["silence_share"]
    assert gaps == Signal.insufficient("silence_share", "needs_voice_activity")
    overlap = measured(replace(call, channel_mode="mono_diarized"))[1]["overlap_share"]
    assert overlap == Signal.insufficient("overlap_share", "mono_without_overlap")


def test_unknown_roles_keep_only_the_parts_of_what_needs_none(make_call: MakeCall, say: Say) -> None:
    words = say("a b c d", 0.0, 4.0, "unknown", "ch0") + say("e f g h", 5.0, 8.0, "unknown", "ch1")
    found = measured(make_call([(0.0, 4.0)], [(5.0, 8.0)], words=words, role_source="unknown"))[1]
    assert found["silence_share"].numerator == 1.0
    assert found["seller_talk_share"] == Signal.insufficient("seller_talk_share", "roles_unknown")


def test_a_party_of_exactly_three_seconds_is_enough(make_call: MakeCall, say: Say) -> None:
    words = say("we do this and that for you " * 20, 0.0, 70.0) + say("yes well ok then", 71.0, 74.0, "customer")
    found = measured(make_call([(0.0, 70.0)], [(71.0, 74.0)], words=words))[1]
    assert found["seller_talk_share"].value == pytest.approx(70 / 73)


def test_words_of_one_party_alone_leave_the_others_questions_unknown(make_call: MakeCall, say: Say) -> None:
    words = say("do you want it? we do this and that for you " * 5, 0.0, 40.0)
    found = measured(make_call([(0.0, 40.0)], [(41.0, 80.0)], words=words))[1]
    assert found["customer_questions_per_hour"].reason == "no_words"
    assert found["seller_questions_per_hour"].value == 5 * 3600 / 80


def test_one_speaker_of_a_mono_call_needs_no_ear_for_overlap(call: Transcript) -> None:
    mono = replace(call, channel_mode="mono_diarized", findings=("one_speaker",))
    assert reasons(mono) == {}


def test_a_question_without_times_has_no_evidence(call: Transcript) -> None:
    first, *others = call.words
    untimed_first = replace(call, words=(replace(first, start_s=None, end_s=None), *others))
    found = measured(untimed_first)[1]
    assert found["seller_questions_per_hour"].numerator == 2.0
    assert len(found["seller_questions_per_hour"].evidence) == 1
