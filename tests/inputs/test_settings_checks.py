"""Single values of ``callsignals.toml``: what is taken, and what is refused with the reason."""

from __future__ import annotations

import pytest

from callsignals.inputs.settings_checks import (
    checked_clock,
    checked_country,
    checked_weights,
    nearest_name,
    working_clock,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("09:00-17:00", (9 * 3600, 17 * 3600)),
        (" 8.30 – 16.05 ", (8 * 3600 + 30 * 60, 16 * 3600 + 5 * 60)),
        ("00:00-24:00", (0, 86_400)),
        ("17:00-09:00", None),
        ("09:00-09:00", None),
        ("09:60-17:00", None),
        ("09:00-17:60", None),
        ("09:00-24:01", None),
        ("9-17", None),
        ("from nine to five", None),
    ],
)
def test_opening_and_closing_time(text, seconds):
    assert working_clock(text) == seconds
    if seconds is None:
        with pytest.raises(ValueError, match="09:00-17:00"):
            checked_clock(text)
    else:
        assert checked_clock(text) == text


@pytest.mark.parametrize("country", ["SE", "fi", "Gb"])
def test_a_country_is_its_code(country):
    assert checked_country(country) == country.upper()


@pytest.mark.parametrize("country", ["Sweden", "XX", ""])
def test_a_country_without_known_holidays_is_refused(country):
    with pytest.raises(ValueError, match="ISO code"):
        checked_country(country)


def test_weights_are_numbers_above_0_of_signals_that_have_a_good_direction():
    assert checked_weights({"nps": 2}) == {"nps": 2.0}
    for weight in (0, -1, True, "2", float("inf"), float("nan"), None):
        with pytest.raises(ValueError, match="the weight of 'nps' must be a number above 0"):
            checked_weights({"nps": weight})
    with pytest.raises(ValueError, match="Did you mean 'nps'"):
        checked_weights({"NPSS": 1})


@pytest.mark.parametrize("check", [checked_clock, checked_country, checked_weights])
@pytest.mark.parametrize("value", [5, None, [1]])
def test_a_value_of_another_kind_is_left_to_whoever_knows_the_kind(check, value):
    assert check(value) == value


def test_the_nearest_name_is_named_whatever_was_written():
    assert nearest_name("AUDIO_ROOT", ("max_hours", "audio_roots")) == "Did you mean 'audio_roots'? "
    assert nearest_name("", ("only",)) == "Did you mean 'only'? "
