"""Train the comment heads and measure them.

  python models/comments/train.py [--cache vectors.npz] [--tier exact|fast] [--evaluate-only]

reads ``data/``, writes the heads of one tier (``referral.skops``, ``survey.skops``, ``reply.skops``, ``measured.json``;
with ``fast-`` before their names for the fast one) and ``manifest.json`` beside itself. ``--evaluate-only`` measures
both tiers and the cascade and writes ``metrics.json``. The same data and library versions give the same weights,
though not the same bytes (skops names members by object identity).

Order: ``--tier exact``, then ``distil.py``, ``--tier fast``, ``--evaluate-only``, ``card.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import corpus
import measure
import numpy as np
import numpy.typing as npt
from corpus import Row

from callsignals.comments import CommentClassifier
from callsignals.comments.calibrate import best_f1_threshold, choose_threshold
from callsignals.comments.decide import BRAND_ONLY_WORDS, Probabilities, decisive_labels
from callsignals.comments.durations import relationship_duration
from callsignals.comments.fast_vectors import FAST_FILE, FastEncoder
from callsignals.comments.features import TextFeatures
from callsignals.comments.heads import FAMILIES, Head, HeadFamily, save_family
from callsignals.comments.judge import Encoder, Unit
from callsignals.comments.labels import (
    NONE_LABEL,
    NPS_GROUPS,
    PERSONAL_SOURCES,
    POLARITIES,
    REASONS,
    REFERRAL_SOURCES,
    REPLY_INTENTS,
    UNSAID_LABEL,
)
from callsignals.comments.reasons import clauses
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.survey import CLAUSE_WEIGHT
from callsignals.comments.tiers import FAST_PREFIX, confidence_of, exact_judge, fast_judge
from callsignals.comments.training import Examples, HeadPlan, TrainedHead, train_head
from callsignals.comments.vectors import SentenceEncoder
from callsignals.vocabulary.spoken import LANGUAGES

HERE = Path(__file__).resolve().parent
PRECISION = 0.90
EXTRA_SOURCE_PRECISION = 0.58
FAST_C = 0.03
AGREEMENT = 0.985
ROBUSTNESS_EVERY = 8
"""Changed texts take as long as others: every eighth will do."""
LICENSED_WEIGHT = 0.3
OTHER_KIND_WEIGHT = 0.5
QUOTE_SHARE = 0.5
MAXIMUM_FEATURES = {"referral": (12_000, 30_000), "survey": (12_000, 30_000), "reply": (8_000, 20_000)}
CLAUSE_WEIGHT_IN_TRAINING = 0.7
REFERRAL, RECOMMENDS, INTENT = "referral_source", "recommends", "reply_intent"
NPS_OF_POLARITY = {"positive": "promoter", "negative": "detractor"}


PLANS: dict[str, dict[str, HeadPlan]] = {
    "referral": {
        "referral_source": HeadPlan(
            "referral_source", "one_of", (*REFERRAL_SOURCES, NONE_LABEL), REFERRAL_SOURCES, PRECISION, 0.86, NONE_LABEL
        ),
        "referral_sources": HeadPlan("referral_sources", "any_of", REFERRAL_SOURCES, REFERRAL_SOURCES, PRECISION),
        "referral_personal": HeadPlan(
            "referral_personal", "one_of", ("yes", "no", NONE_LABEL), REFERRAL_SOURCES, 0.93, 0.93, NONE_LABEL
        ),
    },
    "survey": {
        "comment_polarity": HeadPlan(
            "comment_polarity",
            "one_of",
            (*POLARITIES, NONE_LABEL),
            ("yes", "no"),
            PRECISION,
            0.9,
            NONE_LABEL,
            dense_c=1.0,
        ),
        "nps_group": HeadPlan(
            "nps_group", "one_of", (*NPS_GROUPS, NONE_LABEL), ("yes", "no"), PRECISION, 0.86, NONE_LABEL, dense_c=1.0
        ),
        "comment_reasons": HeadPlan("comment_reasons", "any_of", REASONS, ("yes", "no"), PRECISION, best_f1=True),
        "recommends": HeadPlan(
            "recommends", "one_of", ("yes", "no", UNSAID_LABEL), ("yes", "no"), PRECISION, 0.0, UNSAID_LABEL
        ),
    },
    "reply": {
        "reply_intent": HeadPlan("reply_intent", "one_of", REPLY_INTENTS, REPLY_INTENTS, PRECISION, 0.88),
        "comment_polarity": HeadPlan("comment_polarity", "one_of", POLARITIES, REPLY_INTENTS, PRECISION, 0.85),
    },
}
"""The heads of each family: wanted precision, and the least coverage that a manager can use."""


def plans(bench: Workbench, family: str) -> dict[str, HeadPlan]:
    """The heads to train; those of the fast tier need a stronger penalty, for its vectors know their texts by heart."""
    if not bench.prefix:
        return PLANS[family]
    return {name: replace(plan, dense_c=FAST_C) for name, plan in PLANS[family].items()}


def _personal(row: Row) -> tuple[str, ...]:
    sources = row.labels["sources"]
    return ("yes" if PERSONAL_SOURCES & set(sources) else "no",) if sources else (NONE_LABEL,)


REFERRAL_LABELS: tuple[Callable[[Row], tuple[str, ...]], ...] = (
    lambda row: tuple(row.labels["sources"][:1]) or (NONE_LABEL,),
    lambda row: tuple(row.labels["sources"]),
    _personal,
)


def say(line: str) -> None:
    """One line for the person who trains."""
    print(line, file=sys.stderr, flush=True)


class Workbench:
    """Rows with their vectors, and the rules."""

    def __init__(
        self, rows: Sequence[Row], encoder: Encoder, cache: Path | None, rules: RuleSet, prefix: str = ""
    ) -> None:
        self.rules, self.prefix = rules, prefix
        self._encoder, self._cache = encoder, cache
        self.train = [row for row in rows if row.source == "ours" or not corpus.is_held_out(row)]
        self.held_out = [row for row in rows if row.source != "ours" and corpus.is_held_out(row)]
        self.development = [r for r in corpus.load_evaluation("heldout") if r.language in LANGUAGES]

    def examples(self, labelled: Sequence[Labelled], signal: str | None) -> Examples:
        """Examples of these; ``signal`` names the rules whose hits are features."""
        texts = [text for _, text, *_ in labelled]
        hits = [
            tuple(dict.fromkeys(h.label for h in self.rules.hits(signal, text, row.language))) if signal else ()
            for row, text, *_ in labelled
        ]
        return Examples(
            texts=texts,
            vectors=corpus.cached_vectors(self._encoder, texts, self._cache, say),
            languages=[row.language for row, *_ in labelled],
            labels=[labels for _, _, labels, *_ in labelled],
            hits=hits,
            groups=[row.group for row, *_ in labelled],
            weights=np.array([weight for *_, weight in labelled], float),
            scored=np.ones(len(labelled), bool),
        )

    def training(self, *kinds: str) -> list[Row]:
        """Training rows of these kinds."""
        return [row for row in self.train if row.kind in kinds]

    def developing(self, kind: str) -> list[Row]:
        """Development rows of a kind."""
        return [row for row in self.development if row.kind == kind]


Labelled = tuple[Row, str, tuple[str, ...], float]
"""A row, the text or clause, what applies to it, and how much it counts."""


def fit_features(bench: Workbench, family: str, examples: Examples) -> TextFeatures | None:
    """Feature maps of one family; the fast tier has none."""
    if bench.prefix:
        return None
    return TextFeatures.fit(examples.texts, examples.vectors, examples.languages, MAXIMUM_FEATURES[family])


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
        name: train_head(plan, examples, features, development)
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
    tfidf = None if features is None else features.sparse(examples.texts)
    dense = examples.vectors if features is None else features.dense(examples.vectors, examples.languages)
    rules = np.zeros((len(examples.texts), len(head.rule_labels)), np.float32)
    judged = head.probabilities(tfidf, dense, rules)
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
    trained = {name: train_head(plan, on[name], features, dev[name]) for name, plan in plans(bench, "survey").items()}
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


def survey_examples(name: str, ours: Sequence[Row], licensed: Sequence[Row], whole: bool = False) -> list[Labelled]:
    """What one survey head is fitted on; ``whole``: no clauses."""
    if name == "comment_polarity":
        return [
            *((r, r.text, (r.labels.get("polarity") or NONE_LABEL,), 1.0) for r in ours),
            *((r, r.text, (r.labels["polarity"],), LICENSED_WEIGHT) for r in licensed),
        ]
    if name == "nps_group":
        return [
            *(
                (r, r.text, (r.labels.get("nps") or NONE_LABEL,), 1.0)
                for r in ours
                if r.labels.get("nps") or not r.labels.get("polarity")
            ),
            *(
                (r, r.text, (NPS_OF_POLARITY[r.labels["polarity"]],), LICENSED_WEIGHT)
                for r in licensed
                if r.labels["polarity"] in NPS_OF_POLARITY
            ),
        ]
    if name == "recommends":
        return [(r, r.text, recommends_label(r), 1.0) for r in ours if r.labels.get("polarity")]
    texts = [(r, r.text, tuple(dict.fromkeys(x["reason"] for x in r.labels.get("reasons", []))), 1.0) for r in ours]
    return texts if whole else [*texts, *(example for r in ours for example in clause_examples(r))]


def recommends_label(row: Row) -> tuple[str, ...]:
    """yes, no, or unsaid."""
    said = row.labels.get("recommends")
    return (UNSAID_LABEL if said is None else "yes" if said else "no",)


def clause_examples(row: Row) -> list[Labelled]:
    """Clauses of texts that have several, with the reasons whose quotes they share at least half of."""
    parts = clauses(row.text)
    if len(parts) < 2:
        return []
    quotes = [
        (reason["reason"], row.text.find(reason["quote"]), len(reason["quote"]))
        for reason in row.labels.get("reasons", [])
    ]
    examples = []
    for clause in parts:
        labels = []
        for reason, start, length in quotes:
            shared = min(clause.end, start + length) - max(clause.start, start)
            if start >= 0 and shared >= QUOTE_SHARE * min(length, clause.end - clause.start):
                labels.append(reason)
        examples.append((row, clause.text, tuple(dict.fromkeys(labels)), CLAUSE_WEIGHT_IN_TRAINING))
    return examples


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
        trained[name] = train_head(plan, examples, features, dev)
    family = HeadFamily("reply", features, {name: t.head for name, t in trained.items()})
    return family, trained, rule_shares(bench, seen, trained["reply_intent"], INTENT, lambda r: [r.labels["intent"]])


def duration_share(rows: Sequence[Row]) -> float:
    """How often a duration that the rules found was exactly the labelled one, on development texts."""
    found = [(relationship_duration(r.text, r.language), r.labels.get("months")) for r in rows]
    return _smoothed([f.months == months for f, months in found if f is not None and f.months is not None])


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Stable JSON, line feeds on every system."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def write_manifest(folder: Path, names: Sequence[str], licence: str, source: str) -> None:
    """The digests by which the files are verified before use."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    write_json(folder / "manifest.json", {"files": files, "licence": licence, "source": source})


