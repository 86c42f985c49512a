"""Measure both tiers and the cascade on texts that training did not see: writes ``metrics.json``.

python models/comments/evaluate.py
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, get_args

import corpus
import measure
from corpus import Row
from workbench import say, write_json

from callsignals.comments import CommentClassifier
from callsignals.comments.labels import POLARITIES
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.tiers import FAST_PREFIX
from callsignals.vocabulary.choices import Tier
from callsignals.vocabulary.spoken import LANGUAGES

HERE = Path(__file__).resolve().parent
ROBUSTNESS_EVERY = 3
"""Changed texts take as long as others: every third takes some three minutes."""


def evaluate(classifier: CommentClassifier, parts: dict[str, list[Row]], licensed: list[Row]) -> dict[str, Any]:
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
        chosen = [r for r in licensed if r.source == source]
        results = measure.classify_rows(classifier, chosen, "survey")
        figures[f"held-out {source} (real text, labels not ours)"] = measure.single_label(
            chosen, results, "comment_polarity", lambda r: r.labels["polarity"], POLARITIES
        )
    return figures


def measure_all(rules: RuleSet) -> dict[str, Any]:
    """Every figure of both tiers and the cascade."""
    parts = {
        "test (synthetic, written after everything was frozen)": corpus.load_evaluation("heldout2"),
        "development (synthetic, chose thresholds)": corpus.load_evaluation("heldout"),
        "handwritten, read before the rules were written (synthetic)": corpus.load_evaluation("evaluation"),
    }
    parts = {title: rows for title, rows in parts.items() if rows}
    training, held_out = corpus.split([*corpus.load_ours(), *corpus.load_licensed()])
    figures: dict[str, Any] = {}
    robustness: dict[str, Any] = {}
    last = next(iter(parts.values()))
    for tier in get_args(Tier):
        say(f"measuring {tier}")
        classifier = CommentClassifier(HERE, HERE.parent / "e5", rules, tier)
        figures[tier] = evaluate(classifier, parts, held_out)
        robustness[tier] = measure.robustness_figures(classifier, last[::ROBUSTNESS_EVERY])
    thresholds = {
        tier: json.loads((HERE / f"{prefix}thresholds.json").read_text(encoding="utf-8"))
        for tier, prefix in (("exact", ""), ("fast", FAST_PREFIX))
    }
    overlap = {title: measure.overlap_figures(training, rows) for title, rows in parts.items()}
    texts = {"training": len(training), "overlap": overlap}
    return {"texts": texts, "thresholds": thresholds, "robustness": robustness, "figures": figures}


def main() -> None:
    """Measure, write."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_json(HERE / "metrics.json", measure_all(load_rules()))


if __name__ == "__main__":
    main()
