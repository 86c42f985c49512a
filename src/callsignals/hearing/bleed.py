"""Bleed: one side heard faintly in the other's channel, through a headset, a room or a gateway's echo.

Voice activity fires on the faint copy too. So the filter from the one channel to the other is measured where only the
one side speaks, the copy is predicted from it, and a stretch of speech in the other channel stands only where
more is heard than the copy. Without a filter that explains the other channel there is no bleed and nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from callsignals.hearing.activity import united, without
from callsignals.hearing.coupling import (
    BLOCK_SAMPLES,
    Bools,
    Floats,
    active_blocks,
    block_powers,
    coherence_of,
    cross_spectra,
    filter_between,
    lag_between,
    predicted_blocks,
    spread_blocks,
)
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Int16, Interval, Recording

__all__ = ["Suppressed", "own_samples", "suppress_bleed"]

FRAME_SAMPLES = 256
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
DOMINANT_RATIO = 2.0
"""Blocks where one side is 3 dB above the other measure the filter from it to the other."""
MIN_BLOCKS = 8
MANY_BLOCKS = 40
NO_COHERENCE = 0.1
"""So little in common over so many blocks (chance gives 1 / blocks) need not be looked at closer."""
EXPLAINED_SHARE = 0.5
"""A filter that leaves more than this of the other channel's power unexplained is no bleed."""
MIN_EVIDENCE_S = 1.0
FLOOR_FACTOR = 4.0
MIN_CUT_S = 0.2
"""Shorter stretches are not cut out of speech (the pause that definitions.md bridges is 0.25 s)."""
MIN_OWN_S = 0.1
TAIL_FRAMES = 8
OWN_MARGIN_S = 0.1
PIECE_BELOW_DB = 16.0
"""What remains of a cut interval is speech when it comes within this of the channel's own speech. With bleed both ways
into four calls, 20 dB leaves up to 0.9 s of false overlap (pieces of pure bleed peak 16.6 dB down or less), 16 dB
leaves none, and no less of the own speech."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Speech without bleed.

    Attributes:
        intervals_by_channel: as given, minus what was bleed.
        findings: ``("bleed_suppressed",)`` when something was taken out.
    """

    intervals_by_channel: tuple[tuple[Interval, ...], ...]
    findings: tuple[str, ...]


def suppress_bleed(
    recording: Recording,
    intervals_by_channel: Sequence[Sequence[Interval]],
    sides: Sequence[int] = (0, 1),
) -> Suppressed:
    """Takes bleed out of the speech of the two sides; speech over speech stays.

    Args:
        recording: the call.
        intervals_by_channel: speech of every channel, ``speech_intervals``.
        sides: the two channels that carry the parties.
    """
    result = [tuple(intervals) for intervals in intervals_by_channel]
    first, second = sides
    powers = {channel: block_powers(recording, channel) for channel in sides}
    findings: set[str] = set()
    for source, target in ((first, second), (second, first)):
        rest = _without_copy(recording, source, target, powers, intervals_by_channel[source])
        if rest is None:
            continue
        kept = _within(intervals_by_channel[target], rest)
        if kept != list(result[target]):
            findings.add("bleed_suppressed")
            result[target] = tuple(kept)
    return Suppressed(tuple(result), tuple(sorted(findings)))


def own_samples(recording: Recording, channel: int, own: Sequence[Interval], others: Sequence[Interval]) -> Int16:
    """One channel with silence where only others are heard in it, so that nobody's words are written twice.

    Args:
        recording: the call.
        channel: the channel to be recognised.
        own: its own speech.
        others: what else may be heard in it: the other side's speech, music.

    Returns:
        int16, shape (n,).
    """
    samples: Int16 = recording.samples[channel].copy()
    kept = [(start - OWN_MARGIN_S, end + OWN_MARGIN_S) for start, end in own]
    for start_s, end_s in without(others, kept):
        samples[round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)] = 0
    return samples


