"""Windows hold all the speech once and lead back to the call's clock."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.hearing.packing import WINDOW_S, SpeechQueue, pack, window_samples

CALL = np.arange(300 * 16_000, dtype=np.int64).astype(np.int16)  # five minutes, no two seconds of it alike

stretches = st.lists(st.tuples(st.floats(0.0, 295.0), st.floats(0.05, 45.0)), max_size=40).map(
    lambda parts: [(start, min(start + length, 300.0)) for start, length in parts]
)


@settings(max_examples=60, deadline=None)
@given(stretches)
def test_every_moment_of_speech_is_in_one_short_window(intervals: list[tuple[float, float]]) -> None:
    windows = pack(CALL, intervals)
    heard = np.zeros(30_000, dtype=int)
    for window in windows:
        assert window.duration_s <= WINDOW_S <= 30.0
        for start, end in window.speech:
            heard[start:end] += 1
            assert any(piece.start <= start and end <= piece.end for piece in window.pieces)
        assert window_samples(CALL, window).dtype == np.float32
    wanted = np.zeros(30_000, dtype=int)
    for start_s, end_s in intervals:
        wanted[int(np.floor(round(start_s * 100, 6))) : int(np.ceil(round(end_s * 100, 6)))] = 1
    assert (heard == wanted).all()


@settings(max_examples=40, deadline=None)
@given(stretches)
def test_no_audio_is_in_two_windows(intervals: list[tuple[float, float]]) -> None:
    pieces = [piece for window in pack(CALL, intervals) for piece in window.pieces]
    for before, after in pairwise(pieces):
        assert before.end <= after.start


def test_window_time_leads_back_to_the_call() -> None:
    (window,) = pack(CALL, [(10.0, 12.0), (100.0, 103.0)])
    first, second = window.pieces
    assert (first.start, first.end) == (963, 1237)
    assert second.offset == first.end - first.start
    assert window.span_on_call(0.37, 0.87) == (10.0, 10.5)
    assert window.span_on_call(2.74 + 0.37, 2.74 + 1.37) == (100.0, 101.0)
    # A word that Whisper stretches over the seam belongs to where its middle lies, and to the speech there.
    assert window.span_on_call(2.0, 3.0) == (11.63, 12.0)


def test_moving_the_call_moves_the_windows() -> None:
    intervals = [(1.0, 3.07), (3.5, 9.29), (40.03, 56.6), (70.1, 71.15)]
    moved = pack(CALL, [(start + 5.0, end + 5.0) for start, end in intervals])
    for here, there in zip(pack(CALL, intervals), moved, strict=True):
        assert [(p.start + 500, p.end + 500, p.offset) for p in here.pieces] == [
            (p.start, p.end, p.offset) for p in there.pieces
        ]


def test_what_a_window_left_unfinished_is_heard_again_from_the_pause_before() -> None:
    queue = SpeechQueue(CALL, [(1.0, 5.0), (6.0, 9.0), (50.0, 75.0)])
    window = queue.next_window()
    assert window is not None
    assert window.speech == ((100, 500), (600, 900))
    # Finished after 6.5 s of the window: 7.13 s on the call's clock, inside the second stretch.
    assert queue.put_back(window, 6.5) == 6.0
    again = queue.next_window()
    assert again is not None
    assert again.speech[0] == (600, 900)
    assert again.pieces[0].start >= 500


@pytest.mark.parametrize("finished_s", [0.0, 0.5, 8.3, 30.0])
def test_nothing_is_heard_again_when_a_window_got_nowhere_or_to_its_end(finished_s: float) -> None:
    queue = SpeechQueue(CALL, [(1.0, 5.0), (6.0, 9.0)])
    window = queue.next_window()
    assert window is not None
    assert queue.put_back(window, finished_s) is None
    assert queue.next_window() is None


def test_a_queue_ends_even_when_every_window_stays_unfinished() -> None:
    queue = SpeechQueue(CALL, [(0.0, 60.0)])
    rounds = 0
    while (window := queue.next_window()) is not None:
        queue.put_back(window, 1.1)
        rounds += 1
    assert rounds < 120


def test_speech_after_a_moment_of_the_window_is_counted_on_the_calls_clock() -> None:
    (window,) = pack(CALL, [(10.0, 12.0), (100.0, 103.0)])
    assert window.speech_after_s(0.0) == pytest.approx(5.0)
    assert window.speech_after_s(0.37 + 1.5) == pytest.approx(3.5)  # 1.5 s into the first stretch
    assert window.speech_after_s(window.duration_s) == 0.0