def train_all(bench: Workbench, folder: Path) -> dict[str, Any]:
    """Fit every family, write the head files and ``measured.json``; returns thresholds for the card."""
    measured: dict[str, Any] = {"rule_alone": {}, "rule_and_head": {}}
    thresholds: dict[str, Any] = {}
    trainers = {"referral": train_referral, "survey": train_survey, "reply": train_reply}
    signals = {"referral": "referral_source", "survey": "recommends", "reply": "reply_intent"}
    for name in FAMILIES:
        say(f"training {name}")
        family, trained, shares = trainers[name](bench)
        save_family(family, folder / f"{bench.prefix}{name}.skops")
        measured["rule_alone"][signals[name]] = shares["rule_alone"]
        measured["rule_and_head"][signals[name]] = shares["rule_and_head"]
        thresholds[f"{name} rules, n alone and n agreed"] = shares["rule_n"]
        if "extra_source" in shares:
            measured["extra_source"] = shares["extra_source"]
        for head, result in trained.items():
            found = result.threshold
            thresholds[f"{name}.{head}"] = {
                "dense_share": result.head.dense_share,
                "temperature": round(result.head.temperature, 3),
                "threshold": round(found.confidence, 3),
                "precision": round(found.precision, 3),
                "coverage": round(found.coverage, 3),
                "precision_reached": found.reached,
            }
    measured["duration"] = duration_share(bench.developing("referral"))
    write_json(folder / f"{bench.prefix}measured.json", measured)
    if bench.prefix:
        measured["sure"] = sure_thresholds(bench, folder)
        write_json(folder / f"{bench.prefix}measured.json", measured)
    write_json(folder / f"{bench.prefix}thresholds.json", thresholds)
    return thresholds


