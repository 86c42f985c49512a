from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from callsignals.figures.follow_up import Surveyed, follow_up_list, why_follow_up


def surveyed(comment_id: str, **known: object) -> Surveyed:
    return Surveyed(comment_id, "acme", **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"group": "detractor", "score": 3, "scale": "nps"}, ("detractor",)),
        ({"group": "detractor"}, ("detractor",)),
        ({"group": "detractor", "score": 2, "scale": "nps", "mismatch": True}, ("detractor", "mismatch")),
        ({"group": "promoter", "score": 9, "scale": "nps", "mismatch": True}, ("mismatch",)),
        ({"group": "promoter", "score": 9, "scale": "nps", "mismatch": False}, ()),
        ({"score": 2, "scale": "csat5"}, ("low_score",)),
        ({"score": 3, "scale": "csat5"}, ()),
        ({"score": 7, "scale": "ces7_effort"}, ("low_score",)),  # high = hard
        ({"group": "passive", "score": 8, "scale": "nps"}, ("near_promoter",)),
        ({"group": "passive", "score": 7, "scale": "nps"}, ()),
        ({"group": "passive", "score": 7, "scale": "nps", "polarity": "positive"}, ("near_promoter",)),
        ({"group": "passive", "score": 7, "scale": "nps", "recommends": True}, ("near_promoter",)),
        ({"group": "passive", "score": 8, "scale": "nps", "polarity": "negative"}, ()),
        ({"group": "passive", "score": 8, "scale": "nps", "recommends": False}, ()),
        ({}, ()),
    ],
)
def test_why_somebody_should_call(known, why):
    assert why_follow_up(surveyed("c", **known)) == why


def test_critics_and_contradictions_first_then_the_nearest_passives():
    comments = [
        surveyed("near 8", group="passive", score=8, scale="nps"),
        surveyed("near 7 positive", group="passive", score=7, scale="nps", polarity="positive"),
        surveyed("near, recommends", group="passive", score=7, scale="nps", recommends=True),
        surveyed("by text", group="detractor"),
        surveyed("contradiction", group="promoter", score=10, scale="nps", mismatch=True),
        surveyed("old 2", group="detractor", score=2, scale="nps", created_at=datetime(2025, 1, 1, tzinfo=UTC)),
        surveyed("new 2", group="detractor", score=2, scale="nps", created_at=datetime(2026, 1, 1, tzinfo=UTC)),
        surveyed("happy", group="promoter", score=10, scale="nps"),
    ]
    random.Random(3).shuffle(comments)
    assert [line.comment.comment_id for line in follow_up_list(comments)] == [
        "new 2",
        "old 2",
        "contradiction",
        "by text",
        "near, recommends",
        "near 7 positive",
        "near 8",
    ]


def test_a_respondents_later_answer_replaces_the_earlier_one():
    angry = surveyed("1", group="detractor", respondent_id="r", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    content = surveyed("2", group="promoter", respondent_id="r", created_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert follow_up_list([content, angry]) == []
    assert len(follow_up_list([angry, surveyed("3", group="detractor")])) == 2
