"""Train the comment heads and measure them.

  python models/comments/train.py [--cache vectors.npz] [--evaluate-only]

reads ``data/``, writes ``referral.skops``, ``survey.skops``, ``reply.skops``, ``measured.json``, ``metrics.json`` and
``manifest.json`` beside itself, and prints the figures. The same data and library versions give the same weights,
though not the same bytes (skops names members by object identity). Shipped heads are fitted on the training part only,
so ``metrics.json`` speaks of exactly these files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import corpus
import measure
import numpy as np
from corpus import Row

from callsignals.comments import CommentClassifier
from callsignals.comments.calibrate import choose_threshold
from callsignals.comments.decide import BRAND_ONLY_WORDS, decisive_labels
from callsignals.comments.durations import relationship_duration
from callsignals.comments.features import TextFeatures
from callsignals.comments.heads import FAMILIES, HeadFamily, save_family
from callsignals.comments.labels import NONE_LABEL, NPS_GROUPS, POLARITIES, REASONS, REFERRAL_SOURCES, REPLY_INTENTS
from callsignals.comments.reasons import clauses
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.training import Examples, HeadPlan, TrainedHead, train_head
from callsignals.comments.vectors import SentenceEncoder
from callsignals.vocabulary.spoken import LANGUAGES

HERE = Path(__file__).resolve().parent
PRECISION = 0.90
REASON_PRECISION = 0.70
EXTRA_SOURCE_PRECISION = 0.80
LICENSED_WEIGHT = 0.3
OTHER_KIND_WEIGHT = 0.5
QUOTE_SHARE = 0.5
MAXIMUM_FEATURES = {"referral": (12_000, 30_000), "survey": (12_000, 30_000), "reply": (8_000, 20_000)}
NPS_OF_POLARITY = {"positive": "promoter", "negative": "detractor"}


def say(line: str) -> None:
    """One line for the person who trains."""
    print(line, file=sys.stderr, flush=True)


class Workbench:
    """Rows with their vectors, and the rules."""

    def __init__(self, rows: Sequence[Row], encoder: SentenceEncoder, cache: Path | None, rules: RuleSet) -> None:
        self.rules = rules
        self._encoder, self._cache = encoder, cache
        texts = [row.text for row in rows]
        vectors = corpus.cached_vectors(encoder, texts, cache, say)
        self.rows, self.merged_pairs = corpus.merge_near_duplicates(list(rows), vectors)
        self.train, self.held_out = corpus.split(self.rows)

    def examples(
        self, labelled: Sequence[tuple[Row, str, tuple[str, ...], float, bool]], signal: str | None
    ) -> Examples:
        """Examples from (row, text, labels, weight, scored); ``signal`` names the rules whose hits are features."""
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
            weights=np.array([weight for *_, weight, _ in labelled], float),
            scored=np.array([scored for *_, scored in labelled], bool),
        )

    def training(self, *kinds: str) -> list[Row]:
        """Training rows of these kinds."""
        return [self.rows[i] for i in self.train if self.rows[i].kind in kinds]


def fit_features(family: str, examples: Examples) -> TextFeatures:
    """Feature maps of one family."""
    return TextFeatures.fit(examples.texts, examples.vectors, examples.languages, MAXIMUM_FEATURES[family])


def train_referral(bench: Workbench) -> tuple[HeadFamily, dict[str, TrainedHead], dict[str, Any]]:
    """Primary source (one of 16, or none) and all sources (any of 16)."""
    rows = bench.training("referral")
    every = [(r, r.text, tuple(r.labels["sources"]), 1.0, True) for r in rows]
    first = [(r, t, labels[:1] or (NONE_LABEL,), w, s) for r, t, labels, w, s in every]
    primary, several = bench.examples(first, "referral_source"), bench.examples(every, "referral_source")
    features = fit_features("referral", primary)
    classes = (*REFERRAL_SOURCES, NONE_LABEL)
    trained = {
        "referral_source": train_head(
            HeadPlan("referral_source", "one_of", classes, REFERRAL_SOURCES, PRECISION, NONE_LABEL), primary, features
        ),
        "referral_sources": train_head(
            HeadPlan("referral_sources", "any_of", REFERRAL_SOURCES, REFERRAL_SOURCES, PRECISION), several, features
        ),
    }
    family = HeadFamily("referral", features, {name: t.head for name, t in trained.items()})
    measured = rule_shares(bench, rows, trained["referral_source"], "referral_source", lambda r: r.labels["sources"])
    measured["extra_source"] = _extra_source_threshold(rows, trained["referral_sources"])
    return family, trained, measured


def _extra_source_threshold(rows: Sequence[Row], trained: TrainedHead) -> float:
    """Over the sources that are not a text's first: from which probability on they are right often enough."""
    probability, right = [], []
    for row, line in zip(rows, trained.out_of_fold, strict=True):
        for name, p in zip(trained.head.classes, line, strict=True):
            if name not in row.labels["sources"][:1]:
                probability.append(p)
                right.append(name in row.labels["sources"])
    return choose_threshold(np.array(probability), np.array(right), EXTRA_SOURCE_PRECISION).confidence


