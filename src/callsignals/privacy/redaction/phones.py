"""Phone numbers among runs of digits; what is a number of which country is phonenumbers' knowledge."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from callsignals.privacy.redaction.cues import Cue

__all__ = ["phone_strength"]

_REGIONS = {"sv": ("SE", "FI", "GB"), "fi": ("FI", "SE", "GB"), "en": ("GB", "US", "SE", "FI")}
_COUNTRY_CODES = ("46", "358", "44", "1", "47", "45", "49", "372", "33", "31", "34", "39", "353", "61", "48", "354")
_FEWEST, _MOST = 7, 15
_FEWEST_WITHOUT_CUE = 9
_DATE = re.compile(r"\d{1,2}([-/.])\s?\d{1,2}\1\s?\d{2,4}\Z|\d{4}([-/.])\d{1,2}\2\d{1,2}\Z")
_CLOCKS = re.compile(r"\d{1,2}[.:]\d{2}\s?[-\u2013]\s?\d{1,2}[.:]\d{2}")
_DOTTED = re.compile(r"0\d{1,3}\.\d{5,8}\Z")
_AMERICAN = re.compile(r"(?:1[-.\s])?\(?[2-9]\d{2}\)?[-.\s]{1,2}[2-9]\d{2}[-.\s]\d{4}\Z")


def phone_strength(digits: str, literal: str, *, plus: bool, spoken: bool, cue: Cue | None, language: str) -> int:
    """How surely digits are a phone number: 0 not, 1 to 4.

    Args:
        digits: all of them.
        literal: as they stand in the text, signs included.
        plus: whether a plus sign stands before.
        spoken: whether any of them is a word.
        cue: what the words before say of them.
        language: decides whose national numbers are thought of first.
    """
    if not _FEWEST <= len(digits) <= _MOST or cue in ("card", "account"):
        return 0
    if not spoken and _is_date_or_decimal(literal):
        return 0
    if plus or (digits.startswith("00") and digits[2:].startswith(_COUNTRY_CODES)):
        return _international(digits if plus else digits[2:])
    if cue == "other":
        return 0
    if digits[0] == "0":
        return _national(digits, spoken=spoken, cue=cue, language=language)
    if language == "en" and _valid(digits, "US") and (_AMERICAN.match(literal) or cue == "phone" or spoken):
        return 3
    if digits.startswith(_COUNTRY_CODES) and cue == "phone" and len(digits) >= 10 and _international(digits) == 4:
        return 2
    return 1 if cue == "phone" and (spoken or len(digits) >= _FEWEST) else 0


def _national(digits: str, *, spoken: bool, cue: Cue | None, language: str) -> int:
    if digits.startswith("000"):
        return 0
    least = _FEWEST if cue == "phone" or spoken else _FEWEST_WITHOUT_CUE
    if len(digits) >= least and any(_valid(digits, region) for region in _REGIONS.get(language, _REGIONS["en"])):
        return 4 if cue == "phone" or len(digits) >= _FEWEST_WITHOUT_CUE else 2
    if len(digits) in (10, 11) and digits[1] in "1237" and language == "en":
        return 3  # the United Kingdom's numbers for drama are valid in no list
    if cue == "phone":
        return 2
    return 1 if spoken and len(digits) <= 13 else 0


def _international(digits: str) -> int:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return 0
    if phonenumbers.is_valid_number(number):
        return 4
    return 3 if phonenumbers.is_possible_number(number) and len(digits) >= _FEWEST_WITHOUT_CUE else 0


@lru_cache(maxsize=4096)
def _valid(digits: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _is_date_or_decimal(literal: str) -> bool:
    if _DATE.match(literal) or _CLOCKS.search(literal):
        return True
    for sign in ".,":
        tight = len(re.findall(rf"\d\{sign}\d", literal))
        if tight and (tight < 3 or re.search(r"[\s\-]", literal)) and not _DOTTED.match(literal):
            return True
    return literal.count("/") > 1
