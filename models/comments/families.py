"""Train the heads of referral answers, survey comments and replies, and measure what their rules are worth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from corpus import Row
from labelled_rows import REFERRAL_LABELS, recommends_label, survey_examples
from plans import PLANS, plans
from workbench import SIGNAL_WITH_RULES, Workbench, fit_features, say

from callsignals.comments.calibrate import best_f1_threshold, choose_threshold
from callsignals.comments.decide import BRAND_ONLY_WORDS, Probabilities, decisive_labels
from callsignals.comments.durations import relationship_duration
from callsignals.comments.features import TextFeatures
from callsignals.comments.heads import Head, HeadFamily, HeadInputs
from callsignals.comments.labels import REASONS
from callsignals.comments.reasons import clauses
from callsignals.comments.survey import CLAUSE_WEIGHT
from callsignals.comments.training import TrainedHead, train_head

EXTRA_SOURCE_PRECISION = 0.58
OTHER_KIND_WEIGHT = 0.5
REFERRAL, RECOMMENDS, INTENT = (SIGNAL_WITH_RULES[kind] for kind in ("referral", "survey", "reply"))

Trained = tuple[HeadFamily, dict[str, TrainedHead], dict[str, Any]]


def train_referral(bench: Workbench) -> Trained:
    """Primary source (one of 16, or none), all sources (any of 16), and whether a person vouched."""
    rows, seen = bench.training("referral"), bench.developing("referral")
    primary, several, personal = (
        bench.examples([(r, r.text, f(r), 1.0) for r in rows], REFERRAL) for f in REFERRAL_LABELS
    )
    on = [bench.examples([(r, r.text, f(r), 1.0) for r in seen], REFERRAL) for f in REFERRAL_LABELS]
    features = fit_features(bench, "referral", primary)
    trained = {
        name: train_head(plan, examples, features, development, bench.layer("referral", name, plan.classes))
        for (name, plan), examples, development in zip(
            plans(bench, "referral").items(), (primary, several, personal), on, strict=True
        )
    }
    family = HeadFamily("referral", features, {name: t.head for name, t in trained.items()})
    return family, trained, referral_shares(bench, seen, trained, features)


def referral_shares(
    bench: Workbench, seen: Sequence[Row], trained: dict[str, TrainedHead], features: TextFeatures | None
) -> dict[str, Any]:
    """What rules and second sources were worth on the development texts."""
    shares = rule_shares(bench, seen, trained["referral_source"], REFERRAL, lambda r: r.labels["sources"])
    shares["extra_source"] = _extra_source_threshold(bench, seen, trained["referral_sources"], features)
    return shares


def _extra_source_threshold(
    bench: Workbench, rows: Sequence[Row], trained: TrainedHead, features: TextFeatures | None
) -> float:
    """Over the sources that are not a text's first: from which probability on they are right often enough."""
    best = np.maximum(trained.judged, clearest_clause(bench, rows, trained.head, features))
    probability, right = [], []
    for row, line in zip(rows, (trained.judged + best) / 2, strict=True):
        for name, p in zip(trained.head.classes, line, strict=True):
            if name not in row.labels["sources"][:1]:
                probability.append(p)
                right.append(name in row.labels["sources"])
    return choose_threshold(np.array(probability), np.array(right), EXTRA_SOURCE_PRECISION).confidence


def clearest_clause(bench: Workbench, rows: Sequence[Row], head: Head, features: TextFeatures | None) -> Probabilities:
    """``[n, k]``: each label's highest probability over the clauses of a text."""
    parts = [
        [(row, clause.text, (), 1.0) for clause in clauses(row.text)] or [(row, row.text, (), 1.0)] for row in rows
    ]
    examples = bench.examples([part for found in parts for part in found], None)
    rules = np.zeros((len(examples.texts), len(head.rule_labels)), np.float32)
    judged = head.probabilities(HeadInputs.of(features, examples.texts, examples.languages, examples.vectors, rules))
    ends = np.cumsum([len(found) for found in parts])
    return np.array([judged[end - len(found) : end].max(axis=0) for end, found in zip(ends, parts, strict=True)])


