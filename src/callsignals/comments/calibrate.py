"""Make confidences mean what they say, and choose the threshold under which the classifier abstains.

Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks") on out-of-fold probabilities;
expected calibration error (ECE) with equal-width bins (Naeini et al. 2015); Wilson intervals for shares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "ReliabilityBin",
    "Threshold",
    "apply_temperature",
    "best_f1_threshold",
    "choose_threshold",
    "expected_calibration_error",
    "fit_temperature",
    "reliability_table",
    "wilson_interval",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_TINY = 1e-9
_TEMPERATURES = (0.05, 5.0)


def apply_temperature(probabilities: Floats, temperature: float) -> Floats:
    """Sharpen (below 1) or soften (above 1) each row of ``[n, k]`` probabilities; rows sum to 1."""
    logits = np.log(np.clip(probabilities, _TINY, 1.0)) / temperature
    logits -= logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float64)


def fit_temperature(probabilities: Floats, truth: Integers) -> float:
    """The temperature with the least negative log-likelihood.

    Args:
        probabilities: ``[n, k]``, from folds that did not see the row.
        truth: ``[n]`` column of the right class.
    """
    from scipy.optimize import minimize_scalar  # for training alone

    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        scaled = apply_temperature(probabilities, math.exp(log_temperature))
        return float(-np.log(np.clip(scaled[rows, truth], _TINY, 1.0)).mean())

    low, high = (math.log(t) for t in _TEMPERATURES)
    best = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-4})
    return math.exp(float(best.x))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """``n`` predictions of mean ``confidence``, of which the share ``accuracy`` was right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability_table(confidence: Floats, correct: Booleans, bins: int = 10) -> list[ReliabilityBin]:
    """Equal-width bins over 0..1, empty ones left out; the last bin includes 1."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    table = []
    for b in range(bins):
        inside = index == b
        if inside.any():
            table.append(
                ReliabilityBin(
                    b / bins,
                    (b + 1) / bins,
                    int(inside.sum()),
                    float(confidence[inside].mean()),
                    float(correct[inside].mean()),
                )
            )
    return table


def expected_calibration_error(confidence: Floats, correct: Booleans, bins: int = 10) -> float:
    """Mean over predictions of |bin confidence - bin accuracy|; NaN-free: 0.0 for no predictions."""
    table = reliability_table(confidence, correct, bins)
    total = sum(b.n for b in table)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in table) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where to abstain: at or above ``confidence`` the held-out precision and coverage were these.

    ``reached`` is False when no threshold gave the wanted precision; then it is the one of highest precision that still
    answers at least ten texts, or 1.01 (always abstain) when there were fewer.
    """

    confidence: float
    precision: float
    coverage: float
    reached: bool


def choose_threshold(
    confidence: Floats,
    correct: Booleans,
    precision: float,
    minimum_n: int = 10,
    coverage: float = 0.0,
    least: float = 0.0,
) -> Threshold:
    """The lowest threshold from which on precision is at least ``precision`` on these held-out predictions.

    Args:
        confidence: ``[n]``.
        correct: ``[n]``.
        precision: wanted.
        minimum_n: fewer answers are not believed.
        coverage: share that is answered in any case: where ``precision`` would answer fewer, the threshold is lower.
        least: the threshold is never lower than this, whatever the coverage.
    """
    if len(confidence) < minimum_n:
        return Threshold(1.01, 0.0, 0.0, reached=False)
    order = np.argsort(-confidence, kind="stable")
    ranked, right = confidence[order], correct[order].astype(np.float64)
    counts = np.arange(1, len(ranked) + 1)
    running = np.cumsum(right) / counts
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True)
    usable = last_of_tie & (counts >= minimum_n) & (ranked >= least)
    if not usable.any():
        return Threshold(1.01, 0.0, 0.0, reached=False)
    good = np.flatnonzero(usable & (running >= precision))
    reached = len(good) > 0
    candidates = np.flatnonzero(usable)
    best = int(good[-1]) if reached else int(candidates[np.argmax(running[candidates])])
    enough = candidates[counts[candidates] >= coverage * len(ranked)]
    if coverage and counts[best] < coverage * len(ranked):
        best = int(enough[0]) if len(enough) else int(candidates[-1])
        reached = bool(running[best] >= precision)
    return Threshold(float(ranked[best]), float(running[best]), float(counts[best] / len(ranked)), reached)


def best_f1_threshold(confidence: Floats, correct: Booleans) -> Threshold:
    """The threshold with the best F1 of saying "yes" at or above it."""
    order = np.argsort(-confidence, kind="stable")
    ranked, right = confidence[order], correct[order].astype(np.float64)
    counts = np.arange(1, len(ranked) + 1)
    hits = np.cumsum(right)
    best = int(np.argmax(2 * hits / (counts + max(hits[-1], 1.0))))
    return Threshold(float(ranked[best]), float(hits[best] / counts[best]), float(counts[best] / len(ranked)), True)


def wilson_interval(successes: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) for n = 0."""
    if n == 0:
        return (0.0, 1.0)
    share = successes / n
    centre = share + z * z / (2 * n)
    margin = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale))
