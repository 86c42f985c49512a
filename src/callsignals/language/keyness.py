"""Which words one side uses that the other does not: weighted log-odds with an informative Dirichlet prior.

Monroe, Colaresi and Quinn (2008), "Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the Content
of Political Conflict", Political Analysis 16(4). With counts y, totals n and prior a (a0 its sum), for word w::

    delta_w = log((y1_w + a_w) / (n1 + a0 - y1_w - a_w)) - log((y2_w + a_w) / (n2 + a0 - y2_w - a_w))
    z_w     = delta_w / sqrt(1 / (y1_w + a_w) + 1 / (y2_w + a_w))

ConvoKit's ``FightingWords`` computes the same z-scores from the same counts and prior. The prior here is the two
sides' common frequency, as many words strong as ``PRIOR_WORDS``: rare words, of which little is known, are drawn
towards what both sides say.

Phrases are collocations, adjacent content words that stand together more often than chance (Dunning 1993, "Accurate
Methods for the Statistics of Surprise and Coincidence", Computational Linguistics 19(1)), where there is no parser.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

__all__ = [
    "ASSOCIATED_FROM",
    "PRIOR_WORDS",
    "SIGNIFICANT_Z",
    "associated",
    "informative_prior",
    "log_likelihood",
    "log_odds_z",
]

Floats = npt.NDArray[np.float64]

PRIOR_WORDS = 500.0
SIGNIFICANT_Z = 1.96
ASSOCIATED_FROM = 10.83
"""Log-likelihood ratio from which a collocation is one: chi-square with one degree of freedom, p = 0.001."""


def informative_prior(first: npt.ArrayLike, second: npt.ArrayLike, words: float = PRIOR_WORDS) -> Floats:
    """Prior pseudo-counts ``[terms]`` in proportion to how often both sides together use each term."""
    both = np.asarray(first, np.float64) + np.asarray(second, np.float64)
    return np.asarray(words * both / both.sum(), np.float64)


def log_odds_z(first: npt.ArrayLike, second: npt.ArrayLike, prior: npt.ArrayLike | float) -> Floats:
    """z-scores ``[terms]``: positive where the first side uses a term more than the second.

    Args:
        first: counts ``[terms]`` of the one side.
        second: counts ``[terms]`` of the other.
        prior: pseudo-counts ``[terms]``, or one for all terms; above zero.
    """
    y1, y2 = np.asarray(first, np.float64), np.asarray(second, np.float64)
    a = np.broadcast_to(np.asarray(prior, np.float64), y1.shape)
    n1, n2, a0 = y1.sum(), y2.sum(), a.sum()
    delta = np.log((y1 + a) / (n1 + a0 - y1 - a)) - np.log((y2 + a) / (n2 + a0 - y2 - a))
    return np.asarray(delta / np.sqrt(1 / (y1 + a) + 1 / (y2 + a)), np.float64)


def log_likelihood(together: float, first: float, second: float, total: float) -> float:
    """Dunning's ratio G2 of two things that stand together; 0 when they do so less often than chance.

    Args:
        together: times they are adjacent.
        first: times the first stands before anything.
        second: times the second stands after anything.
        total: all adjacent pairs.
    """
    if together * total <= first * second:
        return 0.0
    observed = np.array([[together, first - together], [second - together, total - first - second + together]])
    expected = np.outer([first, total - first], [second, total - second]) / total
    return float(2 * (xlogy(observed, observed) - xlogy(observed, np.where(expected > 0, expected, 1.0))).sum())


def associated(phrase: tuple[str, ...], counts: Mapping[tuple[str, ...], int], total: int) -> bool:
    """Whether a phrase of two or three content lemmas is a collocation.

    Args:
        phrase: its lemmas.
        counts: of runs of one, two and three adjacent content lemmas.
        total: all adjacent pairs.
    """
    head, last = phrase[:-1], phrase[-1:]
    return log_likelihood(counts[phrase], counts[head], counts[last], total) >= ASSOCIATED_FROM
