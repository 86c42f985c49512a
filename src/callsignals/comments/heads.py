"""Classifier heads: three linear models averaged, and their files.

Two are logistic regressions, over TF-IDF and over centred sentence vectors; the third is the output layer that was
trained together with the encoder.

A family of heads shares features and lies in one skops file of plain arrays (no pickle, nothing to trust):
``referral``, ``survey`` and ``reply`` in ``models/comments``. Heads of the fast tier see vectors alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from callsignals.comments.calibrate import apply_temperature
from callsignals.comments.features import RuleHits, TextFeatures, rule_columns
from callsignals.errors import ModelError

__all__ = [
    "FAMILIES",
    "TRUSTED_TYPES",
    "Head",
    "HeadFamily",
    "HeadInputs",
    "HeadKind",
    "Shares",
    "calibrated",
    "in_blocks",
    "load_families",
    "models_digest",
    "save_family",
]

HeadKind = Literal["one_of", "any_of"]
Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
Shares = tuple[float, float, float]
"""Weights of the three in the average: of TF-IDF, of centred vectors, of the encoder's layer; they sum to 1."""

FAMILIES = ("referral", "survey", "reply")
BLOCK_ROWS = 64
"""Rows in one matrix product."""
TRUSTED_TYPES: tuple[str, ...] = ()
"""Types outside skops' own safe list that a head file may hold: none."""
_REMEDY = "Reinstall callsignals, or retrain with models/comments/train.py."


@dataclass(frozen=True, slots=True)
class HeadInputs:
    """What a head sees of ``n`` texts.

    Attributes:
        tfidf: ``[n, features]``; None in the fast tier.
        dense: ``[n, d]`` sentence vectors, centred where the family has features.
        vectors: ``[n, d]`` sentence vectors as they left the encoder.
        rules: ``[n, rules]``, 1 where a rule found the label.
    """

    tfidf: sparse.csr_matrix | None
    dense: Matrix
    vectors: Matrix
    rules: Matrix

    @classmethod
    def of(
        cls,
        features: TextFeatures | None,
        texts: Sequence[str],
        languages: Sequence[str | None],
        vectors: Matrix,
        rules: Matrix,
    ) -> HeadInputs:
        """Inputs of normalised texts with their vectors; ``features`` of the family."""
        if features is None:
            return cls(None, vectors, vectors, rules)
        return cls(features.sparse(texts), features.dense(vectors, languages), vectors, rules)

    def with_rules(self, hits: Sequence[RuleHits], labels: Sequence[str]) -> HeadInputs:
        """The same texts for a head that looks at these rule labels."""
        return replace(self, rules=rule_columns(hits, labels))

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> HeadInputs:
        """The texts at ``rows``."""
        index = np.asarray(rows, np.int64)
        tfidf = None if self.tfidf is None else self.tfidf[index]
        return HeadInputs(tfidf, self.dense[index], self.vectors[index], self.rules[index])


