"""Runs of digits in a text, written or spoken: ``noll sju noll, 174 06`` is one run of the digits 07017406."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from callsignals.privacy.redaction.number_words import NumberWords

__all__ = ["Piece", "Run", "digit_runs"]

_ATOM = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?")
_GAP = re.compile(r"[ \t\u00a0\u202f\u2009,.\-\u2010\u2011\u2012\u2013\u2014\u2212/()+\u2026]*\Z")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_LONGEST_GAP = 6
_MOST_FILLERS = 3
_ZERO_IN_BRACKETS = "(0)"


class Piece(NamedTuple):
    """Digits that were written together, or one number word.

    Attributes:
        digits: ASCII digits.
        start_char, end_char: where in the text.
        spoken: whether it is a number word.
        gap: what stands between it and the piece before, "" at the start of a run; words for a dash as "-", for a
            plus sign as "+", fillers as blanks.
    """

    digits: str
    start_char: int
    end_char: int
    spoken: bool
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces with nothing but white space, signs and fillers between them.

    Attributes:
        pieces: at least one.
        plus: whether a plus sign, or the word, stands right before.
        attached_left, attached_right: whether a letter, or a sign that binds ("-", "/", "_", "#"), touches the run:
            it is part of a longer code.
        quantity: whether a word such as "thousand" follows.
    """

    pieces: tuple[Piece, ...]
    plus: bool
    attached_left: bool
    attached_right: bool
    quantity: bool


@dataclass(slots=True)
class _Open:
    """A run that may go on."""

    pieces: list[Piece]
    plus: bool
    fillers: int = 0
    gap: str = ""
    repeat: tuple[int, int] | None = None  # start_char of the word, times
    quantity: bool = False


def digit_runs(text: str, words: NumberWords) -> Iterator[Run]:
    """The runs of a text in order.

    Args:
        text: any text.
        words: of the language; the digits of other languages are not heard.
    """
    run = _Open([], plus=False)
    end = 0
    for atom in _ATOM.finditer(text):
        if not run.pieces and not run.repeat and not run.plus and not _may_open(atom.group(), words):
            end = atom.end()
            continue
        between = text[end : atom.start()]
        if run.pieces and not _continues(between):
            yield from _closed(run, text, words)
            run = _Open([], plus=False)
        run.gap += between
        end = atom.end()
        goes_on = _take(run, atom, words, text)
        if not goes_on:
            yield from _closed(run, text, words)
            run = _Open([], plus=atom.group().casefold() in words.pluses)
    yield from _closed(run, text, words)


def _may_open(raw: str, words: NumberWords) -> bool:
    """Whether a run may begin with an atom; hardly any word does."""
    if raw[0].isdecimal():
        return True
    word = raw.casefold()
    return word in words.repeats or word in words.pluses or words.digits(word) is not None


def _continues(between: str) -> bool:
    if between == "" or len(between) > _LONGEST_GAP or between == ",":
        return False
    return _GAP.match(between) is not None


def _take(run: _Open, atom: re.Match[str], words: NumberWords, text: str) -> bool:
    """Add an atom to the run; False when the run ends before it."""
    raw = atom.group()
    if raw[0].isdecimal():
        digits = "".join(str(unicodedata.decimal(character)) for character in raw)
        _add(run, Piece(digits, atom.start(), atom.end(), spoken=False), text)
        return True
    word = raw.casefold()
    digits_or_none = words.digits(word)
    if digits_or_none is not None and (
        run.pieces or run.repeat or word not in words.only_inside or word in ("oh", "o")
    ):
        _add(run, Piece(digits_or_none, atom.start(), atom.end(), spoken=True), text)
        return True
    if word in words.repeats:
        run.repeat = (atom.start(), words.repeats[word])
        return True
    if not run.pieces:
        return False
    if word in words.thousands:
        run.quantity = True
        return False
    if word in words.hundreds:
        return _hundred(run, atom)
    return _pass_over(run, word, words)


def _pass_over(run: _Open, word: str, words: NumberWords) -> bool:
    """Whether a word between digits is no reason to stop."""
    if word in words.dashes:
        run.gap += "-"
    elif word in words.pluses:
        run.gap += "+"
    elif word in words.fillers:
        run.gap += " "
    else:
        return False
    run.fillers += 1
    return run.fillers <= _MOST_FILLERS


def _hundred(run: _Open, atom: re.Match[str]) -> bool:
    last = run.pieces[-1]
    if not last.spoken or len(last.digits) != 1 or last.digits == "0":
        return False
    run.pieces[-1] = last._replace(digits=last.digits + "00", end_char=atom.end())
    run.gap = ""
    return True


def _add(run: _Open, piece: Piece, text: str) -> None:
    gap = run.gap if run.pieces else ""
    if run.repeat is not None:
        start, times = run.repeat
        first = piece.digits[:1]
        piece = piece._replace(digits=first * times + piece.digits[1:], start_char=start)
    elif not run.pieces:
        run.plus = run.plus or text[max(0, piece.start_char - 1) : piece.start_char] in ("+", "＋")
    run.pieces.append(piece._replace(gap=gap))
    run.gap, run.fillers, run.repeat = "", 0, None


def _closed(run: _Open, text: str, words: NumberWords) -> Iterator[Run]:
    if not run.pieces:
        return
    pieces = _without_zero_in_brackets(run.pieces, text)
    pieces = _with_tens_joined(pieces, text, words)
    first, last = pieces[0], pieces[-1]
    yield Run(
        pieces=tuple(pieces),
        plus=run.plus,
        attached_left=_binds(text[max(0, first.start_char - 2) : first.start_char], -1),
        attached_right=_binds(text[last.end_char : last.end_char + 2], 0),
        quantity=run.quantity,
    )


def _binds(neighbours: str, near: int) -> bool:
    if not neighbours:
        return False
    sign = neighbours[near]
    if sign.isalnum() or sign in "_#@":
        return True
    far = neighbours[1 + near] if len(neighbours) == 2 else " "
    if near == -1:
        far = neighbours[0] if len(neighbours) == 2 else " "
    return (sign in _DASHES or sign in "/.:") and far.isalnum()


def _without_zero_in_brackets(pieces: Sequence[Piece], text: str) -> list[Piece]:
    """+46 (0)70: the zero is not dialled."""
    kept: list[Piece] = []
    for piece in pieces:
        around = text[max(0, piece.start_char - 1) : piece.end_char + 1]
        if piece.digits == "0" and around == _ZERO_IN_BRACKETS and kept:
            continue
        kept.append(piece)
    return kept


def _with_tens_joined(pieces: Sequence[Piece], text: str, words: NumberWords) -> list[Piece]:
    """``sjuttio tre`` is 73, ``four hundred twenty`` 420."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and last.spoken and piece.spoken and set(piece.gap) <= {" ", "-", "\u00a0"}:
            said = text[last.start_char : last.end_char].casefold()
            unit = len(piece.digits) == 1 and piece.digits != "0"
            tail = said.split()[-1] if said.split() else said
            if tail in words.tens and last.digits.endswith("0") and unit:
                joined[-1] = last._replace(digits=last.digits[:-1] + piece.digits, end_char=piece.end_char)
                continue
            below_hundred = len(piece.digits) == 2 and piece.digits != "00"
            if tail in words.hundreds and last.digits.endswith("00") and below_hundred:
                joined[-1] = last._replace(digits=last.digits[:-2] + piece.digits, end_char=piece.end_char)
                continue
        joined.append(piece)
    return joined
