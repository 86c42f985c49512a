"""Which language a call is in, from several windows of speech on all sides.

Whisper is asked without restriction first: a call in another language must come out as that language and not
as nonsense in one of ours. Only doubt is resolved among the three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsignals.hearing.packing import Window, pack
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Int16, Interval
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["SpokenLanguage", "decide", "detect_language"]

WINDOWS_PER_SIDE = 3
OTHER_LANGUAGE_SHARE = 0.5
"""A language outside en/sv/fi needs this averaged probability to be believed. Measured with Whisper base: speech in
our languages gives others at most 0.13 a window (0.24 in clips under 6 s); machine-spoken German, French, Spanish and
Polish get 0.65 to 0.97."""
LEAST_SHOWN_SHARE = 0.001
NEIGHBOUR_SHARE = 0.6
"""... and this one when Whisper confuses it with ours: Norwegian and Danish with Swedish, Estonian with Finnish
(machine-spoken Estonian gets 0.49)."""
NEIGHBOURS = frozenset({"no", "da", "fo", "is", "et"})
NEVER_SPOKEN = frozenset({"la", "sa"})
"""What Whisper answers when it understands nothing (Latin, up to 0.76 for unclear speech): that is doubt."""
SAME_LANGUAGE = {"nn": "no"}
"""Nynorsk and Bokmål are ways of writing Norwegian."""


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """The language of a call.

    Attributes:
        language: ISO 639-1 code, may lie outside en/sv/fi; None when there is no speech.
        confidence: 0..1: its averaged, unrestricted probability; low when doubt was resolved among the three.
        probabilities: averaged over the windows, unrestricted, the likeliest first, those under 0.001 left
        out.
    """

    language: str | None
    confidence: float
    probabilities: tuple[tuple[str, float], ...]


def detect_language(recogniser: Recogniser, sides: Sequence[tuple[Int16, Sequence[Interval]]]) -> SpokenLanguage:
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


def decide(probabilities: Mapping[str, float]) -> SpokenLanguage:
    """The language that averaged, unrestricted probabilities amount to."""
    summed: dict[str, float] = {}
    for language in sorted(probabilities):
        spoken = SAME_LANGUAGE.get(language, language)
        summed[spoken] = summed.get(spoken, 0.0) + probabilities[language]
    ordered = sorted(summed.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ordered:
        return SpokenLanguage(None, 0.0, ())
    language, share = ordered[0]
    if not _believed(language, share):
        language = max(LANGUAGES, key=lambda ours: summed.get(ours, 0.0))
    shown = tuple((name, round(part, 4)) for name, part in ordered if part >= LEAST_SHOWN_SHARE)
    return SpokenLanguage(language, round(summed.get(language, 0.0), 4), shown)


def _believed(language: str, share: float) -> bool:
    if language in LANGUAGES:
        return True
    needed = NEIGHBOUR_SHARE if language in NEIGHBOURS else OTHER_LANGUAGE_SHARE
    return language not in NEVER_SPOKEN and share >= needed
