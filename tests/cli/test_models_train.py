from __future__ import annotations

import json

import pytest

from callsignals.cli import main
from callsignals.comments import train_own
from support import write_csv


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0


def test_training_beside_the_labels_and_classifying_with_the_result(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(train_own, "OURS_OF_A_KIND", 5)
    rows = [
        {"kind": "reply", "language": "en", "text": f"{text} number {i}", "label": label}
        for i in range(12)
        for text, label in (("Zonk the offer", "objection"), ("Blorp the offer", "interest"))
    ]
    write_csv(tmp_path / "labels.csv", [*rows, {"kind": "reply", "text": "x", "label": "maybe"}])
    assert call("models", "train", "--with", tmp_path / "labels.csv", "--json") == 3
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    intent = next(head for head in report["heads"] if head["head"] == "reply_intent")
    assert (intent["kind"], intent["labels"]) == ("reply", 24)
    assert intent["after"]["right"] >= intent["before"]["right"]
    assert "maybe" in shown.err
    assert (tmp_path / "comment-models" / "manifest.json").is_file()

    write_csv(tmp_path / "comments.csv", [{"kind": "reply", "text": "Zonk the offer number 99", "language": "en"}])
    assert call("classify", tmp_path / "comments.csv", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row.get("label", "objection") == "objection"

    (tmp_path / "callsignals.toml").write_text('[comments]\nmodels = "elsewhere"\n', encoding="utf-8")
    assert call("classify", tmp_path / "comments.csv") == 1
    assert "'elsewhere', which is not a folder" in capsys.readouterr().err


def test_too_few_labels_end_with_1_and_a_remedy(tmp_path, capsys):
    write_csv(tmp_path / "labels.csv", [{"text": "Good", "polarity": "positive"}])
    assert call("models", "train", "--with", tmp_path / "labels.csv") == 1
    assert "too few" in capsys.readouterr().err
    assert not (tmp_path / "comment-models").exists()