def sure_thresholds(bench: Workbench, folder: Path) -> dict[str, float]:
    """By head: from which confidence on the fast tier may differ from the exact one in so few development texts."""
    fast, exact = fast_judge(folder, ""), exact_judge(folder, folder.parent / "e5", "")
    signals = {"referral": REFERRAL, "survey": RECOMMENDS, "reply": INTENT}
    found = {}
    for kind, family in fast.judge.families.items():
        units = [
            Unit(
                kind,
                r.text,
                r.language,
                tuple(dict.fromkeys(h.label for h in bench.rules.hits(signals[kind], r.text, r.language))),
            )
            for r in bench.developing(kind)
        ]
        first, second = fast.judge.judge(units), exact.judge.judge(units)
        for name, head in family.heads.items():
            confidence = np.array([confidence_of(head.kind, first[u][name]) for u in units])
            other = exact.judge.families[kind].heads[name]
            same = np.array([_answer(head, first[u][name]) == _answer(other, second[u][name]) for u in units])
            chosen = choose_threshold(confidence, same, AGREEMENT)
            say(
                f"{kind}.{name}: sure from {chosen.confidence:.3f} ({chosen.coverage:.2f} of texts, "
                f"{chosen.precision:.3f} agree)"
            )
            found[f"{kind}.{name}"] = round(chosen.confidence, 4) if chosen.reached else 1.01
    return found


