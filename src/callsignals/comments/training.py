"""Fit heads: features, two logistic regressions, the encoder's own output layer, a temperature and a threshold.

Temperature, threshold and the weights of the three are chosen on development texts that were not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from callsignals.comments.calibrate import Threshold, best_f1_threshold, choose_threshold, fit_temperature
from callsignals.comments.features import TextFeatures, rule_columns
from callsignals.comments.heads import Head, HeadInputs, HeadKind, Shares, calibrated

__all__ = ["Examples", "HeadPlan", "Layer", "TrainedHead", "train_head"]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

Layer = tuple[Matrix, Matrix]
"""Weights ``[k, vector]`` and bias ``[k]`` of the encoder's output layer."""
_WORD_SHARES = (0.0, 0.15, 0.3, 0.5, 0.7)
_LAYER_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
LEAST_CONFIDENCE = 0.5
"""An answer that is as likely wrong as right is none, however many texts stay without."""
_VECTORS_ALONE: Shares = (0.0, 1.0, 0.0)
_MAXIMUM_ITERATIONS = 120  # bounds the time; the sparse regressions have not always converged by then
_TOLERANCE = 1e-4
_LIBLINEAR_TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled texts.

    Attributes:
        texts: normalised.
        vectors: ``[n, 384]`` sentence vectors.
        languages: of each.
        labels: of each, the classes that apply (exactly one for ``one_of`` heads).
        hits: rule labels found in each.
        weights: how much each counts.
    """

    texts: Sequence[str]
    vectors: Matrix
    languages: Sequence[str]
    labels: Sequence[tuple[str, ...]]
    hits: Sequence[Sequence[str]]
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadPlan:
    """How to fit one head.

    Attributes:
        name, kind, classes, rule_labels: as in :class:`Head`.
        precision: wanted of the answers that are not abstained.
        coverage: the least share of texts to answer, even at the cost of precision.
        abstain_class: a class that means "says nothing": predicting it never counts as an answer.
        best_f1: for ``any_of``: the threshold of the best F1 over all pairs of text and class, whatever its precision.
        sparse_c, dense_c: inverse strength of the L2 penalty of the two regressions.
        seed: of the solver.
    """

    name: str
    kind: HeadKind
    classes: tuple[str, ...]
    rule_labels: tuple[str, ...]
    precision: float
    coverage: float = 0.0
    abstain_class: str | None = None
    best_f1: bool = False
    sparse_c: float = 3.0
    dense_c: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A head with what the development texts said about it.

    Attributes:
        head: calibrated, with its threshold.
        threshold: what that threshold gave on them.
        judged: ``[n, k]`` calibrated probabilities of each of them.
    """

    head: Head
    threshold: Threshold
    judged: Floats


def train_head(
    plan: HeadPlan,
    examples: Examples,
    features: TextFeatures | None,
    development: Examples,
    layer: Layer | None = None,
) -> TrainedHead:
    """Fit a head.

    Args:
        plan: what to fit.
        examples: to fit on.
        features: of the family; None for a head over vectors alone (the fast tier).
        development: not trained on, by the encoder neither: chooses temperature, shares and threshold.
        layer: the encoder's output layer for this head, if it was trained with one.
    """
    head = _fit(plan, examples, features, layer)
    seen, truth = _inputs(plan, development, features), _targets(plan, development)
    head = replace(head, shares=_best_shares(head, seen, truth, layer is not None))
    raw = head.raw_probabilities(seen)
    temperature = _temperature(plan.kind, raw, truth)
    probabilities = calibrated(raw, plan.kind, temperature)
    threshold = _threshold(plan, probabilities, truth)
    finished = replace(head, temperature=temperature, threshold=threshold.confidence)
    return TrainedHead(finished, threshold, probabilities)


def _inputs(plan: HeadPlan, examples: Examples, features: TextFeatures | None) -> HeadInputs:
    rules = rule_columns(examples.hits, plan.rule_labels)
    return HeadInputs.of(features, examples.texts, examples.languages, examples.vectors, rules)


def _best_shares(head: Head, inputs: HeadInputs, truth: npt.NDArray[np.int64], has_layer: bool) -> Shares:
    """Those of the least loss."""
    no_words = inputs.tfidf is None
    by_words = np.zeros(truth.shape) if no_words else head.by_words(inputs)
    members = by_words, head.by_vectors(inputs), head.by_layer(inputs)
    tried: list[Shares] = [
        (words, (1 - words) * (1 - layer), (1 - words) * layer)
        for words in ((0.0,) if no_words else _WORD_SHARES)
        for layer in (_LAYER_SHARES if has_layer else (0.0,))
    ]

    def loss(shares: Shares) -> float:
        average = sum((s * p for s, p in zip(shares, members, strict=True)), np.zeros(truth.shape))
        return _loss(head.kind, average, truth)

    return min(tried, key=loss)


def _loss(kind: HeadKind, raw: Floats, targets: npt.NDArray[np.int64]) -> float:
    """Negative log-likelihood at the best temperature."""
    probabilities = np.clip(calibrated(raw, kind, _temperature(kind, raw, targets)), 1e-9, 1 - 1e-9)
    if kind == "one_of":
        return float(-np.log(probabilities[np.arange(len(targets)), targets.argmax(axis=1)]).mean())
    return float(-(targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities)).mean())


