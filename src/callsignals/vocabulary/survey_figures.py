"""What the figures over survey answers mean; part of the registry in ``callsignals.vocabulary.definitions``."""

from __future__ import annotations

from callsignals.vocabulary.definition import Definition, definitions

__all__ = ["SURVEY_FIGURES"]

SURVEY_FIGURES = definitions(
    Definition(
        "nps",
        "after",
        "points",
        "(promoters - detractors) / respondents x 100, by score alone; the latest score per respondent (else lead) "
        "and period; 0-10 and 1-10 scales apart (the scale is in `labels`)",
        "fewer than 5 respondents",
        direction="up",
        scale=100.0,
        minimum_denominator=5.0,
    ),
    Definition(
        "nps_impact",
        "after",
        "points",
        "NPS of all - NPS of those who do not mention the reason (in `label`); numerator and denominator are the "
        "respondents who mention it and all respondents",
        "fewer than 5 mentions, or all mention it; left out where `nps` is insufficient",
        direction="up",
        averaged=False,
    ),
    Definition(
        "csat_share",
        "after",
        "share",
        "answers of 4 and 5 / answers, on a scale of 1 to 5",
        "fewer than 5 answers",
        direction="up",
        minimum_denominator=5.0,
    ),
    Definition(
        "ces_mean",
        "after",
        "marks",
        "sum of scores / answers, high = easy (effort scales are mirrored); 5-point and 7-point scales apart "
        "(the scale is in `labels`)",
        "fewer than 5 answers",
        direction="up",
        minimum_denominator=5.0,
    ),
    Definition(
        "ces_easy_share",
        "after",
        "share",
        "answers of the two easiest marks / answers; 5-point and 7-point scales apart",
        "fewer than 5 answers",
        direction="up",
        minimum_denominator=5.0,
    ),
)
"""Per lead, seller, segment and company, in total and per period (``callsignals.figures``)."""
