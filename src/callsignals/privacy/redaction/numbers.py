"""Phone, identity, business, card and account numbers, written or spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import iban

from callsignals.privacy.redaction.cues import Cue, counts_something, cue_before
from callsignals.privacy.redaction.digit_runs import Piece, Run, digit_runs
from callsignals.privacy.redaction.finding import Finding, Kind
from callsignals.privacy.redaction.identities import identity_of, spoken_hetus, written_identities
from callsignals.privacy.redaction.number_words import number_words
from callsignals.privacy.redaction.phones import phone_strength

__all__ = ["find_numbers"]

_FEWEST_DIGITS = 7
_MOST_DIGITS = 24
_DASH = re.compile(r"[-\u2010-\u2015\u2212+]")
_COUNTRY_WORD = re.compile(r"(?<!\w)(fi|se|äf ii|äffä ii|äs ee|ässä ee|f i|s e|äff i|ess e)[\s,]{1,2}\Z", re.IGNORECASE)
_COUNTRIES = {"fi": "FI", "äf ii": "FI", "äffä ii": "FI", "f i": "FI", "äff i": "FI"}


@dataclass(frozen=True, slots=True)
class _Candidate:
    strength: int
    digit_count: int
    finding: Finding


def find_numbers(text: str, language: str) -> Iterator[Finding]:
    """Every number that identifies, pays or rings, in no particular order; findings may overlap.

    Args:
        text: any text.
        language: ``en``, ``sv`` or ``fi``: whose number words and whose phone numbers.
    """
    yield from written_identities(text)
    runs = list(digit_runs(text, number_words(language)))
    yield from spoken_hetus(text, runs)
    for run in runs:
        if sum(len(piece.digits) for piece in run.pieces) >= _FEWEST_DIGITS:
            yield from _chosen(_candidates(run, text, language))


def _chosen(candidates: list[_Candidate]) -> Iterator[Finding]:
    """The surest and longest first; what overlaps a chosen one is left."""
    taken: list[Finding] = []
    for candidate in sorted(candidates, key=lambda one: (-one.strength, -one.digit_count, one.finding)):
        found = candidate.finding
        if all(found.end_char <= other.start_char or other.end_char <= found.start_char for other in taken):
            taken.append(found)
            yield found


def _candidates(run: Run, text: str, language: str) -> list[_Candidate]:
    found = []
    for first in range(len(run.pieces)):
        if not _may_begin(run, first):
            continue
        count = 0
        cue = cue_before(text, run.pieces[first].start_char)
        for last in range(first, len(run.pieces)):
            count += len(run.pieces[last].digits)
            if count > _MOST_DIGITS:
                break
            if count >= _FEWEST_DIGITS and _may_end(run, last):
                candidate = _judged(run, first, last, cue, text, language)
                if candidate is not None:
                    found.append(candidate)
    return found


def _may_begin(run: Run, first: int) -> bool:
    if first == 0:
        return not run.attached_left
    return _parts(run.pieces[first - 1], run.pieces[first])


def _may_end(run: Run, last: int) -> bool:
    if last == len(run.pieces) - 1:
        return not run.attached_right
    return _parts(run.pieces[last], run.pieces[last + 1])


def _parts(before: Piece, after: Piece) -> bool:
    """Whether one number may end and another begin between two pieces."""
    if any(sign in after.gap for sign in ",+") or len(after.gap.strip(" ")) > 1 or ". " in after.gap:
        return True
    one_by_one = len(before.digits) == len(after.digits) == 1
    return " " in after.gap and not one_by_one and not (before.spoken and after.spoken)


def _judged(run: Run, first: int, last: int, cue: Cue | None, text: str, language: str) -> _Candidate | None:
    pieces = run.pieces[first : last + 1]
    start, end = pieces[0].start_char, pieces[-1].end_char
    whole = first == 0 and last == len(run.pieces) - 1
    if (run.quantity and last == len(run.pieces) - 1) or counts_something(text, start, end):
        return None
    digits = "".join(piece.digits for piece in pieces)
    literal = text[start:end]
    spoken = any(piece.spoken for piece in pieces)
    plus = run.plus if first == 0 else "+" in pieces[0].gap
    kind, strength = _kind(digits, literal, pieces, text, plus=plus, spoken=spoken, cue=cue, language=language)
    if kind is None or (strength < 3 and not whole):
        return None
    if plus and kind == "phone":
        start = _with_plus(text, start)
    elif kind == "phone" and text[start - 1 : start] == "(" and ")" in literal:
        start -= 1
    return _Candidate(strength, len(digits), Finding(start, end, kind))


def _kind(
    digits: str,
    literal: str,
    pieces: tuple[Piece, ...],
    text: str,
    *,
    plus: bool,
    spoken: bool,
    cue: Cue | None,
    language: str,
) -> tuple[Kind | None, int]:
    if not plus:
        dashes = _dashes(pieces)
        identity = identity_of(digits, literal, spoken=spoken, cue=cue, dashes=dashes)
        if identity is not None and identity[1] >= 4:
            return identity
        if spoken and _is_spoken_iban(digits, text, pieces[0].start_char):
            return "iban", 5
    else:
        identity = None
    strength = phone_strength(digits, literal, plus=plus, spoken=spoken, cue=cue, language=language)
    if identity is not None and identity[1] >= strength:
        return identity
    return ("phone", strength) if strength else (None, 0)


def _dashes(pieces: tuple[Piece, ...]) -> tuple[int, ...]:
    places, count = [], 0
    for piece in pieces:
        if count and _DASH.search(piece.gap):
            places.append(count)
        count += len(piece.digits)
    return tuple(places)


def _is_spoken_iban(digits: str, text: str, start: int) -> bool:
    country = _COUNTRY_WORD.search(text, max(0, start - 10), start)
    if country is None:
        return False
    return iban.is_valid(_COUNTRIES.get(country[1].casefold(), "SE") + digits)


def _with_plus(text: str, start: int) -> int:
    """The start with the plus sign, or the word, before it."""
    before = re.search(r"(?:[+＋]|\bpluss?a?\s)\s?\(?\Z", text[max(0, start - 8) : start], re.IGNORECASE)
    return start - len(before.group()) if before else start
