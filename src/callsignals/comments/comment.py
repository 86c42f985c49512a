"""A comment as it comes in, and as it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callsignals.inputs.rows import CommentKind, Scale
from callsignals.vocabulary.signal import Signal, Status

__all__ = ["ClassifiedComment", "CommentText"]


@dataclass(frozen=True, slots=True)
class CommentText:
    """One comment to classify.

    Attributes:
        text: as the customer wrote it; may be empty when there is a score.
        kind: referral, survey or reply.
        language: what the table's ``language`` column says (ISO 639-1), None when blank.
        language_hint: language of the same lead's other texts; used when neither text nor column tells.
        score: on ``scale``, as given.
        scale: what the score means; None without a score.
        created_at: when it was written (a date or datetime): "since 2019" needs it.
    """

    text: str
    kind: CommentKind
    language: str | None = None
    language_hint: str | None = None
    score: float | None = None
    scale: Scale | None = None
    created_at: date | None = None


@dataclass(frozen=True, slots=True)
class ClassifiedComment:
    """What a comment says, or why that cannot be told.

    Attributes:
        kind: as given.
        language: ISO 639-1 as detected (also outside en/sv/fi), else the column's, else the hint's, else None.
        label: label of the headline signal (``referral_source``, ``nps_group`` or ``reply_intent``).
        confidence: of the headline signal, calibrated, 0..1; None when nothing was predicted.
        status: of the headline signal.
        reason: of the headline signal, when it has no label.
        signals: every signal of the kind, in registry order.
    """

    kind: CommentKind
    language: str | None
    label: str | None
    confidence: float | None
    status: Status
    reason: str | None
    signals: tuple[Signal, ...]

    def signal(self, name: str) -> Signal:
        """The signal called ``name``; KeyError when this kind has none."""
        for signal in self.signals:
            if signal.name == name:
                return signal
        raise KeyError(name)
