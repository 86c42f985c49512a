"""Two samples side by side: how much they differ, how sure that is, and whether it may be chance.

* Cliff's delta (Cliff 1993, Psychological Bulletin 114): P(x > y) - P(x < y), from -1 to 1; by ranks alone, so that
  one monologue of an hour does not decide it. Its interval rests on the bootstrapped standard error, on the scale of
  artanh, where delta has no ends. It holds its 95 % from ten values a side on; the percentile and the studentized
  bootstrap do not (``benchmarks/insight/compare_coverage.py``).
* Hedges' g (Hedges 1981): the difference of the means in pooled standard deviations, corrected for small samples.
* p: permutation test of the difference of mean ranks (which orders samples as Cliff's delta does), with the
  observed one counted among the permutations.

Everything is seeded: same samples, same figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "LEVEL",
    "PERMUTATIONS",
    "RESAMPLES",
    "SEED",
    "Difference",
    "cliffs_delta",
    "compare_samples",
    "delta_interval",
    "false_discovery",
    "hedges_g",
]

LEVEL = 0.95
PERMUTATIONS = 1999
RESAMPLES = 999
_Z = 1.959964
SEED = 20261122
_LIMIT = 1 - 1e-6
_AT_ONCE = 4_000_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the first sample differs from the second.

    Attributes:
        delta: Cliff's delta.
        low, high: its 95 % interval.
        g: Hedges' g; None when both samples are constant.
        p: of the permutation test, two-sided.
    """

    delta: float
    low: float
    high: float
    g: float | None
    p: float


def cliffs_delta(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """P(x > y) - P(x < y) for x of ``first`` and y of ``second``."""
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    y = np.sort(y)
    above, below = np.searchsorted(y, x, "left"), len(y) - np.searchsorted(y, x, "right")
    return float((above - below).sum() / (len(x) * len(y)))


def hedges_g(first: npt.ArrayLike, second: npt.ArrayLike) -> float | None:
    """Difference of means / pooled standard deviation x exact small-sample correction; None without any spread."""
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    freedom = len(x) + len(y) - 2
    pooled = math.sqrt((((x - x.mean()) ** 2).sum() + ((y - y.mean()) ** 2).sum()) / freedom)
    if pooled <= 1e-12 * max(1.0, float(np.abs(x).max()), float(np.abs(y).max())):
        return None
    gammas = math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)
    return float((x.mean() - y.mean()) / pooled * math.exp(gammas) / math.sqrt(freedom / 2))


def compare_samples(first: Sequence[float], second: Sequence[float]) -> Difference:
    """All of it for two samples of at least three values each."""
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    low, high = delta_interval(x, y)
    return Difference(cliffs_delta(x, y), low, high, hedges_g(x, y), _permutation_p(x, y))


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's (1995) adjusted p of each."""
    from scipy.stats import false_discovery_control  # scipy.stats takes a second to import

    return [float(q) for q in false_discovery_control(np.asarray(p_values, np.float64))] if p_values else []


def _permutation_p(x: Floats, y: Floats) -> float:
    from scipy.stats import permutation_test, rankdata

    ranks = rankdata(np.concatenate([x, y]))

    def mean_rank(drawn: Floats, _: Floats, axis: int) -> Floats:
        return np.asarray(drawn.mean(axis=axis))

    result = permutation_test(
        (ranks[: len(x)], ranks[len(x) :]),
        mean_rank,
        vectorized=True,
        n_resamples=PERMUTATIONS,
        batch=max(1, _AT_ONCE // len(ranks)),
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)


def delta_interval(x: Floats, y: Floats) -> tuple[float, float]:
    """Delta +- 1.96 x its bootstrapped standard error, taken on the scale of artanh, where delta has no ends."""
    delta = cliffs_delta(x, y)
    pairs = len(x) * len(y)
    generator = np.random.default_rng(SEED)
    drawn = np.concatenate([_resampled(x, y, count, generator) for count in _portions(len(x) + len(y))])
    # Where the samples hardly overlap the bootstrap sees no spread: Cliff's lower bound of the variance.
    least = math.sqrt((1 - delta**2 + 1 / pairs) / (pairs - 1))
    error = max(float(drawn.std(ddof=1)), least)
    inside = min(max(delta, -_LIMIT), _LIMIT)
    margin = _Z * error / (1 - inside**2)
    centre = math.atanh(inside)
    return min(math.tanh(centre - margin), delta), max(math.tanh(centre + margin), delta)


def _portions(values: int) -> list[int]:
    """Resamples at a time, so that memory stays small."""
    at_once = max(1, _AT_ONCE // values)
    return [min(at_once, RESAMPLES - done) for done in range(0, RESAMPLES, at_once)]


def _resampled(x: Floats, y: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Delta ``[count]`` of samples drawn with replacement from each side."""
    of_x = generator.multinomial(len(x), np.full(len(x), 1 / len(x)), size=count)
    of_y = generator.multinomial(len(y), np.full(len(y), 1 / len(y)), size=count)
    order = np.argsort(y, kind="stable")
    sums = np.zeros((count, len(y) + 1))
    np.cumsum(of_y[:, order], axis=1, out=sums[:, 1:])
    below = sums[:, np.searchsorted(y[order], x, "left")]
    above = len(y) - sums[:, np.searchsorted(y[order], x, "right")]
    return np.asarray((of_x * (below - above)).sum(axis=1) / (len(x) * len(y)), np.float64)
