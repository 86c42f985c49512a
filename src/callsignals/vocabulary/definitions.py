"""What every signal means: the registry that code, docs, report tooltips and schemas share.

The arithmetic itself lives beside its function (``conversation``, ``language``, ``comments``); this table says what
each figure is called, in which phase and unit it stands, which way is good, and how its parts are pooled over
several observations: ``pooled = scale * sum(numerators) / sum(denominators)``, null below ``minimum_denominator``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache

from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definition import Definition, Direction, Kind, Phase
from callsignals.vocabulary.funnel_figures import FUNNEL_FIGURES

__all__ = [
    "CARRIED_SIGNALS",
    "CONVERSATION_SIGNALS",
    "DEFINITIONS",
    "FIGURES",
    "FUNNEL_FIGURES",
    "RELATED_SIGNALS",
    "SURVEY_FIGURES",
    "TERM_SIGNALS",
    "TEXT_SIGNALS",
    "THREAD_FIGURES",
    "Definition",
    "Direction",
    "Kind",
    "Phase",
    "definitions_digest",
]


def _rows(*definitions: Definition) -> dict[str, Definition]:
    return {definition.name: definition for definition in definitions}


_ROLES = "roles unknown, or under 3 s of speech from either party"

CONVERSATION_SIGNALS = _rows(
    Definition(
        "seller_talk_share",
        "during",
        "share",
        "S / (S + C): seller speech seconds / speech seconds of both parties",
        f"S + C < 10 s; {_ROLES}",
        minimum_denominator=10.0,
    ),
    Definition(
        "customer_talk_share",
        "during",
        "share",
        "C / (S + C): customer speech seconds / speech seconds of both parties",
        f"S + C < 10 s; {_ROLES}",
        minimum_denominator=10.0,
    ),
    Definition(
        "customer_seller_talk_ratio",
        "during",
        "ratio",
        "C / S: customer / seller speech seconds; over several calls (1 - m) / m of the mean seller share m",
        f"S < 5 s; {_ROLES}",
        minimum_denominator=5.0,
        averaged=False,
    ),
    Definition(
        "silence_share",
        "during",
        "share",
        "seconds in the call span when neither party speaks / call span",
        "span < 10 s; under 3 s of speech from either party",
        minimum_denominator=10.0,
    ),
    Definition(
        "overlap_share",
        "during",
        "share",
        "seconds in the call span when both parties speak / call span",
        "span < 10 s; mono without overlap-aware diarization; transcript; under 3 s of speech from either party",
        minimum_denominator=10.0,
    ),
    Definition(
        "longest_monologue_s",
        "during",
        "s",
        "longest seller turn, short turns of the other side skipped",
        "no seller turn; roles unknown; one speaker",
    ),
    Definition(
        "longest_customer_story_s",
        "during",
        "s",
        "longest customer turn, short turns of the other side skipped",
        "no customer turn; roles unknown; one speaker",
    ),
    Definition(
        "interactivity_per_5min",
        "during",
        "per 5 min",
        "floor changes between the parties x 300 / call span; turns under 3 words ignored when words are known",
        "span < 60 s; under 3 s of speech from either party",
        scale=300.0,
        minimum_denominator=60.0,
    ),
    Definition(
        "patience_s",
        "during",
        "s",
        "median over customer-to-seller floor changes of max(0, seller start - customer end)",
        f"fewer than 3 such changes; {_ROLES}",
    ),
    Definition(
        "customer_latency_s",
        "during",
        "s",
        "median over seller-to-customer floor changes of max(0, customer start - seller end)",
        f"fewer than 3 such changes; {_ROLES}",
    ),
    *(
        Definition(
            f"{party}_questions_per_hour",
            "during",
            "per hour",
            f"questions by the {party} x 3600 / call span",
            f"span < 60 s; {_ROLES}",
            scale=3600.0,
            minimum_denominator=60.0,
        )
        for party in ("seller", "customer")
    ),
    *(
        Definition(
            f"{party}_interruptions_per_hour",
            "during",
            "per hour",
            f"times the {party} starts while the other speaks and both then talk for over 0.5 s, x 3600 / call span",
            f"span < 60 s; mono without overlap-aware diarization; transcript; {_ROLES}",
            scale=3600.0,
            minimum_denominator=60.0,
        )
        for party in ("seller", "customer")
    ),
    *(
        Definition(
            f"{party}_words_per_minute",
            "during",
            "words/min",
            f"words by the {party} x 60 / own speech seconds",
            "own speech < 10 s; roles unknown",
            scale=60.0,
            minimum_denominator=10.0,
        )
        for party in ("seller", "customer")
    ),
)
"""Per call, from intervals and words (``callsignals.conversation``)."""

TERM_SIGNALS = _rows(
    Definition(
        "need_term_share",
        "during",
        "share",
        "need mentions of both parties / need and product mentions of both parties",
        "fewer than 5 mentions",
        minimum_denominator=5.0,
    ),
    Definition(
        "product_term_share",
        "during",
        "share",
        "product mentions of both parties / need and product mentions of both parties",
        "fewer than 5 mentions",
        minimum_denominator=5.0,
    ),
    *(
        Definition(
            f"{party}_need_term_share",
            "during",
            "share",
            f"need mentions by the {party} / need and product mentions by the {party}",
            f"fewer than 5 mentions by the {party}; roles unknown",
            minimum_denominator=5.0,
        )
        for party in ("customer", "seller")
    ),
    *(
        Definition(
            f"{kind}_talk_share",
            "during",
            "share",
            f"speech seconds of sentences about {kind} terms / all speech seconds; a tie splits evenly",
            "fewer than 20 sentences; no times",
            minimum_n=20,
        )
        for kind in ("need", "product")
    ),
    Definition(
        "need_uptake",
        "during",
        "share",
        "customer's distinct need terms that the seller says later / customer's distinct need terms",
        "fewer than 3 distinct need terms; roles unknown",
        direction="up",
        minimum_denominator=3.0,
    ),
)
"""Per call, from term mentions (``callsignals.language``)."""

RELATED_SIGNALS = _rows(
    Definition(
        "personalisation",
        "during",
        "share",
        "1 - cosine of the seller's TF-IDF vector and the centroid of the same seller's other calls in the same "
        "language, content lemmas without names and numbers, mean of 50 seeded draws of 200 lemmas: variety, not "
        "quality; read it beside `need_uptake`",
        "fewer than 200 seller content lemmas, or fewer than 3 other calls; roles unknown; no one seller",
    ),
)
"""Per call, in view of the whole batch (``callsignals.language.personalisation``)."""

_ABSTAIN = "text says too little, is in another language, or the classifier is not certain enough"

TEXT_SIGNALS = _rows(
    Definition("referral_source", "before", "", "how they say they heard of us", _ABSTAIN, kind="category"),
    Definition(
        "referral_personal",
        "before",
        "boolean",
        "1 when a person vouched: word_of_mouth, customer_reference or partner among the sources",
        _ABSTAIN,
        kind="boolean",
        direction="up",
    ),
    Definition(
        "relationship_months",
        "before",
        "months",
        "how long they say they have followed us",
        "no duration said",
        direction="up",
    ),
    Definition(
        "reply_intent",
        "before",
        "",
        "interest, question, objection, thanks, unsubscribe, out_of_office or other",
        _ABSTAIN,
        kind="category",
    ),
    Definition(
        "nps_group",
        "after",
        "",
        "promoter (9-10), passive (7-8), detractor (0-6, or 1-6) by score; without a score predicted from the text",
        _ABSTAIN,
        kind="category",
    ),
    Definition(
        "comment_polarity",
        "after",
        "",
        "positive, neutral, negative or mixed, from the text alone (phase before for replies)",
        _ABSTAIN,
        kind="category",
    ),
    Definition(
        "comment_reasons",
        "after",
        "",
        "reasons named in the text, each as reason:polarity",
        _ABSTAIN,
        kind="categories",
    ),
    Definition(
        "recommends",
        "after",
        "boolean",
        "1 when they say they have recommended or would recommend us, 0 when they would not",
        "unsaid",
        kind="boolean",
        direction="up",
    ),
    Definition(
        "score_text_mismatch",
        "after",
        "boolean",
        "1 when the score's group and the text clearly disagree",
        "no score, or no polarity",
        kind="boolean",
        direction="down",
    ),
)
"""Per comment (``callsignals.comments``)."""

SURVEY_FIGURES = _rows(
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

_BUSINESS = ", in business hours where `[messages]` sets them"

THREAD_FIGURES = _rows(
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

CARRIED_SIGNALS = {name: metric.definition for name, metric in carried_metrics().items() if metric.definition}
"""What only ``metrics.csv`` gives (``callsignals.vocabulary.carried``)."""

FIGURES: dict[str, Definition] = {**SURVEY_FIGURES, **THREAD_FIGURES, **FUNNEL_FIGURES}
"""Signals that rest on several observations of a group; the others are observations."""

DEFINITIONS: dict[str, Definition] = {
    **CONVERSATION_SIGNALS,
    **TERM_SIGNALS,
    **RELATED_SIGNALS,
    **TEXT_SIGNALS,
    **CARRIED_SIGNALS,
    **FIGURES,
}


@cache
def definitions_digest() -> str:
    """sha256 over all definitions: part of a signal's ``id``, so that a changed formula changes it."""
    rows = [asdict(DEFINITIONS[name]) for name in sorted(DEFINITIONS)]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
