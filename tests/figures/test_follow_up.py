from __future__ import annotations

import random
from dataclasses import replace
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


def ids(*comments: Surveyed) -> list[str]:
    return [line.comment.comment_id for line in follow_up_list(comments)]


def test_the_latest_of_two_answers_at_one_moment_is_the_one_with_the_later_id():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    first, second = (surveyed(name, group="detractor", respondent_id="r", created_at=moment) for name in "ab")
    assert ids(first, second) == ids(second, first) == ["b"]


def test_an_undated_answer_is_older_than_any_dated_one():
    dated = surveyed("a", group="detractor", respondent_id="r", created_at=datetime(1999, 1, 1, tzinfo=UTC))
    undated = surveyed("z", group="detractor", respondent_id="r")
    assert ids(dated, undated) == ids(undated, dated) == ["a"]
    assert ids(surveyed("1", group="detractor"), replace(dated, respondent_id=None)) == ["a", "1"]


def test_among_equals_the_newest_comes_first_and_then_the_smaller_id():
    january, march = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    critics = [
        surveyed("c", group="detractor", score=3, created_at=january),
        surveyed("b", group="detractor", score=3, created_at=march),
        surveyed("a", group="detractor", score=3, created_at=january),
        surveyed("d", group="detractor", score=0, created_at=january),
        surveyed("e", group="detractor", created_at=march),
        surveyed("f", group="detractor", score=1, created_at=march),
    ]
    assert ids(*critics) == ["d", "f", "b", "a", "c", "e"]


def test_of_the_passives_those_who_recommend_us_come_first_then_positive_texts_then_higher_scores():
    passives = [
        surveyed("7", group="passive", score=7, polarity="positive"),
        surveyed("8", group="passive", score=8, polarity="positive"),
        surveyed("8.5", group="passive", score=8.5),
        surveyed("8 plain", group="passive", score=8),
        surveyed("recommends", group="passive", recommends=True),
    ]
    assert ids(*passives) == ["recommends", "8", "7", "8.5", "8 plain"]


def test_a_passive_by_text_alone_is_near_only_where_the_text_is():
    assert why_follow_up(surveyed("c", group="passive")) == ()
    assert why_follow_up(surveyed("c", group="passive", polarity="positive")) == ("near_promoter",)
    assert why_follow_up(surveyed("c", group="passive", score=7.9)) == ()


def test_a_contradiction_is_one_reason_to_call_and_nearness_is_no_second():
    contradicting = surveyed("c", group="passive", score=8, scale="nps", mismatch=True)
    assert why_follow_up(contradicting) == ("mismatch",)
    assert why_follow_up(surveyed("c", score=1)) == ()  # of no known scale
