"""The same timelines through ``call-ai-metrics`` 0.1.0, an independent implementation of close rules.

Where the two definitions differ, and what is asserted:

* call-ai-metrics adds up the segments as given; it gets our intervals (gaps under 0.25 s closed), so that
  both start from the same ones.
* call-ai-metrics lets speech that outlasts the other's by up to 0.1 s count as inside it
  (``EDGE_TOLERANCE_S``). We do not: "entirely inside". The turns of random timelines are compared where no
  ends lie that close, and one case pins the difference.
* Two stretches that start at the same moment: to call-ai-metrics neither is inside the other; to us the
  shorter one is. One case pins it.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import pytest
from call_ai_metrics import CallReport, analyze
from hypothesis import assume, given
from hypothesis import strategies as st

from callsignals.conversation.intervals import Interval, union
from callsignals.conversation.timeline import Side, Timeline
from callsignals.conversation.turns import incursions, latencies_s, turns_of

spans = st.lists(st.tuples(st.integers(0, 600), st.integers(2, 120)), min_size=1, max_size=20)
SIDES: tuple[Side, Side] = ("a", "b")


def on_side(cells: list[tuple[int, int]], offset_s: float) -> tuple[Interval, ...]:
    return union([(s / 5 + offset_s, (s + length) / 5 + offset_s) for s, length in cells], merge_gap_s=0.25)


def theirs(timeline: Timeline) -> CallReport:
    segments = [(s, e, side) for side in SIDES for s, e in timeline.of_side(side)]
    return analyze(segments, speakers=["a", "b"])


def assert_same_times(timeline: Timeline, report: CallReport) -> None:
    span_s = report.speech_end_s - report.speech_start_s
    for side in SIDES:
        assert timeline.speech_s(side) == pytest.approx(report.speakers[side].talk_time_s, abs=1e-5)
    assert timeline.span_s == pytest.approx(span_s, abs=1e-5)
    assert timeline.silence_s / span_s == pytest.approx(report.silence_share, abs=1e-5)
    assert timeline.overlap_s / span_s == pytest.approx(report.overlap_share, abs=1e-5)


def assert_same_interruptions(timeline: Timeline, report: CallReport) -> None:
    ours = [(start.side, start.start_s, start.overlap_s) for start in incursions(timeline) if start.is_interruption]
    other = [(event.by, event.time_s, event.overlap_s) for event in report.interruption_events]
    assert [row[0] for row in ours] == [row[0] for row in other]
    assert [number for row in ours for number in row[1:]] == pytest.approx(
        [number for row in other for number in row[1:]], abs=1e-5
    )


def assert_same_turns(timeline: Timeline, report: CallReport) -> None:
    ours = turns_of(timeline)
    assert [turn.side for turn in ours] == [turn.speaker for turn in report.turns]
    assert [t for turn in ours for t in (turn.start_s, turn.end_s)] == pytest.approx(
        [t for turn in report.turns for t in (turn.start_s, turn.end_s)], abs=1e-5
    )
    for side in SIDES:
        replies = latencies_s(ours, timeline, to=side)
        assert len(replies) == report.speakers[side].replies
        if replies:
            assert median(replies) == pytest.approx(report.speakers[side].response_latency_s, abs=1e-5)
        inside = [s for s in incursions(timeline) if s.side == side and s.inside and not s.is_interruption]
        assert len(inside) == report.speakers[side].backchannels


@given(spans, spans)
def test_random_timelines_agree(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    # The second side is 0.11 s off the first's 0.2 s grid: no start coincides, ends lie 0.09 s apart or more.
    timeline = Timeline(on_side(first, 0.0), on_side(second, 0.11))
    report = theirs(timeline)
    assert_same_times(timeline, report)
    assert_same_interruptions(timeline, report)
    ends = {side: [e for _, e in timeline.of_side(side)] for side in SIDES}
    assume(all(abs(x - y) > 0.1001 for x in ends["a"] for y in ends["b"]))
    assert_same_turns(timeline, report)


def test_harpervalley_segments_agree(data: Path) -> None:
    calls = json.loads((data / "harpervalley_segments.json").read_text(encoding="utf-8"))["calls"]
    assert len(calls) == 4
    for segments in calls.values():
        sides = {
            role: union([(s, e) for r, s, e, _ in segments if r == role], merge_gap_s=0.25)
            for role in ("agent", "caller")
        }
        timeline = Timeline(sides["agent"], sides["caller"])
        report = theirs(timeline)
        assert_same_times(timeline, report)
        assert_same_interruptions(timeline, report)
        assert_same_turns(timeline, report)


def test_speech_that_outlasts_the_others_by_a_tenth_takes_the_floor_only_with_us() -> None:
    timeline = Timeline(((0.0, 5.0), (6.0, 9.0)), ((4.8, 5.08),))
    assert [turn.side for turn in turns_of(timeline)] == ["a", "b", "a"]
    assert [turn.speaker for turn in theirs(timeline).turns] == ["a"]


def test_the_shorter_of_two_that_start_together_is_inside_only_with_us() -> None:
    timeline = Timeline(((0.0, 5.0),), ((0.0, 2.0),))
    assert [turn.side for turn in turns_of(timeline)] == ["a"]
    assert sorted(turn.speaker for turn in theirs(timeline).turns) == ["a", "b"]
