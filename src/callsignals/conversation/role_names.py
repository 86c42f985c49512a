"""Names of ours and of the customer in what a voice says: introducing oneself, or addressing the other."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from callsignals.conversation.role_phrases import tokens

__all__ = ["NamesSaid", "RoleHints", "names_said"]

OPENING_WORDS = 40
"""Names count as an introduction or an address in so many words of a voice's beginning."""

_NEAR = 0.82
"""How alike a heard name and a written one must be (difflib's ratio): recognisers mishear names."""

_REACH = 5
"""Words between "this is", "my name is", "calling from" and the name."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INTRODUCES = _set(
    "this i'm name here it's calling welcome speaking "
    "det här heter namn ringer talar pratar välkommen välkomna "
    "täällä tässä nimeni nimi olen soitan tervetuloa"
)
_CLOSES_INTRODUCTION = _set("here speaking from with at heter här från på puhelimessa täällä tässä")
_ASKS = _set(
    "is are did reach reached speak about my your customer account "
    "är söker om prata tala talade pratade min mitt er kund konto "
    "onko tavoittelen puhunko puhuin teidän mun minun asiakas"
)
"""Words before a name with which one asks for or speaks of somebody rather than introduces oneself."""

_GREETS = _set(
    "hi hello hey thanks thank you okay ok morning afternoon "
    "hej hejsan tjena tja tack dag god okej "
    "hei moi moikka terve moro kiitos päivää huomenta okei"
)
_MISHEARD_LETTERS = 10
"""Only names of several words and more letters than this are taken when misheard; short ones resemble words."""

_ENDING = 6
"""Longest ending: "Ohjelmistot" to "Ohjelmistosta", "Flow" to "Flow'sta"."""

_SURNAME_AND_FROM = 2
"""Words that may stand between a first name and the company: a surname, "from"."""

_FROM_ENDINGS = ("sta", "stä", "lta", "ltä")
"""Finnish "from": "Seppo Pumppuhuollosta"."""

_FORMS = _set("ab oy oyj ltd inc llc plc co corp gmbh as the and och ja")
"""Parts of company names that nobody says."""


@dataclass(frozen=True, slots=True)
class RoleHints:
    """Names that tell who is who in a call; any may be empty.

    Attributes:
        company_names: of our company.
        seller_names: of the call's seller, or of all our people when the call does not say.
        customer_names: of the lead: a person or a company.
    """

    company_names: tuple[str, ...] = ()
    seller_names: tuple[str, ...] = ()
    customer_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamesSaid:
    """What a voice's first words do with the names.

    Attributes:
        itself_ours: introduces itself with our company's or a seller's name.
        itself_theirs: introduces itself with the customer's name.
        addresses_ours: greets somebody with a seller's name.
        addresses_theirs: greets somebody with the customer's name.
    """

    itself_ours: bool
    itself_theirs: bool
    addresses_ours: bool
    addresses_theirs: bool


def names_said(turns: Sequence[Sequence[str]], hints: RoleHints) -> NamesSaid:
    """How one voice uses the names at its beginning.

    Args:
        turns: the voice's tokens, turn by turn.
        hints: the names.
    """
    opening = _opening(turns)
    sellers = _given_names(hints.seller_names)
    customers = _given_names(hints.customer_names)
    companies = tuple(map(_name, hints.company_names))
    ours = _introduces(opening, (*companies, *sellers)) or _name_and_company(opening, sellers, companies)
    theirs = _introduces(opening, (*map(_name, hints.customer_names), *customers))
    return NamesSaid(
        itself_ours=ours,
        itself_theirs=theirs,
        addresses_ours=_addresses(opening, sellers) and not ours,
        addresses_theirs=_addresses(opening, customers) and not theirs,
    )


def _opening(turns: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The turns that begin within the first ``OPENING_WORDS``, the last one cut there."""
    opening: list[Sequence[str]] = []
    left = OPENING_WORDS
    for turn in turns:
        if left <= 0:
            break
        opening.append(turn[:left])
        left -= len(turn)
    return opening


def _name(name: str) -> tuple[str, ...]:
    return tuple(token for token in tokens(name) if token not in _FORMS)


