"""Move a head towards new examples without forgetting what it knew.

The shipped weights are the mean of a Gaussian prior and the new examples the data: maximum a posteriori adaptation
(Chelba and Acero 2004, "Adaptation of Maximum Entropy Capitalizer: Little Data Can Help a Lot"). No training text is
needed, fifty examples already help, and classes that the examples do not show stay as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from callsignals.comments.features import TextFeatures, rule_columns
from callsignals.comments.heads import Head, HeadInputs, HeadKind, Shares
from callsignals.comments.judge import Unit

__all__ = ["HeadExamples", "adapted"]

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

WORDS_COUNT_FROM = 0.5
"""Words of a house's own show in TF-IDF rather than in sentence vectors: TF-IDF weighs at least this afterwards."""
_LAYER_SCALE = np.float32(4.0)
"""The layer was trained on vectors of length 16, so its weights are large: on vectors of length 1 it would hardly move,
at 16 it moves before the words do; in between both learn."""
_ITERATIONS = 100
_TINY = 1e-10


@dataclass(frozen=True, slots=True)
class HeadExamples:
    """Labelled texts as one head sees them.

    Attributes:
        inputs: of ``n`` texts.
        targets: ``[n, k]``; rows of ``one_of`` heads sum to 1.
        groups: what must stay on one side of a split, ``[n]``.
    """

    inputs: HeadInputs
    targets: Floats
    groups: tuple[str, ...]

    @classmethod
    def of(
        cls,
        head: Head,
        features: TextFeatures,
        units: Sequence[Unit],
        vectors: Matrix,
        labels: Sequence[Sequence[str]],
        groups: Sequence[str],
    ) -> HeadExamples:
        """Features and targets of units with their labels."""
        targets = np.zeros((len(units), len(head.classes)))
        for row, named in enumerate(labels):
            for label in named:
                targets[row, head.classes.index(label)] = 1 / len(named) if head.kind == "one_of" else 1.0
        rules = rule_columns([unit.rule_labels for unit in units], head.rule_labels)
        texts, languages = [unit.text for unit in units], [unit.language for unit in units]
        return cls(HeadInputs.of(features, texts, languages, vectors, rules), targets, tuple(groups))

    def take(self, rows: Sequence[int]) -> HeadExamples:
        """The examples at ``rows``."""
        index = np.array(rows, np.int64)
        groups = tuple(self.groups[row] for row in rows)
        return HeadExamples(self.inputs.take(index), self.targets[index], groups)

    def probabilities(self, head: Head) -> Floats:
        """``[n, k]`` calibrated."""
        return head.probabilities(self.inputs)


def adapted(head: Head, examples: HeadExamples, strength: float) -> Head:
    """The head after these examples; temperature and threshold stay.

    Args:
        head: as shipped.
        examples: at least one.
        strength: precision of the prior: how many examples' worth the shipped weights hold out.
    """
    seen = examples.inputs
    first = sparse.csr_matrix(sparse.hstack([seen.tfidf, sparse.csr_matrix(seen.rules)], format="csr"))
    second = sparse.csr_matrix(np.hstack([seen.dense, seen.rules]))
    sparse_weights, sparse_bias = _posterior(
        first, head.sparse_weights, head.sparse_bias, examples.targets, head.kind, strength
    )
    dense_weights, dense_bias = _posterior(
        second, head.dense_weights, head.dense_bias, examples.targets, head.kind, strength
    )
    scaled = sparse.csr_matrix(seen.vectors * _LAYER_SCALE)
    layer_weights, layer_bias = _posterior(
        scaled, head.layer_weights / _LAYER_SCALE, head.layer_bias, examples.targets, head.kind, strength
    )
    return replace(
        head,
        sparse_weights=sparse_weights,
        sparse_bias=sparse_bias,
        dense_weights=dense_weights,
        dense_bias=dense_bias,
        layer_weights=layer_weights * _LAYER_SCALE,
        layer_bias=layer_bias,
        shares=_words_first(head.shares),
    )


def _words_first(shares: Shares) -> Shares:
    """The shares with at least :data:`WORDS_COUNT_FROM` for words, the others in proportion."""
    words, vectors, layer = shares
    if words >= WORDS_COUNT_FROM:
        return shares
    kept = (1 - WORDS_COUNT_FROM) / (vectors + layer)
    return WORDS_COUNT_FROM, vectors * kept, layer * kept


def _posterior(
    rows: sparse.csr_matrix, weights: Matrix, bias: Matrix, targets: Floats, kind: HeadKind, strength: float
) -> tuple[Matrix, Matrix]:
    """Weights and bias of least loss plus distance from where they were.

    The best change is a combination of the examples themselves (the representer theorem), so that it is sought among
    as many directions as there are examples, not among forty thousand features.
    """
    seen = sparse.csr_matrix(sparse.hstack([rows, np.ones((rows.shape[0], 1))], format="csr"), dtype=float)
    values, turned = np.linalg.eigh((seen @ seen.T).toarray())
    kept = values > _TINY * values[-1]
    scale = np.sqrt(values[kept])
    coordinates = turned[:, kept] * scale
    before = np.asarray(rows @ weights.T + bias, np.float64)
    shape = (int(kept.sum()), targets.shape[1])

    def objective(flat: Floats) -> tuple[float, Floats]:
        loss, slope = _loss(before + coordinates @ flat.reshape(shape), targets, kind)
        return loss + strength * float(flat @ flat) / 2, (coordinates.T @ slope).ravel() + strength * flat

    found = minimize(
        objective, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS}
    )
    moved = seen.T @ (turned[:, kept] / scale) @ found.x.reshape(shape)
    return np.asarray(weights + moved[:-1].T, np.float32), np.asarray(bias + moved[-1], np.float32)


def _loss(logits: Floats, targets: Floats, kind: HeadKind) -> tuple[float, Floats]:
    """Cross entropy in all, and its slope by logit."""
    if kind == "one_of":
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return float((targets * (log_sum - shifted)).sum()), np.exp(shifted - log_sum) - targets
    positive = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
    return float((np.logaddexp(0, logits) - targets * logits).sum()), positive - targets