def _without_copy(
    recording: Recording,
    source: int,
    target: int,
    powers: dict[int, Floats],
    source_speech: Sequence[Interval],
) -> Floats | None:
    """Frame powers of ``target`` without the copy of ``source``, 0 where only the copy is heard; None without one."""
    chosen = active_blocks(source_speech, len(powers[source]))
    chosen &= (powers[source] > DOMINANT_RATIO * powers[target]) & (powers[target] > 0)
    if np.count_nonzero(chosen) < MIN_BLOCKS:
        return None
    chosen = spread_blocks(chosen)
    lag = lag_between(recording, source, target, chosen)
    weights = np.where(chosen, 1 / np.maximum(powers[target], 1e-12), 0)
    for _ in range(2):  # once more without the blocks in which the other side spoke after all
        shared = cross_spectra(recording, source, target, lag, weights)
        if np.count_nonzero(weights) >= MANY_BLOCKS and coherence_of(shared) < NO_COHERENCE:
            return None
        impulse = filter_between(shared)
        bleed, rest, whole = predicted_blocks(recording, source, target, lag, impulse, FRAME_SAMPLES)
        spoken = _block_means(rest, len(weights)) > _block_means(bleed, len(weights))
        if not (chosen & ~spoken).sum() >= MIN_BLOCKS:
            break
        weights = np.where(spoken, 0, weights)
    return _more_than_bleed(bleed, rest, whole, np.repeat(chosen, BLOCK_SAMPLES // FRAME_SAMPLES))


def _block_means(frames: Floats, blocks: int) -> Floats:
    per_block = BLOCK_SAMPLES // FRAME_SAMPLES
    padded = np.pad(frames, (0, max(0, blocks * per_block - len(frames))))[: blocks * per_block]
    means: Floats = padded.reshape(blocks, per_block).mean(axis=1)
    return means


def _more_than_bleed(bleed: Floats, rest: Floats, whole: Floats, chosen: Bools) -> Floats | None:
    floor = float(np.percentile(whole, 10)) + 1e-12
    chosen = np.pad(chosen, (0, max(0, len(whole) - len(chosen))))[: len(whole)]
    evidence = chosen & (whole > FLOOR_FACTOR * floor)
    if evidence.sum() * FRAME_S < MIN_EVIDENCE_S:
        return None
    if float(np.median(rest[evidence] / whole[evidence])) > EXPLAINED_SHARE:
        return None
    # The better the filter explains the bleed, the fainter the own voice that still shows beside it.
    unexplained = float(np.median(rest[evidence] / np.maximum(bleed[evidence], 1e-12)))
    factor = min(max(4 * unexplained, 0.25), 2.0)
    tail = ndimage.maximum_filter1d(bleed, 3)
    for step in range(1, TAIL_FRAMES + 1):  # echo beyond the filter's length dies away
        tail[step:] = np.maximum(tail[step:], bleed[:-step] * 0.5**step)
    own: Bools = rest > np.maximum(factor * tail, FLOOR_FACTOR * floor)
    own = ndimage.binary_opening(own, np.ones(max(1, round(MIN_OWN_S / FRAME_S / 2)), dtype=bool))
    own |= ndimage.binary_closing(own, np.ones(round(MIN_CUT_S / FRAME_S), dtype=bool))
    return np.where(own, np.maximum(rest, 1e-12), 0.0)


def _within(intervals: Sequence[Interval], rest: Floats) -> list[Interval]:
    """The intervals cut to own frames; cuts and remainders that are too short or too faint are not made."""
    untouched: list[Interval] = []
    pieces: list[Interval] = []
    for start_s, end_s in intervals:
        first, last = int(start_s / FRAME_S), min(len(rest), int(np.ceil(end_s / FRAME_S)))
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (rest[first:last] > 0).astype(np.int8), [0]])))
        runs = [
            (max(start_s, (first + int(a)) * FRAME_S), min(end_s, (first + int(b)) * FRAME_S))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
        bridged = _bridged(runs, start_s, end_s)
        (untouched if bridged == [(start_s, end_s)] else pieces).extend(bridged)
    return united([*untouched, *_loud_enough(pieces, untouched, rest)])


def _loud_enough(pieces: list[Interval], untouched: list[Interval], rest: Floats) -> list[Interval]:
    """Pieces that are not far below the channel's own speech: what is left of a cut may be its noise."""
    peaks = [_powers_in(piece, rest).max(initial=0.0) for piece in pieces]
    spoken = np.concatenate([np.zeros(1), *(_powers_in(span, rest) for span in (untouched or pieces))])
    level = float(spoken[spoken >= spoken.mean()].mean())
    gate = level * 10 ** (-PIECE_BELOW_DB / 10)
    return [piece for piece, peak in zip(pieces, peaks, strict=True) if peak >= gate]


def _powers_in(span: Interval, rest: Floats) -> Floats:
    return rest[int(span[0] / FRAME_S) : int(np.ceil(span[1] / FRAME_S))]


def _bridged(runs: list[Interval], start_s: float, end_s: float) -> list[Interval]:
    """Runs with the gaps below ``MIN_CUT_S`` filled, also those at the interval's ends."""
    filled: list[Interval] = []
    for run_start, run_end in runs:
        if filled and run_start - filled[-1][1] < MIN_CUT_S:
            filled[-1] = (filled[-1][0], run_end)
        else:
            filled.append((run_start, run_end))
    if filled and filled[0][0] - start_s < MIN_CUT_S:
        filled[0] = (start_s, filled[0][1])
    if filled and end_s - filled[-1][1] < MIN_CUT_S:
        filled[-1] = (filled[-1][0], end_s)
    return [run for run in filled if run[1] - run[0] >= MIN_OWN_S]
