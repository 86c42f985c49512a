"""What was found in a text, and the text without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from callsignals.vocabulary.choices import RedactionLevel

__all__ = ["CONTACT_KINDS", "KINDS", "Finding", "Kind", "merged", "of_level", "redacted"]

Kind = Literal[
    "name", "phone", "email", "address", "card", "iban", "identity_number", "business_id", "ip_address", "url"
]
KINDS: tuple[Kind, ...] = (
    "card", "iban", "identity_number", "business_id", "email", "url", "ip_address", "phone", "address", "name"
)  # fmt: skip
"""Every kind; where two findings overlap their span takes the kind that comes first here."""

CONTACT_KINDS = frozenset(KINDS) - {"name"}
_PLACEHOLDERS = {kind: f"[{kind.upper()}]" for kind in KINDS}
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A stretch of a text that tells who somebody is or how to reach them.

    Attributes:
        start_char, end_char: offsets into the text in characters (code points), end exclusive.
        kind: what it is.
    """

    start_char: int
    end_char: int
    kind: Kind

    @property
    def placeholder(self) -> str:
        """What stands in its place, for instance ``[PHONE]``."""
        return _PLACEHOLDERS[self.kind]


def of_level(findings: Iterable[Finding], level: RedactionLevel) -> tuple[Finding, ...]:
    """The findings that a level hides."""
    if level == "off":
        return ()
    return tuple(found for found in findings if level == "all" or found.kind in CONTACT_KINDS)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by place, none overlapping: those that do become one of the kind that ranks first."""
    result: list[Finding] = []
    for found in sorted(findings):
        last = result[-1] if result else None
        if last is None or found.start_char >= last.end_char:
            result.append(found)
            continue
        kind = min(last.kind, found.kind, key=_RANK.__getitem__)
        result[-1] = Finding(last.start_char, max(last.end_char, found.end_char), kind)
    return tuple(result)


def redacted(text: str, findings: Sequence[Finding]) -> str:
    """The text with a placeholder in the place of every finding.

    Args:
        text: that the findings were made in.
        findings: by place, none overlapping, as :func:`callsignals.privacy.redaction.find` gives them.
    """
    parts: list[str] = []
    end = 0
    for found in findings:
        parts += [text[end : found.start_char], found.placeholder]
        end = found.end_char
    return "".join([*parts, text[end:]])
