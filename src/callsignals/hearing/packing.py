"""Speech packed into windows of at most 20 s, and the way back to the call's clock.

The silence between stretches of speech is left out, except for a margin on both sides and for short pauses, which keep
their natural length: the recogniser does worse when words are glued together. Times inside a window map back piece by
piece.

Windows are shorter than the 30 s that Whisper was trained on: its encoder's time, and that of each step of decoding,
grows with the window (:mod:`callsignals.hearing.whisper` encodes no more than the window holds). 20 s lose no accuracy
against 30 s; 15 s do (benchmarks/RESULTS.md).

Everything is counted in ticks of 10 ms (Whisper's frame), so that moving a call in time moves its windows
exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from callsignals.hearing.recording import FULL_SCALE, SAMPLE_RATE_HZ, Float32, Int16, Interval

__all__ = ["Piece", "SpeechQueue", "Window", "pack", "window_samples"]

WINDOW_S = 20.0
MARGIN_S = 0.37
"""Audio kept on both sides of speech: with our voice activity's 30 ms, faster-whisper's ``speech_pad_ms``."""
LONGEST_PAUSE_S = 1.94
"""Pauses up to here keep their length: likewise faster-whisper's ``min_silence_duration_ms`` of 2000."""
EARLIEST_CUT_SHARE = 0.75
"""A window may end this early, for the sake of a better pause to end at."""
GOOD_PAUSE_S = 0.8
"""A pause this long is as good a place to end a window as any."""

LONGEST_STOP_S = 0.3
"""Silence inside a word, such as that of a long stop consonant, is no longer than this."""
LEAST_LEFT_S = 0.3
"""Less speech than this, left unfinished at the end of a window, is not heard again."""
LONGEST_AGAIN_S = 8.0
"""More speech than this is not heard again for the sake of a cut at a pause."""
LEAST_PROGRESS_S = 1.0
"""A window that finished less than this gives nothing back."""

_TICKS_PER_S = 100
_TICK_SAMPLES = SAMPLE_RATE_HZ // _TICKS_PER_S
_WINDOW = round(WINDOW_S * _TICKS_PER_S)
_MARGIN = round(MARGIN_S * _TICKS_PER_S)
_LONGEST_PAUSE = round(LONGEST_PAUSE_S * _TICKS_PER_S)
_GOOD_PAUSE = round(GOOD_PAUSE_S * _TICKS_PER_S)
_LONGEST_STRETCH = _WINDOW - 2 * _MARGIN
_CUT_SEARCH = 5 * _TICKS_PER_S
_SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 2
_LONGEST_STOP = round(LONGEST_STOP_S * _TICKS_PER_S)
_LEAST_PROGRESS = round(LEAST_PROGRESS_S * _TICKS_PER_S)
_LONGEST_AGAIN = round(LONGEST_AGAIN_S * _TICKS_PER_S)
_LEAST_LEFT = round(LEAST_LEFT_S * _TICKS_PER_S)

_Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the call inside a window, in ticks of 10 ms.

    Attributes:
        start, end: on the call's clock.
        offset: where it begins in the window.
    """

    start: int
    end: int
    offset: int


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``WINDOW_S`` of audio to be recognised at once.

    Attributes:
        pieces: what it is made of, in order.
        speech: the speech in it, in ticks on the call's clock.
    """

    pieces: tuple[Piece, ...]
    speech: tuple[_Stretch, ...]

    @property
    def duration_s(self) -> float:
        """How many seconds of audio it holds."""
        last = self.pieces[-1]
        return (last.offset + last.end - last.start) / _TICKS_PER_S

    @property
    def speech_s(self) -> float:
        """How many seconds of it are speech."""
        return sum(end - start for start, end in self.speech) / _TICKS_PER_S

    def speech_after_s(self, in_window_s: float) -> float:
        """How many seconds of its speech come after this moment of the window."""
        tick = self.tick_on_call(in_window_s)
        return sum(max(0, end - max(start, tick)) for start, end in self.speech) / _TICKS_PER_S

    def tick_on_call(self, in_window_s: float) -> int:
        """A moment of the window on the call's clock."""
        piece = self.piece_at(in_window_s)
        return min(round(in_window_s * _TICKS_PER_S) + piece.start - piece.offset, piece.end)

    def piece_at(self, in_window_s: float) -> Piece:
        """The piece that sounds at this moment of the window (the last one after its end)."""
        tick = in_window_s * _TICKS_PER_S
        for piece in self.pieces[:-1]:
            if tick < piece.offset + piece.end - piece.start:
                return piece
        return self.pieces[-1]

    def span_on_call(self, start_s: float, end_s: float) -> Interval:
        """A span of window time on the call's clock.

        It is cut to the piece that holds its middle, and then to the speech it shares most with (Whisper
        stretches words over silence): no word spans stretches of speech further apart than a stop in a word.
        """
        piece = self.piece_at((start_s + end_s) / 2)
        shift = piece.start - piece.offset
        start = min(max(round(start_s * _TICKS_PER_S) + shift, piece.start), piece.end)
        end = min(max(round(end_s * _TICKS_PER_S) + shift, start), piece.end)
        first, last = max(_runs(self.speech), key=lambda run: min(end, run[1]) - max(start, run[0]))
        if min(end, last) > max(start, first):
            start, end = max(start, first), min(end, last)
        return start / _TICKS_PER_S, end / _TICKS_PER_S


class SpeechQueue:
    """Speech that is still to be recognised, given out window by window.

    Args:
        samples: shape (n,), int16, 16 kHz; read only where a stretch has no pause to be cut at.
        intervals: speech, seconds on the call's clock; any order, may overlap.
    """

    def __init__(self, samples: Int16, intervals: Sequence[Interval]) -> None:
        self._length = len(samples) // _TICK_SAMPLES
        self._left = _split_long(samples, _ticks(intervals, self._length))
        self._done: int | None = None

    def next_window(self) -> Window | None:
        """The next window, taken off the queue; None when all speech is done."""
        if not self._left:
            return None
        after = _window_end(self._left)
        window = _window(self._left[:after], self._done, self._left[after][0] if after < len(self._left) else None)
        window = _within(window, self._length)
        self._done = self._left[after - 1][1]
        self._left = self._left[after:]
        return window

    def put_back(self, window: Window, from_s: float) -> float | None:
        """Queue again what speech the latest window holds after ``from_s`` (window time), if it is worth it.

        The cut goes to the pause before, so that no word is cut in two. Nothing goes back when the window got
        nowhere, so that the queue always comes to its end.

        Returns:
            The moment of the call from which speech will be heard again, None when the window is done with.
        """
        tick = window.tick_on_call(from_s)
        again = [(start, end) for start, end in window.speech if end > tick]
        left = sum(end - max(start, tick) for start, end in again)
        if from_s < LEAST_PROGRESS_S or left < _LEAST_LEFT:
            return None
        if again[0][0] - window.speech[0][0] < _LEAST_PROGRESS or tick - again[0][0] > _LONGEST_AGAIN:
            again[0] = (max(again[0][0], tick), again[0][1])
        cut = again[0][0]
        self._left = again + self._left
        self._done = max((end for _, end in window.speech if end <= cut), default=cut)
        if any(start < cut < end for start, end in window.speech):
            self._done = cut
        return cut / _TICKS_PER_S


def pack(samples: Int16, intervals: Sequence[Interval]) -> list[Window]:
    """Windows that hold all the speech, in order, each stretch once."""
    queue = SpeechQueue(samples, intervals)
    windows = []
    while (window := queue.next_window()) is not None:
        windows.append(window)
    return windows


def window_samples(samples: Int16, window: Window) -> Float32:
    """The audio of a window, float32 in -1..1, at least half a second (silence added)."""
    parts = [np.asarray(samples[piece.start * _TICK_SAMPLES : piece.end * _TICK_SAMPLES]) for piece in window.pieces]
    joined = np.concatenate(parts).astype(np.float32) / np.float32(FULL_SCALE)
    return np.pad(joined, (0, max(0, _SHORTEST_SAMPLES - len(joined))))


