"""Sides, merging and the call span."""

from __future__ import annotations

from callsignals.conversation.timeline import Timeline, opposite
from callsignals.vocabulary.spoken import Activity, Transcript, Word


def transcript(timeline: list[Activity], words: list[Word] | None = None, **kwargs: object) -> Transcript:
    settings: dict[str, object] = {"timing": "activity", "role_source": "manifest"} | kwargs
    return Transcript(tuple(words or ()), tuple(timeline), "en", 1.0, "stereo", duration_s=100.0, **settings)  # type: ignore[arg-type]


def test_two_people_on_one_side_are_one_party_and_count_once() -> None:
    call = transcript(
        [
            Activity(0, 10, "seller", "ch0"),
            Activity(10, 20, "customer", "spk1"),
            Activity(15, 25, "customer", "spk2"),
        ]
    )
    assert Timeline.of(call).speech_s("b") == 15.0


def test_pauses_under_a_quarter_second_are_closed_per_party() -> None:
    call = transcript([Activity(0, 1, "seller"), Activity(1.24, 2, "seller"), Activity(2.25, 3, "seller")])
    assert Timeline.of(call).a == ((0, 2), (2.25, 3))


def test_hold_music_in_the_middle_and_ringing_before_do_not_count() -> None:
    call = transcript(
        [
            Activity(0, 8, "other"),
            Activity(10, 20, "seller"),
            Activity(21, 81, "other"),
            Activity(82, 92, "customer"),
            Activity(95, 99, "other"),
        ]
    )
    timeline = Timeline.of(call)
    assert timeline.bounds == (10, 92)
    assert timeline.other_s == 60.0
    assert timeline.span_s == 22.0
    assert timeline.silence_s == 2.0


def test_other_time_in_which_a_party_speaks_counts_as_that_partys() -> None:
    call = transcript([Activity(0, 10, "seller"), Activity(5, 15, "other"), Activity(20, 30, "customer")])
    timeline = Timeline.of(call)
    assert (timeline.other_s, timeline.span_s, timeline.silence_s) == (5.0, 25.0, 5.0)


def test_with_roles_unknown_the_two_most_talkative_voices_are_the_sides() -> None:
    call = transcript(
        [
            Activity(0, 2, "unknown", "spk0"),
            Activity(3, 10, "unknown", "spk1"),
            Activity(11, 30, "unknown", "spk2"),
        ],
        role_source="unknown",
    )
    timeline = Timeline.of(call)
    assert timeline.speakers == ("spk1", "spk2")
    assert timeline.other == ((0, 2),)
    assert (timeline.side_of("unknown", "spk2"), timeline.side_of("unknown", "spk0")) == ("b", None)


def test_word_times_are_used_where_there_is_no_voice_activity() -> None:
    words = [Word("a", 0.0, 1.0, "seller"), Word("b", 1.1, 2.0, "seller"), Word("c", 4.0, 5.0, "customer")]
    call = transcript([Activity(0, 5, "seller")], words, timing="words")
    assert Timeline.of(call).a == ((0.0, 2.0),)


def test_a_transcript_without_times_has_no_timeline() -> None:
    call = transcript([], [Word("a", None, None, "seller")], timing="none")
    assert Timeline.of(call).bounds is None
    assert Timeline.of(call).span_s == 0.0
    assert Timeline.of(transcript([Activity(0, 5, "seller")], timing="none")).a == ()


def test_silence_and_overlap_of_an_empty_call_are_none_at_all() -> None:
    timeline = Timeline((), ())
    assert (timeline.silence_s, timeline.overlap_s, timeline.other_s, timeline.span_s) == (0.0, 0.0, 0.0, 0.0)
    assert timeline.bounds is None


def test_both_speaking_is_counted_once() -> None:
    timeline = Timeline(((0.0, 10.0), (20.0, 30.0)), ((8.0, 12.0), (29.0, 40.0)))
    assert timeline.overlap_s == 3.0
    assert timeline.anybody == ((0.0, 12.0), (20.0, 40.0))
    assert (timeline.silence_s, timeline.span_s) == (8.0, 40.0)


