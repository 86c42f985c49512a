"""What moves NPS: NPS of all respondents less NPS of those who do not mention a reason.

Negative: the reason goes with a lower NPS. It is a difference between groups of people, not proof of a cause. The 95 %
interval is the percentile bootstrap (Efron 1979) over respondents. Whether a respondent mentions the reason and the
group of their score is all that counts, so that one multinomial draw over these six cells is one resample: exact, and
as quick for a million respondents as for ten.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from callsignals.comments.scores import nps_group
from callsignals.figures.estimates import LEVEL
from callsignals.figures.survey import MINIMUM_ANSWERS, NPS_SCALES, SurveyAnswer, latest_answers, net_promoters
from callsignals.vocabulary.signal import Signal

__all__ = ["MINIMUM_MENTIONS", "RESAMPLES", "SEED", "impact_signals"]

MINIMUM_MENTIONS = 5
RESAMPLES = 2000
SEED = 20261122

_GROUPS = ("promoter", "passive", "detractor")
_NET = np.array([1, 0, -1])


def impact_signals(answers: Sequence[SurveyAnswer]) -> list[Signal]:
    """``nps_impact`` of each mentioned reason, per NPS scale; none where ``nps`` itself is insufficient.

    ``label`` is the reason, ``labels`` the reason and the scale, ``numerator`` the respondents who mention it,
    ``denominator`` and ``n`` all respondents.
    """
    signals = []
    for scale in NPS_SCALES:
        respondents = latest_answers(answer for answer in answers if answer.scale == scale)
        if net_promoters(respondents)[2] >= MINIMUM_ANSWERS:
            signals += [_impact(reason, scale, cells) for reason, cells in sorted(_cells(respondents).items())]
    return signals


def _cells(respondents: Sequence[SurveyAnswer]) -> dict[str, npt.NDArray[np.int64]]:
    """By reason ``[2, 3]`` respondents: mention (no, yes) and group (promoter, passive, detractor)."""
    everyone = np.zeros(3, np.int64)
    mentions: dict[str, npt.NDArray[np.int64]] = {}
    for answer in respondents:
        group = nps_group(answer.score, answer.scale)
        if group is not None:
            column = _GROUPS.index(group)
            everyone[column] += 1
            for reason in answer.reasons:
                mentions.setdefault(reason, np.zeros(3, np.int64))[column] += 1
    return {reason: np.stack([everyone - named, named]) for reason, named in mentions.items()}


def _impact(reason: str, scale: str, cells: npt.NDArray[np.int64]) -> Signal:
    n, mentions = int(cells.sum()), int(cells[1].sum())
    why = None
    if mentions < MINIMUM_MENTIONS:
        why = "under_5_mentions"
    elif mentions == n:
        why = "everyone_mentions_it"
    low, high = _bootstrap(cells) if why is None else (None, None)
    return Signal(
        "nps_impact",
        value=None if why else float(_difference(cells[np.newaxis])[0]),
        label=None if why else reason,
        labels=(reason, scale),
        numerator=float(mentions),
        denominator=float(n),
        n=n,
        status="insufficient" if why else "ok",
        reason=why,
        basis="score",
        low=low,
        high=high,
        interval=None if why else LEVEL,
    )


def _difference(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """``[k]`` NPS of all less NPS of those without a mention, for ``[k, 2, 3]`` cells; NaN where all mention it."""
    everyone, others = cells.sum(axis=1), cells[:, 0]
    counts = others.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (everyone @ _NET / everyone.sum(axis=1) - others @ _NET / counts), np.float64)


def _bootstrap(cells: npt.NDArray[np.int64]) -> tuple[float, float]:
    n = int(cells.sum())
    draws = np.random.default_rng(SEED).multinomial(n, cells.ravel() / n, size=RESAMPLES).reshape(-1, 2, 3)
    differences = _difference(draws)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(differences, [tail, 100 - tail])
    return float(low), float(high)