def rule_shares(
    bench: Workbench, rows: Sequence[Row], trained: TrainedHead, signal: str, truth: Callable[[Row], Sequence[str]]
) -> dict[str, Any]:
    """How often one decisive hit was right: alone in a short text, and with the head's agreement (out of fold).

    Rows that were read while rules were written do not count. Laplace-smoothed, so that no share is ever 1.
    """
    alone, agreed = [], []
    for row, probabilities in zip(rows, trained.out_of_fold, strict=True):
        labels = decisive_labels(bench.rules.hits(signal, row.text, row.language))
        if len(labels) != 1 or corpus.was_read(row, corpus.SEEN_BY_RULE_AUTHOR):
            continue
        right = labels[0] in truth(row)
        if len(row.text.split()) <= BRAND_ONLY_WORDS:
            alone.append(right)
        elif trained.head.classes[int(probabilities.argmax())] == labels[0]:
            agreed.append(right)
    return {"rule_alone": _smoothed(alone), "rule_and_head": _smoothed(agreed), "rule_n": [len(alone), len(agreed)]}


def _smoothed(right: Sequence[bool]) -> float:
    return round((sum(right) + 1) / (len(right) + 2), 4)


def train_survey(bench: Workbench) -> tuple[HeadFamily, dict[str, TrainedHead], dict[str, Any]]:
    """Polarity, NPS group from text, and reasons of clauses."""
    ours, licensed = bench.training("survey"), bench.training("polarity")
    polarity = [
        *((r, r.text, (r.labels.get("polarity") or NONE_LABEL,), 1.0, True) for r in ours),
        *((r, r.text, (r.labels["polarity"],), LICENSED_WEIGHT, False) for r in licensed),
    ]
    nps = [
        *((r, r.text, (r.labels.get("nps") or NONE_LABEL,), 1.0, True) for r in ours),
        *(
            (r, r.text, (NPS_OF_POLARITY[r.labels["polarity"]],), LICENSED_WEIGHT, False)
            for r in licensed
            if r.labels["polarity"] in NPS_OF_POLARITY
        ),
    ]
    on_polarity, on_nps = bench.examples(polarity, "recommends"), bench.examples(nps, "recommends")
    on_reasons = bench.examples([example for r in ours for example in clause_examples(r)], None)
    features = fit_features("survey", on_polarity)
    said = ("yes", "no")
    trained = {
        "comment_polarity": train_head(
            HeadPlan("comment_polarity", "one_of", (*POLARITIES, NONE_LABEL), said, PRECISION, NONE_LABEL),
            on_polarity,
            features,
        ),
        "nps_group": train_head(
            HeadPlan("nps_group", "one_of", (*NPS_GROUPS, NONE_LABEL), said, PRECISION, NONE_LABEL), on_nps, features
        ),
        "comment_reasons": train_head(
            HeadPlan("comment_reasons", "one_of", (*REASONS, NONE_LABEL), (), REASON_PRECISION, NONE_LABEL, many=True),
            on_reasons,
            features,
        ),
    }
    family = HeadFamily("survey", features, {name: t.head for name, t in trained.items()})
    return family, trained, {"rule_alone": recommends_share(bench, ours)}


def recommends_share(bench: Workbench, rows: Sequence[Row]) -> float:
    """How often a recommends rule was right on training texts."""
    right = []
    for row in rows:
        labels = decisive_labels(bench.rules.hits("recommends", row.text, row.language))
        if len(labels) == 1:
            right.append(row.labels.get("recommends") is (labels[0] == "yes"))
    return _smoothed(right)


def clause_examples(row: Row) -> list[tuple[Row, str, tuple[str, ...], float, bool]]:
    """Clauses with the reasons whose quotes they share at least half of (of the clause or of the quote)."""
    quotes = [
        (reason["reason"], row.text.find(reason["quote"]), len(reason["quote"]))
        for reason in row.labels.get("reasons", [])
    ]
    examples = []
    for clause in clauses(row.text):
        labels = []
        for reason, start, length in quotes:
            shared = min(clause.end, start + length) - max(clause.start, start)
            if start >= 0 and shared >= QUOTE_SHARE * min(length, clause.end - clause.start):
                labels.append(reason)
        examples.append((row, clause.text, tuple(dict.fromkeys(labels)) or (NONE_LABEL,), 1.0, True))
    return examples


