"""What the figures over threads of messages mean; part of the registry in ``callsignals.vocabulary.definitions``."""

from __future__ import annotations

from callsignals.vocabulary.definition import Definition, definitions

__all__ = ["THREAD_FIGURES"]

_BUSINESS = ", in business hours where `[messages]` sets them"

THREAD_FIGURES = definitions(
    *(
        Definition(
            name,
            "during",
            "s",
            f"median of customer message to our {what} reply{_BUSINESS}; of several messages in a row the first "
            "counts; numerator / denominator is the mean",
            "no reply",
            direction="down",
            minimum_denominator=1.0,
        )
        for name, what in (("first_reply_time_s", "first"), ("reply_time_s", "next"))
    ),
    Definition(
        "automatic_reply_time_s",
        "during",
        "s",
        "median of the customer's first message to the first automatic reply, all hours; such replies "
        "count nowhere else",
        "left out where there is none",
        minimum_denominator=1.0,
    ),
    Definition(
        "answered_share",
        "during",
        "share",
        "customer messages (of several in a row one) that we answered / all; what is unanswered has no reply time",
        "no customer message",
        direction="up",
        minimum_denominator=1.0,
    ),
    Definition(
        "private_replies_count",
        "before",
        "count",
        "customer messages that answer one of ours, automatic ones apart; each is a `reply` comment as well",
        "left out where there is none",
        direction="up",
        averaged=False,
    ),
    Definition(
        "resolution_rate",
        "after",
        "share",
        "resolved threads / threads that began in the period; the latest `resolved` of a thread counts",
        "no thread; left out where `resolved` is never filled in",
        direction="up",
        minimum_denominator=1.0,
    ),
)
"""Per lead, seller, segment and company, from ``messages.csv`` (``callsignals.figures.threads``)."""
