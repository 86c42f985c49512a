"""95 % intervals of shares, means and differences of shares.

* a share: Wilson (1927), ``callsignals.comments.calibrate.wilson_interval``;
* a mean: Student's t with n - 1 degrees of freedom, cut at the ends of the scale;
* promoters less detractors: the adjusted Wald interval of Rocks (2016), "Interval Estimation for the Net Promoter
  Score", The American Statistician 70(4): three answers are added, 3/4 of them promoters and 3/4 detractors. Without
  them five promoters would have an interval of width zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import stdtrit  # scipy.stats.t.ppf, without the import of all of scipy.stats

from callsignals.comments.calibrate import wilson_interval

__all__ = ["LEVEL", "mean_interval", "net_interval", "wilson_interval"]

LEVEL = 0.95
_Z = 1.959964
_ADDED = 3.0
_ADDED_TO_EACH_SIDE = 0.75


def mean_interval(values: Sequence[float], lowest: float, highest: float) -> tuple[float, float]:
    """Student's t interval of a mean of at least two values, cut at ``lowest`` and ``highest``."""
    n = len(values)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    error = math.sqrt(variance / n)
    margin = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * error
    return max(lowest, mean - margin), min(highest, mean + margin)


def net_interval(plus: int, minus: int, n: int) -> tuple[float, float]:
    """Adjusted Wald interval of ``(plus - minus) / n``, cut at -1 and 1."""
    adjusted = n + _ADDED
    p, q = (plus + _ADDED_TO_EACH_SIDE) / adjusted, (minus + _ADDED_TO_EACH_SIDE) / adjusted
    centre = p - q
    margin = _Z * math.sqrt((p + q - centre * centre) / adjusted)
    return max(-1.0, centre - margin), min(1.0, centre + margin)