def _given_names(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Whole names and first names: "Anna Berg" is addressed as Anna."""
    whole = [_name(name) for name in names]
    return tuple(dict.fromkeys([*whole, *(name[:1] for name in whole)]))


def _introduces(opening: Sequence[Sequence[str]], names: Sequence[tuple[str, ...]]) -> bool:
    return any(
        _is_introduction(turn, start, start + len(name), turn_index)
        for turn_index, turn in enumerate(opening)
        for name in names
        for start in _places(turn, name)
    )


def _is_introduction(turn: Sequence[str], start: int, end: int, turn_index: int) -> bool:
    before = turn[max(0, start - _REACH) : start]
    if any(word in _ASKS for word in before) and not _states(before):
        return False
    greeted = start > 0 and turn[start - 1] in _GREETS
    # "Anna Berg från ...", but not "Hej Anna, Bo på ...": that is somebody else's name.
    after = turn[end : end + (1 if greeted else 2)]
    if any(word in _CLOSES_INTRODUCTION for word in after):
        return True
    if any(word in _INTRODUCES for word in before):
        return True
    if turn_index == 0 and turn[end - 1].endswith(_FROM_ENDINGS):
        return True
    # "Northway Freight, this is Stella": the name opens the call, and more follows.
    return turn_index == 0 and start == 0 and len(turn) > end and not _is_greeting_of(turn)


def _name_and_company(
    opening: Sequence[Sequence[str]], people: Sequence[tuple[str, ...]], companies: Sequence[tuple[str, ...]]
) -> bool:
    """Whether the first turn says a person's name and right after it the company's: "Hei, Anna Berg, Norrsken"."""
    for turn in opening[:1]:
        named = [place + len(name) for name in people for place in _places(turn, name)]
        placed = [place for company in companies for place in _places(turn, company)]
        if any(0 <= place - end <= _SURNAME_AND_FROM for end in named for place in placed):
            return True
    return False


def _is_greeting_of(turn: Sequence[str]) -> bool:
    """Whether a turn calls somebody by name: "Anna, hi", "Anna?"."""
    return len(turn) < 2 or turn[1] in _GREETS


_STATEMENTS = frozenset(
    [("this", "is"), ("name", "is"), ("it", "is"), ("det", "är"), ("här", "är"), ("namn", "är"), ("nimi", "on")]
)


def _states(before: Sequence[str]) -> bool:
    """Whether "is" belongs to "this is", "my name is", "det är", not to a question."""
    return any(pair in _STATEMENTS for pair in pairwise(before))


def _addresses(opening: Sequence[Sequence[str]], names: Sequence[tuple[str, ...]]) -> bool:
    """Whether a name follows a greeting and is not the speaker's own ("Hej Anna", not "Hej, Anna här")."""
    for turn in opening:
        for name in names:
            for start in _places(turn, name):
                after = turn[start + len(name) : start + len(name) + 2]
                greeted = start > 0 and turn[start - 1] in _GREETS
                if greeted and not any(word in _CLOSES_INTRODUCTION for word in after):
                    return True
    return False


def _places(turn: Sequence[str], name: tuple[str, ...]) -> list[int]:
    """Where a name begins in a turn, allowing for endings (Finnish cases, the genitive) and mishearing."""
    if not name:
        return []
    return [start for start in range(len(turn) - len(name) + 1) if _same_name(turn[start : start + len(name)], name)]


def _same_name(heard: Sequence[str], name: Sequence[str]) -> bool:
    if all(_inflected(said, written) for said, written in zip(heard, name, strict=True)):
        return True
    said, written = " ".join(heard), " ".join(name)
    long_enough = len(name) > 1 and len(written) > _MISHEARD_LETTERS
    return long_enough and difflib.SequenceMatcher(None, said, written, autojunk=False).ratio() >= _NEAR


def _inflected(said: str, written: str) -> bool:
    if said == written or said == written + "s":
        return True
    if len(written) < 4:  # too short to recognise by its stem
        return said.startswith((f"{written}'", f"{written}:"))
    stem = written[: max(4, len(written) - 2)]
    return said.startswith(stem) and len(said) - len(written) <= _ENDING