def _targets(plan: HeadPlan, examples: Examples) -> npt.NDArray[np.int64]:
    """``[n, k]`` 0/1."""
    targets = np.zeros((len(examples.texts), len(plan.classes)), np.int64)
    for row, labels in enumerate(examples.labels):
        for label in labels:
            targets[row, plan.classes.index(label)] = 1
    return targets


def _fit(plan: HeadPlan, examples: Examples, features: TextFeatures | None, layer: Layer | None) -> Head:
    inputs, targets = _inputs(plan, examples, features), _targets(plan, examples)
    regress = _one_of if plan.kind == "one_of" else _any_of
    k, width = len(plan.classes), inputs.rules.shape[1]
    sparse_weights, sparse_bias = np.zeros((k, width), np.float32), np.zeros(k, np.float32)
    if inputs.tfidf is not None:
        rows = sparse.csr_matrix(sparse.hstack([inputs.tfidf, sparse.csr_matrix(inputs.rules)], format="csr"))
        sparse_weights, sparse_bias = regress(rows, targets, examples.weights, plan.sparse_c, plan.seed)
    second = np.hstack([inputs.dense, inputs.rules])
    dense_weights, dense_bias = regress(second, targets, examples.weights, plan.dense_c, plan.seed)
    nothing = np.zeros((k, inputs.vectors.shape[1]), np.float32), np.zeros(k, np.float32)
    layer_weights, layer_bias = nothing if layer is None else layer
    return Head(
        name=plan.name,
        kind=plan.kind,
        classes=plan.classes,
        rule_labels=plan.rule_labels,
        sparse_weights=sparse_weights,
        sparse_bias=sparse_bias,
        dense_weights=dense_weights,
        dense_bias=dense_bias,
        layer_weights=layer_weights,
        layer_bias=layer_bias,
        temperature=1.0,
        threshold=0.0,
        shares=_VECTORS_ALONE,
    )


def _one_of(
    rows: sparse.csr_matrix | Matrix,
    targets: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    c: float,
    seed: int,
) -> tuple[Matrix, Matrix]:
    """Softmax weights ``[k, d]`` and bias ``[k]``; a class without a text in this fold is never predicted."""
    truth = targets.argmax(axis=1)
    model = LogisticRegression(C=c, tol=_TOLERANCE, max_iter=_MAXIMUM_ITERATIONS, random_state=seed)
    model.fit(rows, truth, sample_weight=weights)
    k = targets.shape[1]
    all_weights = np.zeros((k, rows.shape[1]), np.float32)
    all_bias = np.full(k, -50.0, np.float32)
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        all_weights[model.classes_] = np.vstack([-model.coef_, model.coef_]) / 2
        all_bias[model.classes_] = np.concatenate([-model.intercept_, model.intercept_]) / 2
    else:
        all_weights[model.classes_] = model.coef_
        all_bias[model.classes_] = model.intercept_
    return all_weights, all_bias


def _any_of(
    rows: sparse.csr_matrix | Matrix,
    targets: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    c: float,
    seed: int,
) -> tuple[Matrix, Matrix]:
    """One sigmoid per class."""
    k = targets.shape[1]
    all_weights = np.zeros((k, rows.shape[1]), np.float32)
    all_bias = np.full(k, -50.0, np.float32)
    for column in range(k):
        if 0 < targets[:, column].sum() < len(targets):
            model = LogisticRegression(
                C=c, solver="liblinear", tol=_LIBLINEAR_TOLERANCE, class_weight="balanced", random_state=seed
            )
            model.fit(rows, targets[:, column], sample_weight=weights)
            all_weights[column], all_bias[column] = model.coef_[0], model.intercept_[0]
    return all_weights, all_bias


def _temperature(kind: HeadKind, raw: Floats, targets: npt.NDArray[np.int64]) -> float:
    if kind == "one_of":
        return fit_temperature(raw, targets.argmax(axis=1))
    flat = raw.reshape(-1)
    return fit_temperature(np.stack([1 - flat, flat], axis=1), targets.reshape(-1))


def _threshold(plan: HeadPlan, probabilities: Floats, targets: npt.NDArray[np.int64]) -> Threshold:
    """Over the winning class; for ``any_of`` over every (text, class) pair."""
    if plan.kind == "any_of":
        right = targets.reshape(-1).astype(bool)
        if plan.best_f1:
            return best_f1_threshold(probabilities.reshape(-1), right)
        return choose_threshold(probabilities.reshape(-1), right, plan.precision)
    winner = probabilities.argmax(axis=1)
    answered = np.ones(len(winner), bool)
    if plan.abstain_class is not None:
        answered = winner != plan.classes.index(plan.abstain_class)
    rows = np.flatnonzero(answered)
    right = targets[rows, winner[rows]].astype(bool)
    return choose_threshold(
        probabilities[rows, winner[rows]], right, plan.precision, coverage=plan.coverage, least=LEAST_CONFIDENCE
    )
