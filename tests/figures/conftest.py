from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from callsignals.figures.grouped import Belonging
from callsignals.figures.survey import SurveyAnswer


@pytest.fixture(scope="session")
def answer() -> Callable[..., SurveyAnswer]:
    """An answer; ``day`` of January 2026 or undated, each its own respondent unless told."""
    count = 0

    def build(score: float, scale: str = "nps", *, day: int | None = None, **changes: object) -> SurveyAnswer:
        nonlocal count
        count += 1
        given: dict[str, object] = {
            "observation_id": f"c{count:04}",
            "belongs": Belonging("acme"),
            "respondent_id": f"r{count}",
            "observed_at": datetime(2026, 1, day, tzinfo=UTC) if day else None,
            **changes,
        }
        return SurveyAnswer(score=score, scale=scale, **given)  # type: ignore[arg-type]

    return build
