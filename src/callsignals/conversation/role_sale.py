"""Whether anybody sells at all: in a call between equals both voices do the same things.

The evidence is symmetric in the voices: how often both use the phrases of a list (both say what they need, both weigh:
a negotiation), and how much more the one does than the other (one asks and presents, the other has needs: a sale). A
logistic model weighs it (``models/roles``). It is asked only in languages of which it has seen enough dialogues in
which nobody sells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsignals.conversation.role_phrases import CATEGORIES

__all__ = ["SALE_FEATURES", "SaleWeights", "sale_evidence"]

_COMPARED = (*CATEGORIES, "questions")

SALE_FEATURES = (*(f"both_{name}" for name in _COMPARED), *(f"one_{name}" for name in _COMPARED))
"""Of each list, and of questions: ln(1 + count) of the voice that uses it less, and what the other one adds to that."""


@dataclass(frozen=True, slots=True)
class SaleWeights:
    """The fitted model.

    Attributes:
        coefficients: one for each of ``SALE_FEATURES``.
        intercept: the log odds without any evidence.
        thresholds: per language, the probability below which nobody is claimed; missing languages are not asked.
    """

    coefficients: Mapping[str, float]
    intercept: float
    thresholds: Mapping[str, float]

    def nobody_sells(self, evidence: Mapping[str, float], language: str | None) -> bool:
        """Whether the dialogue is one between equals, as far as is known of its language."""
        return self.probability(evidence) < self.thresholds.get(language or "", 0.0)

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Probability 0..1 that one of the two sells."""
        total = self.intercept + sum(self.coefficients[name] * evidence[name] for name in SALE_FEATURES)
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


def sale_evidence(voices: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What both voices of a dialogue do and what one does more, by name of ``SALE_FEATURES``.

    Args:
        voices: of each of the two, ln(1 + count) by list; further figures are not looked at.
    """
    first, second = voices
    both = {f"both_{name}": min(first[name], second[name]) for name in _COMPARED}
    one = {f"one_{name}": abs(first[name] - second[name]) for name in _COMPARED}
    return both | one
