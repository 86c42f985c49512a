"""Fit heads: features, two logistic regressions, a temperature and a threshold, all from grouped folds.

Texts of one group (translations, near duplicates) never stand on both sides of a split. Temperature and threshold
are chosen on out-of-fold predictions, so the texts that a head is later measured on have no part in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from callsignals.comments.calibrate import Threshold, choose_threshold, fit_temperature
from callsignals.comments.features import TextFeatures, rule_columns
from callsignals.comments.heads import Head, HeadKind, calibrated

__all__ = ["Examples", "HeadPlan", "TrainedHead", "train_head"]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

FOLDS = 3
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
        abstain_class: a class that means "says nothing": predicting it never counts as an answer.
        many: whether every class over the threshold is an answer, not only the most probable one.
        sparse_c, dense_c: inverse strength of the L2 penalty of the two regressions.
        seed: of the solver.
    """

    name: str
    kind: HeadKind
    classes: tuple[str, ...]
    rule_labels: tuple[str, ...]
    precision: float
    abstain_class: str | None = None
    many: bool = False
    sparse_c: float = 3.0
    dense_c: float = 3.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A head with what its out-of-fold predictions said about it.

    Attributes:
        head: calibrated, with its threshold.
        threshold: what that threshold gave out of fold.
        out_of_fold: ``[n, k]`` calibrated probabilities of every example from the fold that did not see it.
    """

    head: Head
    threshold: Threshold
    out_of_fold: Floats


def train_head(plan: HeadPlan, examples: Examples, features: TextFeatures) -> TrainedHead:
    """Fit a head on all examples; temperature and threshold from grouped folds of the scored ones."""
    tfidf = features.sparse(examples.texts)
    dense = features.dense(examples.vectors, examples.languages)
    rules = rule_columns(examples.hits, plan.rule_labels)
    targets = _targets(plan, examples)
    raw = _out_of_fold(plan, examples, tfidf, dense, rules, targets)
    head = _fit(plan, tfidf, dense, rules, targets, examples.weights)
    scored = np.flatnonzero(examples.scored)
    temperature = _temperature(plan.kind, raw[scored], targets[scored])
    probabilities = calibrated(raw, plan.kind, temperature)
    threshold = _threshold(plan, probabilities[scored], targets[scored])
    return TrainedHead(replace(head, temperature=temperature, threshold=threshold.confidence), threshold, probabilities)


def _targets(plan: HeadPlan, examples: Examples) -> npt.NDArray[np.int64]:
    """``[n, k]`` 0/1."""
    targets = np.zeros((len(examples.texts), len(plan.classes)), np.int64)
    for row, labels in enumerate(examples.labels):
        for label in labels:
            targets[row, plan.classes.index(label)] = 1
    return targets


def _out_of_fold(
    plan: HeadPlan,
    examples: Examples,
    tfidf: sparse.csr_matrix,
    dense: Matrix,
    rules: Matrix,
    targets: npt.NDArray[np.int64],
) -> Floats:
    """``[n, k]`` averaged probabilities of each text from the fold that did not see its group."""
    raw = np.zeros(targets.shape, np.float64)
    folds = GroupKFold(n_splits=FOLDS).split(dense, groups=np.array(examples.groups))
    for train, test in folds:
        head = _fit(plan, tfidf[train], dense[train], rules[train], targets[train], examples.weights[train])
        raw[test] = head.raw_probabilities(tfidf[test], dense[test], rules[test])
    return raw


def _fit(
    plan: HeadPlan,
    tfidf: sparse.csr_matrix,
    dense: Matrix,
    rules: Matrix,
    targets: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
) -> Head:
    first = sparse.csr_matrix(sparse.hstack([tfidf, sparse.csr_matrix(rules)], format="csr"))
    second = np.hstack([dense, rules])
    regress = _one_of if plan.kind == "one_of" else _any_of
    sparse_weights, sparse_bias = regress(first, targets, weights, plan.sparse_c, plan.seed)
    dense_weights, dense_bias = regress(second, targets, weights, plan.dense_c, plan.seed)
    return Head(
        name=plan.name,
        kind=plan.kind,
        classes=plan.classes,
        rule_labels=plan.rule_labels,
        sparse_weights=sparse_weights,
        sparse_bias=sparse_bias,
        dense_weights=dense_weights,
        dense_bias=dense_bias,
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
    """Over the winning class; for ``any_of`` and ``many`` over every (text, class) pair."""
    if plan.kind == "any_of" or plan.many:
        columns = [i for i, name in enumerate(plan.classes) if name != plan.abstain_class]
        flat = probabilities[:, columns].reshape(-1)
        return choose_threshold(flat, targets[:, columns].reshape(-1).astype(bool), plan.precision)
    winner = probabilities.argmax(axis=1)
    answered = np.ones(len(winner), bool)
    if plan.abstain_class is not None:
        answered = winner != plan.classes.index(plan.abstain_class)
    rows = np.flatnonzero(answered)
    right = targets[rows, winner[rows]].astype(bool)
    return choose_threshold(probabilities[rows, winner[rows]], right, plan.precision)
