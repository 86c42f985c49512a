"""How long hearing will take, from the lengths that files claim."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from callsignals.errors import MediaError
from callsignals.inputs.checks import counted

__all__ = ["SECONDS_PER_AUDIO_SECOND", "hearing_notice", "shown_duration", "wall_s", "weighed_s"]

SECONDS_PER_AUDIO_SECOND = 0.07
"""Seconds of one worker per second of a stereo call (base, int8, beam 2): benchmarks/RESULTS.md, 0.05 to 0.075."""

_SHORTEST_WINDOW_S = 12.0
"""No window is encoded shorter, so a call of three seconds takes as long as one of twelve."""
_SAMPLED = 40
"""Headers that are read before hearing starts; of more recordings these are a sample, evenly spread."""
_WORTH_SAYING_S = 60.0
_LEAST_BYTES_PER_S = 600.0
"""Of speech, AMR at 4.75 kbit/s; where even so it would take no minute, no header is read."""


def weighed_s(length_s: float | None) -> float:
    """Seconds of audio that a recording of this length counts for; none where it is empty or its length unknown."""
    return max(length_s, _SHORTEST_WINDOW_S) if length_s else 0.0


def wall_s(audio_s: float, recordings: int, workers: int) -> float:
    """Seconds that hearing so much audio (:func:`weighed_s`) takes."""
    return audio_s * SECONDS_PER_AUDIO_SECOND / max(1, min(workers, recordings))


def hearing_notice(paths: Sequence[Path], workers: int) -> str | None:
    """What a user should expect before the first call is heard; None where it takes no minute, or nobody knows."""
    longest_s = sum(weighed_s(_size(path) / _LEAST_BYTES_PER_S) for path in paths)
    if wall_s(longest_s, len(paths), workers) < _WORTH_SAYING_S:
        return None
    from callsignals.hearing.decode import Decoder  # slow to import, and real runs decode in their workers

    lengths_s = []
    with Decoder() as decoder:
        for path in paths[:: -(-len(paths) // _SAMPLED)]:
            try:
                lengths_s.append(decoder.probe(path))
            except MediaError:
                lengths_s.append(0.0)
    known_s = [length_s for length_s in lengths_s if length_s is not None]
    of_each = len(paths) / max(1, len(known_s))
    audio_s = sum(known_s) * of_each
    takes_s = wall_s(sum(map(weighed_s, known_s)) * of_each, len(paths), workers)
    if takes_s < _WORTH_SAYING_S:
        return None
    return (
        f"About {shown_duration(audio_s)} of audio to hear, about {shown_duration(takes_s)} with "
        f"{counted(min(workers, len(paths)), 'worker')} on the machine of benchmarks/RESULTS.md; mono takes up to "
        "twice as long."
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # whoever hears it says so
        return 0


def shown_duration(seconds: float) -> str:
    """For a person."""
    if seconds < 60.0:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute") if seconds < 5400.0 else f"{seconds / 3600:.1f} hours"
