"""Where an earlier redaction has left its placeholders."""

from __future__ import annotations

import re

from callsignals.privacy.redaction.finding import KINDS

__all__ = ["is_placeholder", "placeholders"]

_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(kind.upper() for kind in KINDS)})(?: \d+)?\]")


def placeholders(text: str) -> list[tuple[int, int]]:
    """Offsets of every placeholder, end exclusive."""
    return [found.span() for found in _PLACEHOLDER.finditer(text)]


def is_placeholder(word: str) -> bool:
    """Whether a word holds a placeholder, signs around it allowed."""
    return _PLACEHOLDER.search(word) is not None
