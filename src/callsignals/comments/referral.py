"""Signals of a referral comment: source, whether a person vouched, how long they have followed us."""

from __future__ import annotations

from callsignals.comments.decide import CONFIDENCE_DIGITS, Decision, Measured, decide_with_rules, decisive_labels
from callsignals.comments.durations import relationship_duration
from callsignals.comments.heads import HeadFamily
from callsignals.comments.judge import Judgement
from callsignals.comments.labels import NONE_LABEL, PERSONAL_SOURCES
from callsignals.comments.prepare import Prepared
from callsignals.vocabulary.signal import CharSpan, Signal

__all__ = ["PERSONAL_CONFIDENCE", "referral_signals"]

PERSONAL_CONFIDENCE = 0.9
"""Where the source itself is uncertain, "a person vouched" is still said from this probability on."""
RULED_EXTRA_PROBABILITY = 0.2
"""A source with a decisive rule hit is named beside the first one from this probability on."""


def referral_signals(
    prepared: Prepared, judgement: Judgement | None, family: HeadFamily, measured: Measured, model: str
) -> tuple[Signal, ...]:
    """The three signals, in registry order."""
    if prepared.blocked is not None or judgement is None:
        reason = prepared.blocked or "empty"
        names = ("referral_source", "referral_personal", "relationship_months")
        return tuple(Signal.abstained(name, reason) for name in names)
    head = family.heads["referral_source"]
    decision = decide_with_rules(
        "referral_source", head, judgement["referral_source"], prepared.hits, prepared.word_count, measured
    )
    sources = _sources(decision, prepared, judgement, family, measured)
    return (
        _source(decision, sources, prepared, model),
        _personal(decision, sources, judgement, family, model),
        _months(prepared, measured),
    )


def _sources(
    decision: Decision, prepared: Prepared, judgement: Judgement, family: HeadFamily, measured: Measured
) -> tuple[str, ...]:
    """All sources, the decided one first, then by probability."""
    if decision.label is None:
        return ()
    if decision.by == "rules":
        return (decision.label,)
    classes = family.heads["referral_sources"].classes
    probabilities = dict(zip(classes, judgement["referral_sources"].tolist(), strict=True))
    ruled = set(decisive_labels(prepared.hits))
    others = [
        name
        for name, p in probabilities.items()
        if name != decision.label and (p >= measured.extra_source or (name in ruled and p >= RULED_EXTRA_PROBABILITY))
    ]
    return (decision.label, *sorted(others, key=lambda name: (-probabilities[name], name)))


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


def _personal(
    decision: Decision, sources: tuple[str, ...], judgement: Judgement, family: HeadFamily, model: str
) -> Signal:
    if sources:
        personal = any(source in PERSONAL_SOURCES for source in sources)
        said_by = "rules" if decision.by == "rules" else model
        return Signal(
            "referral_personal", value=float(personal), basis="text", confidence=decision.confidence, model=said_by
        )
    classes = family.heads["referral_source"].classes
    probabilities = dict(zip(classes, judgement["referral_source"].tolist(), strict=True))
    by_person = sum(probabilities[name] for name in PERSONAL_SOURCES)
    otherwise = 1 - by_person - probabilities.get(NONE_LABEL, 0.0)
    confidence = round(max(by_person, otherwise), CONFIDENCE_DIGITS)
    if confidence < PERSONAL_CONFIDENCE:
        reason = decision.reason or "uncertain"
        return Signal.abstained("referral_personal", reason, confidence=confidence, model=model)
    value = float(by_person > otherwise)
    return Signal("referral_personal", value=value, basis="text", confidence=confidence, model=model)


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
