"""Turns, floor changes, interruptions: cases worked out by hand from the definitions."""

from __future__ import annotations

import pytest

from callsignals.conversation.timeline import Timeline
from callsignals.conversation.turns import (
    Turn,
    count_words,
    floor_changes,
    incursions,
    latencies_s,
    turns_of,
    without_short_turns,
)
from callsignals.vocabulary.spoken import Word

Row = list[tuple[str, float, float]]


def turns(timeline: Timeline) -> Row:
    return [(turn.side, turn.start_s, turn.end_s) for turn in turns_of(timeline)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param(((0, 5),), ((6, 9),), [("a", 0, 5), ("b", 6, 9)], id="one after the other"),
        pytest.param(((0, 5), (8, 10)), (), [("a", 0, 10)], id="a pause of 3.0 s does not end a turn"),
        pytest.param(((0, 5), (8.01, 10)), (), [("a", 0, 5), ("a", 8.01, 10)], id="a longer one does"),
        pytest.param(((0, 10),), ((4, 6),), [("a", 0, 10)], id="inside the other's speech"),
        pytest.param(
            ((0, 4), (6, 10)),
            ((4.5, 4.8),),
            [("a", 0, 4), ("b", 4.5, 4.8), ("a", 6, 10)],
            id="reply in a pause",
        ),
        pytest.param(((0, 10),), ((9, 12),), [("a", 0, 10), ("b", 9, 12)], id="takes over"),
        pytest.param(((0, 10),), ((9.95, 10.05),), [("a", 0, 10), ("b", 9.95, 10.05)], id="just outside"),
        pytest.param(((0, 5),), ((0, 2),), [("a", 0, 5)], id="same start, inside"),
        pytest.param(((0, 2),), ((0, 5),), [("b", 0, 5)], id="same start, inside, other way"),
        pytest.param(((2, 4),), ((0, 1), (2, 4)), [("b", 0, 4)], id="same stretch: the holder keeps the floor"),
        pytest.param(
            ((0, 10), (15, 16), (19, 25)),
            ((9, 20),),
            [("a", 0, 10), ("b", 9, 20), ("a", 19, 25)],
            id="taken and taken back",
        ),
    ],
)
def test_turns(a: tuple[tuple[float, float], ...], b: tuple[tuple[float, float], ...], expected: Row) -> None:
    assert turns(Timeline(a, b)) == expected


def test_an_interruption_needs_more_than_half_a_second_of_both() -> None:
    timeline = Timeline(((0.0, 10.0),), ((2.0, 2.5), (4.0, 4.51), (9.6, 12.0)))
    found = [(start.start_s, start.is_interruption, start.inside) for start in incursions(timeline)]
    assert found == [(2.0, False, True), (4.0, True, True), (9.6, False, False)]


def test_starting_together_or_at_the_very_end_is_no_start_inside() -> None:
    assert incursions(Timeline(((0.0, 4.0),), ((0.0, 3.0), (4.0, 5.0)))) == ()


def test_short_turns_are_skipped_and_their_neighbours_merged() -> None:
    row = (Turn("a", 0, 10, 20), Turn("b", 10.5, 12, 2), Turn("a", 12.5, 20, 15), Turn("b", 21, 25, 9))
    assert without_short_turns(row) == (Turn("a", 0, 20, 35), Turn("b", 21, 25, 9))
    assert len(floor_changes(row)) == 3
    assert len(floor_changes(without_short_turns(row))) == 1


def test_where_words_are_unknown_a_turn_under_one_second_is_short() -> None:
    assert Turn("a", 0, 0.99).is_short
    assert not Turn("a", 0, 1.0).is_short
    assert not Turn("a", 0, 0.9, 3).is_short
    assert Turn("a", 0, 5, 2).is_short


def test_a_long_silence_beside_a_short_turn_still_ends_the_monologue() -> None:
    row = (Turn("a", 0, 30, 60), Turn("b", 50, 50.5, 1), Turn("a", 51, 80, 60))
    assert without_short_turns(row) == (row[0], row[2])


def test_a_monologue_does_not_grow_over_short_turns_of_its_own_at_the_end() -> None:
    row = (Turn("a", 0, 10, 20), Turn("b", 10.5, 11, 1), Turn("a", 11.5, 12, 1))
    assert without_short_turns(row) == (row[0],)


def test_words_count_for_the_turn_whose_speech_they_are_nearest_to() -> None:
    timeline = Timeline(((0.0, 4.0), (8.0, 10.0)), ((2.0, 2.4), (5.0, 6.0)))
    words = [
        Word("strays", 4.1, 4.3, "seller"),
        Word("inside", 8.2, 8.5, "seller"),
        Word("mhm", 2.0, 2.3, "customer"),  # a backchannel: no turn
        Word("yes", 5.0, 5.9, "customer"),
        Word("music", 5.0, 5.9, "other"),
    ]
    counted = count_words(turns_of(timeline), timeline, words)
    assert [(turn.side, turn.word_count) for turn in counted] == [("a", 1), ("b", 1), ("a", 1)]


