"""What must hold for any timeline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callsignals.conversation.intervals import Interval, intersect, union
from callsignals.conversation.measures import conversation_signals
from callsignals.conversation.timeline import Timeline
from callsignals.conversation.turns import Turn, turns_of, without_short_turns
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Activity, Party, Transcript

# Whole tenths of a second around one another, the second side off by a little: no two moments coincide.
spans = st.lists(st.tuples(st.integers(0, 900), st.integers(3, 150)), min_size=1, max_size=14)


def on_side(cells: list[tuple[int, int]], offset_s: float) -> tuple[Interval, ...]:
    return union([(s / 10 + offset_s, (s + length) / 10 + offset_s) for s, length in cells], merge_gap_s=0.25)


def transcript(seller: tuple[Interval, ...], customer: tuple[Interval, ...]) -> Transcript:
    parties: tuple[tuple[Party, tuple[Interval, ...]], ...] = (("seller", seller), ("customer", customer))
    timeline = [Activity(s, e, party, party) for party, intervals in parties for s, e in intervals]
    return Transcript(
        words=(),
        timeline=tuple(sorted(timeline, key=lambda item: (item.start_s, item.speaker))),
        language="en",
        language_confidence=1.0,
        channel_mode="stereo",
        timing="activity",
        duration_s=None,
        role_source="manifest",
    )


def values(call: Transcript) -> dict[str, Signal]:
    return {signal.name: signal for signal in conversation_signals(call)[1]}


@given(spans, spans)
def test_shares_are_shares_and_add_up(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    found = values(transcript(on_side(first, 0.0), on_side(second, 0.037)))
    for name in ("seller_talk_share", "customer_talk_share", "silence_share", "overlap_share"):
        value = found[name].value
        assert value is None or 0.0 <= value <= 1.0
    seller, customer = found["seller_talk_share"].value, found["customer_talk_share"].value
    if seller is not None and customer is not None:
        assert seller + customer == pytest.approx(1.0)
        assert found["customer_seller_talk_ratio"].value is None or found[
            "customer_seller_talk_ratio"
        ].value == pytest.approx(customer / seller)


@given(spans, spans)
def test_silence_speech_and_overlap_fill_the_span(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    timeline = Timeline(on_side(first, 0.0), on_side(second, 0.037))
    spoken = timeline.speech_s("a") + timeline.speech_s("b") - timeline.overlap_s
    assert spoken + timeline.silence_s == pytest.approx(timeline.span_s)


@given(spans, spans)
def test_swapping_the_parties_swaps_their_signals(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    a, b = on_side(first, 0.0), on_side(second, 0.037)
    one, other = values(transcript(a, b)), values(transcript(b, a))
    twins = [
        ("seller_talk_share", "customer_talk_share"),
        ("longest_monologue_s", "longest_customer_story_s"),
        ("patience_s", "customer_latency_s"),
        ("seller_interruptions_per_hour", "customer_interruptions_per_hour"),
        ("silence_share", "silence_share"),
        ("overlap_share", "overlap_share"),
        ("interactivity_per_5min", "interactivity_per_5min"),
    ]
    for left, right in twins:
        assert one[left].value == pytest.approx(other[right].value)
        assert one[right].value == pytest.approx(other[left].value)


def moved(call: Transcript, factor: float, shift_s: float) -> Transcript:
    timeline = tuple(
        replace(item, start_s=item.start_s * factor + shift_s, end_s=item.end_s * factor + shift_s)
        for item in call.timeline
    )
    return replace(call, timeline=timeline)


@given(spans, spans, st.integers(0, 7200))
def test_when_the_call_starts_does_not_matter(
    first: list[tuple[int, int]], second: list[tuple[int, int]], shift_s: int
) -> None:
    call = transcript(on_side(first, 0.0), on_side(second, 0.037))
    before, after = values(call), values(moved(call, 1.0, shift_s))
    for name, signal in before.items():
        assert after[name].status == signal.status, name
        assert after[name].value == pytest.approx(signal.value, abs=1e-6), name


@given(spans, spans)
def test_talking_twice_as_slowly_keeps_the_shares(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    a, b = on_side(first, 0.0), on_side(second, 0.037)
    # closing gaps is a matter of absolute seconds: leave out calls whose gaps come near it at the other speed
    near = [y[0] - x[1] for side in (a, b) for x, y in pairwise(side)]
    assume(all(gap > 0.5 for gap in near))
    one, slow = values(transcript(a, b)), values(moved(transcript(a, b), 2.0, 0.0))
    for name in ("seller_talk_share", "silence_share", "overlap_share"):
        if one[name].value is not None:
            assert slow[name].value == pytest.approx(one[name].value)


@given(spans, spans, st.data())
def test_backchannels_inside_the_others_speech_change_no_turn(
    first: list[tuple[int, int]], second: list[tuple[int, int]], data: st.DataObject
) -> None:
    a, b = on_side(first, 0.0), on_side(second, 0.037)
    start_s, end_s = data.draw(st.sampled_from(a))
    middle_s = (start_s + end_s) / 2
    assume(end_s - start_s > 0.25)
    murmur = (middle_s, middle_s + 0.1)
    # far from its own side's speech, else it would be closed up into it
    assume(not intersect(b, ((murmur[0] - 0.3, murmur[1] + 0.3),)))
    plain, murmured = turns_of(Timeline(a, b)), turns_of(Timeline(a, union((*b, murmur))))
    assert murmured == plain


@given(spans, spans)
def test_turns_cover_the_floor_in_order_and_skipping_short_ones_never_adds_changes(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    timeline = Timeline(on_side(first, 0.0), on_side(second, 0.037))
    row = turns_of(timeline)
    assert [turn.start_s for turn in row] == sorted(turn.start_s for turn in row)
    long_row = without_short_turns(row)
    assert changes(long_row) <= changes(row)
    assert all(not turn.is_short for turn in long_row)


def changes(row: tuple[Turn, ...]) -> int:
    return sum(x.side != y.side for x, y in pairwise(row))
