"""The language of a call: unrestricted first, doubt among the three."""

from __future__ import annotations

import numpy as np
import pytest

from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Int16, Interval
from callsignals.hearing.spoken_language import SpokenLanguage, decide, detect_language

Side = tuple[Int16, list[Interval]]


def first_seconds(side: Side, limit_s: float) -> Side:
    samples, intervals = side
    return samples, [(start, end) for start, end in intervals if end < limit_s]


@pytest.mark.parametrize(
    ("call", "language", "limit_s"),
    [("bank_call", "en", 25.0), ("swedish_lines", "sv", 60.0), ("finnish_call", "fi", 35.0)],
)
def test_recordings_are_heard_in_their_language(
    request: pytest.FixtureRequest, recogniser: Recogniser, call: str, language: str, limit_s: float
) -> None:
    sides = [first_seconds(side, limit_s) for side in request.getfixturevalue(call)]
    found = detect_language(recogniser, sides)
    assert found.language == language
    assert found.confidence > 0.9
    assert found.probabilities[0][0] == language


def test_recognising_what_was_listened_to_for_its_language_costs_no_second_encoding(
    bank_call: list[Side], recogniser: Recogniser
) -> None:
    samples, intervals = first_seconds(bank_call[0], 20.0)
    detect_language(recogniser, [(samples, intervals)])
    before = recogniser.encoded_count
    assert recogniser.recognise(samples, intervals, "en").words
    assert recogniser.encoded_count == before


def test_without_speech_there_is_no_language(recogniser: Recogniser) -> None:
    silence = np.zeros(16_000, np.int16)
    assert detect_language(recogniser, [(silence, []), (silence, [])]) == SpokenLanguage(None, 0.0, ())


@pytest.mark.parametrize(
    ("probabilities", "language"),
    [
        ({"de": 0.89, "en": 0.02, "la": 0.02}, "de"),
        ({"fr": 0.65, "la": 0.05, "en": 0.05}, "fr"),
        ({"no": 0.45, "nn": 0.3, "sv": 0.2}, "no"),
        ({"et": 0.75, "fi": 0.2}, "et"),
        ({"sv": 0.9, "no": 0.05}, "sv"),
    ],
)
def test_a_clear_language_is_believed_ours_or_not(probabilities: dict[str, float], language: str) -> None:
    found = decide(probabilities)
    assert found.language == language
    assert found.confidence == pytest.approx(
        probabilities[language] + (probabilities.get("nn", 0.0) if language == "no" else 0.0)
    )


@pytest.mark.parametrize(
    ("probabilities", "language"),
    [
        ({"et": 0.49, "fi": 0.41, "la": 0.02}, "fi"),
        ({"no": 0.55, "sv": 0.4}, "sv"),
        ({"nn": 0.37, "en": 0.17, "la": 0.17}, "en"),
        ({"la": 0.76, "sv": 0.05, "en": 0.04}, "sv"),
    ],
)
def test_doubt_is_resolved_among_the_three_and_stays_visible(probabilities: dict[str, float], language: str) -> None:
    found = decide(probabilities)
    assert found.language == language
    assert found.confidence == pytest.approx(probabilities[language])
    assert found.probabilities[0][0] not in ("en", "sv", "fi")


def test_the_order_of_languages_does_not_matter() -> None:
    forward = {"en": 0.2, "sv": 0.2, "no": 0.1, "nn": 0.3}
    assert decide(forward) == decide(dict(reversed(forward.items())))