def rule_shares(
    bench: Workbench, rows: Sequence[Row], trained: TrainedHead, signal: str, truth: Callable[[Row], Sequence[str]]
) -> dict[str, Any]:
    """How often one decisive hit was right: alone in a short text, and where the head agreed without being sure.

    On development texts; Laplace-smoothed, so that no share is ever 1.
    """
    alone, agreed = [], []
    for row, probabilities in zip(rows, trained.judged, strict=True):
        labels = decisive_labels(bench.rules.hits(signal, row.text, row.language))
        if len(labels) != 1:
            continue
        right = labels[0] in truth(row)[:1]
        if len(re.findall(r"\w+", row.text)) <= BRAND_ONLY_WORDS:
            alone.append(right)
        best = int(probabilities.argmax())
        if trained.head.classes[best] == labels[0] and probabilities[best] < trained.head.threshold:
            agreed.append(right)
    return {"rule_alone": _smoothed(alone), "rule_and_head": _smoothed(agreed), "rule_n": [len(alone), len(agreed)]}


def _smoothed(right: Sequence[bool]) -> float:
    return round((sum(right) + 1) / (len(right) + 2), 4)


def train_survey(bench: Workbench) -> Trained:
    """Polarity, NPS group from text, reasons, and whether they recommend."""
    ours, licensed, seen = bench.training("survey"), bench.training("polarity"), bench.developing("survey")
    on = {name: bench.examples(survey_examples(name, ours, licensed), RECOMMENDS) for name in PLANS["survey"]}
    dev = {name: bench.examples(survey_examples(name, seen, [], whole=True), RECOMMENDS) for name in PLANS["survey"]}
    features = fit_features(bench, "survey", on["comment_polarity"])
    trained = {
        name: train_head(plan, on[name], features, dev[name], bench.layer("survey", name, plan.classes))
        for name, plan in plans(bench, "survey").items()
    }
    trained["comment_reasons"] = with_clauses(bench, seen, trained["comment_reasons"], features)
    family = HeadFamily("survey", features, {name: t.head for name, t in trained.items()})
    said = [r for r in seen if r.labels.get("polarity")]
    return family, trained, rule_shares(bench, said, trained["recommends"], RECOMMENDS, recommends_label)


def with_clauses(
    bench: Workbench, rows: Sequence[Row], trained: TrainedHead, features: TextFeatures | None
) -> TrainedHead:
    """The reasons' threshold as it is used: on whole text and clearest clause together."""
    best = clearest_clause(bench, rows, trained.head, features)
    truth = np.array(
        [[reason in {x["reason"] for x in row.labels.get("reasons", [])} for reason in REASONS] for row in rows]
    )
    for weight in (0.0, 0.3, 0.5, 0.7, 1.0):
        combined = (1 - weight) * trained.judged + weight * best
        found = best_f1_threshold(combined.reshape(-1), truth.reshape(-1))
        guess = combined >= found.confidence
        f1 = 2 * (guess & truth).sum() / (guess.sum() + truth.sum())
        say(f"reasons, weight of the clause {weight}: micro-F1 {f1:.3f} at {found.confidence:.3f}")
    combined = (1 - CLAUSE_WEIGHT) * trained.judged + CLAUSE_WEIGHT * best
    threshold = best_f1_threshold(combined.reshape(-1), truth.reshape(-1))
    return replace(trained, head=replace(trained.head, threshold=threshold.confidence), threshold=threshold)


def train_reply(bench: Workbench) -> Trained:
    """Intent and tone of replies; survey texts help with the tone."""
    ours, survey, seen = bench.training("reply"), bench.training("survey"), bench.developing("reply")
    intent = bench.examples([(r, r.text, (r.labels["intent"],), 1.0) for r in ours], INTENT)
    polarity = bench.examples(
        [
            *((r, r.text, (r.labels["polarity"],), 1.0) for r in ours),
            *((r, r.text, (r.labels["polarity"],), OTHER_KIND_WEIGHT) for r in survey if r.labels.get("polarity")),
        ],
        INTENT,
    )
    features = fit_features(bench, "reply", polarity)
    trained = {}
    for (name, plan), examples in zip(plans(bench, "reply").items(), (intent, polarity), strict=True):
        label = name.removeprefix("reply_").removeprefix("comment_")
        dev = bench.examples([(r, r.text, (r.labels[label],), 1.0) for r in seen], INTENT)
        trained[name] = train_head(plan, examples, features, dev, bench.layer("reply", name, plan.classes))
    family = HeadFamily("reply", features, {name: t.head for name, t in trained.items()})
    return family, trained, rule_shares(bench, seen, trained["reply_intent"], INTENT, lambda r: [r.labels["intent"]])


def duration_share(rows: Sequence[Row]) -> float:
    """How often a duration that the rules found was exactly the labelled one, on development texts."""
    found = [(relationship_duration(r.text, r.language), r.labels.get("months")) for r in rows]
    return _smoothed([f.months == months for f, months in found if f is not None and f.months is not None])
