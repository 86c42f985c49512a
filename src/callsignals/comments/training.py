"""Fit heads: features, two logistic regressions, a temperature and a threshold, all from grouped folds.

Temperature, threshold and the weight of the two regressions are chosen on a development set that was not trained on,
or, where there is none, on out-of-fold predictions; texts of one group (translations, near duplicates) never stand on
both sides of a split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from callsignals.comments.calibrate import Threshold, best_f1_threshold, choose_threshold, fit_temperature
from callsignals.comments.features import TextFeatures, rule_columns
from callsignals.comments.heads import Head, HeadKind, calibrated

__all__ = ["Examples", "HeadPlan", "TrainedHead", "train_head"]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

FOLDS = 3
DENSE_SHARES = (0.3, 0.5, 0.7, 0.85, 1.0)
"""Weights of the regression over vectors that are tried."""
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
        groups: what must stay on one side of a split.
        weights: how much each counts.
        scored: whether each takes part in calibration and threshold (texts of other kinds only help to fit).
    """

    texts: Sequence[str]
    vectors: Matrix
    languages: Sequence[str]
    labels: Sequence[tuple[str, ...]]
    hits: Sequence[Sequence[str]]
    groups: Sequence[str]
    weights: npt.NDArray[np.float64]
    scored: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.int64]) -> Examples:
        """The examples at ``rows``."""
        return Examples(
            [self.texts[i] for i in rows],
            self.vectors[rows],
            [self.languages[i] for i in rows],
            [self.labels[i] for i in rows],
            [self.hits[i] for i in rows],
            [self.groups[i] for i in rows],
            self.weights[rows],
            self.scored[rows],
        )


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
    """A head with what the texts that chose its threshold said about it.

    Attributes:
        head: calibrated, with its threshold.
        threshold: what that threshold gave on them.
        judged: ``[n, k]`` calibrated probabilities of each of them: the development texts, else the training texts
            from the fold that did not see them.
    """

    head: Head
    threshold: Threshold
    judged: Floats


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Examples as matrices."""

    tfidf: sparse.csr_matrix
    dense: Matrix
    rules: Matrix
    targets: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> _Inputs:
        return _Inputs(self.tfidf[rows], self.dense[rows], self.rules[rows], self.targets[rows])


def train_head(
    plan: HeadPlan, examples: Examples, features: TextFeatures | None, development: Examples | None = None
) -> TrainedHead:
    """Fit a head on all examples.

    Args:
        plan: what to fit.
        examples: to fit on.
        features: of the family; None for a head over vectors alone (the fast tier).
        development: not trained on: chooses temperature, weights and threshold. None: out-of-fold predictions of the
            scored examples do.
    """
    inputs = _inputs(plan, examples, features)
    head = _fit(plan, inputs, examples.weights, features is None)
    if development is None:
        scored = np.flatnonzero(examples.scored)
        first, second = _out_of_fold(plan, examples, inputs, features is None)
        truth = inputs.targets
    else:
        scored = np.flatnonzero(development.scored)
        seen = _inputs(plan, development, features)
        first, second = head.both_probabilities(seen.tfidf, seen.dense, seen.rules)
        truth = seen.targets
    shares = (1.0,) if features is None else DENSE_SHARES
    share = min(shares, key=lambda s: _loss(plan.kind, (1 - s) * first[scored] + s * second[scored], truth[scored]))
    raw = (1 - share) * first + share * second
    temperature = _temperature(plan.kind, raw[scored], truth[scored])
    probabilities = calibrated(raw, plan.kind, temperature)
    threshold = _threshold(plan, probabilities[scored], truth[scored])
    finished = replace(head, dense_share=share, temperature=temperature, threshold=threshold.confidence)
    return TrainedHead(finished, threshold, probabilities)


def _inputs(plan: HeadPlan, examples: Examples, features: TextFeatures | None) -> _Inputs:
    rules = rule_columns(examples.hits, plan.rule_labels)
    targets = _targets(plan, examples)
    if features is None:
        empty = sparse.csr_matrix((len(examples.texts), 0), dtype=np.float32)
        return _Inputs(empty, examples.vectors, rules, targets)
    dense = features.dense(examples.vectors, examples.languages)
    return _Inputs(features.sparse(examples.texts), dense, rules, targets)


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


def _out_of_fold(plan: HeadPlan, examples: Examples, inputs: _Inputs, vectors_only: bool) -> tuple[Floats, Floats]:
    """``[n, k]`` probabilities of both regressions for each text, from the fold that did not see its group."""
    first, second = np.zeros(inputs.targets.shape), np.zeros(inputs.targets.shape)
    folds = GroupKFold(n_splits=FOLDS).split(inputs.dense, groups=np.array(examples.groups))
    for train, test in folds:
        head = _fit(plan, inputs.take(train), examples.weights[train], vectors_only)
        part = inputs.take(test)
        first[test], second[test] = head.both_probabilities(part.tfidf, part.dense, part.rules)
    return first, second


def _fit(plan: HeadPlan, inputs: _Inputs, weights: npt.NDArray[np.float64], vectors_only: bool) -> Head:
    regress = _one_of if plan.kind == "one_of" else _any_of
    width = inputs.tfidf.shape[1] + inputs.rules.shape[1]
    sparse_weights, sparse_bias = (
        np.zeros((len(plan.classes), width), np.float32),
        np.zeros(len(plan.classes), np.float32),
    )
    if not vectors_only:
        rows = sparse.csr_matrix(sparse.hstack([inputs.tfidf, sparse.csr_matrix(inputs.rules)], format="csr"))
        sparse_weights, sparse_bias = regress(rows, inputs.targets, weights, plan.sparse_c, plan.seed)
    second = np.hstack([inputs.dense, inputs.rules])
    dense_weights, dense_bias = regress(second, inputs.targets, weights, plan.dense_c, plan.seed)
    return Head(
        name=plan.name,
        kind=plan.kind,
        classes=plan.classes,
        rule_labels=plan.rule_labels,
        sparse_weights=sparse_weights,
        sparse_bias=sparse_bias,
        dense_weights=dense_weights,
        dense_bias=dense_bias,
        dense_share=0.5,
        temperature=1.0,
        threshold=0.0,
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
    return choose_threshold(probabilities[rows, winner[rows]], right, plan.precision, coverage=plan.coverage)
