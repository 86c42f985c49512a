"""Street addresses: a street's name with its number, and the postal code and town after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from callsignals.privacy.redaction.finding import Finding
from callsignals.privacy.redaction.number_words import number_words
from callsignals.privacy.redaction.word_sets import word_set

__all__ = ["find_addresses"]

_GAP = r"[ \t\u00a0]"
_SWEDISH_STREET = (
    r"[^\W\d_]{2,24}(?:gatan|vägen|gränd|gränden|torget|stigen|allén|backen|kajen|esplanaden|stråket|"
    r"gatans|svängen|slingan)"
)
_FINNISH_STREET = (
    r"[^\W\d_]{2,24}(?:katu|kadun|kadulla|kadulle|tie|tien|tiellä|tielle|kuja|kujalla|kujan|polku|polulla|polun|kaari|kaarella|"
    r"ranta|rannassa|tori|torilla|väylä|aukio|penger|raitti|raitilla|puistikko|bulevardi|portti|rinne|rinteessä|mäki)"
)
_ENGLISH_STREET = (
    r"(?:[A-Z][\w'’]{1,20}[ ]){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Place|Pl|Square|Sq|"
    r"Terrace|Crescent|Boulevard|Blvd|Gardens|Grove|Way|Row|Hill|Mews)\b"
)
_ENGLISH_LOW = (
    r"(?:[^\W\d_]{3,20} ){1,2}(?:street|road|avenue|lane|drive|close|crescent|boulevard|terrace|gardens|grove)\b"
)
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}"
_TOWN = r"(?-i:[A-ZÅÄÖ][\w'’-]{1,24}(?:[ ][A-ZÅÄÖ][\w'’-]{1,24})?)"
_POSTAL = rf"(?:(?:,|[ ]-)?{_GAP}*(?:(?:SE|FI|S)-?[ ]?)?\d{{3}}[ ]?\d{{2}}\b(?:{_GAP}+{_TOWN})?)?"
_FLAT = (
    rf"(?:(?:[A-Za-z]|{_GAP}(?-i:[A-Z])|{_GAP}[a-h](?=\s*(?:[,.;]|\Z)))\b(?:{_GAP}?\d{{1,3}}\b)?)?"
    rf"(?:{_GAP}?(?:as|lgh|bst)\.?{_GAP}?\d{{1,4}}\b)?"
)
_PLAIN_WORDS = word_set(
    "hela halva hälften samma rätta raka egen egna tuote tuotteen ohje aika osa ranta portti tie katu kuja "
    "tori mäki saatavilla "
    "tiellä vägen gatan torget backen sisäranta"
)
_POST_CODE_TOWN = re.compile(
    rf"(?:\b(?:postnummer|postinumero|postcode|zip(?:{_GAP}code)?)\b\W{{0,3}}(?:är|on|is)?{_GAP}?)"
    rf"(?P<code>\d{{3}}{_GAP}?\d{{2}}\b|{_UK_POSTCODE}|\d{{5}}(?:-\d{{4}})?)",
    re.IGNORECASE,
)
_UK = re.compile(rf"(?<!\w){_UK_POSTCODE}(?!\w)")


def _number(language: str) -> str:
    """A house number, in digits or as one or two number words."""
    words = sorted(
        (word for word, digits in number_words(language).values.items() if digits != "0"), key=len, reverse=True
    )
    spoken = "|".join(map(re.escape, (word for word in words if len(word) > 2)))
    return rf"(?:\d{{1,4}}(?:[-–]\d{{1,4}})?(?![\d%]|[.,:]\d)|(?:{spoken})(?:[ ](?:{spoken}))?(?!\w))"


_COMPOUND_STREETS = {"sv": _SWEDISH_STREET, "fi": _FINNISH_STREET}


@cache
def _compound(language: str) -> re.Pattern[str]:
    """Made when first asked for: with all number words it takes a while."""
    return re.compile(
        rf"(?<!\w)({_COMPOUND_STREETS[language]}){_GAP}{{1,2}}{_number(language)}{_FLAT}{_POSTAL}", re.IGNORECASE
    )


@cache
def _spoken_house_first() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,/#-]){_number('en')}{_GAP}{_ENGLISH_LOW}", re.IGNORECASE)


_HOUSE_FIRST = re.compile(
    rf"(?<![\w.,/#-])\d{{1,5}}[A-Za-z]?,?{_GAP}{_ENGLISH_STREET}"
    rf"(?:,?{_GAP}{_TOWN}){{0,2}}(?:,?{_GAP}(?:{_UK_POSTCODE}|(?:[A-Z]{{2}}{_GAP})?\d{{5}}(?:-\d{{4}})?\b))?"
)
_NOT_ENGLISH = word_set(
    "the a an this that these those of in on off per day days week weeks year years month months percent more "
    "people users times way to "
    "down up from for and or minutes hours miles customers sales test tests hard flash left right thumb cd usb disk"
)


def find_addresses(text: str, language: str) -> Iterator[Finding]:
    """Street addresses, and postal codes that are called so; the compounds of Swedish and Finnish in any language.

    Args:
        text: any text.
        language: ``en``, ``sv`` or ``fi``.
    """
    for own in dict.fromkeys((language if language in _COMPOUND_STREETS else "sv", "sv", "fi")):
        for found in _compound(own).finditer(text):
            if found[1].casefold() not in _PLAIN_WORDS:
                yield Finding(found.start(), _trimmed(text, found), "address")
    for pattern in (_HOUSE_FIRST, _spoken_house_first()) if language == "en" else (_HOUSE_FIRST,):
        for found in pattern.finditer(text):
            words = re.findall(r"[^\W\d_]+", found.group().casefold())
            if not _NOT_ENGLISH & set(words[:-1]):
                yield Finding(found.start(), _trimmed(text, found), "address")
    for found in _POST_CODE_TOWN.finditer(text):
        yield Finding(found.start("code"), found.end("code"), "address")
    for found in _UK.finditer(text):
        if language == "en" and " " in found.group():
            yield Finding(found.start(), found.end(), "address")


def _trimmed(text: str, found: re.Match[str]) -> int:
    return found.start() + len(text[found.start() : found.end()].rstrip(" ,\t\u00a0"))
