"""Floors under the shipped heads on a few texts that they never saw, well below the measured figures.

``held_out.jsonl``: texts by another author (ours, synthetic; unseen by the heads, read by the author of the rules) and
held-out Amazon snippets (MIT). The figures themselves, on far more texts, stand in ``models/comments/metrics.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callsignals.comments import ClassifiedComment, CommentClassifier, CommentText

TEXTS = Path(__file__).with_name("held_out.jsonl")

Judged = list[tuple[dict[str, Any], ClassifiedComment]]


@pytest.fixture(scope="module")
def judged(classifier: CommentClassifier) -> Judged:
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    return list(zip(rows, classifier.classify([CommentText(row["text"], row["kind"]) for row in rows]), strict=True))


def coverage_and_accuracy(judged: Judged, signal: str) -> tuple[int, float, float]:
    asked = [(row[signal], result.signal(signal).label) for row, result in judged if signal in row]
    answered = [(truth, label) for truth, label in asked if label is not None]
    right = sum(truth == label for truth, label in answered)
    return len(asked), len(answered) / len(asked), right / max(len(answered), 1)


@pytest.mark.parametrize(
    ("signal", "least_n", "least_coverage", "least_accuracy"),
    [
        ("referral_source", 60, 0.60, 0.80),
        ("nps_group", 30, 0.60, 0.80),
        ("comment_polarity", 70, 0.50, 0.80),
    ],
)
def test_floors(judged: Judged, signal: str, least_n: int, least_coverage: float, least_accuracy: float) -> None:
    n, coverage, accuracy = coverage_and_accuracy(judged, signal)
    assert n >= least_n
    assert coverage >= least_coverage
    assert accuracy >= least_accuracy


def test_languages_are_told(judged: Judged) -> None:
    told = [result.language == row["language"] for row, result in judged if result.language is not None]
    assert sum(told) / len(told) >= 0.95
