"""Figures of the assembled classifier on texts that training never saw."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from corpus import Row
from near_duplicates import LabelledText, near_duplicates
from sklearn.metrics import f1_score

from callsignals.comments import ClassifiedComment, CommentClassifier, CommentText
from callsignals.comments.calibrate import expected_calibration_error, reliability_table, wilson_interval
from callsignals.comments.labels import NPS_GROUPS, PERSONAL_SOURCES, POLARITIES, REFERRAL_SOURCES, REPLY_INTENTS
from callsignals.comments.normalise import fold
from callsignals.vocabulary.signal import Signal

LANGUAGES = ("en", "sv", "fi")
ABSTAINED = "(abstained)"

Truth = Callable[[Row], str | None]


def classify_rows(
    classifier: CommentClassifier, rows: Sequence[Row], kind: str | None = None
) -> list[ClassifiedComment]:
    """Classify rows as their own kind, or all as ``kind``; the language column is left blank, as it often is."""
    return classifier.classify(
        [
            CommentText(row.text, kind or row.kind)  # type: ignore[arg-type]
            for row in rows
        ]
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a signal said, with labels merged where a figure asks for it."""

    label: str | None
    confidence: float | None


def single_label(
    rows: Sequence[Row],
    results: Sequence[ClassifiedComment],
    signal: str,
    truth: Truth,
    labels: Sequence[str],
    merged: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Figures of a signal with one label, in all and per language; ``merged`` renames labels first."""
    names = merged or {}
    pairs = []
    for row, result in zip(rows, results, strict=True):
        said, right = result.signal(signal), truth(row)
        label = None if said.label is None else names.get(said.label, said.label)
        pairs.append((row.language, right and names.get(right, right), Answer(label, said.confidence)))
    figures = {"all": _one_figure([(t, s) for _, t, s in pairs], labels)}
    for language in LANGUAGES:
        part = [(t, s) for code, t, s in pairs if code == language]
        if part:
            figures[language] = _one_figure(part, labels)
    return figures


def _one_figure(pairs: list[tuple[str | None, Any]], labels: Sequence[str]) -> dict[str, Any]:
    labelled = [(t, s) for t, s in pairs if t is not None]
    empty = [s for t, s in pairs if t is None]
    answered = [(t, s) for t, s in labelled if s.label is not None]
    right = np.array([t == s.label for t, s in answered], bool)
    confidence = np.array([s.confidence for _, s in answered], float)
    predicted = [s.label or ABSTAINED for _, s in labelled]
    present = [label for label in labels if any(t == label for t, _ in labelled)]
    low, high = wilson_interval(int(right.sum()), len(right))
    return {
        "n": len(labelled),
        "coverage": _share(len(answered), len(labelled)),
        "accuracy_of_answered": _share(int(right.sum()), len(right)),
        "accuracy_95": [round(low, 3), round(high, 3)],
        "macro_f1_abstained_counts_wrong": _f1([t for t, _ in labelled], predicted, present),
        "macro_f1_of_answered": _f1([t for t, _ in answered], [s.label for _, s in answered], present),
        "ece": round(expected_calibration_error(confidence, right), 3),
        "reliability": [{k: round(v, 3) for k, v in asdict(b).items()} for b in reliability_table(confidence, right)],
        "abstain_n": len(empty),
        "abstain_recall": _share(sum(s.label is None for s in empty), len(empty)),
    }


def _f1(truth: Sequence[Any], predicted: Sequence[Any], labels: Sequence[str]) -> float | None:
    if not truth:
        return None
    return round(float(f1_score(truth, predicted, labels=list(labels), average="macro", zero_division=0)), 3)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def referral_figures(rows: Sequence[Row], results: Sequence[ClassifiedComment]) -> dict[str, Any]:
    """Source, several sources, personal, months."""
    figures: dict[str, Any] = {
        "referral_source": single_label(rows, results, "referral_source", _first_source, REFERRAL_SOURCES)
    }
    several = [(r, c) for r, c in zip(rows, results, strict=True) if len(r.labels.get("sources", ())) > 1]
    both = sum(set(r.labels["sources"][:2]) <= set(c.signal("referral_source").labels) for r, c in several)
    extra = [
        label in r.labels["sources"]
        for r, c in zip(rows, results, strict=True)
        for label in c.signal("referral_source").labels[1:]
    ]
    figures["several_sources"] = {
        "n": len(several),
        "both_found": _share(both, len(several)),
        "extra_n": len(extra),
        "extra_right": _share(sum(extra), len(extra)),
    }
    figures["referral_personal"] = _boolean(
        [
            (any(s in PERSONAL_SOURCES for s in r.labels["sources"]) if r.labels["sources"] else None, c)
            for r, c in zip(rows, results, strict=True)
        ],
        "referral_personal",
    )
    said = [(r, c.signal("relationship_months").value) for r, c in zip(rows, results, strict=True)]
    stated = [(r, v) for r, v in said if r.labels.get("months") is not None]
    silent = [v for r, v in said if "months" in r.labels and r.labels["months"] is None]
    figures["relationship_months"] = {
        "n": len(stated),
        "exact": _share(sum(v == r.labels["months"] for r, v in stated), len(stated)),
        "unsaid_n": len(silent),
        "unsaid_right": _share(sum(v is None for v in silent), len(silent)),
    }
    return figures


def _first_source(row: Row) -> str | None:
    sources = row.labels.get("sources") or [None]
    return sources[0]  # type: ignore[no-any-return]


def _boolean(pairs: list[tuple[bool | None, ClassifiedComment]], signal: str) -> dict[str, Any]:
    known = [(t, c.signal(signal).value) for t, c in pairs if t is not None]
    hits = sum(bool(t) and v == 1.0 for t, v in known)
    said_true, truly = sum(v == 1.0 for _, v in known), sum(bool(t) for t, _ in known)
    precision, recall = _share(hits, said_true), _share(hits, truly)
    f1 = round(2 * hits / (said_true + truly), 3) if said_true + truly else None
    answered = sum(v is not None for _, v in known)
    return {
        "n": len(known),
        "coverage": _share(answered, len(known)),
        "precision": precision,
        "recall": recall,
        "f1": f1,
    }


def survey_figures(rows: Sequence[Row], results: Sequence[ClassifiedComment]) -> dict[str, Any]:
    """Group from text, polarity, reasons, recommends."""
    figures: dict[str, Any] = {
        "nps_group": single_label(rows, results, "nps_group", lambda r: r.labels.get("nps"), NPS_GROUPS),
        "nps_detractor_or_promoter": single_label(
            [r for r in rows if r.labels.get("nps") != "passive"],
            [c for r, c in zip(rows, results, strict=True) if r.labels.get("nps") != "passive"],
            "nps_group",
            lambda r: r.labels.get("nps"),
            ("promoter", "detractor"),
        ),
        "comment_polarity": single_label(
            rows, results, "comment_polarity", lambda r: r.labels.get("polarity"), POLARITIES
        ),
        "polarity_in_three": single_label(
            rows,
            results,
            "comment_polarity",
            lambda r: r.labels.get("polarity"),
            ("positive", "negative", "mixed or neutral"),
            {"mixed": "mixed or neutral", "neutral": "mixed or neutral"},
        ),
    }
    figures["comment_reasons"] = _reasons(rows, results)
    figures["recommends"] = _boolean(
        [(r.labels.get("recommends"), c) for r, c in zip(rows, results, strict=True)], "recommends"
    )
    unsaid = [
        c for r, c in zip(rows, results, strict=True) if "recommends" in r.labels and r.labels["recommends"] is None
    ]
    figures["recommends"]["unsaid_n"] = len(unsaid)
    figures["recommends"]["unsaid_right"] = _share(
        sum(c.signal("recommends").value is None for c in unsaid), len(unsaid)
    )
    return figures


def _reasons(rows: Sequence[Row], results: Sequence[ClassifiedComment]) -> dict[str, Any]:
    """Micro and macro F1 over reasons, with and without their polarity; share of right reasons whose quote overlaps."""
    truths, found, overlaps = [], [], []
    for row, result in zip(rows, results, strict=True):
        if "reasons" not in row.labels:
            continue
        signal = result.signal("comment_reasons")
        truths.append({(r["reason"], r["polarity"]) for r in row.labels["reasons"]})
        found.append({tuple(label.split(":")) for label in signal.labels})
        overlaps.extend(_quote_overlaps(row, signal))
    if not truths:
        return {"n": 0}
    names = sorted({reason for pairs in truths for reason, _ in pairs})
    table = np.array([[n in {a for a, _ in t} for n in names] for t in truths])
    guess = np.array([[n in {a for a, _ in f} for n in names] for f in found])
    tp = sum(len(t & f) for t, f in zip(truths, found, strict=True))
    total = sum(len(t) for t in truths) + sum(len(f) for f in found)
    return {
        "n": len(truths),
        "micro_f1": round(float(f1_score(table, guess, average="micro", zero_division=0)), 3),
        "macro_f1": round(float(f1_score(table, guess, average="macro", zero_division=0)), 3),
        "micro_f1_with_polarity": round(2 * tp / total, 3) if total else None,
        "quote_overlaps": _share(sum(overlaps), len(overlaps)),
    }


def _quote_overlaps(row: Row, signal: Signal) -> list[bool]:
    checked = []
    for label, span in zip(signal.labels, signal.evidence, strict=True):
        for reason in row.labels["reasons"]:
            start = row.text.find(reason["quote"])
            if reason["reason"] == label.split(":")[0] and start >= 0:
                checked.append(span.start_char < start + len(reason["quote"]) and start < span.end_char)
                break
    return checked


def foreign_figures(rows: Sequence[Row], results: Sequence[ClassifiedComment]) -> dict[str, Any]:
    """How many texts in other languages abstain from their headline and because of the language."""
    figures: dict[str, Any] = {}
    for language in ("all", *sorted({row.language for row in rows})):
        part = [c for r, c in zip(rows, results, strict=True) if language in ("all", r.language)]
        figures[language] = {
            "n": len(part),
            "abstained": _share(sum(c.label is None for c in part), len(part)),
            "as_other_language": _share(sum((c.reason or "").startswith("language_") for c in part), len(part)),
        }
    return figures


def mismatch_figures(classifier: CommentClassifier, rows: Sequence[Row]) -> dict[str, Any]:
    """``score_text_mismatch`` of rows that come with a score of 0 to 10."""
    scored = [row for row in rows if row.labels.get("mismatch") is not None]
    items = [CommentText(row.text, "survey", score=row.labels["score"], scale="nps") for row in scored]
    results = classifier.classify(items)
    return _boolean([(r.labels["mismatch"], c) for r, c in zip(scored, results, strict=True)], "score_text_mismatch")


def reply_figures(rows: Sequence[Row], results: Sequence[ClassifiedComment]) -> dict[str, Any]:
    """Intent and polarity."""
    return {
        "reply_intent": single_label(rows, results, "reply_intent", lambda r: r.labels.get("intent"), REPLY_INTENTS),
        "comment_polarity": single_label(
            rows, results, "comment_polarity", lambda r: r.labels.get("polarity"), POLARITIES
        ),
    }


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "as written": lambda text, _: text,
    "two typos in forty characters": lambda text, draw: _typos(text, draw),
    "lower case": lambda text, _: text.lower(),
    "without diacritics": lambda text, _: "".join(fold(c).upper() if c.isupper() else fold(c) for c in text),
    "an emoji at the end": lambda text, draw: f"{text} {draw.choice('🙂😀👍🙏😅🤷')}",
    "without punctuation": lambda text, _: re.sub(r"[.,!?;:]", "", text) or text,
}


def _typos(text: str, draw: random.Random) -> str:
    """Neighbouring letters swapped, dropped or doubled: two in forty characters, at least one."""
    letters = list(text)
    for _ in range(max(1, len(text) // 20)):
        at = draw.randrange(len(letters))
        kind = draw.randrange(3)
        if kind == 0 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        elif kind == 1 and len(letters) > 3:
            del letters[at]
        else:
            letters.insert(at, letters[at])
    return "".join(letters)


def robustness_figures(classifier: CommentClassifier, rows: Sequence[Row], seed: int = 0) -> dict[str, Any]:
    """Share of all texts that are answered rightly (abstaining is not), after changes that alter no meaning."""
    asked = {
        "referral": ("referral_source", _first_source),
        "survey": ("comment_polarity", lambda r: r.labels.get("polarity")),
    }
    figures: dict[str, Any] = {}
    for kind, (signal, truth) in asked.items():
        chosen = [r for r in rows if r.kind == kind and r.language in LANGUAGES and truth(r) is not None]
        for name, change in CHANGES.items():
            draw = random.Random(seed)
            items = [CommentText(change(r.text, draw), kind, language=r.language) for r in chosen]  # type: ignore[arg-type]
            results = classifier.classify(items)
            right = sum(c.signal(signal).label == truth(r) for r, c in zip(chosen, results, strict=True))
            figures.setdefault(signal, {"n": len(chosen)})[name] = _share(right, len(chosen))
    return figures


def overlap_figures(training: Sequence[Row], rows: Sequence[Row]) -> dict[str, Any]:
    """Texts that have a near-duplicate in training (Jaccard of character 5-grams of 0.7 or more, same language)."""
    figures: dict[str, Any] = {"n": len(rows)}
    close: list[Row] = []
    for language in LANGUAGES:
        own = [r for r in training if r.language == language and r.source == "ours"]
        asked = [r for r in rows if r.language == language]
        texts = [LabelledText(f"{i}", "", language, r.text) for i, r in enumerate([*own, *asked])]
        found = {int(pair.second.identity) for pair in near_duplicates(texts) if int(pair.first.identity) < len(own)}
        close += [asked[i - len(own)] for i in sorted(found) if i >= len(own)]
    figures["near_duplicates"] = len(close)
    figures["of_them_up_to_three_words"] = sum(len(r.text.split()) <= 3 for r in close)
    return figures
