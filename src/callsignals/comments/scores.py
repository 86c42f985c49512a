"""What a survey score means on its scale.

``nps`` 0-10 and ``nps_1_10``: promoter 9-10, passive 7-8, detractor below. Other scales have no NPS group; for
comparing a score with its text each has a *stance*: the two best marks are favourable, the two worst unfavourable,
the rest middling (on NPS scales the groups). Effort scales (high = hard) are flipped first.
"""

from __future__ import annotations

import math
from typing import Literal

from callsignals.inputs.rows import SCALES, Scale

__all__ = ["NpsGroup", "Stance", "ease_score", "is_on_scale", "nps_group", "stance"]

NpsGroup = Literal["promoter", "passive", "detractor"]
Stance = Literal["favourable", "middling", "unfavourable"]

PROMOTER_FROM = 9
PASSIVE_FROM = 7
_NPS_SCALES = ("nps", "nps_1_10")
_EFFORT_SCALES = ("ces5_effort", "ces7_effort")
_STANCE_OF_GROUP: dict[NpsGroup, Stance] = {
    "promoter": "favourable",
    "passive": "middling",
    "detractor": "unfavourable",
}


def is_on_scale(score: float, scale: Scale) -> bool:
    """Whether ``score`` is a finite number within the scale's range."""
    low, high = SCALES[scale]
    return math.isfinite(score) and low <= score <= high


def ease_score(score: float, scale: Scale) -> float:
    """``score`` with high = good: effort scales are mirrored (1 becomes 5 or 7), others stay."""
    if scale not in _EFFORT_SCALES:
        return score
    low, high = SCALES[scale]
    return low + high - score


def nps_group(score: float, scale: Scale) -> NpsGroup | None:
    """The group of a score on an NPS scale; None on other scales and outside the range."""
    if scale not in _NPS_SCALES or not is_on_scale(score, scale):
        return None
    if score >= PROMOTER_FROM:
        return "promoter"
    return "passive" if score >= PASSIVE_FROM else "detractor"


def stance(score: float, scale: Scale) -> Stance | None:
    """How favourable a score is on its own scale; None outside the range."""
    if not is_on_scale(score, scale):
        return None
    group = nps_group(score, scale)
    if group is not None:
        return _STANCE_OF_GROUP[group]
    low, high = SCALES[scale]
    eased = ease_score(score, scale)
    if eased >= high - 1:
        return "favourable"
    return "unfavourable" if eased <= low + 1 else "middling"
