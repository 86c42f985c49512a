"""terms.toml: the phrases by which needs and the product are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["TermEntry", "TermKind", "TermList", "load_terms", "parse_terms", "starter_terms"]

TermKind = Literal["need", "product"]


@dataclass(frozen=True, slots=True)
class TermEntry:
    """The phrases and regular expressions of one kind in one language."""

    kind: TermKind
    language: str
    phrases: tuple[str, ...]
    regex: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TermList:
    """A versioned term list; ``digest`` is the sha256 of its meaning (not of its layout)."""

    version: str
    entries: tuple[TermEntry, ...]
    digest: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that have at least one entry."""
        raise NotImplementedError


def parse_terms(text: str, source: str = "terms.toml") -> TermList:
    """A term list from TOML text; SettingsError."""
    raise NotImplementedError


def load_terms(path: Path) -> TermList:
    """A term list from a file; SettingsError."""
    raise NotImplementedError


def starter_terms() -> TermList:
    """The shipped starter list."""
    raise NotImplementedError
