"""Survey figures: NPS, CSAT and CES of a group's answers, each scale apart.

* ``nps`` = (promoters - detractors) / respondents x 100, from scores alone; of one respondent's answers (else of one
  lead's) the latest of the period counts;
* ``csat_share`` = answers of 4 and 5 / answers, on 1 to 5;
* ``ces_mean`` = mean score, high = easy (effort scales are mirrored); ``ces_easy_share`` = answers of the two easiest
  marks / answers. The 5-point and the 7-point scale stay apart.

Fewer than five answers are insufficient. Intervals: see :mod:`callsignals.figures.estimates`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from callsignals.comments.scores import ease_score, nps_group
from callsignals.figures.estimates import LEVEL, mean_interval, net_interval, wilson_interval
from callsignals.figures.grouped import Belonging
from callsignals.inputs.rows import SCALES, Scale
from callsignals.vocabulary.signal import Signal

__all__ = [
    "CSAT_SATISFIED_FROM",
    "MINIMUM_ANSWERS",
    "NPS_SCALES",
    "SurveyAnswer",
    "ces_signals",
    "csat_signals",
    "latest_answers",
    "net_promoters",
    "nps_signals",
]

MINIMUM_ANSWERS = 5
CSAT_SATISFIED_FROM = 4
NPS_SCALES: tuple[Scale, ...] = ("nps", "nps_1_10")
_EFFORT_TO_EASE: dict[Scale, Scale] = {"ces5": "ces5", "ces7": "ces7", "ces5_effort": "ces5", "ces7_effort": "ces7"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """One answered survey.

    Attributes:
        observation_id: of the comment.
        belongs: lead, seller, segments.
        score, scale: as given.
        observed_at: aware, or None.
        respondent_id: who answered, None when unknown.
        reasons: that the text names, without polarity.
        digest: of what the answer rests on.
    """

    observation_id: str
    belongs: Belonging
    score: float
    scale: Scale
    observed_at: datetime | None = None
    respondent_id: str | None = None
    reasons: tuple[str, ...] = ()
    digest: str = ""


def latest_answers(answers: Iterable[SurveyAnswer]) -> list[SurveyAnswer]:
    """One answer a respondent (else a lead, else an answer): the latest; undated ones count as earlier than dated."""
    latest: dict[tuple[str, str], SurveyAnswer] = {}
    for answer in sorted(answers, key=lambda a: (a.observed_at or _LONG_AGO, a.observation_id)):
        latest[_respondent(answer)] = answer
    return sorted(latest.values(), key=lambda answer: answer.observation_id)


def _respondent(answer: SurveyAnswer) -> tuple[str, str]:
    if answer.respondent_id:
        return "respondent", answer.respondent_id
    if answer.belongs.lead_id:
        return "lead", answer.belongs.lead_id
    return "answer", answer.observation_id


def net_promoters(answers: Iterable[SurveyAnswer]) -> tuple[int, int, int]:
    """Promoters, detractors and all, by score."""
    groups = [nps_group(answer.score, answer.scale) for answer in answers]
    return groups.count("promoter"), groups.count("detractor"), sum(group is not None for group in groups)


def nps_signals(answers: Sequence[SurveyAnswer]) -> list[Signal]:
    """``nps`` of each NPS scale that was used; ``labels`` names the scale."""
    signals = []
    for scale in NPS_SCALES:
        respondents = latest_answers(answer for answer in answers if answer.scale == scale)
        promoters, detractors, n = net_promoters(respondents)
        if n:
            low, high = net_interval(promoters, detractors, n)
            net = promoters - detractors
            interval = (100 * low, 100 * high)
            signals.append(_figure("nps", scale, net, n, interval, 100.0, "under_5_respondents"))
    return signals


def csat_signals(answers: Sequence[SurveyAnswer]) -> list[Signal]:
    """``csat_share`` when there are any such answers."""
    scores = [answer.score for answer in answers if answer.scale == "csat5"]
    if not scores:
        return []
    satisfied = sum(score >= CSAT_SATISFIED_FROM for score in scores)
    interval = wilson_interval(satisfied, len(scores))
    return [_figure("csat_share", "csat5", satisfied, len(scores), interval)]


def ces_signals(answers: Sequence[SurveyAnswer]) -> list[Signal]:
    """``ces_mean`` and ``ces_easy_share`` of each length of scale that was used."""
    signals = []
    scales: tuple[Scale, ...] = ("ces5", "ces7")
    for scale in scales:
        lowest, highest = SCALES[scale]
        scores = [ease_score(a.score, a.scale) for a in answers if _EFFORT_TO_EASE.get(a.scale) == scale]
        if not scores:
            continue
        n, easy = len(scores), sum(score >= highest - 1 for score in scores)
        mean_low_high = mean_interval(scores, lowest, highest) if n > 1 else (lowest, highest)
        signals += [
            _figure("ces_mean", scale, math.fsum(scores), n, mean_low_high),
            _figure("ces_easy_share", scale, easy, n, wilson_interval(easy, n)),
        ]
    return signals


def _figure(
    name: str,
    scale: Scale,
    numerator: float,
    n: int,
    interval: tuple[float, float],
    factor: float = 1.0,
    reason: str = "under_5_answers",
) -> Signal:
    """``factor * numerator / n``, insufficient under five; the scale stands in ``labels``."""
    enough = n >= MINIMUM_ANSWERS
    return Signal(
        name,
        value=factor * numerator / n if enough else None,
        labels=(scale,),
        numerator=float(numerator),
        denominator=float(n),
        n=n,
        status="ok" if enough else "insufficient",
        reason=None if enough else reason,
        basis="score",
        low=interval[0] if enough else None,
        high=interval[1] if enough else None,
        interval=LEVEL if enough else None,
    )
