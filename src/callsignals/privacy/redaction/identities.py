"""Numbers that identify or pay: which digits are one, by shape, date and checksum (python-stdnum)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.fi import hetu, ytunnus
from stdnum.us import ssn

from callsignals.privacy.redaction.cues import Cue, cue_before
from callsignals.privacy.redaction.digit_runs import Run
from callsignals.privacy.redaction.finding import Finding, Kind

__all__ = ["identity_of", "spoken_hetus", "written_identities"]

_CARD = re.compile(r"(?:4|5[0-8]|2[2-7]|3[4-9]|6)\d+\Z")
_PERSONAL = re.compile(r"(?:18|19|20)?\d{2}\s?\d{2}\s?\d{2}\s?[-+\u2010-\u2015\u2212]?\s?\d{4}\Z")
_BUSINESS = re.compile(r"(?:16)?\d{6}\s?[-\u2010-\u2015\u2212]\s?\d{4}\Z")
_Y_NUMBER = re.compile(r"\d{7}\s?[-\u2010-\u2015\u2212]\s?\d\Z")
_HETU = re.compile(
    r"(?<![^\W_])(\d{6})\s?([-+A-FU-Ya-fu-y\u2010-\u2015\u2212])\s?(\d{3})\s?([0-9A-FHJ-NPR-Ya-fhj-npr-y])(?![^\W_])"
)
_IBAN_START = re.compile(r"(?<![^\W_])[A-Za-z]{2}\s?\d{2}(?=[\s-]?[A-Za-z0-9]{2})")
_IBAN_LENGTHS = {
    "SE": 24, "FI": 18, "NO": 15, "DK": 18, "GB": 22, "DE": 22, "EE": 20, "LV": 21, "LT": 20, "FR": 27, "NL": 18,
    "ES": 24, "IT": 27, "IE": 22, "BE": 16, "AT": 20, "CH": 21, "PL": 28, "PT": 25, "IS": 26, "LU": 20, "AX": 18,
}  # fmt: skip
_VAT = re.compile(r"(?<![^\W_])(?:SE\s?(\d{6})-?(\d{4})\s?01|FI\s?(\d{8}))(?!\w)", re.IGNORECASE)
_NINO = re.compile(
    r"(?<![^\W_])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-TW-Z][A-CEGHJ-NPQR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D](?![^\W_])",
    re.IGNORECASE,
)
_SSN = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}\Z")
_LETTERS = {
    "aa": "A", "bee": "B", "cee": "C", "see": "C", "dee": "D", "ee": "E", "äf": "F", "äffä": "F", "hoo": "H",
    "jii": "J", "koo": "K", "äl": "L", "ällä": "L", "äm": "M", "ämmä": "M", "än": "N", "ännä": "N", "pee": "P",
    "är": "R", "ärrä": "R", "äs": "S", "ässä": "S", "tee": "T", "uu": "U", "vee": "V", "kaksoisvee": "W",
    "äksä": "X", "yy": "Y",
}  # fmt: skip
_SIGN_WORD = re.compile(r"\s*,?\s*(?:([a-f])|(aa|bee|cee|see|dee|ee))\s*,?\s*\Z", re.IGNORECASE)
_CONTROL_WORD = re.compile(r"[\s,]{1,2}([^\W\d_]{1,10})(?!\w)")


def identity_of(
    digits: str, literal: str, *, spoken: bool, cue: Cue | None, dashes: tuple[int, ...]
) -> tuple[Kind, int] | None:
    """What kind of identifying number digits are, and how surely (1 to 5).

    Args:
        digits: all of them.
        literal: as they stand in the text.
        spoken: whether any of them is a word.
        cue: what the words before say.
        dashes: before which digits a dash is written or said.
    """
    return (
        _card(digits, cue)
        or _personal(digits, literal, spoken=spoken, cue=cue, dashes=dashes)
        or _business(digits, literal, cue, dashes)
        or _by_cue(digits, cue)
    )


def _card(digits: str, cue: Cue | None) -> tuple[Kind, int] | None:
    if cue == "other" or not 13 <= len(digits) <= 19 or not _CARD.match(digits) or not luhn.is_valid(digits):
        return None
    usual = len(digits) == 16 or (len(digits) == 15 and digits[0] == "3") or (len(digits) == 14 and digits[0] == "3")
    return ("card", 5) if usual or cue == "card" else None


def _personal(
    digits: str, literal: str, *, spoken: bool, cue: Cue | None, dashes: tuple[int, ...]
) -> tuple[Kind, int] | None:
    if len(digits) not in (10, 12) or not (spoken or _PERSONAL.match(literal)):
        return _social_security(digits, literal, cue)
    if not luhn.is_valid(digits[-10:]) or not _has_birth_date(digits):
        return _social_security(digits, literal, cue)
    split = any(sign in literal for sign in "-+\u2010\u2011\u2012\u2013\u2014\u2212") or bool(dashes)
    if cue in ("other", "phone") and not split:
        return None
    return "identity_number", 5 if split or cue == "identity" or len(digits) == 12 else 4


def _has_birth_date(digits: str) -> bool:
    """Year, month and day; 60 is added to the day in a samordningsnummer (lag 2022:1697)."""
    if len(digits) == 12 and digits[:2] not in ("18", "19", "20"):
        return False
    year, month, day = int(digits[-10:-8]), int(digits[-8:-6]), int(digits[-6:-4])
    try:
        datetime.date(2000 + year, month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return True


def _social_security(digits: str, literal: str, cue: Cue | None) -> tuple[Kind, int] | None:
    if len(digits) == 9 and (_SSN.match(literal) or cue == "identity"):
        if cue == "other" or not ssn.is_valid(f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"):
            return None
        return "identity_number", 5 if cue == "identity" else 3
    return None


def _business(digits: str, literal: str, cue: Cue | None, dashes: tuple[int, ...]) -> tuple[Kind, int] | None:
    if len(digits) in (10, 12) and digits[-8] >= "2" and luhn.is_valid(digits[-10:]):
        is_written = bool(_BUSINESS.match(literal)) and cue != "other"
    elif len(digits) == 8 and ytunnus.is_valid(digits):
        is_written = bool(_Y_NUMBER.match(literal)) or (dashes == (7,) and cue != "other")
    else:
        return None
    return ("business_id", 4) if cue == "business" or is_written else None


def _by_cue(digits: str, cue: Cue | None) -> tuple[Kind, int] | None:
    """Numbers whose checksum fails, misheard or mistyped, but that are said to be one."""
    if cue == "identity" and 9 <= len(digits) <= 12:
        return "identity_number", 2
    if cue == "card" and 12 <= len(digits) <= 19:
        return "card", 2
    if cue == "account" and 14 <= len(digits) <= 24:
        return "iban", 2
    if cue == "business" and len(digits) in (8, 10, 12):
        return "business_id", 2
    return None


def written_identities(text: str) -> Iterator[Finding]:
    """Numbers with letters in them: IBAN, henkilötunnus, VAT and National Insurance numbers."""
    for found in _HETU.finditer(text):
        number = f"{found[1]}{found[2] if found[2].isalpha() or found[2] == '+' else '-'}{found[3]}{found[4]}"
        said = cue_before(text, found.start())
        if hetu.is_valid(number, allow_temporary=True) or (said == "identity" and _has_day_and_month(found[1])):
            yield Finding(found.start(), found.end(), "identity_number")
    for found in _IBAN_START.finditer(text):
        end = _iban_end(text, found)
        if end is not None:
            yield Finding(found.start(), end, "iban")
    for found in _VAT.finditer(text):
        if (found[3] and ytunnus.is_valid(found[3])) or (found[1] and luhn.is_valid(found[1] + found[2])):
            yield Finding(found.start(), found.end(), "business_id")
    for found in _NINO.finditer(text):
        if cue_before(text, found.start()) != "other":
            yield Finding(found.start(), found.end(), "identity_number")


def _has_day_and_month(digits: str) -> bool:
    return 1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12


def _iban_end(text: str, start: re.Match[str]) -> int | None:
    length = _IBAN_LENGTHS.get(text[start.start() : start.start() + 2].upper())
    if length is None:
        return None
    place, kept = start.start(), ""
    while place < len(text) and len(kept) < length:
        character = text[place]
        if character.isascii() and character.isalnum():
            kept += character
        elif character not in " \u00a0-":
            return None
        place += 1
    if len(kept) < length or (place < len(text) and text[place].isalnum()):
        return None
    if iban.is_valid(kept):
        return place
    digits_enough = sum(character.isdigit() for character in kept) >= length - 6
    return place if digits_enough and cue_before(text, start.start()) == "account" else None


def spoken_hetus(text: str, runs: list[Run]) -> Iterator[Finding]:
    """``nolla yksi nolla yksi yheksänkyt viiva yheksän nolla yksi koo``: six digits, a sign, three and a letter."""
    for index, run in enumerate(runs):
        first, last = run.pieces[0].start_char, run.pieces[-1].end_char
        digits = "".join(piece.digits for piece in run.pieces)
        sign = "-"
        if len(digits) == 6 and index + 1 < len(runs):
            following = runs[index + 1]
            between = _SIGN_WORD.match(text[last : following.pieces[0].start_char])
            if between is None:
                continue
            sign = (between[1] or _LETTERS[between[2].casefold()]).upper()
            digits += "".join(piece.digits for piece in following.pieces)
            last = following.pieces[-1].end_char
        if not any(piece.spoken for piece in run.pieces) and sign == "-":
            continue
        if len(digits) == 10 and hetu.is_valid(f"{digits[:6]}{sign}{digits[6:]}", allow_temporary=True):
            yield Finding(first, last, "identity_number")
        elif len(digits) == 9:
            control = _CONTROL_WORD.match(text, last)
            letter = _letter(control[1]) if control else None
            if letter and hetu.is_valid(f"{digits[:6]}{sign}{digits[6:]}{letter}", allow_temporary=True):
                yield Finding(first, control.end(), "identity_number")  # type: ignore[union-attr]


def _letter(word: str) -> str | None:
    return word.upper() if len(word) == 1 else _LETTERS.get(word.casefold())
