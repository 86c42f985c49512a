"""Signals of a survey comment: NPS group, polarity, reasons, whether they recommend us, score against text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callsignals.comments.decide import CONFIDENCE_DIGITS, Decision, Measured, decide_by_head, decisive_labels
from callsignals.comments.heads import HeadFamily
from callsignals.comments.judge import Judgement, Unit
from callsignals.comments.labels import NONE_LABEL
from callsignals.comments.mismatch import disagrees
from callsignals.comments.prepare import Prepared
from callsignals.comments.scores import is_on_scale, nps_group, stance
from callsignals.vocabulary.signal import CharSpan, Signal

__all__ = ["comment_polarity", "decide_polarity", "survey_signals"]

TWO_SIDED_PROBABILITY = 0.75
"""A text is mixed when one clause is positive and another negative with at least this probability."""
WHOLE_TEXT_WEIGHT = 0.5
"""How much the whole text's polarity counts beside the clause's own, for a reason."""


def survey_signals(
    prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, measured: Measured, model: str
) -> tuple[Signal, ...]:
    """The five signals, in registry order."""
    polarity = comment_polarity(prepared, judged, family, model)
    return (
        _nps(prepared, judged, family, model),
        polarity,
        _reasons(prepared, judged, family, model),
        _recommends(prepared, measured),
        _mismatch(prepared, polarity),
    )


def comment_polarity(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    """``comment_polarity``, from the text alone."""
    if prepared.blocked is not None:
        return Signal.abstained("comment_polarity", prepared.blocked)
    decision = decide_polarity(prepared, judged, family)
    return _labelled("comment_polarity", decision, prepared, model)


def decide_polarity(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily) -> Decision:
    """The head's answer; "mixed" where clauses clearly point both ways."""
    head = family.heads["comment_polarity"]
    positive, negative = head.classes.index("positive"), head.classes.index("negative")
    parts = [judged[prepared.clause_unit(clause)]["comment_polarity"] for clause in prepared.clauses]
    if len(parts) > 1:
        both = min(max(float(p[positive]) for p in parts), max(float(p[negative]) for p in parts))
        if both >= TWO_SIDED_PROBABILITY:
            return Decision("mixed", round(both, CONFIDENCE_DIGITS), "heads")
    return decide_by_head(head, judged[prepared.whole]["comment_polarity"])


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


def _nps(prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, model: str) -> Signal:
    item = prepared.item
    group = nps_group(item.score, item.scale) if item.score is not None and item.scale is not None else None
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
    best: dict[str, _NamedReason] = {}
    for clause in prepared.clauses:
        span = prepared.plain.span(clause.start, clause.end)
        for named in _clause_reasons(judged[prepared.clause_unit(clause)], judged[prepared.whole], family, span):
            if named.label not in best or named.probability > best[named.label].probability:
                best[named.label] = named
    if not best:
        return Signal.insufficient("comment_reasons", "unsaid")
    named_reasons = sorted(best.values(), key=lambda r: (r.span.start_char, -r.probability, r.label))
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


def _clause_reasons(clause: Judgement, whole: Judgement, family: HeadFamily, span: CharSpan) -> list[_NamedReason]:
    head, tone = family.heads["comment_reasons"], family.heads["comment_polarity"]
    combined = clause["comment_polarity"] + WHOLE_TEXT_WEIGHT * whole["comment_polarity"]
    is_positive = combined[tone.classes.index("positive")] >= combined[tone.classes.index("negative")]
    polarity = "positive" if is_positive else "negative"
    probabilities = zip(head.classes, clause["comment_reasons"].tolist(), strict=True)
    return [
        _NamedReason(f"{reason}:{polarity}", p, span)
        for reason, p in probabilities
        if reason != NONE_LABEL and p >= head.threshold
    ]


def _recommends(prepared: Prepared, measured: Measured) -> Signal:
    """By rules alone: only what is said outright counts."""
    if prepared.blocked is not None:
        return Signal.abstained("recommends", prepared.blocked)
    labels = decisive_labels(prepared.hits)
    if not labels:
        return Signal.insufficient("recommends", "unsaid")
    if len(labels) > 1:
        return Signal.abstained("recommends", "contradictory", model="rules")
    return Signal(
        "recommends",
        value=float(labels[0] == "yes"),
        basis="text",
        confidence=measured.rule_alone["recommends"],
        model="rules",
        evidence=tuple(prepared.plain.span(hit.start, hit.end) for hit in prepared.hits),
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
