from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.comments import CommentClassifier, CommentText
from callsignals.comments.classify import shipped_digest
from callsignals.comments.tiers import confidence_of
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


def test_auto_is_the_fast_answer_or_the_exact_one(
    classifier: CommentClassifier, fast: CommentClassifier, exact: CommentClassifier
) -> None:
    for item in ITEMS:
        (found,), (first,), (second,) = (c.classify([item]) for c in (classifier, fast, exact))
        assert found in (first, second)


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


def test_confidence_of_several_labels_is_that_of_the_least_sure() -> None:
    import numpy as np

    assert confidence_of("any_of", np.array([0.01, 0.9, 0.4])) == pytest.approx(0.6)
    assert confidence_of("one_of", np.array([0.1, 0.7, 0.2])) == pytest.approx(0.7)


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
