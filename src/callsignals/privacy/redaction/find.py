"""Everything in a text that tells who somebody is or how to reach them."""

from __future__ import annotations

from collections.abc import Iterator

from callsignals.privacy.redaction.addresses import find_addresses
from callsignals.privacy.redaction.finding import Finding, merged, of_level, redacted
from callsignals.privacy.redaction.known import find_known
from callsignals.privacy.redaction.name_forms import name_roles
from callsignals.privacy.redaction.names import find_names
from callsignals.privacy.redaction.numbers import find_numbers
from callsignals.privacy.redaction.online import find_online
from callsignals.privacy.redaction.placeholders import placeholders
from callsignals.vocabulary.choices import RedactionLevel
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["find", "redact_text"]

_MOST_PASSES = 4


def find(
    text: str, language: str | None, known_names: tuple[str, ...] = (), *, level: RedactionLevel = "all"
) -> tuple[Finding, ...]:
    """What must not be shown of a text, by place, none overlapping.

    The text that is left is searched again until nothing is found in it, so that redacting twice equals once.

    Args:
        text: any text: a comment, a quote, words joined by blanks; with placeholders of an earlier redaction, too.
        language: ``en``, ``sv`` or ``fi``; all three are tried for any other and for None.
        known_names: names of the tables, from :func:`callsignals.privacy.redaction.person_names`.
        level: ``all``, ``contacts`` (no names) or ``off``.
    """
    if level == "off" or not text:
        return ()
    findings = _found_once(text, language, known_names, level)
    for _ in range(_MOST_PASSES):
        if not findings:
            break
        left = redacted(text, findings)
        further = _found_once(left, language, known_names, level)
        if not further:
            break
        findings = merged([*findings, *_mapped_back(further, findings)])
    return findings


def redact_text(
    text: str, language: str | None, known_names: tuple[str, ...] = (), *, level: RedactionLevel = "all"
) -> str:
    """The text with placeholders such as ``[PHONE]``; see :func:`find`."""
    return redacted(text, find(text, language, known_names, level=level))


def _found_once(
    text: str, language: str | None, known_names: tuple[str, ...], level: RedactionLevel
) -> tuple[Finding, ...]:
    languages = (language,) if language in LANGUAGES else LANGUAGES
    found = [one for spoken in languages for one in _searched(text, str(spoken), known_names, level)]
    masked = placeholders(text)
    clear = [one for one in found if not any(one.start_char < end and start < one.end_char for start, end in masked)]
    return merged(of_level(clear, level))


def _searched(text: str, language: str, known_names: tuple[str, ...], level: RedactionLevel) -> Iterator[Finding]:
    yield from find_online(text, lambda word: bool(name_roles(word, language)[0]))
    yield from find_numbers(text, language)
    yield from find_addresses(text, language)
    if level == "all":
        yield from find_known(text, known_names, language)
        yield from find_names(text, language)


def _mapped_back(further: tuple[Finding, ...], findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Findings in the redacted text in the offsets of the text itself."""
    for found in further:
        shift = 0
        for earlier in findings:
            if earlier.start_char + shift >= found.start_char:
                break
            shift += len(earlier.placeholder) - (earlier.end_char - earlier.start_char)
        yield Finding(found.start_char - shift, found.end_char - shift, found.kind)
