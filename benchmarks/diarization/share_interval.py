"""Whether the 90 % interval of mono talk shares holds 90 % of them, on whole recordings and cuts of them.

    python benchmarks/diarization/share_interval.py --data DIR

DIR and truth as in ``der.py``. Every recording is heard whole and in equal cuts of about 60, 40 and 25 s (a long one in
halves too); cuts in which one voice is found have no share and are counted apart. Held out: the half-widths of each
recording's cuts scaled by what made 90 % of the others' errors lie inside (the conformal quantile), so that no
recording takes part in its own calibration; "factor" is that scale, 1 as shipped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
from der import Case, Turn, two_people
from faster_whisper.audio import decode_audio

from callsignals.conversation.intervals import intersect, total_s, union
from callsignals.conversation.timeline import MERGE_GAP_S
from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Int16, Interval, Recording
from callsignals.hearing.voices import diarize

CUTS_S = (60.0, 40.0, 25.0)
LONG_S = 200.0
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Cut:
    """One stretch of a recording: error of its share and the half-width told with it; both None for one voice."""

    recording: str
    whole: bool
    error: float | None
    half_width: float | None


def bounds(duration_s: float) -> Iterator[Interval]:
    """The whole recording and its cuts."""
    yield 0.0, duration_s
    counts = [int(duration_s // length_s) for length_s in CUTS_S] + [2 * int(duration_s > LONG_S)]
    for count in counts:
        if count > 1:
            yield from ((at * duration_s / count, (at + 1) * duration_s / count) for at in range(count))


def sides(turns: Sequence[Turn]) -> dict[str, tuple[Interval, ...]]:
    """Speech of each voice as signals take it."""
    names = sorted({name for *_, name in turns})
    return {
        name: union(((start_s, end_s) for start_s, end_s, who in turns if who == name), merge_gap_s=MERGE_GAP_S)
        for name in names
    }


def share_error(truth: Sequence[Turn], found: Sequence[Turn]) -> float:
    """Absolute error of one voice's share of the talk of both, voices matched by the time they share."""
    true, heard = sides(truth), list(sides(found).values())
    names = [*true, "nobody", "nobody else"][:2]
    pairs = [[true.get(name, ()) for name in order] for order in permutations(names)]
    best = max(pairs, key=lambda pair: sum(total_s(intersect(a, b)) for a, b in zip(pair, heard, strict=True)))
    shares = [total_s(first) / (total_s(first) + total_s(second)) for first, second in (best, heard)]
    return abs(shares[0] - shares[1])


def cuts(case: Case) -> Iterator[Cut]:
    """Hears a recording and its cuts."""
    audio = np.stack(decode_audio(str(case.path), split_stereo=True)).mean(axis=0)
    samples: Int16 = np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)
    duration_s = len(samples) / SAMPLE_RATE_HZ
    for start_s, end_s in bounds(duration_s):
        recording = Recording.from_samples(samples[int(start_s * SAMPLE_RATE_HZ) : int(end_s * SAMPLE_RATE_HZ)])
        found = diarize(recording, 0, speech_intervals(recording, 0), speakers=2)
        truth = [
            (max(begin_s, start_s) - start_s, min(stop_s, end_s) - start_s, name)
            for begin_s, stop_s, name in case.truth
            if begin_s < end_s and stop_s > start_s
        ]
        turns = [(voice.start_s, voice.end_s, voice.speaker) for voice in found.voices]
        known = found.share_half_width is not None
        error = share_error(truth, turns) if known else None
        yield Cut(case.name, end_s - start_s == duration_s, error, found.share_half_width)


def quantile(ratios: Sequence[float]) -> float:
    """The conformal quantile: a new one lies below it with probability ``LEVEL``."""
    ordered = sorted(ratios)
    return ordered[min(int(np.ceil(LEVEL * (len(ordered) + 1))), len(ordered)) - 1]


def report(measured: Sequence[Cut]) -> Iterator[str]:
    """The table, a line at a time."""
    two = [cut for cut in measured if cut.error is not None and cut.half_width is not None]
    errors, widths = (np.array([getattr(cut, name) for cut in two], float) for name in ("error", "half_width"))
    names = np.array([cut.recording for cut in two])
    whole = np.array([cut.whole for cut in two])
    held_out = np.zeros(len(two))
    yield f"{'':28s} cuts  inside  mean half-width  mean error, points  factor of the others"
    for name in dict.fromkeys(names.tolist()):
        own = names == name
        factor = quantile((errors[~own] / widths[~own]).tolist())
        held_out[own] = factor * widths[own]
        inside = int((errors[own] <= held_out[own]).sum())
        figures = f"{own.sum():4d} {inside:7d} {100 * held_out[own].mean():16.1f} {100 * errors[own].mean():19.1f}"
        yield f"{name:28s} {figures} {factor:21.2f}"
    for title, rows, scaled in (
        ("held out, all", whole | ~whole, held_out),
        ("as shipped, all", whole | ~whole, widths),
        ("as shipped, whole recordings", whole, widths),
    ):
        share = (errors[rows] <= scaled[rows]).mean()
        figures = (
            f"{rows.sum():4d} {100 * share:5.0f} % {100 * scaled[rows].mean():16.1f} {100 * errors[rows].mean():19.1f}"
        )
        yield f"{title:28s} {figures}"
    flat = quantile(errors.tolist())
    yield f"one width for all of them would be {100 * flat:.1f} points; {len(measured) - len(two)} cuts hold one voice"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    print("\n".join(report([cut for case in two_people(data) for cut in cuts(case)])))


if __name__ == "__main__":
    main()
