"""Single cells: numbers, times, yes and no, choices, languages, as people write them."""

from __future__ import annotations

__all__ = ["language_code"]

_LANGUAGE_NAMES = {
    "en": "en", "eng": "en", "english": "en", "engelska": "en", "englanti": "en",
    "sv": "sv", "swe": "sv", "swedish": "sv", "svenska": "sv", "ruotsi": "sv", "se": "sv",
    "fi": "fi", "fin": "fi", "finnish": "fi", "finska": "fi", "suomi": "fi",
}  # fmt: skip


def language_code(text: str) -> str | None:
    """``en``, ``sv`` or ``fi`` for a code, a tag such as ``sv-SE`` or a name; None for anything else."""
    folded = text.strip().casefold().replace("_", "-")
    return _LANGUAGE_NAMES.get(folded) or _LANGUAGE_NAMES.get(folded.partition("-")[0])
