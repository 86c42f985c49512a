"""Single cells: numbers, times, yes and no, choices, languages, as people write them.

Every function takes the text of one cell and raises ``InputError`` whose ``problem`` reads after "column 'x'
is 'text'," and whose ``remedy`` says how to write it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

from callsignals.errors import InputError
from callsignals.inputs.headings import folded, own_value

__all__ = [
    "Moment",
    "language_code",
    "parse_bool",
    "parse_channel",
    "parse_choice",
    "parse_date",
    "parse_datetime",
    "parse_language",
    "parse_number",
    "shown",
]

Choice = TypeVar("Choice", bound=str)

_SHOWN_CHARS = 40
_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_SIGNED = r"(?P<sign>[+-]?)"
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,4})?"
_PLAIN = re.compile(rf"{_SIGNED}(?P<body>(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+){_EXPONENT})")
_SPACED = re.compile(rf"{_SIGNED}(?P<body>[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}})+(?:[.,][0-9]+)?)")
_COMMA_GROUPS = re.compile(rf"{_SIGNED}(?P<body>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?)")
_DOT_GROUPS = re.compile(rf"{_SIGNED}(?P<body>[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+(?:,[0-9]+)?)")

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[1-7]"
_CLOCK = r"[0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,12})?)?)?"
_OFFSET = r"Z|[+-][0-9]{2}(?::?[0-9]{2})?"
_ISO = re.compile(rf"(?P<date>{_DATE})(?:(?:[Tt]| +)(?P<clock>{_CLOCK}) ?(?P<offset>{_OFFSET})?)?", re.IGNORECASE)

_DOTTED = re.compile(
    r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4})"
    r"(?:,? +(?:klo|kl\.?)? *(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})(?:[.:](?P<second>[0-9]{2}))?)?"
)
"""As Finns write it; with dots between its parts the day always comes first."""

_DAY_NUMBER = re.compile(r"[3-6][0-9]{4}(?:[.,][0-9]+)?")
"""A date of 1982 to 2091 as spreadsheets store it, days since 1899-12-30, in a cell that is formatted as a number."""

_FIRST_YEAR, _LAST_YEAR = 1970, 2199
"""Outside lie spreadsheet zeros (1899-12-30) and slips of the hand, not sales calls."""

_YES = frozenset(("yes", "y", "true", "1", "ja", "j", "sant", "kyllä", "kylla", "k", "tosi"))
_NO = frozenset(("no", "n", "false", "0", "nej", "falskt", "ei", "e", "epätosi"))

_LANGUAGE_NAMES = {
    "en": "en", "eng": "en", "english": "en", "engelska": "en", "englanti": "en",
    "sv": "sv", "swe": "sv", "swedish": "sv", "svenska": "sv", "ruotsi": "sv",
    "fi": "fi", "fin": "fi", "finnish": "fi", "finska": "fi", "suomi": "fi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time.

    Attributes:
        utc: aware, in UTC.
        zone_assumed: whether the text had no offset, so that a time zone had to be supplied.
    """

    utc: datetime
    zone_assumed: bool


def shown(text: str) -> str:
    """A cell's text as messages show it: in quotes, short, without control characters."""
    clean = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return f"'{clean}'" if len(clean) <= _SHOWN_CHARS else f"'{clean[: _SHOWN_CHARS - 1]}\u2026'"


def parse_number(text: str, *, decimal_comma: bool | None = None) -> float:
    """A finite number, with ``.`` or ``,`` for decimals and spaces (or the other sign) between thousands.

    Args:
        text: the cell.
        decimal_comma: what a lone comma before exactly three digits is: True for decimals (tables with ``;``
            between columns), False for thousands, None when the table does not tell, which makes it an error.

    Raises:
        InputError: ``unreadable_number`` or ``ambiguous_number``.
    """
    stripped = text.strip().translate(_MINUS)
    sign, body = _number_parts(stripped, decimal_comma)
    value = float(sign + body)
    if not math.isfinite(value):
        raise _unreadable_number(text)
    return value


def _number_parts(text: str, decimal_comma: bool | None) -> tuple[str, str]:
    """Sign and a body that ``float`` reads."""
    if found := _SPACED.fullmatch(text):
        return found["sign"], re.sub(_SPACES, "", found["body"]).replace(",", ".")
    if found := _COMMA_GROUPS.fullmatch(text):
        body = found["body"]
        if body.count(",") > 1 or "." in body or decimal_comma is False:
            return found["sign"], body.replace(",", "")
        if decimal_comma is None:
            raise _ambiguous_number(body)
    if (found := _DOT_GROUPS.fullmatch(text)) and (found["body"].count(".") > 1 or "," in found["body"]):
        return found["sign"], found["body"].replace(".", "").replace(",", ".")
    if found := _PLAIN.fullmatch(text):
        return found["sign"], found["body"].replace(",", ".")
    raise _unreadable_number(text)


