"""Cut a comment into clauses, so that each reason gets its own polarity and its own quote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from callsignals.comments.normalise import fold

__all__ = ["MAXIMUM_CLAUSES", "Clause", "clauses"]

MAXIMUM_CLAUSES = 40
"""Enough for any real comment; what follows goes into the last one."""

_STOP = re.compile(r"[.!?…]+(?=\s|$)|[;\n]|\s-+\s|:\s(?=\w)")
# Folded words. "Contrast" words turn the tone; joining words cut only between parts of two words or more.
_CONTRAST = re.compile(
    r",?\s(?=(?:but|however|although|except|yet|whereas|unfortunately|only downside|men|dock|daremot|fast|aven om|"
    r"trots|tyvarr|synd att|forutom|"
    r"mutta|mut|eika|vaikka|kuitenkin|paitsi|toisaalta|tosin|valitettavasti|joskin)\b)"
)
_JOIN = re.compile(r",\s|\s(?=(?:and|plus|och|samt|ja|seka)\s)")
_JOINING = frozenset(("and", "plus", "och", "samt", "ja", "seka"))
_WORD = re.compile(r"\w+")
_OUTER = " \n,;:-"
_MINIMUM_WORDS = 2
_LONE_WORD_LETTERS = 4  # "Dyrt, buggigt": between commas one word of this length will do


@dataclass(frozen=True, slots=True)
class Clause:
    """``text == whole[start:end]``, without outer white space."""

    text: str
    start: int
    end: int


def clauses(text: str) -> list[Clause]:
    """Clauses of a normalised text, in order; never empty for a text that is not blank.

    Cut at sentence ends, line breaks, semicolons and dashes; before words of contrast (but, men, mutta); and at commas
    and joining words (and, och, ja) where both sides have at least two words.
    """
    folded = fold(text)
    cuts = [0]
    for stop in _STOP.finditer(folded):
        cuts.append(stop.end())
    cuts.extend(match.end() for match in _CONTRAST.finditer(folded))
    pieces = _pieces(text, sorted({*cuts, len(text)}))
    finer = [clause for piece in pieces for clause in _split_joined(piece, folded)]
    if len(finer) > MAXIMUM_CLAUSES:
        last = _trimmed(text, finer[MAXIMUM_CLAUSES - 1].start, len(text))
        finer = finer[: MAXIMUM_CLAUSES - 1] + ([last] if last else [])
    return finer


def _pieces(text: str, cuts: list[int]) -> list[Clause]:
    found = (_trimmed(text, start, end) for start, end in pairwise(cuts))
    return [clause for clause in found if clause is not None]


def _split_joined(piece: Clause, folded: str) -> list[Clause]:
    kept = [piece]
    for match in _JOIN.finditer(folded, piece.start, piece.end):
        current = kept[-1]
        left, right = (
            piece.text[current.start - piece.start : match.start() - piece.start],
            folded[match.end() : piece.end],
        )
        is_comma = match.group().startswith(",")
        in_list = is_comma or len(kept) > 1
        if not (_stands_alone(left, in_list) and _stands_alone(_up_to_join(right), is_comma)):
            continue
        kept[-1] = Clause(left, current.start, match.start())
        kept.append(Clause(piece.text[match.end() - piece.start :], match.end(), piece.end))
    return kept


def _stands_alone(part: str, in_list: bool) -> bool:
    if _word_count(part) >= _MINIMUM_WORDS:
        return True
    return in_list and sum(c.isalpha() for c in part) >= _LONE_WORD_LETTERS


def _up_to_join(right: str) -> str:
    match = _JOIN.search(right, 1)
    return right[: match.start()] if match else right


def _word_count(text: str) -> int:
    return len([word for word in _WORD.findall(fold(text)) if word not in _JOINING])


def _trimmed(text: str, start: int, end: int) -> Clause | None:
    piece = text[start:end]
    bare = piece.strip(_OUTER)
    if not _WORD.search(bare):
        return None
    first = start + len(piece) - len(piece.lstrip(_OUTER))
    return Clause(bare, first, first + len(bare))
