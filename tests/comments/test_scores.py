from __future__ import annotations

import math

import pytest

from callsignals.comments.mismatch import disagrees
from callsignals.comments.scores import ease_score, is_on_scale, nps_group, stance
from callsignals.inputs.rows import Scale


@pytest.mark.parametrize(
    ("score", "scale", "group"),
    [
        (0, "nps", "detractor"),
        (6, "nps", "detractor"),
        (7, "nps", "passive"),
        (8, "nps", "passive"),
        (9, "nps", "promoter"),
        (10, "nps", "promoter"),
        (1, "nps_1_10", "detractor"),
        (6, "nps_1_10", "detractor"),
        (8, "nps_1_10", "passive"),
        (9, "nps_1_10", "promoter"),
        (0, "nps_1_10", None),
        (11, "nps", None),
        (-1, "nps", None),
        (math.nan, "nps", None),
        (5, "csat5", None),
        (7, "ces7", None),
    ],
)
def test_nps_groups(score: float, scale: Scale, group: str | None) -> None:
    assert nps_group(score, scale) == group


@pytest.mark.parametrize(
    ("score", "scale", "expected"),
    [
        (10, "nps", "favourable"),
        (8, "nps", "middling"),
        (3, "nps", "unfavourable"),
        (5, "csat5", "favourable"),
        (4, "csat5", "favourable"),
        (3, "csat5", "middling"),
        (2, "csat5", "unfavourable"),
        (1, "ces5", "unfavourable"),
        (1, "ces5_effort", "favourable"),
        (2, "ces5_effort", "favourable"),
        (3, "ces5_effort", "middling"),
        (5, "ces5_effort", "unfavourable"),
        (7, "ces7", "favourable"),
        (4, "ces7", "middling"),
        (2, "ces7", "unfavourable"),
        (1, "ces7_effort", "favourable"),
        (4, "ces7_effort", "middling"),
        (7, "ces7_effort", "unfavourable"),
        (8, "ces7", None),
        (0, "csat5", None),
    ],
)
def test_stance(score: float, scale: Scale, expected: str | None) -> None:
    assert stance(score, scale) == expected


def test_effort_scales_are_mirrored() -> None:
    assert [ease_score(s, "ces5_effort") for s in (1, 3, 5)] == [5, 3, 1]
    assert [ease_score(s, "ces7_effort") for s in (1, 4, 7)] == [7, 4, 1]
    assert ease_score(2, "ces7") == 2


def test_off_scale() -> None:
    assert not is_on_scale(math.inf, "nps")
    assert not is_on_scale(5.5, "csat5")
    assert is_on_scale(0, "nps")


@pytest.mark.parametrize(
    ("attitude", "polarity", "expected"),
    [
        ("favourable", "negative", True),
        ("unfavourable", "positive", True),
        ("favourable", "positive", False),
        ("unfavourable", "negative", False),
        ("favourable", "mixed", False),
        ("middling", "negative", False),
        ("unfavourable", "neutral", False),
    ],
)
def test_only_clear_disagreement_is_a_mismatch(attitude: str, polarity: str, expected: bool) -> None:
    assert disagrees(attitude, polarity) is expected  # type: ignore[arg-type]
