"""Classifier heads: two logistic regressions averaged, one over TF-IDF and one over sentence vectors, and their files.

A family of heads shares features and lies in one skops file of plain arrays (no pickle, nothing to trust):
``referral``, ``survey`` and ``reply`` in ``models/comments``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import skops.io
from scipy import sparse

from callsignals.comments.calibrate import apply_temperature
from callsignals.comments.features import TextFeatures
from callsignals.errors import ModelError

__all__ = [
    "FAMILIES",
    "TRUSTED_TYPES",
    "Head",
    "HeadFamily",
    "HeadKind",
    "load_families",
    "models_digest",
    "save_family",
]

HeadKind = Literal["one_of", "any_of"]
Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

FAMILIES = ("referral", "survey", "reply")
TRUSTED_TYPES: tuple[str, ...] = ()
"""Types outside skops' own safe list that a head file may hold: none."""
_REMEDY = "Reinstall callsignals, or retrain with models/comments/train.py."


@dataclass(frozen=True, slots=True)
class Head:
    """One question's classifier.

    Attributes:
        name: the question, for instance ``referral_source``.
        kind: ``one_of`` (softmax) or ``any_of`` (one sigmoid per class).
        classes: what the columns mean.
        rule_labels: which rule hits are features, in column order.
        sparse_weights, sparse_bias: ``[k, features + rules]`` and ``[k]`` over TF-IDF.
        dense_weights, dense_bias: ``[k, 384 + rules]`` and ``[k]`` over sentence vectors.
        temperature: of the averaged probabilities (``any_of``: of their log-odds).
        threshold: confidence under which the classifier abstains (``any_of``: under which a label is left out).
    """

    name: str
    kind: HeadKind
    classes: tuple[str, ...]
    rule_labels: tuple[str, ...]
    sparse_weights: Matrix
    sparse_bias: Matrix
    dense_weights: Matrix
    dense_bias: Matrix
    temperature: float
    threshold: float

    def raw_probabilities(self, tfidf: sparse.csr_matrix, vectors: Matrix, rules: Matrix) -> Floats:
        """``[n, k]`` averaged probabilities before calibration.

        Args:
            tfidf: ``[n, features]`` from :meth:`TextFeatures.sparse`.
            vectors: ``[n, 384]`` from :meth:`TextFeatures.dense`.
            rules: ``[n, rules]`` from :func:`rule_columns`.
        """
        width = tfidf.shape[1]
        by_rules = _row_by_row(rules, self.sparse_weights[:, width:])
        first = tfidf @ self.sparse_weights[:, :width].T + by_rules + self.sparse_bias
        second = _row_by_row(np.hstack([vectors, rules]), self.dense_weights) + self.dense_bias
        squash = _softmax if self.kind == "one_of" else _sigmoid
        return (squash(np.asarray(first, np.float64)) + squash(second.astype(np.float64))) / 2

    def probabilities(self, tfidf: sparse.csr_matrix, vectors: Matrix, rules: Matrix) -> Floats:
        """``[n, k]`` calibrated probabilities; ``one_of`` rows sum to 1."""
        return calibrated(self.raw_probabilities(tfidf, vectors, rules), self.kind, self.temperature)

    def state(self) -> dict[str, Any]:
        """Plain values, to be saved; weights as 16-bit floats, which moves no probability by more than 0.002."""
        return {
            "name": self.name,
            "kind": self.kind,
            "classes": list(self.classes),
            "rule_labels": list(self.rule_labels),
            "temperature": float(self.temperature),
            "threshold": float(self.threshold),
            "sparse_weights": self.sparse_weights.astype(np.float16),
            "sparse_bias": self.sparse_bias.astype(np.float32),
            "dense_weights": self.dense_weights.astype(np.float32),
            "dense_bias": self.dense_bias.astype(np.float32),
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
    """Heads that share features."""

    name: str
    features: TextFeatures
    heads: Mapping[str, Head]


def save_family(family: HeadFamily, path: Path) -> None:
    """Write one family. Bytes differ from run to run: skops names its members by object identity."""
    state = {
        "name": family.name,
        "features": family.features.state(),
        "heads": {name: head.state() for name, head in sorted(family.heads.items())},
    }
    path.write_bytes(skops.io.dumps(state, compression=8, compresslevel=9))


def load_families(folder: Path) -> dict[str, HeadFamily]:
    """All families in a verified folder.

    Raises:
        ModelError: a file is missing, cannot be read, or holds types that are not on the trusted list.
    """
    return {name: _load_family(folder / f"{name}.skops") for name in FAMILIES}


def _load_family(path: Path) -> HeadFamily:
    try:
        content = path.read_bytes()
        strange = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
        if strange:
            raise ModelError(path.name, f"holds types that are not trusted: {', '.join(strange)}", _REMEDY)
        state = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
        return HeadFamily(
            state["name"],
            TextFeatures.from_state(state["features"]),
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


def _row_by_row(rows: Matrix, weights: Matrix) -> Matrix:
    """``rows @ weights.T``, one row at a time: BLAS picks kernels by shape, and their last bits differ."""
    return np.array([weights @ row for row in rows], np.float32).reshape(len(rows), len(weights))


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))), np.float64)