@dataclass(frozen=True, slots=True)
class Head:
    """One question's classifier.

    Attributes:
        name: the question, for instance ``referral_source``.
        kind: ``one_of`` (softmax) or ``any_of`` (one sigmoid per class).
        classes: what the columns mean.
        rule_labels: which rule hits are features, in column order.
        sparse_weights, sparse_bias: ``[k, features + rules]`` and ``[k]`` over TF-IDF.
        dense_weights, dense_bias: ``[k, vector + rules]`` and ``[k]`` over centred sentence vectors.
        layer_weights, layer_bias: ``[k, vector]`` and ``[k]``, the encoder's output layer; zeros where it has none.
        temperature: of the averaged probabilities (``any_of``: of their log-odds).
        threshold: confidence under which the classifier abstains (``any_of``: under which a label is left out).
        shares: of the three in the average; what has none is not computed.
    """

    name: str
    kind: HeadKind
    classes: tuple[str, ...]
    rule_labels: tuple[str, ...]
    sparse_weights: Matrix
    sparse_bias: Matrix
    dense_weights: Matrix
    dense_bias: Matrix
    layer_weights: Matrix
    layer_bias: Matrix
    temperature: float
    threshold: float
    shares: Shares

    def by_words(self, inputs: HeadInputs) -> Floats:
        """``[n, k]`` probabilities of the regression over TF-IDF."""
        if inputs.tfidf is None:
            raise ModelError(self.name, "weighs words, but its family has no features", _REMEDY)
        width = inputs.tfidf.shape[1]
        by_rules = in_blocks(inputs.rules, self.sparse_weights[:, width:])
        return self._squash(inputs.tfidf @ self.sparse_weights[:, :width].T + by_rules + self.sparse_bias)

    def by_vectors(self, inputs: HeadInputs) -> Floats:
        """``[n, k]`` probabilities of the regression over centred vectors."""
        return self._squash(in_blocks(np.hstack([inputs.dense, inputs.rules]), self.dense_weights) + self.dense_bias)

    def by_layer(self, inputs: HeadInputs) -> Floats:
        """``[n, k]`` probabilities of the encoder's own layer."""
        return self._squash(in_blocks(inputs.vectors, self.layer_weights) + self.layer_bias)

    def raw_probabilities(self, inputs: HeadInputs) -> Floats:
        """``[n, k]`` averaged probabilities before calibration."""
        found = np.zeros((len(inputs.dense), len(self.classes)))
        for share, judge in zip(self.shares, (self.by_words, self.by_vectors, self.by_layer), strict=True):
            if share:
                found += share * judge(inputs)
        return found

    def _squash(self, logits: Matrix) -> Floats:
        squash = _softmax if self.kind == "one_of" else _sigmoid
        return squash(np.asarray(logits, np.float64))

    def probabilities(self, inputs: HeadInputs) -> Floats:
        """``[n, k]`` calibrated probabilities; ``one_of`` rows sum to 1."""
        return calibrated(self.raw_probabilities(inputs), self.kind, self.temperature)

    def state(self) -> dict[str, Any]:
        """Plain values, to be saved; weights as 16-bit floats, which moves no probability by more than 0.002."""
        return {
            "name": self.name,
            "kind": self.kind,
            "classes": list(self.classes),
            "rule_labels": list(self.rule_labels),
            "shares": [float(share) for share in self.shares],
            "temperature": float(self.temperature),
            "threshold": float(self.threshold),
            "sparse_weights": self.sparse_weights.astype(np.float16),
            "sparse_bias": self.sparse_bias.astype(np.float32),
            "dense_weights": self.dense_weights.astype(np.float32),
            "dense_bias": self.dense_bias.astype(np.float32),
            "layer_weights": self.layer_weights.astype(np.float32),
            "layer_bias": self.layer_bias.astype(np.float32),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Head:
        """The inverse of :meth:`state`."""
        return cls(
            name=state["name"],
            kind=state["kind"],
            classes=tuple(state["classes"]),
            rule_labels=tuple(state["rule_labels"]),
            sparse_weights=state["sparse_weights"].astype(np.float32),
            sparse_bias=state["sparse_bias"],
            dense_weights=state["dense_weights"],
            dense_bias=state["dense_bias"],
            layer_weights=state["layer_weights"],
            layer_bias=state["layer_bias"],
            shares=tuple(float(share) for share in state["shares"]),  # type: ignore[arg-type]
            temperature=float(state["temperature"]),
            threshold=float(state["threshold"]),
        )


def calibrated(probabilities: Floats, kind: HeadKind, temperature: float) -> Floats:
    """Averaged probabilities at a temperature."""
    if kind == "one_of":
        return apply_temperature(probabilities, temperature)
    pairs = np.stack([1 - probabilities, probabilities], axis=-1)
    return apply_temperature(pairs, temperature)[..., 1]


@dataclass(frozen=True, slots=True)
class HeadFamily:
    """Heads that share features; those of the fast tier have none of their own."""

    name: str
    features: TextFeatures | None
    heads: Mapping[str, Head]

    @property
    def own_features(self) -> TextFeatures:
        """The features of a family of the exact tier."""
        if self.features is None:
            raise ModelError(self.name, "has no features of its own", "Use the heads of the exact tier.")
        return self.features


def save_family(family: HeadFamily, path: Path) -> None:
    """Write one family. Bytes differ from run to run: skops names its members by object identity."""
    state = {
        "name": family.name,
        "features": None if family.features is None else family.features.state(),
        "heads": {name: head.state() for name, head in sorted(family.heads.items())},
    }
    import skops.io  # as in _load_family

    path.write_bytes(skops.io.dumps(state, compression=8, compresslevel=9))


def load_families(folder: Path, prefix: str = "") -> dict[str, HeadFamily]:
    """All families in a verified folder; ``prefix`` of their file names (``fast-``).

    Raises:
        ModelError: a file is missing, cannot be read, or holds types that are not on the trusted list.
    """
    return {name: _load_family(folder / f"{prefix}{name}.skops") for name in FAMILIES}


def _load_family(path: Path) -> HeadFamily:
    import skops.io  # brings scikit-learn, which takes longer to import than a run with nothing to classify

    try:
        content = path.read_bytes()
        strange = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
        if strange:
            raise ModelError(path.name, f"holds types that are not trusted: {', '.join(strange)}", _REMEDY)
        state = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
        return HeadFamily(
            state["name"],
            None if state["features"] is None else TextFeatures.from_state(state["features"]),
            {name: Head.from_state(head) for name, head in state["heads"].items()},
        )
    except ModelError:
        raise
    except Exception as error:  # zip, json, skops and array errors: whatever damage does to the file
        raise ModelError(path.name, f"cannot be loaded ({type(error).__name__})", _REMEDY) from error


def models_digest(*folders: Path) -> str:
    """sha256 over the manifests of verified model folders."""
    digest = hashlib.sha256()
    for folder in folders:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        digest.update(json.dumps(files, sort_keys=True).encode())
    return digest.hexdigest()


def in_blocks(rows: Matrix, weights: Matrix) -> Matrix:
    """``[n, k]`` ``rows @ weights.T`` in blocks of one fixed shape.

    BLAS picks kernels by shape, and their last bits differ: with one shape, a row never depends on how many others
    there are.
    """
    n = len(rows)
    padded = np.zeros((-(-max(n, 1) // BLOCK_ROWS) * BLOCK_ROWS, rows.shape[1]), np.float32)
    padded[:n] = rows
    columns = np.ascontiguousarray(weights.T, np.float32)
    parts = [padded[start : start + BLOCK_ROWS] @ columns for start in range(0, len(padded), BLOCK_ROWS)]
    return np.asarray(np.concatenate(parts)[:n], np.float32)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))), np.float64)