def train_reply(bench: Workbench) -> tuple[HeadFamily, dict[str, TrainedHead], dict[str, Any]]:
    """Intent and tone of replies; survey texts help with the tone."""
    ours, survey = bench.training("reply"), bench.training("survey")
    intent = bench.examples([(r, r.text, (r.labels["intent"],), 1.0, True) for r in ours], "reply_intent")
    polarity = bench.examples(
        [
            *((r, r.text, (r.labels["polarity"],), 1.0, True) for r in ours),
            *(
                (r, r.text, (r.labels["polarity"],), OTHER_KIND_WEIGHT, False)
                for r in survey
                if r.labels.get("polarity")
            ),
        ],
        "reply_intent",
    )
    features = fit_features("reply", polarity)
    trained = {
        "reply_intent": train_head(
            HeadPlan("reply_intent", "one_of", REPLY_INTENTS, REPLY_INTENTS, PRECISION), intent, features
        ),
        "comment_polarity": train_head(
            HeadPlan("comment_polarity", "one_of", POLARITIES, REPLY_INTENTS, PRECISION), polarity, features
        ),
    }
    family = HeadFamily("reply", features, {name: t.head for name, t in trained.items()})
    measured = rule_shares(bench, ours, trained["reply_intent"], "reply_intent", lambda r: [r.labels["intent"]])
    return family, trained, measured


def duration_share(rows: Sequence[Row]) -> float:
    """How often a duration that the rules found was exactly the labelled one, on training texts."""
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
        save_family(family, folder / f"{name}.skops")
        measured["rule_alone"][signals[name]] = shares["rule_alone"]
        if "rule_and_head" in shares:
            measured["rule_and_head"][signals[name]] = shares["rule_and_head"]
            thresholds[f"{name} rules, n alone and n agreed"] = shares["rule_n"]
        if "extra_source" in shares:
            measured["extra_source"] = shares["extra_source"]
        for head, result in trained.items():
            found = result.threshold
            thresholds[f"{name}.{head}"] = {
                "temperature": round(result.head.temperature, 3),
                "threshold": round(found.confidence, 3),
                "out_of_fold_precision": round(found.precision, 3),
                "out_of_fold_coverage": round(found.coverage, 3),
                "precision_reached": found.reached,
            }
    measured["duration"] = duration_share(bench.training("referral"))
    write_json(folder / "measured.json", measured)
    return thresholds


def evaluate(bench: Workbench, classifier: CommentClassifier) -> dict[str, Any]:
    """Figures on every held-out part."""
    held_out = [bench.rows[i] for i in bench.held_out]
    parts = {
        "held-out, ours (synthetic)": [r for r in held_out if r.source == "ours"],
        "written after the training texts (synthetic)": corpus.load_evaluation("heldout"),
        "handwritten by another hand (synthetic)": corpus.load_evaluation("evaluation"),
    }
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
        chosen = [r for r in held_out if r.source == source]
        results = measure.classify_rows(classifier, chosen, "survey")
        figures[f"held-out {source} (real text, labels not ours)"] = measure.single_label(
            chosen, results, "comment_polarity", lambda r: r.labels["polarity"], POLARITIES
        )
    return figures


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="file that keeps sentence vectors between runs")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the heads as they are")
    arguments = parser.parse_args()
    encoder_folder = HERE.parent / "e5"
    rules = load_rules()
    rows = [*corpus.load_ours(), *corpus.load_licensed()]
    bench = Workbench(rows, SentenceEncoder(encoder_folder), arguments.cache, rules)
    say(f"{len(bench.train)} training texts, {len(bench.held_out)} held out")
    say(f"{bench.merged_pairs} near-duplicate pairs merged")
    if arguments.evaluate_only:
        thresholds = json.loads((HERE / "metrics.json").read_text(encoding="utf-8"))["thresholds"]
    else:
        thresholds = train_all(bench, HERE)
        names = [f"{name}.skops" for name in FAMILIES] + ["measured.json"]
        write_manifest(HERE, names, "Apache-2.0", "models/comments/train.py")
    figures = evaluate(bench, CommentClassifier(HERE, encoder_folder, rules))
    counts = {
        "training": len(bench.train),
        "held_out": len(bench.held_out),
        "near_duplicate_pairs_merged": bench.merged_pairs,
    }
    write_json(HERE / "metrics.json", {"texts": counts, "thresholds": thresholds, "figures": figures})
    print((HERE / "metrics.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
