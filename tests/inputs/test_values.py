"""Numbers, times and choices as people write them."""

from __future__ import annotations

import contextlib
import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.errors import InputError
from callsignals.inputs.values import (
    language_code,
    parse_bool,
    parse_channel,
    parse_choice,
    parse_date,
    parse_datetime,
    parse_language,
    parse_number,
    shown,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8.0),
        (" 8,5 ", 8.5),
        ("8.5", 8.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u202f567", 1234567.0),
        ("\u22123", -3.0),
        ("\u20133,25", -3.25),
        ("+7", 7.0),
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("1.234", 1.234),
        ("0,123", 0.123),
        (",5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_numbers_with_either_decimal_mark_and_grouped_thousands(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "1 2",
        "12 34",
        "5 %",
        "9 kr",
        "\u0663",
        "1_000",
        "1,2,3",
        "0x1",
    ],
)
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_number(text)
    assert caught.value.code == "unreadable_number"


def test_a_lone_comma_before_three_digits_is_settled_by_the_table_or_refused() -> None:
    assert parse_number("1,234", decimal_comma=True) == 1.234
    assert parse_number("1,234", decimal_comma=False) == 1234.0
    with pytest.raises(InputError) as caught:
        parse_number("1,234")
    assert caught.value.code == "ambiguous_number"
    assert "1.234 or 1234" in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_survives_being_written(value: float) -> None:
    assert parse_number(repr(value)) == value


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_thousands_and_decimal_comma_as_spreadsheets_print_them(whole: int, cents: int) -> None:
    printed = f"{whole:,}".replace(",", "\u00a0") + f",{cents:02d}"
    expected = math.copysign(abs(whole) + cents / 100, -1.0 if printed.startswith("-") else 1.0)
    assert parse_number(printed) == pytest.approx(expected, abs=1e-3, rel=1e-12)


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert math.isfinite(parse_number(text))


@pytest.mark.parametrize(
    ("text", "expected", "assumed"),
    [
        ("2026-03-01T10:15:00+02:00", datetime(2026, 3, 1, 8, 15, tzinfo=UTC), False),
        ("2026-03-01 10:15:30.5Z", datetime(2026, 3, 1, 10, 15, 30, 500000, tzinfo=UTC), False),
        ("20260301T101500+0200", datetime(2026, 3, 1, 8, 15, tzinfo=UTC), False),
        ("2026-03-01T10:15", datetime(2026, 3, 1, 8, 15, tzinfo=UTC), True),
        ("2026-07-01 10:15", datetime(2026, 7, 1, 7, 15, tzinfo=UTC), True),
        ("2026-03-01", datetime(2026, 2, 28, 22, 0, tzinfo=UTC), True),
    ],
)
def test_times_are_read_in_the_zone_unless_they_have_an_offset(text: str, expected: datetime, assumed: bool) -> None:
    moment = parse_datetime(text, ZoneInfo("Europe/Helsinki"))
    assert (moment.utc, moment.zone_assumed) == (expected, assumed)
    assert moment.utc.tzinfo is UTC


def test_without_a_zone_times_are_utc() -> None:
    assert parse_datetime("2026-03-01T10:15").utc == datetime(2026, 3, 1, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("1.3.2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("31.12.2026", datetime(2026, 12, 31, tzinfo=UTC)),
        ("1. 3. 2026 9.05", datetime(2026, 3, 1, 9, 5, tzinfo=UTC)),
        ("01.03.2026 klo 14.05", datetime(2026, 3, 1, 14, 5, tzinfo=UTC)),
        ("1.3.2026, 14:05:09", datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC)),
    ],
)
def test_dates_with_dots_have_the_day_first(text: str, utc: datetime) -> None:
    assert parse_datetime(text).utc == utc
    assert parse_date(text) == utc.date()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30",
        "2026-13-01",
        "01/03/2026",
        "1.3.26",
        "31.2.2026",
        "1.3.2026 10",
        "2026-03-01T25:00",
        "1899-12-30",
        "0001-01-01",
        "9999-12-31",
        "2026-03-01T10:15+25:00",
        "2026-03-01x10:15",
        "46082",
        "2026-03",
        "2026-03-01T10:15:61",
    ],
)
def test_nonsense_dates_are_refused_with_a_way_to_write_them(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_datetime(text)
    assert caught.value.code == "unreadable_date"
    assert "2026-03-31" in caught.value.remedy


@pytest.mark.parametrize("text", ["46029", "46029.375694444", " 46029,375694444"])
def test_a_date_in_a_cell_that_a_spreadsheet_formats_as_a_number_says_so(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_datetime(text)
    assert caught.value.code == "unreadable_date"
    assert caught.value.remedy.startswith("In the spreadsheet format the column as a date, or write")


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_every_time_with_an_offset_survives_being_written(naive: datetime, offset_min: int) -> None:
    sign = "-" if offset_min < 0 else "+"
    hours, minutes = divmod(abs(offset_min), 60)
    text = f"{naive.isoformat()}{sign}{hours:02d}:{minutes:02d}"
    read = parse_datetime(text).utc
    assert (naive.replace(tzinfo=UTC) - read).total_seconds() == offset_min * 60


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.Z+-]{0,14}", fullmatch=True))
def test_any_text_is_an_aware_time_or_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert parse_datetime(text).utc.utcoffset() is not None


def test_a_day_is_the_day_as_written() -> None:
    assert parse_date("2026-03-01T23:30:00-08:00") == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["yes", "Ja", "KYLLÄ", "true", "1", "y"])
def test_yes_in_three_languages(text: str) -> None:
    assert parse_bool(text) is True


@pytest.mark.parametrize("text", ["no", "Nej", "EI", "False", "0"])
def test_no_in_three_languages(text: str) -> None:
    assert parse_bool(text) is False


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(InputError):
        parse_bool("maybe")


def test_choices_ignore_case_and_suggest_the_nearest() -> None:
    assert parse_choice(" NPS 1-10 ", ("nps", "nps_1_10")) == "nps_1_10"
    with pytest.raises(InputError) as caught:
        parse_choice("referal", ("referral", "survey", "reply"))
    assert "Did you mean 'referral'?" in caught.value.remedy
    assert "survey" in caught.value.remedy


@pytest.mark.parametrize(("text", "channel"), [("left", 0), ("Right", 1), ("0", 0), ("1.0", 1)])
def test_channels_by_side_or_number(text: str, channel: int) -> None:
    assert parse_channel(text) == channel


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English", "en"),
        ("sv-SE", "sv"),
        ("fi_FI", "fi"),
        ("Svenska", "sv"),
        ("suomi", "fi"),
        ("EN", "en"),
        ("de", None),
    ],
)
def test_languages_by_code_tag_or_name(text: str, code: str | None) -> None:
    assert language_code(text) == code
    if code is None:
        with pytest.raises(InputError):
            parse_language(text)


def test_values_in_messages_are_short_and_printable() -> None:
    assert shown("a\x00\n" + "b" * 100) == "'a\ufffd\ufffd" + "b" * 36 + "\u2026'"
