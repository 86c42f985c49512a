"""Signals of a survey comment: NPS group, polarity, reasons, whether they recommend us, score against text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from callsignals.comments.comment import CommentText
from callsignals.comments.decide import CONFIDENCE_DIGITS, Decision, Measured, decide_by_head
from callsignals.comments.heads import HeadFamily
from callsignals.comments.judge import Judgement, Unit
from callsignals.comments.mismatch import disagrees
from callsignals.comments.prepare import Prepared
from callsignals.comments.scores import NpsGroup, is_on_scale, nps_group, stance
from callsignals.vocabulary.signal import CharSpan, Signal

__all__ = ["comment_polarity", "decide_polarity", "survey_signals"]

WHOLE_TEXT_WEIGHT = 2.0
"""How much the whole text's polarity counts beside the clause's own, for a reason."""
CLAUSE_WEIGHT = 0.5
"""How much the clause in which a reason is clearest counts beside the whole text, for naming the reason."""


def survey_signals(
    prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, _: Measured, model: str
) -> tuple[Signal, ...]:
    """The five signals, in registry order; no rule decides any of them by itself."""
    polarity = comment_polarity(prepared, judged, family, model)
    return (
        _nps(prepared, judged, family, model),
        polarity,
        _reasons(prepared, judged, family, model),
        _recommends(prepared, judged, family, model),
        _mismatch(prepared, polarity),
    )


def comment_polarity(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    """``comment_polarity``, from the text alone."""
    if prepared.blocked is not None:
        return Signal.abstained("comment_polarity", prepared.blocked)
    decision = decide_polarity(prepared, judged, family)
    return _labelled("comment_polarity", decision, prepared, model)


def decide_polarity(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily) -> Decision:
    """The head's answer about the whole text."""
    return decide_by_head(family.heads["comment_polarity"], judged[prepared.whole]["comment_polarity"])


def _labelled(name: str, decision: Decision, prepared: Prepared, model: str) -> Signal:
    if decision.label is None:
        reason = decision.reason or "uncertain"
        return Signal.abstained(name, reason, confidence=decision.confidence, model=model)
    return Signal(
        name,
        label=decision.label,
        labels=(decision.label,),
        basis="text",
        confidence=decision.confidence,
        model=model,
        evidence=(prepared.plain.span(0, len(prepared.plain.text)),),
    )


def _scored_group(item: CommentText) -> NpsGroup | None:
    """The group that the score tells; None without a score on an NPS scale."""
    return nps_group(item.score, item.scale) if item.score is not None and item.scale is not None else None


def _nps(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    group = _scored_group(prepared.item)
    if group is not None:
        return Signal("nps_group", label=group, labels=(group,), basis="score", confidence=1.0, model="score")
    if prepared.blocked is not None:
        return Signal.abstained("nps_group", prepared.blocked)
    decision = decide_by_head(family.heads["nps_group"], judged[prepared.whole]["nps_group"])
    return _labelled("nps_group", decision, prepared, model)


@dataclass(frozen=True, slots=True)
class _NamedReason:
    label: str
    probability: float
    span: CharSpan


def _reasons(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    """Labels ``reason:polarity`` in the order of their quotes; ``evidence[i]`` is the quote of ``labels[i]``."""
    if prepared.blocked is not None:
        return Signal.abstained("comment_reasons", prepared.blocked)
    named_reasons = sorted(
        _named_reasons(prepared, judged, family), key=lambda r: (r.span.start_char, -r.probability, r.label)
    )
    if not named_reasons:
        return Signal.insufficient("comment_reasons", "unsaid")
    return Signal(
        "comment_reasons",
        label=max(named_reasons, key=lambda r: r.probability).label,
        labels=tuple(r.label for r in named_reasons),
        n=len(named_reasons),
        basis="text",
        confidence=round(min(r.probability for r in named_reasons), CONFIDENCE_DIGITS),
        model=model,
        evidence=tuple(r.span for r in named_reasons),
    )


def _named_reasons(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily) -> list[_NamedReason]:
    """Reasons of the whole text, each with the clause that says it most clearly."""
    head = family.heads["comment_reasons"]
    whole = judged[prepared.whole]
    parts = [judged[unit] for unit in prepared.clause_units]
    by_clause = np.array([part["comment_reasons"] for part in parts])
    combined = (1 - CLAUSE_WEIGHT) * whole["comment_reasons"] + CLAUSE_WEIGHT * by_clause.max(axis=0)
    found = []
    for column in np.flatnonzero(combined >= head.threshold):
        best = int(by_clause[:, column].argmax())
        clause = prepared.clauses[best]
        tone = _tone(parts[best], whole, family)
        span = prepared.plain.span(clause.start, clause.end)
        found.append(_NamedReason(f"{head.classes[column]}:{tone}", float(combined[column]), span))
    return found


def _tone(clause: Judgement, whole: Judgement, family: HeadFamily) -> str:
    classes = family.heads["comment_polarity"].classes
    combined = clause["comment_polarity"] + WHOLE_TEXT_WEIGHT * whole["comment_polarity"]
    is_positive = combined[classes.index("positive")] >= combined[classes.index("negative")]
    return "positive" if is_positive else "negative"


def _recommends(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    """Whether they say that they would recommend us, or would not; most texts say neither.

    By the head alone, to which rule hits are known: a stock phrase may stand in a sentence that means the opposite.
    """
    if prepared.blocked is not None:
        return Signal.abstained("recommends", prepared.blocked)
    head = family.heads["recommends"]
    decision = decide_by_head(head, judged[prepared.whole]["recommends"])
    if decision.label is None:
        if decision.reason == "nothing_said":
            return Signal.insufficient("recommends", "unsaid")
        return Signal.abstained("recommends", "uncertain", confidence=decision.confidence, model=model)
    spans = tuple(prepared.plain.span(hit.start, hit.end) for hit in prepared.hits if hit.label == decision.label)
    return Signal(
        "recommends",
        value=float(decision.label == "yes"),
        basis="text",
        confidence=decision.confidence,
        model=model,
        evidence=spans or (prepared.plain.span(0, len(prepared.plain.text)),),
    )


def _mismatch(prepared: Prepared, polarity: Signal) -> Signal:
    item = prepared.item
    if item.score is None or item.scale is None:
        return Signal.insufficient("score_text_mismatch", "no_score")
    if not is_on_scale(item.score, item.scale):
        return Signal.insufficient("score_text_mismatch", "score_off_scale")
    attitude = stance(item.score, item.scale)
    if polarity.label is None or attitude is None:
        return Signal.abstained("score_text_mismatch", polarity.reason or "uncertain", confidence=polarity.confidence)
    return Signal(
        "score_text_mismatch",
        value=float(disagrees(attitude, polarity.label)),
        basis="text",
        confidence=polarity.confidence,
        model=polarity.model,
        evidence=polarity.evidence,
    )
