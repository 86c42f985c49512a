"""Whom to call: critics and answers that contradict themselves first, then the passives nearest to promoters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from callsignals.comments.scores import stance
from callsignals.inputs.rows import Scale

__all__ = ["NEAR_PROMOTER_FROM", "FollowUp", "Surveyed", "follow_up_list", "why_follow_up"]

NEAR_PROMOTER_FROM = 8
"""A passive with this score is one mark short of a promoter."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What is known of one survey comment.

    Attributes:
        comment_id, lead_id: of the comment.
        seller: None when unknown.
        group: promoter, passive or detractor, by score or text; None when neither tells.
        score, scale: as given.
        polarity: of the text, None when it does not tell.
        reasons: as ``reason:polarity``.
        recommends, mismatch: None when it cannot be told.
        respondent_id: None when unknown.
        created_at: aware, or None.
        text: only where it is to be shown.
    """

    comment_id: str
    lead_id: str
    seller: str | None = None
    group: str | None = None
    score: float | None = None
    scale: Scale | None = None
    polarity: str | None = None
    reasons: tuple[str, ...] = ()
    recommends: bool | None = None
    mismatch: bool | None = None
    respondent_id: str | None = None
    created_at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One line of the list.

    Attributes:
        comment: what was answered.
        why: ``detractor``, ``low_score`` (the two worst marks of a CSAT or CES scale), ``mismatch`` (score and text
            disagree), or ``near_promoter``.
    """

    comment: Surveyed
    why: tuple[str, ...]


def why_follow_up(comment: Surveyed) -> tuple[str, ...]:
    """Why somebody should call, or nothing.

    A passive is near when the score is one short of a promoter's, the text is positive, or it says that they recommend
    us; a text that is negative, or a refusal to recommend, is not near.
    """
    why = []
    if comment.group == "detractor":
        why.append("detractor")
    elif comment.score is not None and comment.scale and stance(comment.score, comment.scale) == "unfavourable":
        why.append("low_score")
    if comment.mismatch:
        why.append("mismatch")
    if not why and comment.group == "passive" and _is_near(comment):
        why.append("near_promoter")
    return tuple(why)


def _is_near(comment: Surveyed) -> bool:
    if comment.polarity == "negative" or comment.recommends is False:
        return False
    return (comment.score or 0.0) >= NEAR_PROMOTER_FROM or comment.polarity == "positive" or comment.recommends is True


def follow_up_list(comments: Iterable[Surveyed]) -> list[FollowUp]:
    """The list, most urgent first; of one respondent the latest comment alone.

    Critics and contradictions come first, the lowest scores before higher ones and those without a score last; then
    near passives, those who recommend us first, then positive texts, then the higher score. Among equals the newest.
    """
    latest: dict[str, Surveyed] = {}
    others: list[Surveyed] = []
    for comment in comments:
        if comment.respondent_id is None:
            others.append(comment)
        elif comment.respondent_id not in latest or _age(latest[comment.respondent_id]) < _age(comment):
            latest[comment.respondent_id] = comment
    found = [FollowUp(comment, why) for comment in (*latest.values(), *others) if (why := why_follow_up(comment))]
    found.sort(key=lambda line: line.comment.comment_id)
    found.sort(key=lambda line: line.comment.created_at or _LONG_AGO, reverse=True)
    return sorted(found, key=_urgency)


def _age(comment: Surveyed) -> tuple[datetime, str]:
    return comment.created_at or _LONG_AGO, comment.comment_id


def _urgency(line: FollowUp) -> tuple[float, ...]:
    comment = line.comment
    if "near_promoter" in line.why:
        return (1, -(comment.recommends is True), -(comment.polarity == "positive"), -(comment.score or 0.0))
    # Scores of different scales are only roughly comparable; all the same the worst comes first.
    return (0, comment.score is None, comment.score or 0.0)
