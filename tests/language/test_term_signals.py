"""The seven term signals against figures worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.conversation.sentences import sentences
from callsignals.language.mentions import Mention, find_mentions
from callsignals.language.term_list import TermKind, TermList, parse_terms
from callsignals.language.term_signals import term_signals, why_no_terms
from callsignals.vocabulary.definitions import TERM_SIGNALS
from callsignals.vocabulary.signal import Signal, TimeSpan
from callsignals.vocabulary.spoken import Activity, Party, RoleSource, Timing, Transcript, Word

WordsOf = Callable[..., tuple[Word, ...]]
Turns = list[tuple[Party, str]]

TERMS = parse_terms(
    'version = "t"\n[need.en]\nphrases = ["delay", "error", "stress", "hassle"]\n'
    '[product.en]\nphrases = ["price", "contract", "demo"]\n'
)


def call(
    words: Sequence[Word],
    timeline: Sequence[Activity] = (),
    *,
    timing: Timing = "activity",
    role_source: RoleSource = "manifest",
    language: str | None = "en",
) -> Transcript:
    return Transcript(
        words=tuple(words),
        timeline=tuple(timeline),
        language=language,
        language_confidence=1.0,
        channel_mode="stereo",
        timing=timing,
        duration_s=None,
        role_source=role_source,
    )


def measured(transcript: Transcript, terms: TermList = TERMS, reason: str | None = None) -> dict[str, Signal]:
    mentions = find_mentions(transcript.words, transcript.language, terms)
    spoken = sentences(transcript.words, transcript.language)
    signals = term_signals(transcript, mentions, spoken, insufficient_reason=reason)
    assert [signal.name for signal in signals] == list(TERM_SIGNALS)
    return {signal.name: signal for signal in signals}


def talk(turns: Turns, words_of: WordsOf) -> dict[str, Signal]:
    return measured(call(words_of(turns), timing="none"))


def test_mention_shares_by_hand(words_of: WordsOf) -> None:
    signals = talk(
        [
            ("customer", "The delay and the errors and the stress. A hassle, and the price."),
            ("seller", "That delay! Our price and the contract and a demo. The price."),
        ],
        words_of,
    )
    # Customer 4 need, 1 product; seller 1 need, 4 product.
    assert signals["need_term_share"].value == pytest.approx(5 / 10)
    assert (signals["need_term_share"].numerator, signals["need_term_share"].denominator) == (5, 10)
    assert signals["product_term_share"].value == pytest.approx(5 / 10)
    assert signals["customer_need_term_share"].value == pytest.approx(4 / 5)
    assert signals["seller_need_term_share"].value == pytest.approx(1 / 5)
    assert signals["seller_need_term_share"].n == 5
    assert signals["need_term_share"].evidence == ()  # no times


def test_below_five_mentions_the_parts_are_kept_but_there_is_no_value(words_of: WordsOf) -> None:
    signals = talk([("customer", "A delay, an error."), ("seller", "The price, the contract.")], words_of)
    share = signals["need_term_share"]
    assert (share.status, share.reason, share.value) == ("insufficient", "under_5_mentions", None)
    assert (share.numerator, share.denominator, share.n) == (2, 4, 4)
    assert signals["customer_need_term_share"].denominator == 2


def test_uptake_counts_only_what_the_seller_says_after_the_customer(words_of: WordsOf) -> None:
    turns: Turns = [
        ("seller", "Is it the stress?"),
        ("customer", "The stress, the delays and the errors. Another delay."),
        ("seller", "So a delay."),
        ("customer", "A hassle."),
        ("seller", "That delay is a hassle. What about the price?"),
    ]
    uptake = talk(turns, words_of)["need_uptake"]
    # Customer: stress, delay, error, hassle; later from the seller: delay, hassle. Stress was said before.
    assert (uptake.numerator, uptake.denominator, uptake.n) == (2, 4, 4)
    assert uptake.value == pytest.approx(0.5)


def test_uptake_needs_three_need_terms(words_of: WordsOf) -> None:
    uptake = talk([("customer", "Delay delay delay error."), ("seller", "A delay.")], words_of)["need_uptake"]
    assert (uptake.status, uptake.reason) == ("insufficient", "under_3_need_terms")
    assert (uptake.numerator, uptake.denominator) == (1, 2)


def timed_call() -> Transcript:
    """Twenty sentences of one second per word; voice activity ends before some words do.

    Customer: 17 sentences "fine." at 0..17, then at 20 "delay error price." (need 2 : 1), at 24 "delay price."
    (a tie), seller at 30 "price now." of which activity covers 1.5 s.
    """
    words = [Word("fine.", float(at), at + 1.0, "customer", "c") for at in range(17)]
    words += [
        Word(text, 20.0 + at, 21.0 + at, "customer", "c")
        for at, text in enumerate(["delay", "error", "price.", "uh.", "delay", "price."])
    ]
    words += [Word("price", 30.0, 31.0, "seller", "s"), Word("now.", 31.0, 32.0, "seller", "s")]
    timeline = [
        Activity(0.0, 17.0, "customer", "c"),
        Activity(20.0, 26.0, "customer", "c"),
        Activity(30.0, 31.5, "seller", "s"),
    ]
    return call(words, timeline)


def test_talk_shares_by_hand_with_a_tie_and_clipping() -> None:
    signals = measured(timed_call())
    need, product = signals["need_talk_share"], signals["product_talk_share"]
    # All speech 17 + 6 + 1.5. Need: 3 s + half of 2 s. Product: half of 2 s + 1.5 s (clipped from 2).
    assert need.denominator == product.denominator == pytest.approx(24.5)
    assert need.numerator == pytest.approx(4.0)
    assert product.numerator == pytest.approx(2.5)
    assert need.value == pytest.approx(4.0 / 24.5)
    assert product.value == pytest.approx(2.5 / 24.5)
    assert need.n == 21
    assert need.evidence == (TimeSpan(20.0, 21.0), TimeSpan(21.0, 22.0), TimeSpan(24.0, 25.0))


def test_under_twenty_sentences_there_is_no_talk_share() -> None:
    whole = timed_call()
    fewer = call(whole.words[3:], whole.timeline)
    share = measured(fewer)["need_talk_share"]
    assert (share.status, share.reason, share.n) == ("insufficient", "under_20_sentences", 18)
    assert share.numerator == pytest.approx(4.0)


def test_without_times_there_is_no_talk_share_but_there_are_term_shares(words_of: WordsOf) -> None:
    signals = talk([("customer", "Delay, error, stress, price, price. " * 25)], words_of)
    assert signals["need_talk_share"].reason == signals["product_talk_share"].reason == "no_times"
    assert signals["need_term_share"].value == pytest.approx(3 / 5)


def test_with_roles_unknown_only_the_party_signals_are_missing() -> None:
    known = timed_call()
    words = [Word(word.text, word.start_s, word.end_s, "unknown", word.speaker) for word in known.words]
    timeline = [Activity(item.start_s, item.end_s, "unknown", item.speaker) for item in known.timeline]
    signals = measured(call(words, timeline, role_source="unknown"))
    for name in ("customer_need_term_share", "seller_need_term_share", "need_uptake"):
        assert (signals[name].status, signals[name].reason) == ("insufficient", "roles_unknown")
    assert signals["need_term_share"].value == pytest.approx(3 / 6)
    assert signals["need_talk_share"].value == pytest.approx(4.0 / 24.5)


def test_other_voices_stay_out(words_of: WordsOf) -> None:
    words = words_of([("other", "Price price price."), ("customer", "Delay error stress delay price.")])
    stray = Mention("product", "price", 0, 0, None, None, "other", "other")
    transcript = call(words, timing="none")
    found = [stray, *find_mentions(words, "en", TERMS)]
    share = term_signals(transcript, found, sentences(words, "en"))[0]
    assert (share.numerator, share.denominator) == (4, 5)


@pytest.mark.parametrize("reason", ["voicemail", "no_terms_for_language"])
def test_a_given_reason_makes_all_seven_insufficient(reason: str) -> None:
    signals = measured(timed_call(), reason=reason)
    assert {(signal.status, signal.reason, signal.value) for signal in signals.values()} == {
        ("insufficient", reason, None)
    }


def test_a_language_without_terms_is_said() -> None:
    assert why_no_terms("en", TERMS) is None
    assert why_no_terms("sv", TERMS) == "no_terms_for_language"
    assert why_no_terms("de", TERMS) == why_no_terms(None, TERMS) == "language_not_supported"
    one_kind = parse_terms('version = "t"\n[need.en]\nphrases = ["delay"]')
    assert why_no_terms("en", one_kind) == "no_terms_for_language"
    whole = timed_call()
    german = call(whole.words, whole.timeline, language="de")
    assert measured(german)["need_term_share"].reason == "language_not_supported"


def test_at_five_mentions_there_is_a_share_and_its_evidence_is_of_its_kind(words_of: WordsOf) -> None:
    words = words_of([("customer", "delay price."), ("seller", "error stress price.")], word_s=1.0)
    signals = measured(call(words, timing="words"))
    need, product = signals["need_term_share"], signals["product_term_share"]
    assert (need.value, need.n, need.evidence) == (
        pytest.approx(3 / 5),
        5,
        (TimeSpan(0.0, 1.0), TimeSpan(2.0, 3.0), TimeSpan(3.0, 4.0)),
    )
    assert (product.value, product.evidence) == (pytest.approx(2 / 5), (TimeSpan(1.0, 2.0), TimeSpan(4.0, 5.0)))
    own = signals["customer_need_term_share"]
    assert own == Signal.insufficient("customer_need_term_share", "under_5_mentions", numerator=1, denominator=2, n=2)


def test_three_need_terms_are_enough_for_uptake(words_of: WordsOf) -> None:
    words = words_of([("customer", "delay error stress."), ("seller", "that error and the error.")], word_s=1.0)
    uptake = measured(call(words, timing="words"))["need_uptake"]
    assert (uptake.value, uptake.n, uptake.evidence) == (pytest.approx(1 / 3), 3, (TimeSpan(4.0, 5.0),))
    few = talk([("customer", "delay error.")], words_of)["need_uptake"]
    assert (few.n, few.numerator, few.denominator) == (2, 0, 2)


def test_twenty_sentences_are_enough_for_a_talk_share() -> None:
    whole = timed_call()
    assert measured(call(whole.words[1:], whole.timeline))["need_talk_share"].n == 20
    assert measured(call(whole.words[1:], whole.timeline))["need_talk_share"].status == "ok"
    assert measured(call(whole.words[2:], whole.timeline))["need_talk_share"].status == "insufficient"


def test_a_sentence_of_an_other_voice_counts_for_no_talk_share() -> None:
    whole = timed_call()
    words = [*whole.words, Word("price.", 40.0, 41.0, "other", "m")]
    timeline = [*whole.timeline, Activity(40.0, 41.0, "other", "m")]
    assert measured(call(words, timeline)) == measured(whole)


def test_a_voice_that_is_neither_of_the_two_has_no_seconds() -> None:
    known = timed_call()
    words = [Word(word.text, word.start_s, word.end_s, "unknown", word.speaker) for word in known.words]
    timeline = [Activity(item.start_s, item.end_s, "unknown", item.speaker) for item in known.timeline]
    third = [*words, Word("price.", 40.0, 41.0, "unknown", "third")]
    heard = [*timeline, Activity(40.0, 41.0, "unknown", "third")]
    two, three = (
        measured(call(said, spoken, role_source="unknown")) for said, spoken in ((words, timeline), (third, heard))
    )
    assert three["product_talk_share"].numerator == two["product_talk_share"].numerator
    assert three["product_talk_share"].n == 22


def test_a_word_without_its_end_has_no_seconds() -> None:
    whole = timed_call()
    words = [*whole.words[:-1], Word("now.", 31.0, None, "seller", "s")]
    assert measured(call(words, whole.timeline))["product_talk_share"].numerator == pytest.approx(2.0)


def test_silence_has_no_talk_share(words_of: WordsOf) -> None:
    silent = measured(call((), timing="activity"))["need_talk_share"]
    assert silent == Signal.insufficient("need_talk_share", "no_times", n=0)
    written = talk([("customer", "Delay. Price. Fine.")], words_of)["product_talk_share"]
    assert written == Signal.insufficient("product_talk_share", "no_times", n=3)


def test_half_a_second_of_speech_is_speech() -> None:
    words = [Word("price.", 0.0, 0.5, "customer", "c")]
    share = measured(call(words, [Activity(0.0, 0.5, "customer", "c")]))["product_talk_share"]
    assert (share.reason, share.numerator, share.denominator) == ("under_20_sentences", 0.5, 0.5)


KINDS: tuple[TermKind, ...] = ("need", "product")
PARTIES: tuple[Party, ...] = ("seller", "customer")
SPOKEN = st.lists(
    st.tuples(
        st.sampled_from(PARTIES),
        st.lists(st.sampled_from(["delay", "error", "price", "demo", "fine", "so"]), min_size=1),
    ),
    max_size=40,
)


@given(turns=SPOKEN)
def test_need_and_product_shares_add_to_one_and_stay_in_range(turns: list[tuple[Party, list[str]]]) -> None:
    words = []
    for party, texts in turns:
        for text in texts:
            at = float(len(words))
            words.append(Word(text + ".", at, at + 0.8, party, party))
    timeline = [Activity(word.start_s or 0.0, word.end_s or 0.0, word.party, word.speaker) for word in words]
    signals = measured(call(words, timeline))
    need, product = signals["need_term_share"], signals["product_term_share"]
    if need.value is not None and product.value is not None:
        assert need.value + product.value == pytest.approx(1.0)
    talked = [signals[f"{kind}_talk_share"] for kind in KINDS]
    assert all(signal.value is None or 0.0 <= signal.value <= 1.0 for signal in signals.values())
    if all(signal.value is not None for signal in talked):
        assert sum(signal.value or 0.0 for signal in talked) <= 1.0 + 1e-9