def test_a_turn_without_recognised_words_is_judged_by_its_length() -> None:
    timeline = Timeline(((0.0, 4.0),), ())
    assert count_words(turns_of(timeline), timeline, [])[0].word_count is None


def test_latency_is_zero_on_overlap_and_leaves_out_hold_time() -> None:
    timeline = Timeline(((0.0, 5.0), (20.0, 25.0)), ((6.0, 10.0), (24.0, 30.0)), other=((11.0, 19.0),))
    assert latencies_s(turns_of(timeline), timeline, to="b") == (1.0, 0.0)
    assert latencies_s(turns_of(timeline), timeline, to="a") == (2.0,)


def test_a_turn_lasts_to_the_end_of_its_longest_speech() -> None:
    assert turns(Timeline(((0, 9), (2, 4)), ())) == [("a", 0, 9)]


def test_a_stretch_that_both_say_at_the_very_start_is_the_first_sides() -> None:
    assert turns(Timeline(((0, 4),), ((0, 4),))) == [("a", 0, 4)]
    assert turns(Timeline(((0, 1), (2, 4)), ((2, 4),))) == [("a", 0, 4)]


def test_speech_that_begins_where_the_others_ends_takes_the_floor() -> None:
    assert turns(Timeline(((0, 4),), ((4, 5),))) == [("a", 0, 4), ("b", 4, 5)]


def test_merged_turns_reach_to_the_later_end_and_add_their_words() -> None:
    row = (Turn("a", 0, 30, 20), Turn("b", 28, 29, 1), Turn("a", 29, 29.5, 5))
    assert without_short_turns(row) == (Turn("a", 0, 30, 25),)
    unknown = (Turn("a", 0, 10), Turn("b", 10.5, 11), Turn("a", 11.5, 20))
    assert without_short_turns(unknown) == (Turn("a", 0, 20, None),)
    half_known = (Turn("a", 0, 10), Turn("b", 10.5, 11), Turn("a", 11.5, 20, 7))
    assert without_short_turns(half_known) == (Turn("a", 0, 20, 7),)


def test_a_pause_of_exactly_three_seconds_beside_a_short_turn_joins() -> None:
    row = (Turn("a", 0, 10, 9), Turn("b", 13.0, 13.5, 1), Turn("a", 16.5, 20, 9))
    assert without_short_turns(row) == (Turn("a", 0, 20, 18),)
    longer = (*row[:2], Turn("a", 16.51, 20, 9))
    assert len(without_short_turns(longer)) == 2


def test_a_turn_of_three_words_is_not_short() -> None:
    assert Turn("a", 0, 0.5, 2).is_short
    assert not Turn("a", 0, 0.5, 3).is_short
    assert Turn("a", 2.5, 4.0).duration_s == 1.5


def test_a_backchannels_word_counts_for_no_turn_and_one_before_all_speech_for_the_first() -> None:
    timeline = Timeline(((1.0, 10.0),), ((4.0, 4.4), (12.0, 15.0)))
    words = [
        Word("early", 0.1, 0.5, "seller"),
        Word("mhm", 4.1, 4.3, "customer"),
        Word("late", 16.0, 16.5, "customer"),
        Word("untimed", None, None, "customer"),
    ]
    counted = count_words(turns_of(timeline), timeline, words)
    assert [(turn.side, turn.word_count) for turn in counted] == [("a", 1), ("b", 1)]


def test_a_word_between_two_stretches_belongs_to_the_nearer_one() -> None:
    timeline = Timeline(((0.0, 4.0), (9.0, 12.0)), ((5.0, 8.0),))
    near_first, near_second = Word("x", 5.9, 6.1, "seller"), Word("x", 6.9, 7.1, "seller")
    for word, expected in ((near_first, [1, None, None]), (near_second, [None, None, 1])):
        counted = count_words(turns_of(timeline), timeline, [word])
        assert [turn.word_count for turn in counted] == expected


def test_both_talk_until_the_first_of_them_stops() -> None:
    timeline = Timeline(((0.0, 10.0),), ((2.0, 3.0), (8.0, 14.0)))
    found = [(start.side, start.start_s, start.overlap_s, start.inside) for start in incursions(timeline)]
    assert found == [("b", 2.0, 1.0, True), ("b", 8.0, 2.0, False)]
    ends_together = incursions(Timeline(((0.0, 10.0),), ((6.0, 10.0),)))
    assert [start.inside for start in ends_together] == [True]
