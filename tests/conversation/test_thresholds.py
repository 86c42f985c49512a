"""At its minimum a figure is given, just below it its parts alone are: every measure of talk and floor."""

from __future__ import annotations

import math

import pytest

from callsignals.conversation.floor import interactivity_per_5min, interruptions_per_hour, latency, longest_turn
from callsignals.conversation.pace import per_hour
from callsignals.conversation.talk import customer_seller_talk_ratio, overlap_share, silence_share, talk_share
from callsignals.conversation.timeline import Timeline
from callsignals.conversation.turns import Incursion, Turn, turns_of
from callsignals.vocabulary.signal import Signal, TimeSpan


def below(limit: float) -> float:
    return math.nextafter(limit, 0.0)


def test_a_talk_share_needs_ten_seconds_of_speech() -> None:
    assert talk_share("seller_talk_share", 4.0, 6.0) == Signal(
        "seller_talk_share", 0.4, numerator=4.0, denominator=10.0
    )
    assert talk_share("seller_talk_share", 4.0, 5.5) == Signal.insufficient(
        "seller_talk_share", "under_10_s_of_speech", numerator=4.0, denominator=9.5
    )


def test_a_talk_ratio_needs_five_seconds_of_the_seller() -> None:
    name = "customer_seller_talk_ratio"
    assert customer_seller_talk_ratio(5.0, 20.0) == Signal(name, 4.0, numerator=20.0, denominator=5.0)
    assert customer_seller_talk_ratio(below(5.0), 20.0) == Signal.insufficient(
        name, "under_5_s_of_seller_speech", numerator=20.0, denominator=below(5.0)
    )


def test_silence_and_overlap_need_a_span_of_ten_seconds() -> None:
    ten = Timeline(((0.0, 4.0),), ((3.0, 5.0), (9.0, 10.0)))
    assert silence_share(ten) == Signal("silence_share", 0.4, numerator=4.0, denominator=10.0)
    assert overlap_share(ten) == Signal("overlap_share", 0.1, numerator=1.0, denominator=10.0)
    nine = Timeline(((0.0, 4.0),), ((3.0, 5.0), (8.5, 9.5)))
    assert silence_share(nine) == Signal.insufficient(
        "silence_share", "span_under_10_s", numerator=3.5, denominator=9.5
    )
    assert overlap_share(nine) == Signal.insufficient(
        "overlap_share", "span_under_10_s", numerator=1.0, denominator=9.5
    )


def test_a_share_of_the_span_never_exceeds_one() -> None:
    both = Timeline(((0.0, 20.0),), ((0.0, 20.0),), other=((5.0, 10.0),))
    assert overlap_share(both).value == 1.0


def test_a_rate_needs_a_span_of_a_minute() -> None:
    spans = (TimeSpan(1.0, 2.0),)
    name = "seller_questions_per_hour"
    assert per_hour(name, 2, 60.0, spans) == Signal(name, 120.0, numerator=2.0, denominator=60.0, evidence=spans)
    assert per_hour(name, 2, below(60.0), spans) == Signal.insufficient(
        name, "span_under_60_s", numerator=2.0, denominator=below(60.0)
    )


def test_interactivity_needs_a_span_of_a_minute() -> None:
    turns = (Turn("a", 0, 10), Turn("b", 11, 20), Turn("b", 30, 40), Turn("a", 41, 60))
    name = "interactivity_per_5min"
    assert interactivity_per_5min(turns, 60.0) == Signal(name, 10.0, numerator=2.0, denominator=60.0)
    assert interactivity_per_5min(turns, below(60.0)) == Signal.insufficient(
        name, "span_under_60_s", numerator=2.0, denominator=below(60.0)
    )


def test_a_latency_is_the_median_of_at_least_three_replies() -> None:
    # The seller replies after 1, 0 and 4 s; the customer, twice, after 2 s.
    timeline = Timeline(((0, 5), (13, 20), (29, 40), (56, 60)), ((7, 12), (22, 29), (42, 52)))
    turns = turns_of(timeline)
    assert latency("patience_s", turns, timeline, to="a") == Signal("patience_s", 1.0, n=3)
    two = latency("customer_latency_s", turns[:-2], timeline, to="b")
    assert two == Signal.insufficient("customer_latency_s", "under_3_floor_changes", n=2)


def test_the_longest_turn_of_a_side_says_where_it_was_and_among_how_many() -> None:
    turns = (Turn("a", 0, 10), Turn("b", 11, 40), Turn("a", 41, 60), Turn("a", 70, 75))
    assert longest_turn("longest_monologue_s", turns, "a") == Signal(
        "longest_monologue_s", 19.0, n=3, evidence=(TimeSpan(41, 60),)
    )
    assert longest_turn("longest_customer_story_s", turns[::2], "b") == Signal.insufficient(
        "longest_customer_story_s", "no_customer_turn"
    )


def test_only_ones_own_interruptions_count_and_backchannels_do_not() -> None:
    starts = (
        Incursion("a", 10.0, 0.8, inside=True),
        Incursion("a", 20.0, 0.5, inside=True),
        Incursion("b", 30.0, 2.0, inside=False),
    )
    name = "seller_interruptions_per_hour"
    assert interruptions_per_hour(name, starts, "a", 90.0) == Signal(
        name, 40.0, numerator=1.0, denominator=90.0, evidence=(TimeSpan(10.0, 10.8),)
    )


@pytest.mark.parametrize(("gap_s", "count"), [(3.0, 1), (3.001, 2)])
def test_a_pause_of_three_seconds_over_a_short_turn_joins_the_turns(gap_s: float, count: int) -> None:
    timeline = Timeline(((0.0, 10.0), (10.0 + gap_s, 20.0)), ())
    assert len(turns_of(timeline)) == count