def _unreadable_number(text: str) -> InputError:
    return InputError(
        shown(text), "which is not a number", "Write digits such as 12.5 or 12,5.", code="unreadable_number"
    )


def _ambiguous_number(body: str) -> InputError:
    whole, _, rest = body.partition(",")
    return InputError(
        shown(body),
        f"which could be {whole}.{rest} or {whole}{rest}",
        f"Write {whole}.{rest} or {whole}{rest}.",
        code="ambiguous_number",
    )


def parse_datetime(text: str, zone: tzinfo | None = None) -> Moment:
    """A time or a date (its midnight) in ISO 8601, or day, month and year with dots as in Finland.

    A local time that a clock change skips or repeats is read with the offset from before the change.

    Args:
        text: the cell, for instance ``2026-03-01T10:15+02:00``, ``2026-03-01 10:15``, ``1.3.2026 klo 10.15``.
        zone: applied when the text has no offset; UTC when None.

    Raises:
        InputError: ``unreadable_date``.
    """
    found = _ISO.fullmatch(_as_iso(text))
    if found is None:
        raise _unreadable_date(text)
    offset = (found["offset"] or "").upper()
    try:
        local = datetime.fromisoformat(f"{found['date'].upper()}T{found['clock'] or '00:00'}{offset}")
        if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
            raise _unreadable_date(text)
        aware = local if local.tzinfo else local.replace(tzinfo=zone or UTC)
        return Moment(utc=aware.astimezone(UTC), zone_assumed=local.tzinfo is None)
    except (ValueError, OverflowError):
        raise _unreadable_date(text) from None


def parse_date(text: str) -> date:
    """The calendar day of a date or time as ``parse_datetime`` reads it, as written.

    Raises:
        InputError: ``unreadable_date``.
    """
    parse_datetime(text)
    found = _ISO.fullmatch(_as_iso(text))
    assert found is not None  # parse_datetime has checked it
    return date.fromisoformat(found["date"].upper())


def _as_iso(text: str) -> str:
    """A date with dots in ISO 8601, anything else without the white space around it."""
    found = _DOTTED.fullmatch(text.strip())
    if found is None:
        return text.strip()
    day = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    return day if found["hour"] is None else f"{day} {found['hour']:0>2}:{found['minute']}:{found['second'] or '00'}"


def _unreadable_date(text: str) -> InputError:
    is_day_number = _DAY_NUMBER.fullmatch(text.strip()) is not None
    return InputError(
        shown(text),
        f"which is not a date or time between {_FIRST_YEAR} and {_LAST_YEAR} in ISO 8601",
        f"{'In the spreadsheet format the column as a date, or write' if is_day_number else 'Write'} "
        "2026-03-31, 2026-03-31 14:05 or 2026-03-31T14:05:00+02:00.",
        code="unreadable_date",
    )


def parse_bool(text: str) -> bool:
    """Yes or no in English, Swedish or Finnish, or 1 and 0.

    Raises:
        InputError: ``unreadable_yes_no``.
    """
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError(shown(text), "which is neither yes nor no", "Write yes or no.", code="unreadable_yes_no")


def parse_choice(text: str, choices: Iterable[Choice]) -> Choice:
    """One of ``choices``, or a Swedish or Finnish word for it; letter case, spaces and hyphens aside.

    Raises:
        InputError: ``unknown_value``, naming the nearest choice and all of them.
    """
    known = tuple(choices)
    word = folded(text)
    for choice in known:
        if choice.casefold() in (word, own_value(text)):
            return choice
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise InputError(
        shown(text), "which is not known", f"{hint}Write one of: {', '.join(known)}.", code="unknown_value"
    )


def parse_channel(text: str) -> int:
    """0-based channel from ``0``, ``1``, ``left`` or ``right``.

    Raises:
        InputError: ``unknown_value``.
    """
    channel = parse_choice({"0.0": "0", "1.0": "1"}.get(text.strip(), text), ("0", "1", "left", "right"))
    return int(channel in {"1", "right"})


def parse_language(text: str) -> str:
    """``en``, ``sv`` or ``fi``.

    Raises:
        InputError: ``unknown_language``.
    """
    code = language_code(text)
    if code is None:
        raise InputError(
            shown(text),
            "which is not one of the languages that are measured",
            "Write en, sv or fi, or leave it blank for detection.",
            code="unknown_language",
        )
    return code


def language_code(text: str) -> str | None:
    """``en``, ``sv`` or ``fi`` for a code, a tag such as ``sv-SE`` or a name; None for anything else."""
    tag = text.strip().casefold().replace("_", "-")
    return _LANGUAGE_NAMES.get(tag) or _LANGUAGE_NAMES.get(tag.partition("-")[0])
