"""Which channels carry the two parties: looked at, not believed.

A file with two channels may hold one signal twice, a dead channel, or both voices in both channels; a file
with eight may hold two that matter. Where the parties cannot be told apart by channel the layout is ``mono`` and one
channel is left to diarization, which is the safe answer: it finds two voices if there are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from callsignals.hearing.activity import active_level_db, window_powers
from callsignals.hearing.coupling import (
    Bools,
    Floats,
    active_blocks,
    block_powers,
    lag_and_likeness,
    spread_blocks,
)
from callsignals.hearing.recording import Interval, Recording

__all__ = ["ChannelLayout", "analyse_channels", "live_channels"]

DEAD_LEVEL_DB = -78.0
"""Digital silence, a constant, or noise in the last two bits, in which voice activity now and then hears somebody; an
open telephone line is above this."""
DEAD_BELOW_DB = 50.0
"""So far below the loudest channel nobody can be heard."""
IDLE_LEVEL_DB = -60.0
IDLE_BELOW_DB = 40.0
"""A channel that is faint like this and in which nobody speaks is as good as dead."""
MIN_SPEECH_S = 0.5
LIKENESS = 0.5
"""Squared correlation of a block with its copy through another codec; unrelated speech stays below 0.1."""
SAME_GAIN_DB = 3.0
COPY_SHARE = 0.97
NEAR_EQUAL_DB = 8.0
"""A copy fainter than this is bleed, which can be told from speech; a closer one is a second voice in the channel."""
MIXED_SHARE = 0.15
AUDIBLE_DB = 20.0
"""Blocks within this of the channel's active level are compared."""


@dataclass(frozen=True, slots=True)
class ChannelLayout:
    """How the parties lie in the channels.

    Attributes:
        mode: ``stereo``, one side a channel, or ``mono``, both sides in one channel.
        sides: the recording's channels of side 0 and side 1 when stereo; the one channel to listen to when mono.
        findings: ``dead_channel``, ``one_signal_on_both_channels``, ``both_voices_on_both_channels``,
            ``extra_channels``; sorted.
    """

    mode: Literal["stereo", "mono"]
    sides: tuple[int, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two channels beside each other, over the blocks in which somebody is heard.

    Attributes:
        copied_share: blocks that are alike at one and the same gain.
        near_equal_share: blocks that are alike and about as loud.
    """

    copied_share: float
    near_equal_share: float


def live_channels(recording: Recording) -> list[int]:
    """Channels in which anything at all is heard; voice activity need not look at the others."""
    levels = _levels(recording)
    loudest = max(levels, default=0.0)
    return [
        channel for channel, level in enumerate(levels) if level > DEAD_LEVEL_DB and level > loudest - DEAD_BELOW_DB
    ]


def _levels(recording: Recording) -> list[float]:
    return [active_level_db(window_powers(recording, channel)) for channel in range(recording.channel_count)]


def analyse_channels(recording: Recording, intervals_by_channel: Sequence[Sequence[Interval]]) -> ChannelLayout:
    """Where the two parties are.

    Args:
        recording: any number of channels.
        intervals_by_channel: ``speech_intervals`` of every channel, before bleed is suppressed; empty for those
            that ``live_channels`` leaves out.
    """
    if recording.channel_count == 1:
        return ChannelLayout("mono", (0,), ())
    speech_s = [sum(end - start for start, end in intervals) for intervals in intervals_by_channel]
    live = _usable(recording, speech_s)
    findings = {"extra_channels"} if recording.channel_count > 2 else set()
    if len(live) < 2:
        findings |= {"dead_channel"} if recording.channel_count == 2 else set()
        return _layout("mono", (live[0] if live else 0,), findings)
    pairs = _pairs(recording, live, intervals_by_channel)
    distinct = _without_copies(live, pairs)
    if len(distinct) < 2:
        return _layout("mono", (distinct[0],), findings | {"one_signal_on_both_channels"})
    apart = [pair for pair in combinations(distinct, 2) if pairs[pair].near_equal_share < MIXED_SHARE]
    if not apart:
        most = max(distinct, key=lambda channel: (speech_s[channel], -channel))
        return _layout("mono", (most,), findings | {"both_voices_on_both_channels"})
    best = max(apart, key=lambda pair: (min(speech_s[c] for c in pair), sum(speech_s[c] for c in pair), -pair[0]))
    return _layout("stereo", best, findings)


def _layout(mode: Literal["stereo", "mono"], sides: tuple[int, ...], findings: set[str]) -> ChannelLayout:
    return ChannelLayout(mode, sides, tuple(sorted(findings)))


def _usable(recording: Recording, speech_s: Sequence[float]) -> list[int]:
    """Live channels without those that are faint and in which nobody speaks."""
    levels = _levels(recording)
    floor_db = max(IDLE_LEVEL_DB, max(levels) - IDLE_BELOW_DB)
    return [c for c in live_channels(recording) if speech_s[c] >= MIN_SPEECH_S or levels[c] >= floor_db]


def _without_copies(live: Sequence[int], pairs: dict[tuple[int, int], _Pair]) -> list[int]:
    kept: list[int] = []
    for channel in live:
        if not any(pairs[other, channel].copied_share >= COPY_SHARE for other in kept):
            kept.append(channel)
    return kept


def _pairs(
    recording: Recording, live: Sequence[int], intervals_by_channel: Sequence[Sequence[Interval]]
) -> dict[tuple[int, int], _Pair]:
    powers = {channel: block_powers(recording, channel) for channel in live}
    audible = {c: _audible(powers[c], active_blocks(intervals_by_channel[c], len(powers[c]))) for c in live}
    return {
        (one, two): _compare(recording, one, two, powers, audible[one] | audible[two])
        for one, two in combinations(live, 2)
    }


def _audible(powers: Floats, active: Bools) -> Bools:
    if not active.any():
        return active
    level = powers[active]
    loud = level[level >= level.mean()].mean()
    result: Bools = active & (powers > loud * 10 ** (-AUDIBLE_DB / 10))
    return result


def _compare(recording: Recording, one: int, two: int, powers: dict[int, Floats], heard: Bools) -> _Pair:
    if not heard.any():
        return _Pair(0.0, 0.0)
    heard = spread_blocks(heard)
    _, likeness = lag_and_likeness(recording, one, two, heard)
    alike = likeness >= LIKENESS
    gain_db = 10 * np.log10((powers[two][heard] + 1e-12) / (powers[one][heard] + 1e-12))
    usual_db = float(np.median(gain_db[alike])) if alike.any() else 0.0
    return _Pair(
        copied_share=float((alike & (np.abs(gain_db - usual_db) <= SAME_GAIN_DB)).mean()),
        near_equal_share=float((alike & (np.abs(gain_db) < NEAR_EQUAL_DB)).mean()),
    )
