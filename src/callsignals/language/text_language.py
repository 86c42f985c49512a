"""Which language a short written text or a transcript is in."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["TextLanguage", "detect_text_language"]


class TextLanguage(NamedTuple):
    """What a text is written in; unpacks as ``language, confidence``."""

    language: str | None
    confidence: float


def detect_text_language(text: str, hint: str | None = None) -> TextLanguage:
    """ISO 639-1 language (any, not only en/sv/fi) or None when the text does not tell."""
    raise NotImplementedError
