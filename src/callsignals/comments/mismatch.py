"""Whether a score and its text clearly disagree: a 9 with a complaint, a 2 with praise."""

from __future__ import annotations

from callsignals.comments.scores import Stance

__all__ = ["disagrees"]

_AGAINST: dict[Stance, str] = {"favourable": "negative", "unfavourable": "positive"}


def disagrees(stance: Stance, polarity: str) -> bool:
    """True when the text's polarity is the opposite of the score's stance.

    Middling scores and neutral or mixed texts disagree with nothing clearly.
    """
    return _AGAINST.get(stance) == polarity
