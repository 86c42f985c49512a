"""Signals of a reply to our message: what they want, and in what tone."""

from __future__ import annotations

from collections.abc import Mapping

from callsignals.comments.decide import Measured, decide_with_rules
from callsignals.comments.heads import HeadFamily
from callsignals.comments.judge import Judgement, Unit
from callsignals.comments.prepare import Prepared
from callsignals.comments.survey import comment_polarity
from callsignals.vocabulary.signal import Signal

__all__ = ["reply_signals"]


def reply_signals(
    prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, measured: Measured, model: str
) -> tuple[Signal, ...]:
    """The two signals, in registry order."""
    return (_intent(prepared, judged, family, measured, model), comment_polarity(prepared, judged, family, model))


def _intent(
    prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, measured: Measured, model: str
) -> Signal:
    if prepared.blocked is not None:
        return Signal.abstained("reply_intent", prepared.blocked)
    probabilities = judged[prepared.whole]["reply_intent"]
    decision = decide_with_rules(
        "reply_intent", family.heads["reply_intent"], probabilities, prepared.hits, prepared.word_count, measured
    )
    said_by = "rules" if decision.by == "rules" else model
    if decision.label is None:
        reason = decision.reason or "uncertain"
        return Signal.abstained("reply_intent", reason, confidence=decision.confidence, model=said_by)
    spans = tuple(prepared.plain.span(h.start, h.end) for h in prepared.hits if h.label == decision.label)
    return Signal(
        "reply_intent",
        label=decision.label,
        labels=(decision.label,),
        basis="text",
        confidence=decision.confidence,
        model=said_by,
        evidence=spans or (prepared.plain.span(0, len(prepared.plain.text)),),
    )
