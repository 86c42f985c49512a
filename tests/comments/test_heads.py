from __future__ import annotations

import io
import json
import math
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from callsignals.comments.classify import CommentClassifier
from callsignals.comments.decide import Decision, Measured, decide_by_head, decide_with_rules
from callsignals.comments.features import TextFeatures, rule_columns
from callsignals.comments.heads import FAMILIES, Head, HeadFamily, HeadInputs, load_families, save_family
from callsignals.comments.rules import RuleHit
from callsignals.comments.training import Examples, HeadPlan, train_head
from callsignals.errors import ModelError
from callsignals.weights.shipped import shipped_model

MEASURED = Measured({"referral_source": 0.93}, {"referral_source": 0.97}, 0.9, 0.5)


def shipped_copy(folder: Path) -> Path:
    target = folder / "comments"
    target.mkdir()
    manifest = json.loads((shipped_model("comments") / "manifest.json").read_text(encoding="utf-8"))
    for name in [*manifest["files"], "manifest.json"]:
        shutil.copy(shipped_model("comments") / name, target / name)
    return target


def toy_head(threshold: float = 0.6) -> Head:
    empty = np.zeros((3, 1), np.float32)
    return Head(
        "referral_source",
        "one_of",
        ("event", "search", "none"),
        (),
        empty,
        empty[:, 0],
        empty,
        empty[:, 0],
        empty,
        empty[:, 0],
        1.0,
        threshold,
        (0.0, 1.0, 0.0),
    )


def test_head_files_hold_nothing_but_arrays() -> None:
    folder = shipped_model("comments")
    for family in FAMILIES:
        content = (folder / f"{family}.skops").read_bytes()
        assert skops.io.get_untrusted_types(data=content) == []
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert all(name == "schema.json" or name.endswith((".npy", ".npz")) for name in names)


def test_no_pickle_in_the_room() -> None:
    import callsignals.comments as room

    for source in Path(str(room.__file__)).parent.glob("*.py"):
        assert "import pickle" not in source.read_text(encoding="utf-8")
        assert "joblib" not in source.read_text(encoding="utf-8")


def test_estimators_in_a_head_file_are_refused(tmp_path: Path) -> None:
    folder = shipped_copy(tmp_path)
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    (folder / "reply.skops").write_bytes(skops.io.dumps({"name": "reply", "heads": {"x": model, "f": np.linalg.norm}}))
    with pytest.raises(ModelError, match=r"reply\.skops"):
        load_families(folder)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nonsense", b"{}"])
def test_damaged_head_file_is_a_model_error(tmp_path: Path, damage: bytes) -> None:
    folder = shipped_copy(tmp_path)
    (folder / "survey.skops").write_bytes(damage)
    with pytest.raises(ModelError, match=r"survey\.skops"):
        load_families(folder)


