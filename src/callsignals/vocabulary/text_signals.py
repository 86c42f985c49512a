"""What is read from comments, replies and answers in calls; part of ``callsignals.vocabulary.definitions``."""

from __future__ import annotations

from callsignals.vocabulary.definition import Definition, definitions

__all__ = ["TEXT_SIGNALS"]

_ABSTAIN = "text says too little, is in another language, or the classifier is not certain enough"

TEXT_SIGNALS = definitions(
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
