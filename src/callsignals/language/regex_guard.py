"""Regular expressions from a term list, kept to what can be matched in bounded time.

Python's ``re`` backtracks and cannot be given a time limit, so a pattern is judged before it is ever
used. Allowed are literals, classes, groups, alternatives, anchors, ``?`` on anything, and repetition of
single characters or classes. Not allowed: repetition of groups (the source of exponential backtracking),
look-around, back-references.
"""

from __future__ import annotations

import re

__all__ = ["MAX_PATTERN_CHARACTERS", "compile_safe"]

MAX_PATTERN_CHARACTERS = 200
MAX_REPETITIONS = 2
MAX_CHOICES = 4_096
"""Bound on the ways through a pattern by its options and alternatives; each repetition divides it by 16."""

_PIECE = re.compile(
    r"(?P<escape>\\.)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?:|\?P<\w+>)?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<repeat>[*+]|\{\d*,?\d*\})|(?P<option>\?)|(?P<literal>.)",
    re.DOTALL,
)


def compile_safe(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled to ignore case.

    Raises:
        ValueError: with a clause that says what is wrong, fit for an error message.
    """
    if not pattern.strip():
        raise ValueError("it is empty")
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_PATTERN_CHARACTERS} characters")
    problem = _why_unsafe(pattern)
    if problem is not None:
        raise ValueError(problem)
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError) as error:
        raise ValueError(f"it does not compile: {error}") from error
    if compiled.match("") is not None:
        raise ValueError("it matches the empty text")
    return compiled


def _why_unsafe(pattern: str) -> str | None:
    pieces = [(str(match.lastgroup), match.group()) for match in _PIECE.finditer(pattern)]
    repetitions, choices, previous = 0, 1, ("", "")
    for kind, text in pieces:
        problem = _why_piece_unsafe(kind, text, previous)
        if problem is not None:
            return problem
        repetitions += kind == "repeat"
        choices *= 2 if kind in ("bar", "option") else 1
        previous = (kind, text)
    if repetitions > MAX_REPETITIONS:
        return f"it has more than {MAX_REPETITIONS} repetitions"
    if choices > MAX_CHOICES // 16**repetitions:
        return "it has too many alternatives; list them as several patterns or phrases"
    return None


def _why_piece_unsafe(kind: str, text: str, previous: tuple[str, str]) -> str | None:
    if kind == "escape" and text[1].isdigit() and text[1] != "0":
        return "it has a back-reference"
    if kind == "option" and previous[0] == "open":
        return "it has a look-around or an inline flag"
    if kind == "repeat" and previous[0] not in ("escape", "class", "literal"):
        return "it repeats a group, which can take for ever; repeat single characters or classes only"
    return None
