"""One side heard faintly in the other's channel neither counts as speech nor hides speech."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from callsignals.hearing.activity import speech_intervals, united
from callsignals.hearing.bleed import own_samples, suppress_bleed
from callsignals.hearing.decode import Decoder
from callsignals.hearing.recording import Interval, Recording
from callsignals.weights import shipped_dir

AUDIO = shipped_dir() / "fixtures" / "demo" / "audio"
Floats = npt.NDArray[np.float64]
Sides = tuple[Sequence[Interval], Sequence[Interval]]


@pytest.fixture(scope="module")
def calls() -> Iterator[dict[str, Floats]]:
    names = ("harpervalley_00d676d7.wav", "harpervalley_03a17cc3.flac", "harpervalley_ff0296d0.ogg")
    with Decoder() as decoder:
        yield {name[13:21]: decoder.decode(AUDIO / name).samples.astype(np.float64) for name in names}


def bled(call: Floats, down_db: float, late_ms: float, source: int, *, room: bool = False) -> Recording:
    """``source`` is heard in the other channel, ``down_db`` fainter."""
    copy = call[source]
    if room:
        rng = np.random.default_rng(0)
        response = np.exp(-np.arange(1200) / 300) * rng.standard_normal(1200)
        copy = signal.fftconvolve(copy, response / np.sqrt((response**2).sum()))[: len(copy)]
    count = round(late_ms * 16)
    copy = np.concatenate([np.zeros(count), copy[: len(copy) - count]])
    mixed = call.copy()
    mixed[1 - source] += 10 ** (-down_db / 20) * copy
    return recording_of(mixed)


def recording_of(call: Floats) -> Recording:
    return Recording.from_samples(np.clip(np.round(call), -32768, 32767).astype(np.int16))


def heard(recording: Recording) -> tuple[list[Interval], list[Interval]]:
    return speech_intervals(recording, 0), speech_intervals(recording, 1)


def seconds(intervals: Sequence[Interval]) -> float:
    return sum(end - start for start, end in intervals)


def share(sides: Sequence[Sequence[Interval]]) -> float:
    return seconds(sides[0]) / (seconds(sides[0]) + seconds(sides[1]))


def frames(intervals: Sequence[Interval], count: int) -> npt.NDArray[np.bool_]:
    marked = np.zeros(count, dtype=bool)
    for start, end in intervals:
        marked[round(start * 100) : round(end * 100)] = True
    return marked


@pytest.mark.parametrize("name", ["00d676d7", "03a17cc3", "ff0296d0"])
def test_a_clean_call_is_left_as_it_is(calls: dict[str, Floats], name: str) -> None:
    recording = recording_of(calls[name])
    before = heard(recording)
    after = suppress_bleed(recording, before)
    assert after.findings == ()
    assert [list(side) for side in after.intervals_by_channel] == list(before)


@pytest.mark.parametrize(
    ("name", "down_db", "late_ms", "source", "room"),
    [
        ("00d676d7", 20, 0, 0, False),
        ("00d676d7", 10, 5, 0, True),
        ("03a17cc3", 15, 40, 1, True),
        ("03a17cc3", 26, 30, 0, False),
        ("ff0296d0", 20, 10, 0, False),
        ("ff0296d0", 20, 15, 1, True),
    ],
)
def test_talk_shares_stay_those_of_the_clean_call(
    calls: dict[str, Floats], name: str, down_db: float, late_ms: float, source: int, room: bool
) -> None:
    clean = share(heard(recording_of(calls[name])))
    recording = bled(calls[name], down_db, late_ms, source, room=room)
    before = heard(recording)
    assert abs(share(before) - clean) > 0.05, "without suppression the copy counts"
    after = suppress_bleed(recording, before)
    assert after.findings == ("bleed_suppressed",)
    assert share(after.intervals_by_channel) == pytest.approx(clean, abs=0.03)


@pytest.mark.parametrize(("down_db", "source"), [(20, 0), (20, 1), (12, 0)])
def test_speech_over_speech_stays(calls: dict[str, Floats], down_db: float, source: int) -> None:
    """The caller moved two seconds so that the two talk over each other."""
    call = calls["00d676d7"].copy()
    call[1] = np.roll(call[1], -2 * 16_000)
    clean = heard(recording_of(call))
    count = call.shape[1] // 160 + 1
    both = frames(clean[0], count) & frames(clean[1], count)
    assert both.sum() > 300
    recording = bled(call, down_db, 10, source)
    after = suppress_bleed(recording, heard(recording)).intervals_by_channel
    still = frames(after[0], count) & frames(after[1], count)
    assert (both & still).sum() / both.sum() > 0.85
    assert (both & still).sum() / still.sum() > 0.8


def test_bleed_both_ways(calls: dict[str, Floats]) -> None:
    call = calls["03a17cc3"]
    mixed = np.stack([call[0] + 0.15 * call[1], call[1] + 0.15 * call[0]])
    recording = recording_of(mixed)
    after = suppress_bleed(recording, heard(recording))
    assert share(after.intervals_by_channel) == pytest.approx(share(heard(recording_of(call))), abs=0.03)


def test_what_is_left_of_bleed_both_ways_is_no_overlap(calls: dict[str, Floats]) -> None:
    """Nobody speaks over anybody in this call."""
    call = calls["ff0296d0"]
    clean = heard(recording_of(call))
    recording = recording_of(np.stack([echoed(call, 0, 12), echoed(call, 1, 8)]))
    before = heard(recording)
    after = suppress_bleed(recording, before).intervals_by_channel
    assert overlap_s(clean) == 0.0
    assert overlap_s(before) > 5.0
    assert overlap_s(after) < 0.1
    for own, found in zip(clean, after, strict=True):
        assert overlap_s((own, found)) > 0.98 * seconds(own)


def echoed(call: Floats, channel: int, late_ms: float) -> Floats:
    """A channel with the other in it, 20 dB fainter."""
    late = round(late_ms * 16)
    mixed = call[channel].copy()
    mixed[late:] += 0.1 * call[1 - channel][: len(mixed) - late]
    return mixed


def overlap_s(sides: Sequence[Sequence[Interval]]) -> float:
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in sides[0] for b in sides[1])


def test_suppression_only_takes_away(calls: dict[str, Floats]) -> None:
    recording = bled(calls["00d676d7"], 15, 10, 0)
    before = heard(recording)
    after = suppress_bleed(recording, before).intervals_by_channel
    for old, new in zip(before, after, strict=True):
        assert united([*old, *new]) == united(old)


def test_other_channels_are_not_touched(calls: dict[str, Floats]) -> None:
    call = calls["00d676d7"]
    recording = bled(call, 20, 10, 0)
    three = recording_of(np.stack([np.zeros(call.shape[1]), *recording.samples.astype(np.float64)]))
    before = [[(1.0, 2.0)], *heard(recording)]
    after = suppress_bleed(three, before, sides=(1, 2))
    expected = suppress_bleed(recording, before[1:])
    assert after.intervals_by_channel == (((1.0, 2.0),), *expected.intervals_by_channel)


def test_a_few_seconds_are_too_little_to_judge_by() -> None:
    recording = Recording.from_samples(np.zeros((2, 16_000), dtype=np.int16))
    after = suppress_bleed(recording, [[(0.1, 0.9)], [(0.2, 0.8)]])
    assert after.intervals_by_channel == (((0.1, 0.9),), ((0.2, 0.8),))


def test_own_samples_are_silent_where_only_others_speak() -> None:
    recording = Recording.from_samples(np.full((2, 5 * 16_000), 100, dtype=np.int16))
    own = own_samples(recording, 1, [(2.0, 3.0)], [(1.0, 2.5), (4.0, 4.5)])
    silent = [(1.0, 1.9), (4.0, 4.5)]  # a tenth of a second beside own speech stays
    for start, end in silent:
        assert not own[round(start * 16_000) : round(end * 16_000)].any()
    assert (own == 0).sum() == pytest.approx(1.4 * 16_000, abs=2)
    assert (recording.samples == 100).all()