@lru_cache(maxsize=16)
def _runs(stretches: tuple[_Stretch, ...]) -> tuple[_Stretch, ...]:
    """Speech with the stops inside words closed."""
    runs = [stretches[0]]
    for start, end in stretches[1:]:
        if start - runs[-1][1] <= _LONGEST_STOP:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return tuple(runs)


def _ticks(intervals: Sequence[Interval], length: int) -> list[_Stretch]:
    merged: list[_Stretch] = []
    for start_s, end_s in sorted(intervals):
        # Rounded first: 5.07 s is 507 ticks, whatever the binary fraction says.
        start = max(0, math.floor(round(start_s * _TICKS_PER_S, 6)))
        end = min(length, math.ceil(round(end_s * _TICKS_PER_S, 6)))
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _split_long(samples: Int16, stretches: Sequence[_Stretch]) -> list[_Stretch]:
    short: list[_Stretch] = []
    for start, end in stretches:
        begin = start
        while end - begin > _LONGEST_STRETCH:
            cut = _quietest_tick(samples, begin + _LONGEST_STRETCH - _CUT_SEARCH, begin + _LONGEST_STRETCH)
            short.append((begin, cut))
            begin = cut
        short.append((begin, end))
    return short


def _quietest_tick(samples: Int16, start: int, end: int) -> int:
    """The tick in start..end with the least energy around it (50 ms), the last one of equals."""
    audio = np.asarray(samples[start * _TICK_SAMPLES : end * _TICK_SAMPLES]).astype(np.int64)
    per_tick = (audio * audio).reshape(end - start, _TICK_SAMPLES).sum(axis=1)
    around = np.convolve(per_tick, np.ones(5, dtype=np.int64), mode="valid")
    return start + 2 + int(len(around) - 1 - np.argmin(around[::-1]))


def _window_end(stretches: Sequence[_Stretch]) -> int:
    """How many of the stretches go into the next window: all that fit, or fewer to end at a better pause."""
    length = 2 * _MARGIN + stretches[0][1] - stretches[0][0]
    lengths = [length]
    for (_, end_before), (start, end) in pairwise(stretches):
        length += _kept_pause(start - end_before) + end - start
        if length > _WINDOW:
            break
        lengths.append(length)
    else:
        return len(stretches)
    late = [n for n, length in enumerate(lengths) if length >= EARLIEST_CUT_SHARE * _WINDOW] or [len(lengths) - 1]
    return 1 + max(late, key=lambda n: (min(stretches[n + 1][0] - stretches[n][1], _GOOD_PAUSE), n))


def _kept_pause(pause: int) -> int:
    return pause if pause <= _LONGEST_PAUSE else 2 * _MARGIN


def _window(stretches: Sequence[_Stretch], done: int | None, following: int | None) -> Window:
    pieces: list[Piece] = []
    start, end = stretches[0]
    start = max(0, start - _MARGIN) if done is None else max(start - _MARGIN, min(start, (start + done) // 2))
    for begin, finish in stretches[1:]:
        if begin - end > _LONGEST_PAUSE:
            pieces.append(_piece(start, end + _MARGIN, pieces))
            start = begin - _MARGIN
        end = finish
    # Where two windows share a pause, each takes no more than half of it.
    last = end + _MARGIN if following is None else min(end + _MARGIN, (end + following) // 2)
    pieces.append(_piece(start, last, pieces))
    return Window(pieces=tuple(pieces), speech=tuple(stretches))


def _within(window: Window, length: int) -> Window:
    last = window.pieces[-1]
    return replace(window, pieces=(*window.pieces[:-1], replace(last, end=min(last.end, length))))


def _piece(start: int, end: int, pieces: Sequence[Piece]) -> Piece:
    offset = pieces[-1].offset + pieces[-1].end - pieces[-1].start if pieces else 0
    return Piece(start=start, end=end, offset=offset)
