from __future__ import annotations

import json
from pathlib import Path

import pytest

from callsignals.comments.labels import LABELS
from callsignals.comments.rule_index import Anchor, RuleIndex, anchor_of
from callsignals.comments.rules import RuleSet, load_rules

TEXTS = [
    json.loads(line)["text"] for line in Path(__file__).with_name("held_out.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        (["google"], Anchor("is", "google")),
        (["kolleg*", "...", "tips*"], Anchor("begins", "kolleg")),
        (["*massan"], Anchor("ends", "massan")),
        (["recom*ed", "by"], Anchor("begins", "recom")),
        (["*podd*"], Anchor("holds", "podd")),
        (["h&m"], Anchor("holds", "h")),
    ],
)
def test_anchor_is_the_longest_run_of_letters(words: list[str], anchor: Anchor) -> None:
    assert anchor_of(words) == anchor


def test_candidates_by_each_form() -> None:
    index = RuleIndex(
        [[Anchor("is", "fair")], [Anchor("begins", "goog")], [Anchor("ends", "massan")], [Anchor("holds", "pod")]]
    )
    assert index.candidates("the fair") == [0]
    assert index.candidates("googlade") == [1]
    assert index.candidates("bokmassan och poddar") == [2, 3]
    assert index.candidates("affairs") == []


@pytest.mark.parametrize("signal", sorted(LABELS))
def test_the_index_loses_no_hit(monkeypatch: pytest.MonkeyPatch, signal: str) -> None:
    rules = load_rules()
    indexed = [rules.hits(signal, text, None) for text in TEXTS]
    monkeypatch.setattr(RuleIndex, "candidates", lambda self, _: list(range(_count(rules, signal))))
    assert [rules.hits(signal, text, None) for text in TEXTS] == indexed
    assert signal == "recommends" or any(indexed)


def _count(rules: RuleSet, signal: str) -> int:
    return len(rules._phrases[signal])