def _answer(head: Head, probabilities: npt.NDArray[np.float64]) -> Any:  # noqa: ANN401 - a label or a set of them
    if head.kind == "any_of":
        return frozenset(np.flatnonzero(probabilities >= head.threshold).tolist())
    return int(probabilities.argmax())


def evaluate(bench: Workbench, classifier: CommentClassifier, parts: dict[str, list[Row]]) -> dict[str, Any]:
    """Figures on every part that training did not see."""
    figures: dict[str, Any] = {}
    reports = {"referral": measure.referral_figures, "survey": measure.survey_figures, "reply": measure.reply_figures}
    for title, rows in parts.items():
        for kind, report in reports.items():
            chosen = [r for r in rows if r.kind == kind and r.language in LANGUAGES]
            if chosen:
                figures.setdefault(title, {})[kind] = report(chosen, measure.classify_rows(classifier, chosen))
        if any(r.labels.get("mismatch") is not None for r in rows):
            figures[title]["score_text_mismatch"] = measure.mismatch_figures(classifier, rows)
        foreign = [r for r in rows if r.language not in LANGUAGES]
        if foreign:
            figures[title]["other languages"] = measure.foreign_figures(
                foreign, measure.classify_rows(classifier, foreign)
            )
    for source in ("xed", "amazon"):
        chosen = [r for r in bench.held_out if r.source == source]
        results = measure.classify_rows(classifier, chosen, "survey")
        figures[f"held-out {source} (real text, labels not ours)"] = measure.single_label(
            chosen, results, "comment_polarity", lambda r: r.labels["polarity"], POLARITIES
        )
    return figures


def measure_all(bench: Workbench) -> dict[str, Any]:
    """Every figure of both tiers and the cascade."""
    parts = {
        "test (synthetic, written after everything was frozen)": corpus.load_evaluation("heldout2"),
        "development (synthetic, chose thresholds)": corpus.load_evaluation("heldout"),
        "handwritten, read before the rules were written (synthetic)": corpus.load_evaluation("evaluation"),
    }
    parts = {title: rows for title, rows in parts.items() if rows}
    figures: dict[str, Any] = {}
    robustness: dict[str, Any] = {}
    last = next(iter(parts.values()))
    for tier in ("exact", "auto", "fast"):
        say(f"measuring {tier}")
        classifier = CommentClassifier(HERE, HERE.parent / "e5", bench.rules, tier)  # type: ignore[arg-type]
        figures[tier] = evaluate(bench, classifier, parts)
        robustness[tier] = measure.robustness_figures(classifier, last[::ROBUSTNESS_EVERY])
    thresholds = {
        tier: json.loads((HERE / f"{prefix}thresholds.json").read_text(encoding="utf-8"))
        for tier, prefix in (("exact", ""), ("fast", FAST_PREFIX))
    }
    overlap = {title: measure.overlap_figures(bench.train, rows) for title, rows in parts.items()}
    texts = {"training": len(bench.train), "overlap": overlap}
    return {"texts": texts, "thresholds": thresholds, "robustness": robustness, "figures": figures}


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="file that keeps sentence vectors between runs")
    parser.add_argument("--tier", choices=("exact", "fast"), default="exact", help="whose heads to train")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the heads as they are")
    arguments = parser.parse_args()
    is_fast = arguments.tier == "fast"
    encoder = FastEncoder.load(HERE) if is_fast else SentenceEncoder(HERE.parent / "e5")
    cache, prefix = (None, FAST_PREFIX) if is_fast else (arguments.cache, "")
    bench = Workbench([*corpus.load_ours(), *corpus.load_licensed()], encoder, cache, load_rules(), prefix)
    say(f"{len(bench.train)} training texts, {len(bench.development)} development texts")
    if arguments.evaluate_only:
        write_json(HERE / "metrics.json", measure_all(bench))
        return
    train_all(bench, HERE)
    if is_fast:
        names = [
            f"{p}{name}" for p in ("", FAST_PREFIX) for name in ("measured.json", *(f"{n}.skops" for n in FAMILIES))
        ]
        write_manifest(HERE, [*names, FAST_FILE], "Apache-2.0", "models/comments/train.py")


if __name__ == "__main__":
    main()
