"""Signals of a referral comment: source, whether a person vouched, how long they have followed us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from callsignals.comments.decide import (
    CONFIDENCE_DIGITS,
    Decision,
    Measured,
    Probabilities,
    decide_with_rules,
    decisive_labels,
)
from callsignals.comments.durations import relationship_duration
from callsignals.comments.heads import HeadFamily
from callsignals.comments.judge import Judgement, Unit
from callsignals.comments.labels import PERSONAL_SOURCES, REFERRAL_SOURCES
from callsignals.comments.prepare import Prepared
from callsignals.vocabulary.signal import CharSpan, Signal

__all__ = ["mentioned_sources", "personal_probability", "referral_signals"]

PERSONAL_FROM = 0.5
CLAUSE_FACTOR = 0.7
"""A clause says less surely than the whole text that a person vouched."""
RULED_EXTRA_FACTOR = 0.75
"""A source with a decisive rule hit is named beside the first one from this share of the usual probability on."""


def referral_signals(
    prepared: Prepared, judged: Mapping[Unit, Judgement], family: HeadFamily, measured: Measured, model: str
) -> tuple[Signal, ...]:
    """The three signals, in registry order."""
    if prepared.blocked is not None:
        names = ("referral_source", "referral_personal", "relationship_months")
        return tuple(Signal.abstained(name, prepared.blocked) for name in names)
    head = family.heads["referral_source"]
    whole = judged[prepared.whole]
    parts = [judged[unit] for unit in prepared.clause_units]
    decision = decide_with_rules(
        "referral_source", head, whole["referral_source"], prepared.hits, prepared.word_count, measured
    )
    mentioned = mentioned_sources(whole, parts)
    sources = _sources(decision, prepared, dict(zip(REFERRAL_SOURCES, mentioned.tolist(), strict=True)), measured)
    return (
        _source(decision, sources, prepared, model),
        _personal(decision, personal_probability(family, whole, parts), model),
        _months(prepared, measured),
    )


def mentioned_sources(whole: Judgement, clauses: Sequence[Judgement]) -> Probabilities:
    """``[16]`` how likely each source is mentioned: in the whole text, and in the clause where it is clearest."""
    own = whole["referral_sources"]
    others = [clause["referral_sources"] for clause in clauses if clause is not whole]
    if not others:
        return own
    best = np.max([own, *others], axis=0)
    return np.asarray((own + best) / 2, np.float64)


def personal_probability(family: HeadFamily, whole: Judgement, clauses: Sequence[Judgement]) -> float:
    """How likely a person vouched: three views of the whole text averaged, or one clause that says it clearly."""
    yes = family.heads["referral_personal"].classes.index("yes")
    first, several = family.heads["referral_source"].classes, family.heads["referral_sources"].classes
    views = (
        float(whole["referral_personal"][yes]),
        sum(float(whole["referral_source"][first.index(name)]) for name in PERSONAL_SOURCES),
        max(float(whole["referral_sources"][several.index(name)]) for name in PERSONAL_SOURCES),
    )
    best = (
        max((float(clause["referral_personal"][yes]) for clause in clauses), default=0.0) if len(clauses) > 1 else 0.0
    )
    return max(sum(views) / len(views), CLAUSE_FACTOR * best)


def _sources(
    decision: Decision, prepared: Prepared, mentioned: Mapping[str, float], measured: Measured
) -> tuple[str, ...]:
    """All sources, the decided one first, then by probability."""
    if decision.label is None:
        return ()
    if decision.by == "rules":
        return (decision.label,)
    ruled = set(decisive_labels(prepared.hits))
    others = [
        name
        for name, p in mentioned.items()
        if name != decision.label and p >= measured.extra_source * (RULED_EXTRA_FACTOR if name in ruled else 1.0)
    ]
    return (decision.label, *sorted(others, key=lambda name: (-mentioned[name], name)))


def _source(decision: Decision, sources: tuple[str, ...], prepared: Prepared, model: str) -> Signal:
    said_by = "rules" if decision.by == "rules" else model
    if decision.label is None:
        return Signal.abstained(
            "referral_source", decision.reason or "uncertain", confidence=decision.confidence, model=said_by
        )
    return Signal(
        "referral_source",
        label=decision.label,
        labels=sources,
        basis="text",
        confidence=decision.confidence,
        model=said_by,
        evidence=_evidence(prepared, sources),
    )


def _evidence(prepared: Prepared, sources: tuple[str, ...]) -> tuple[CharSpan, ...]:
    """The rule hits that speak for the sources; the whole text where only the heads do."""
    spans = tuple(prepared.plain.span(h.start, h.end) for h in prepared.hits if h.label in sources)
    return spans or (prepared.plain.span(0, len(prepared.plain.text)),)


def _personal(decision: Decision, probability: float, model: str) -> Signal:
    """Whether a person vouched: as a rule says of a brand, else what is more likely."""
    if decision.by == "rules":
        value = float(decision.label in PERSONAL_SOURCES)
        return Signal("referral_personal", value=value, basis="text", confidence=decision.confidence, model="rules")
    if decision.reason == "nothing_said":
        return Signal.abstained("referral_personal", "nothing_said", confidence=decision.confidence, model=model)
    said = probability >= PERSONAL_FROM
    confidence = round(probability if said else 1 - probability, CONFIDENCE_DIGITS)
    return Signal("referral_personal", value=float(said), basis="text", confidence=confidence, model=model)


def _months(prepared: Prepared, measured: Measured) -> Signal:
    found = relationship_duration(prepared.plain.text, prepared.language, prepared.item.created_at)
    if found is None:
        return Signal.insufficient("relationship_months", "unsaid")
    if found.months is None:
        return Signal.insufficient("relationship_months", "undated")
    return Signal(
        "relationship_months",
        value=found.months,
        basis="text",
        confidence=measured.duration,
        model="rules",
        evidence=(prepared.plain.span(found.start, found.end),),
    )
