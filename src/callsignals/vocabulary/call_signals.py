"""What is measured in a call; part of the registry in ``callsignals.vocabulary.definitions``."""

from __future__ import annotations

from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.definition import Definition, definitions

__all__ = ["CONVERSATION_SIGNALS", "RELATED_SIGNALS", "TERM_SIGNALS"]

_ROLES = "roles unknown, or under 3 s of speech from either party"

CONVERSATION_SIGNALS = definitions(
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
    *(measure.definition for measure in CALL_MEASURES.values()),
)
"""Per call, from intervals and words (``callsignals.conversation``, and ``call_measures`` for those of one module)."""

TERM_SIGNALS = definitions(
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

RELATED_SIGNALS = definitions(
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