def test_what_others_say_is_on_neither_side() -> None:
    known = Timeline((), (), roles_known=True)
    assert [known.side_of(party, "x") for party in ("seller", "customer", "other", "unknown")] == ["a", "b", None, None]
    voices = Timeline((), (), roles_known=False, speakers=("x", "y"))
    assert [voices.side_of("unknown", name) for name in ("x", "y", "z")] == ["a", "b", None]
    assert voices.side_of("other", "x") is None
    assert (opposite("a"), opposite("b")) == ("b", "a")


def test_an_unknown_voice_that_hardly_speaks_and_music_are_other_time() -> None:
    call = transcript(
        [
            Activity(0, 5, "other", "spk1"),
            Activity(6, 9, "unknown", "spk1"),
            Activity(10, 12, "unknown", "spk0"),
        ],
        role_source="unknown",
    )
    timeline = Timeline.of(call)
    assert (timeline.speakers, timeline.roles_known) == (("spk0", "spk1"), False)
    assert (timeline.a, timeline.b, timeline.other) == (((10, 12),), ((6, 9),), ((0, 5),))


def test_a_single_unknown_voice_leaves_the_other_side_empty() -> None:
    timeline = Timeline.of(transcript([Activity(0, 5, "unknown", "spk0")], role_source="unknown"))
    assert (timeline.speakers, timeline.a, timeline.b) == (("spk0", None), ((0, 5),), ())
    nobody = Timeline.of(transcript([], role_source="unknown"))
    assert nobody.speakers == (None, None)


def test_of_two_voices_that_speak_as_long_the_names_decide() -> None:
    spoken = [Activity(n * 10, n * 10 + 5, "unknown", name) for n, name in enumerate(("c", "a", "b"))]
    assert Timeline.of(transcript(spoken, role_source="unknown")).speakers == ("a", "b")


def test_without_times_the_words_tell_the_two_voices() -> None:
    words = [Word("w", None, None, "unknown", name) for name in "zzzyyx"] + [Word("w", None, None, "other", "m")] * 9
    timeline = Timeline.of(transcript([], words, timing="none", role_source="unknown"))
    assert timeline.speakers == ("y", "z")


def test_words_with_half_their_times_are_left_out_and_activity_stands_where_no_word_has_any() -> None:
    words = [Word("a", 0.0, None, "seller"), Word("b", None, 2.0, "seller"), Word("c", 4.0, 5.0, "seller", "ch0")]
    assert Timeline.of(transcript([], words, timing="words")).a == ((4.0, 5.0),)
    fallback = transcript([Activity(0, 5, "seller")], words[:2], timing="words")
    assert Timeline.of(fallback).a == ((0, 5),)
    no_activity = transcript([], [Word("a", 0.0, 1.0, "seller")])
    assert Timeline.of(no_activity).a == ((0.0, 1.0),)


def test_music_is_no_voice_however_long_it_plays() -> None:
    voices = [Activity(60, 62, "unknown", "spk0"), Activity(63, 64, "unknown", "spk1")]
    timeline = Timeline.of(transcript([Activity(0, 50, "other", "music"), *voices], role_source="unknown"))
    assert timeline.speakers == ("spk0", "spk1")


def test_what_the_parties_say_is_no_other_time() -> None:
    call = transcript([Activity(0, 5, "seller"), Activity(6, 9, "customer"), Activity(10, 12, "unknown")])
    assert Timeline.of(call).other == ((10, 12),)


def test_the_most_talkative_voices_are_those_that_speak_longest_and_not_latest() -> None:
    spoken = [Activity(0, 20, "unknown", "a"), Activity(30, 40, "unknown", "b"), Activity(100, 101, "unknown", "c")]
    assert Timeline.of(transcript(spoken, role_source="unknown")).speakers == ("a", "b")
