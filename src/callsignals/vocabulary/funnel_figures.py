"""What the figures of the sales funnel mean; part of the registry in ``callsignals.vocabulary.definitions``."""

from __future__ import annotations

from callsignals.vocabulary.definition import Definition, definitions

__all__ = ["FUNNEL_FIGURES"]

FUNNEL_FIGURES = definitions(
    Definition(
        "won_share",
        "during",
        "share",
        "won leads / won and lost leads",
        "fewer than 5 closed leads",
        direction="up",
        minimum_denominator=5.0,
    ),
    Definition(
        "time_to_won_days",
        "during",
        "days",
        "days from the first dated call, else from the stage's entry, to closed won; over several leads sum of days / "
        "won leads",
        "not won, or a date is missing; fewer than 5 won leads (a lead's own row: one)",
        direction="down",
        minimum_denominator=1.0,
    ),
    Definition(
        "open_age_days",
        "during",
        "days",
        "days from the first dated call, else from the stage's entry, to the latest date in the tables; over several "
        "leads sum of days / open leads",
        "not open, or a date is missing; fewer than 5 open leads (a lead's own row: one)",
        minimum_denominator=1.0,
    ),
    Definition(
        "open_overdue_share",
        "during",
        "share",
        "open leads that have stayed longer than half of the group's won leads took / open leads with dates",
        "fewer than 5 open or fewer than 5 won leads with dates",
        direction="down",
        minimum_denominator=5.0,
    ),
    Definition(
        "stage_conversion_share",
        "during",
        "share",
        "leads that reached the next stage / leads that reached the stage, in the order of `[funnel] stages` (both in "
        "`labels`); a won lead has reached them all",
        "none reached the stage",
        direction="up",
        minimum_denominator=1.0,
    ),
    Definition(
        "lost_reason_share",
        "during",
        "share",
        "lost leads with the reason (in `label`) / lost leads with any reason",
        "fewer than 5 lost leads with a reason",
        averaged=False,
    ),
    Definition(
        "lost_reason_amount",
        "during",
        "amount",
        "sum of the amounts of lost leads with the reason (in `label`); the denominator is that of all lost leads with "
        "a reason",
        "no lost lead with the reason has an amount",
        averaged=False,
    ),
    Definition(
        "qualified_share",
        "during",
        "share",
        "qualified leads / leads of which it is said whether they are",
        "fewer than 5 such leads",
        direction="up",
        minimum_denominator=5.0,
    ),
)
"""Per lead, seller, segment and company, in total and per period, from the lead table (``callsignals.figures``)."""
