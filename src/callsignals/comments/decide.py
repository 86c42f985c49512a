"""From rule hits and head probabilities to one label, with a confidence, or to "I don't know"."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from callsignals.comments.heads import Head
from callsignals.comments.labels import NONE_LABEL, UNSAID_LABEL
from callsignals.comments.rules import RuleHit
from callsignals.errors import ModelError

__all__ = [
    "BRAND_ONLY_WORDS",
    "CONFIDENCE_DIGITS",
    "Decision",
    "Measured",
    "Probabilities",
    "decide_by_head",
    "decide_with_rules",
    "decisive_labels",
]

Probabilities = npt.NDArray[np.float64]
Decider = Literal["rules", "heads"]

CONFIDENCE_DIGITS = 4
"""More would be noise, and would differ between processors."""
BRAND_ONLY_WORDS = 3
"""A text of at most this many words with one decisive rule hit is settled by the rule ("via Instagram")."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One label or none.

    Attributes:
        label: the answer, None when abstained.
        confidence: calibrated, of the answer or of what would have been answered.
        by: what decided.
        reason: why there is no label: ``uncertain`` or ``nothing_said``.
    """

    label: str | None
    confidence: float
    by: Decider
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """How often deciders were right on texts that they had not seen; lies beside the heads as ``measured.json``.

    Attributes:
        rule_alone: by signal, a single decisive hit in a text of a few words.
        rule_and_head: by signal, a single decisive hit that the head agrees with, but is not sure of by itself.
        duration: stated relationship durations.
        extra_source: probability from which a second referral source is named.
        sure: by head of the fast tier, confidence from which the exact one is not asked (``auto``).
    """

    rule_alone: Mapping[str, float]
    rule_and_head: Mapping[str, float]
    duration: float
    extra_source: float
    sure: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, prefix: str = "") -> Measured:
        """Read ``measured.json`` of a verified folder; ``prefix`` of its name (``fast-``).

        Raises:
            ModelError: it is missing or not what it should be.
        """
        try:
            stored = json.loads((folder / f"{prefix}measured.json").read_text(encoding="utf-8"))
            return cls(
                rule_alone={str(k): float(v) for k, v in stored["rule_alone"].items()},
                rule_and_head={str(k): float(v) for k, v in stored["rule_and_head"].items()},
                duration=float(stored["duration"]),
                extra_source=float(stored["extra_source"]),
                sure={str(k): float(v) for k, v in stored.get("sure", {}).items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                "measured.json", f"cannot be read ({type(error).__name__})", "Reinstall callsignals."
            ) from error


def decisive_labels(hits: Sequence[RuleHit]) -> tuple[str, ...]:
    """Labels with a decisive hit, in order of appearance."""
    return tuple(dict.fromkeys(hit.label for hit in hits if hit.decisive))


def decide_by_head(head: Head, probabilities: Probabilities) -> Decision:
    """The most probable class, unless it is one that says nothing or under the head's threshold."""
    best = int(probabilities.argmax())
    confidence = round(float(probabilities[best]), CONFIDENCE_DIGITS)
    if head.classes[best] in (NONE_LABEL, UNSAID_LABEL):
        return Decision(None, confidence, "heads", "nothing_said")
    if confidence < head.threshold:
        return Decision(None, confidence, "heads", "uncertain")
    return Decision(head.classes[best], confidence, "heads")


def decide_with_rules(
    signal: str, head: Head, probabilities: Probabilities, hits: Sequence[RuleHit], word_count: int, measured: Measured
) -> Decision:
    """A rule where it alone settles a text of a few words; else the head, to which rule hits are known.

    Where the head agrees with a rule but is not sure enough by itself, the measured share of such cases that were right
    is the confidence, if it is high enough. A user's own rule counts like ours.
    """
    labels = decisive_labels(hits)
    decision = decide_by_head(head, probabilities)
    if len(labels) != 1:
        return decision
    if word_count <= BRAND_ONLY_WORDS:
        return Decision(labels[0], measured.rule_alone[signal], "rules")
    agrees = head.classes[int(probabilities.argmax())] == labels[0]
    if decision.label is None and agrees and measured.rule_and_head[signal] >= head.threshold:
        return Decision(labels[0], measured.rule_and_head[signal], "heads")
    return decision
