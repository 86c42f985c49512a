from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from callsignals.comments.adapt import HeadExamples, adapted
from callsignals.comments.heads import Head, HeadInputs

CLASSES = ("a", "b", "c")


def head(kind: str = "one_of", seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(3, width)).astype(np.float32) * (seed > 0) for width in (8, 8, 7)]
    bias = np.zeros(3, np.float32)
    parts = [array for rows in weights for array in (rows, bias)]
    return Head("h", kind, CLASSES, ("r",), *parts, 1.0, 0.5, (0.5, 0.25, 0.25))  # type: ignore[arg-type]


def examples(kind: str = "one_of", n: int = 40, seed: int = 1) -> HeadExamples:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 7)).astype(np.float32)
    truth = (rows[:, 0] > 0).astype(int)  # class c never occurs
    targets = np.eye(3)[truth]
    if kind == "any_of":
        targets[:, 2] = rows[:, 1] > 0
    rules = np.zeros((n, 1), np.float32)
    inputs = HeadInputs(sparse.csr_matrix(rows), rows, rows, rules)
    return HeadExamples(inputs, targets, tuple(str(i) for i in range(n)))


def test_from_nothing_it_is_logistic_regression():
    """With zero prior weights the solution is scikit-learn's ridge-penalised regression (intercept penalised too)."""
    shown = examples()
    rows = np.hstack([shown.inputs.dense, shown.inputs.rules, np.ones((40, 1))])
    truth = shown.targets.argmax(axis=1)
    reference = LogisticRegression(C=1 / 2.0, fit_intercept=False, tol=1e-8, max_iter=1000).fit(rows, truth)
    two_classes = Head(
        "h",
        "one_of",
        ("a", "b"),
        ("r",),
        *[np.zeros(shape, np.float32) for shape in ((2, 8), 2, (2, 8), 2, (2, 7), 2)],
        1.0,
        0.5,
        (0.5, 0.5, 0.0),
    )
    two = HeadExamples(shown.inputs, shown.targets[:, :2], shown.groups)
    # scikit-learn keeps one row for two classes, penalised once; ours are two opposite rows of half the size.
    found = adapted(two_classes, two, 4.0).probabilities(two.inputs)
    assert found[:, 1] == pytest.approx(reference.predict_proba(rows)[:, 1], abs=2e-3)


@pytest.mark.parametrize("kind", ["one_of", "any_of"])
def test_examples_are_learnt_and_the_given_head_is_left_alone(kind):
    before, shown = head(kind, seed=3), examples(kind)
    kept = before.dense_weights.copy()
    after = adapted(before, shown, 0.5)
    right = (shown.probabilities(after)[:, :2].argmax(axis=1) == shown.targets[:, :2].argmax(axis=1)).mean()
    assert right > 0.9
    assert right > (shown.probabilities(before)[:, :2].argmax(axis=1) == shown.targets[:, :2].argmax(axis=1)).mean()
    assert (before.dense_weights == kept).all()
    assert (after.temperature, after.threshold, after.classes) == (before.temperature, before.threshold, CLASSES)


def test_a_strong_prior_hardly_moves():
    before, shown = head(seed=3), examples()
    weak, strong = (shown.probabilities(adapted(before, shown, strength)) for strength in (0.1, 1e6))
    assert np.abs(strong - shown.probabilities(before)).max() < 1e-3
    assert np.abs(weak - shown.probabilities(before)).max() > 0.1


def test_features_that_no_example_shows_keep_their_weights():
    before, shown = head(seed=3), examples()
    after = adapted(before, shown, 1.0)
    assert after.dense_weights[:, 7] == pytest.approx(before.dense_weights[:, 7])  # no rule hit anywhere
    assert np.abs(after.dense_weights[:, 0] - before.dense_weights[:, 0]).max() > 0.05


def test_words_weigh_at_least_half_afterwards_and_the_others_keep_their_proportion():
    shown = examples()
    vectors_first = replace(head(seed=3), shares=(0.2, 0.6, 0.2))
    assert adapted(vectors_first, shown, 1.0).shares == pytest.approx((0.5, 0.375, 0.125))
    wordy = replace(head(seed=3), shares=(0.7, 0.2, 0.1))
    assert adapted(wordy, shown, 1.0).shares == (0.7, 0.2, 0.1)
