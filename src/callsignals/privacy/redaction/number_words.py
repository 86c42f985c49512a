"""Number words of three languages as digits: ``sjuttiotre`` is "73", ``kaks`` is "2", ``nolla`` is "0"."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["NumberWords", "number_words"]


@dataclass(frozen=True, slots=True)
class NumberWords:
    """How one language speaks digits.

    Attributes:
        values: digits by case-folded word, below a hundred, compounds included.
        tens: words of ``values`` that a unit may follow as a word of its own ("sjuttio tre").
        hundreds: words for a hundred; also the ends of compounds ("fyrahundra").
        thousands: words that make a quantity of what stands before them.
        repeats: how often the next digit counts ("double seven", "tupla nolla").
        fillers: words that may stand between two digits.
        dashes: words for a dash.
        pluses: words for a plus sign.
        only_inside: words that are numbers only beside other digits ("en", "oh").
    """

    values: dict[str, str]
    tens: frozenset[str]
    hundreds: frozenset[str]
    thousands: frozenset[str]
    repeats: dict[str, int]
    fillers: frozenset[str]
    dashes: frozenset[str]
    pluses: frozenset[str]
    only_inside: frozenset[str]

    def digits(self, word: str) -> str | None:
        """The digits of a case-folded word, None when it is no number below a thousand."""
        found = self.values.get(word)
        return found if found is not None else self._with_hundred(word)

    def _with_hundred(self, word: str) -> str | None:
        for hundred in self.hundreds:
            if hundred not in word or word == hundred:
                continue
            head, _, tail = word.partition(hundred)
            first = self.values.get(head, "") if head else "1"
            rest = self.values.get(tail, "") if tail else "00"
            if len(first) == 1 and first != "0" and rest:
                return first + rest.zfill(2)
        return None


@lru_cache(maxsize=4)
def number_words(language: str) -> NumberWords:
    """The words of ``en``, ``sv`` or ``fi``."""
    table = tomllib.loads((files(__package__) / "number_words.toml").read_text(encoding="utf-8"))[language]
    tens = _words(table["tens"])
    return NumberWords(
        values=_values(table, tens),
        tens=frozenset(tens),
        hundreds=frozenset(table["hundreds"]),
        thousands=frozenset(table["thousands"]),
        repeats=dict(table["repeats"]),
        fillers=frozenset(table["fillers"]),
        dashes=frozenset(table["dashes"]),
        pluses=frozenset(table["pluses"]),
        only_inside=frozenset(table["only_inside"]),
    )


def _words(table: dict[str, list[str]]) -> dict[str, str]:
    return {word: digits for digits, words in table.items() for word in words}


def _values(table: dict[str, Any], tens: dict[str, str]) -> dict[str, str]:
    units = _words(table["units"])
    values = {**units, **_words(table["teens"]), **tens}
    if table["joins_tens"]:
        for ten, ten_digits in tens.items():
            values |= {ten + unit: ten_digits[0] + digit for unit, digit in units.items() if digit != "0"}
    for head, teen in table.get("teen_endings", {}).items():
        values |= {unit + head: f"{teen}{digit}" for unit, digit in units.items() if digit != "0"}
    for word, count in table["repeats"].items():
        values |= {word + unit: digit * count for unit, digit in units.items()}
    return values
