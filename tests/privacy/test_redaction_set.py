"""What was promised of redaction, on the labelled set; the held-out half was written first and never tuned on."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from support import ROOT

PROMISED_NUMBERS, PROMISED_NAMES, PROMISED_PRECISION = 0.95, 0.85, 0.90


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("redaction_benchmark", ROOT / "benchmarks" / "redaction.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("part", ["held_out", "development"])
def test_recall_and_precision_are_as_promised_in_every_language(bench, part):
    for language, scores in bench.scored(part).items():
        numbers = [scores.found[group] for group in ("ids", "cards, IBAN", "e-mails", "phones")]
        for count in numbers:
            assert count.hits >= PROMISED_NUMBERS * count.of, (language, count)
        names = scores.found["names"]
        assert names.hits >= PROMISED_NAMES * names.of, (language, str(names))
        assert scores.right.hits >= PROMISED_PRECISION * scores.right.of, (language, str(scores.right))


def test_the_set_is_as_large_as_was_asked_for(bench):
    spans = [span for part in ("held_out", "development") for item in bench.items(part) for span in item["spans"]]
    lookalikes = [span for span in spans if span["kind"] == "lookalike"]
    assert len(spans) - len(lookalikes) >= 300
    assert len(lookalikes) >= 600