def test_altered_head_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shipped_copy(tmp_path)
    target = tmp_path / "models" / "comments"
    target.parent.mkdir()
    folder.rename(target)
    content = bytearray((target / "referral.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (target / "referral.skops").write_bytes(bytes(content))
    monkeypatch.setattr("callsignals.weights.shipped.shipped_dir", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"referral\.skops"):
        CommentClassifier.load()


def test_measured_json_is_checked(tmp_path: Path) -> None:
    (tmp_path / "measured.json").write_text(json.dumps({"rule_alone": []}), encoding="utf-8")
    with pytest.raises(ModelError, match="measured"):
        Measured.load(tmp_path)


def test_saved_family_answers_alike(tmp_path: Path) -> None:
    texts = [
        "google search",
        "trade fair",
        "search engine",
        "the fair",
        "google engine",
        "fair trade",
        "google",
        "fair",
    ]
    labels = ["search", "event"] * 4
    vectors = np.random.default_rng(0).normal(size=(8, 384)).astype(np.float32)
    examples = Examples(
        texts=texts * 3,
        vectors=np.vstack([vectors] * 3),
        languages=["en"] * 24,
        labels=[(label,) for label in labels * 3],
        hits=[()] * 24,
        weights=np.ones(24),
    )
    features = TextFeatures.fit(examples.texts, examples.vectors, examples.languages, (100, 100))
    plan = HeadPlan("referral_source", "one_of", ("event", "search"), (), 0.9)
    trained = train_head(plan, examples, features, development=examples)
    family = HeadFamily("referral", features, {"referral_source": trained.head})
    for name in FAMILIES:
        save_family(family, tmp_path / f"{name}.skops")
    loaded = load_families(tmp_path)["referral"]

    def probabilities(of: HeadFamily) -> np.ndarray:
        inputs = HeadInputs.of(of.features, texts, ["en"] * 8, vectors, rule_columns([()] * 8, ()))
        return of.heads["referral_source"].probabilities(inputs)

    assert probabilities(loaded) == pytest.approx(probabilities(family), abs=2e-3)
    assert [("event", "search")[i] for i in probabilities(loaded).argmax(axis=1)] == labels


def test_three_linear_models_are_averaged_by_their_shares() -> None:
    one = np.ones((1, 1), np.float32)
    inputs = HeadInputs(sparse.csr_matrix(one), 2 * one, 3 * one, np.zeros((1, 0), np.float32))
    weights = np.array([[1.0], [-1.0]], np.float32)
    nothing = np.zeros(2, np.float32)
    parts = (weights, nothing, weights, nothing, weights, np.array([-6.0, 0.0], np.float32))
    head = Head("h", "any_of", ("a", "b"), (), *parts, 1.0, 0.5, (0.5, 0.3, 0.2))

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    expected = [
        0.5 * sigmoid(1) + 0.3 * sigmoid(2) + 0.2 * sigmoid(3 - 6),
        0.5 * sigmoid(-1) + 0.3 * sigmoid(-2) + 0.2 * sigmoid(-3),
    ]
    assert head.probabilities(inputs)[0] == pytest.approx(expected, abs=1e-6)
    words_only = replace(head, shares=(1.0, 0.0, 0.0))
    assert words_only.probabilities(inputs)[0] == pytest.approx([sigmoid(1), sigmoid(-1)], abs=1e-6)


def test_the_layer_weighs_as_much_as_the_development_texts_say() -> None:
    """Vectors of the training texts mislead; the layer reads the development texts rightly, or wrongly."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 60)
    vectors = np.zeros((60, 384), np.float32)
    vectors[:, 0] = 2 * truth - 1

    def examples(first: int) -> Examples:
        side = vectors.copy()
        side[:, 1] = first * (2 * truth - 1)
        labels = [(("event", "search")[t],) for t in truth]
        texts = [f"text {rng.integers(5)}" for _ in truth]
        return Examples(texts, side, ["en", "sv"] * 30, labels, [()] * 60, np.ones(60))

    training, development = examples(5), examples(-5)
    features = TextFeatures.fit(training.texts, training.vectors, training.languages, (10, 10))
    right = np.zeros((2, 384), np.float32)
    right[:, 0] = -4, 4
    plan = HeadPlan("referral_source", "one_of", ("event", "search"), (), 0.9)
    bias = np.zeros(2, np.float32)
    helped = train_head(plan, training, features, development, (right, bias))
    misled = train_head(plan, training, features, development, (-right, bias))
    assert helped.head.shares[2] > 0.5
    assert misled.head.shares[2] == 0
    assert (helped.judged.argmax(axis=1) == truth).all()


def test_head_under_its_threshold_abstains() -> None:
    assert decide_by_head(toy_head(), np.array([0.5, 0.3, 0.2])) == Decision(None, 0.5, "heads", "uncertain")
    assert decide_by_head(toy_head(), np.array([0.7, 0.2, 0.1])) == Decision("event", 0.7, "heads")
    assert decide_by_head(toy_head(), np.array([0.1, 0.1, 0.8])) == Decision(None, 0.8, "heads", "nothing_said")


def test_rule_alone_settles_a_few_words() -> None:
    hit = RuleHit("search", 0, 6, decisive=True)
    decision = decide_with_rules("referral_source", toy_head(), np.array([0.9, 0.05, 0.05]), [hit], 2, MEASURED)
    assert decision == Decision("search", 0.93, "rules")


def test_rule_and_head_agree() -> None:
    hit = RuleHit("search", 0, 6, decisive=True)
    decision = decide_with_rules("referral_source", toy_head(), np.array([0.3, 0.4, 0.3]), [hit], 9, MEASURED)
    assert decision == Decision("search", 0.97, "heads")


def test_head_decides_between_several_hits() -> None:
    hits = [RuleHit("search", 0, 6, decisive=True), RuleHit("event", 7, 9, decisive=True)]
    decision = decide_with_rules("referral_source", toy_head(), np.array([0.8, 0.1, 0.1]), hits, 2, MEASURED)
    assert decision == Decision("event", 0.8, "heads")
