"""Which language a call is in, from several windows of speech on all sides.

Whisper is asked without restriction first: a call in another language must come out as that language and not
as nonsense in one of ours. Only doubt is resolved among the three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsignals.hearing.packing import Window, pack
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Int16, Interval
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["SpokenLanguage", "detect_language"]

WINDOWS_PER_SIDE = 3
OTHER_LANGUAGE_SHARE = 0.5
"""A language outside en/sv/fi must have at least this averaged probability to be believed."""


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """The language of a call.

    Attributes:
        language: ISO 639-1 code, may lie outside en/sv/fi; None when there is no speech.
        confidence: 0..1: averaged probability; among the three only when doubt was resolved among them.
        probabilities: averaged over the windows, unrestricted, the likeliest first, those under 0.001 left
        out.
    """

    language: str | None
    confidence: float
    probabilities: tuple[tuple[str, float], ...]


def detect_language(
    recogniser: Recogniser, sides: Sequence[tuple[Int16, Sequence[Interval]]]
) -> SpokenLanguage:
    """The language of a call.

    Args:
        recogniser: its encodings of these windows are kept, so that recognising them costs no second
        encoding.
        sides: samples (shape (n,), int16, 16 kHz) and speech intervals (seconds) of each channel.
    """
    totals: dict[str, float] = {}
    weight_s = 0.0
    for samples, intervals in sides:
        for window in _spread(pack(samples, intervals)):
            weight_s += window.speech_s
            for language, share in recogniser.language_probabilities(samples, window).items():
                totals[language] = totals.get(language, 0.0) + share * window.speech_s
    return decide({language: total / weight_s for language, total in totals.items()} if weight_s else {})


def _spread(windows: Sequence[Window]) -> list[Window]:
    """The first, the last and what lies between, up to three."""
    if len(windows) <= WINDOWS_PER_SIDE:
        return list(windows)
    steps = WINDOWS_PER_SIDE - 1
    return [windows[round(step * (len(windows) - 1) / steps)] for step in range(WINDOWS_PER_SIDE)]


def decide(probabilities: dict[str, float]) -> SpokenLanguage:
    """The language that averaged, unrestricted probabilities amount to."""
    ordered = sorted(probabilities.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = tuple((language, round(share, 4)) for language, share in ordered if share >= 0.001)
    if not ordered:
        return SpokenLanguage(None, 0.0, ())
    language, share = ordered[0]
    if language in LANGUAGES or share >= OTHER_LANGUAGE_SHARE:
        return SpokenLanguage(language, round(share, 4), shown)
    ours = {name: probabilities.get(name, 0.0) for name in LANGUAGES}
    best = max(LANGUAGES, key=lambda name: ours[name])
    return SpokenLanguage(best, round(ours[best] / (sum(ours.values()) or 1.0), 4), shown)
