"""Loading what measuring needs while calls are being heard."""

from __future__ import annotations

import pytest

from callsignals.batch import rehearsal
from callsignals.batch.rehearsal import rehearsed
from callsignals.errors import ModelError


@pytest.fixture
def measured(monkeypatch) -> list[str | None]:
    """Languages in which a call has been measured, in this order."""
    languages: list[str | None] = []
    real = rehearsal.measure_call

    def measure(transcript, terms):
        found = real(transcript, terms)
        languages.append(transcript.language)
        return found

    monkeypatch.setattr(rehearsal, "measure_call", measure)
    return languages


def test_each_of_our_languages_is_measured_once_by_the_time_the_body_has_ended(measured):
    with rehearsed(["sv", "en", "sv", "de"]):
        pass
    assert measured == ["en", "sv"]


def test_nothing_is_loaded_for_calls_whose_language_nobody_told(measured):
    with rehearsed([]):
        pass
    assert measured == []


def test_what_goes_wrong_in_it_stops_nothing_and_the_other_languages_follow(monkeypatch):
    tried = []

    def broken(transcript, terms):
        tried.append(transcript.language)
        raise ModelError("roles", "is missing", "Reinstall.")

    monkeypatch.setattr(rehearsal, "measure_call", broken)
    with rehearsed(["en", "fi"]):
        pass
    assert tried == ["en", "fi"]


def test_an_error_of_the_body_is_passed_on(measured):
    with pytest.raises(KeyboardInterrupt), rehearsed(["en"]):
        raise KeyboardInterrupt
