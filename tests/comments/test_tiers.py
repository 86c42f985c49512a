from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.comments import CommentClassifier, CommentText
from callsignals.comments.classify import shipped_digest
from callsignals.comments.heads import Head, HeadKind
from callsignals.comments.tiers import confidence_of, is_sure
from callsignals.inputs.rows import COMMENT_KINDS, CommentKind
from callsignals.weights.shipped import shipped_model

ITEMS = [
    CommentText("En kollega tipsade om er podd", "referral"),
    CommentText("Googled it", "referral"),
    CommentText("Great support but too expensive", "survey"),
    CommentText("Very happy with everything, thank you!", "survey"),
    CommentText("Laskutus on taas pielessä", "survey"),
    CommentText("Nej tack", "reply"),
    CommentText("", "survey"),
]


@pytest.fixture(scope="module")
def fast() -> CommentClassifier:
    return CommentClassifier.load(tier="fast")


@pytest.fixture(scope="module")
def exact() -> CommentClassifier:
    return CommentClassifier.load(tier="exact")


OF_CLAUSES_TOO = {"comment_reasons", "referral_personal"}
"""Signals that the clauses of a text speak for, too."""


def test_auto_is_the_fast_answer_or_the_exact_one(
    classifier: CommentClassifier, fast: CommentClassifier, exact: CommentClassifier
) -> None:
    for item in ITEMS:
        (found,), (first,), (second,) = (c.classify([item]) for c in (classifier, fast, exact))
        said = [{s.name: (s.label, s.value, s.confidence) for s in c.signals} for c in (found, first, second)]
        mixed, *pure = ({name: of[name] for name in of.keys() - OF_CLAUSES_TOO} for of in said)
        assert mixed in pure


@pytest.fixture
def unsure(classifier: CommentClassifier, monkeypatch: pytest.MonkeyPatch) -> CommentClassifier:
    """``auto`` whose fast tier is never sure."""
    first, last = classifier._tiers
    monkeypatch.setattr(classifier, "_tiers", [replace(first, measured=replace(first.measured, sure={})), last])
    return classifier


def test_auto_asks_the_exact_tier_about_whole_surveys_and_about_sources_in_clauses(
    unsure: CommentClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = unsure._tiers[-1].judge
    asked: list[str] = []
    encoder = judge._encoder

    class Overheard:
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            asked.extend(texts)
            return encoder.encode(texts)

    monkeypatch.setattr(judge, "_encoder", Overheard())
    texts = ["The app is great. Nobody called back", "Laskutus on taas pielessä, mutta asentajat olivat hyviä"]
    unsure.classify([CommentText(text, "survey") for text in texts])
    assert asked == texts
    asked.clear()
    unsure.classify([CommentText("Googled it, then a friend told me", "referral")])
    assert asked == ["Googled it, then a friend told me", "Googled it", "then a friend told me"]


def test_results_of_auto_do_not_depend_on_neighbours(unsure: CommentClassifier) -> None:
    """The whole of one text is a clause of another: the exact tier reads the former, the fast one the latter."""
    whole, more = "Laskutus on taas pielessä", "Muuten ihan hyvä"
    items = [CommentText(text, "survey") for text in (whole, f"{whole}. {more}", more)]
    assert unsure.classify(items) == [unsure.classify([item])[0] for item in items]


def test_the_model_says_which_tier_spoke(fast: CommentClassifier, exact: CommentClassifier) -> None:
    item = [CommentText("Great support but too expensive", "survey")]
    assert fast.model.startswith("ngrams-")
    assert exact.model.startswith("e5-tfidf-")
    assert fast.classify(item)[0].signal("comment_polarity").model == fast.model
    assert exact.classify(item)[0].signal("comment_polarity").model == exact.model


def test_each_tier_has_a_digest_of_its_own(
    classifier: CommentClassifier, fast: CommentClassifier, exact: CommentClassifier
) -> None:
    assert len({classifier.digest, fast.digest, exact.digest}) == 3
    assert shipped_digest(tier="fast") == fast.digest
    assert shipped_digest() == classifier.digest


def test_own_heads_are_asked_and_not_the_fast_tier() -> None:
    own = shipped_model("comments")
    assert CommentClassifier.load(models=own).model.startswith("e5-tfidf-")


def test_the_fast_tier_needs_no_network_runtime() -> None:
    code = (
        "import sys; from callsignals.comments import CommentClassifier, CommentText; "
        "c = CommentClassifier.load(tier='fast'); c.classify([CommentText('Bra', 'survey')]); "
        "sys.exit('onnxruntime' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent).returncode == 0


def test_fast_results_do_not_depend_on_neighbours(fast: CommentClassifier) -> None:
    together = fast.classify(ITEMS * 50)
    assert together[: len(ITEMS)] == together[-len(ITEMS) :] == [fast.classify([item])[0] for item in ITEMS]


def head(kind: HeadKind, threshold: float) -> Head:
    nothing = np.zeros((3, 0), np.float32), np.zeros(3, np.float32)
    return Head("h", kind, ("a", "b", "c"), (), *nothing, *nothing, *nothing, 1.0, threshold, (0.0, 1.0, 0.0))


def test_confidence_of_one_label_is_that_of_the_best() -> None:
    assert confidence_of(head("one_of", 0.9), np.array([0.1, 0.7, 0.2])) == pytest.approx(0.7)


def test_confidence_of_several_labels_is_that_of_the_one_nearest_to_the_threshold() -> None:
    judged = np.array([0.01, 0.9, 0.4])
    assert confidence_of(head("any_of", 0.5), judged) == pytest.approx(0.6)
    # odds of 0.9 are 9, those of the threshold 4: 9 / 4 = 2.25 to 1 that it is not crossed
    assert confidence_of(head("any_of", 0.8), judged) == pytest.approx(2.25 / 3.25)


def test_every_head_must_be_sure(fast: CommentClassifier) -> None:
    """The group's, too, where a score tells the group: limits hold for all heads together."""
    tier = fast._tiers[0]
    names = [f"survey.{name}" for name in tier.judge.families["survey"].heads]
    for score in (9.0, None):
        item = CommentText("Great support but too expensive", "survey", score=score, scale="nps" if score else None)
        prepared = fast._reader.prepared(item)
        judged = tier.judge.judge(prepared.units)
        for unsure in (None, *names):
            measured = replace(tier.measured, sure={**dict.fromkeys(names, 0.0), **({unsure: 1.01} if unsure else {})})
            assert is_sure(prepared, judged, tier.judge.families, measured) is (unsure is None)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(), max_size=120), kind=st.sampled_from(COMMENT_KINDS))
def test_anything_gives_one_fast_result(text: str, kind: CommentKind) -> None:
    (result,) = _loaded().classify([CommentText(text, kind)])
    assert result.kind == kind
    assert (result.label is None) == (result.reason is not None)


def _loaded(kept: list[CommentClassifier] = []) -> CommentClassifier:  # noqa: B006 - loaded once
    if not kept:
        kept.append(CommentClassifier.load(tier="fast"))
    return kept[0]
