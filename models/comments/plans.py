"""Which heads there are, what each is trained for, and how it is penalised."""

from __future__ import annotations

from dataclasses import replace

from workbench import Workbench

from callsignals.comments.labels import (
    NONE_LABEL,
    NPS_GROUPS,
    POLARITIES,
    REASONS,
    REFERRAL_SOURCES,
    REPLY_INTENTS,
    UNSAID_LABEL,
)
from callsignals.comments.training import HeadPlan

PRECISION = 0.90
FAST_C = 0.03


PLANS: dict[str, dict[str, HeadPlan]] = {
    "referral": {
        "referral_source": HeadPlan(
            "referral_source", "one_of", (*REFERRAL_SOURCES, NONE_LABEL), REFERRAL_SOURCES, PRECISION, 0.86, NONE_LABEL
        ),
        "referral_sources": HeadPlan("referral_sources", "any_of", REFERRAL_SOURCES, REFERRAL_SOURCES, PRECISION),
        "referral_personal": HeadPlan(
            "referral_personal", "one_of", ("yes", "no", NONE_LABEL), REFERRAL_SOURCES, 0.93, 0.93, NONE_LABEL
        ),
    },
    "survey": {
        "comment_polarity": HeadPlan(
            "comment_polarity",
            "one_of",
            (*POLARITIES, NONE_LABEL),
            ("yes", "no"),
            PRECISION,
            0.9,
            NONE_LABEL,
        ),
        "nps_group": HeadPlan(
            "nps_group", "one_of", (*NPS_GROUPS, NONE_LABEL), ("yes", "no"), PRECISION, 0.86, NONE_LABEL
        ),
        "comment_reasons": HeadPlan("comment_reasons", "any_of", REASONS, ("yes", "no"), PRECISION, best_f1=True),
        "recommends": HeadPlan(
            "recommends", "one_of", ("yes", "no", UNSAID_LABEL), ("yes", "no"), PRECISION, 0.0, UNSAID_LABEL
        ),
    },
    "reply": {
        "reply_intent": HeadPlan("reply_intent", "one_of", REPLY_INTENTS, REPLY_INTENTS, PRECISION, 0.88),
        "comment_polarity": HeadPlan("comment_polarity", "one_of", POLARITIES, REPLY_INTENTS, PRECISION, 0.85),
    },
}
"""The heads of each family: wanted precision, and the least coverage that a manager can use."""


def plans(bench: Workbench, family: str) -> dict[str, HeadPlan]:
    """The heads to train; those of the fast tier need a stronger penalty, for its vectors know their texts by heart."""
    if not bench.prefix:
        return PLANS[family]
    return {name: replace(plan, dense_c=FAST_C) for name, plan in PLANS[family].items()}
