"""The labels of every classified text signal."""

from __future__ import annotations

__all__ = [
    "LABELS",
    "NONE_LABEL",
    "NPS_GROUPS",
    "PERSONAL_SOURCES",
    "POLARITIES",
    "REASONS",
    "REFERRAL_SOURCES",
    "REPLY_INTENTS",
    "UNSAID_LABEL",
]

REFERRAL_SOURCES = (
    "word_of_mouth",
    "customer_reference",
    "partner",
    "event",
    "podcast",
    "newsletter",
    "content",
    "social",
    "search",
    "ai_assistant",
    "advertising",
    "press",
    "review_site",
    "outbound",
    "existing_relationship",
    "other",
)
PERSONAL_SOURCES = frozenset({"word_of_mouth", "customer_reference", "partner"})
REASONS = (
    "price",
    "value",
    "product_quality",
    "reliability",
    "missing_feature",
    "usability",
    "onboarding",
    "delivery",
    "support",
    "responsiveness",
    "people",
    "sales_experience",
    "communication",
    "trust",
    "billing_contract",
    "other",
)
POLARITIES = ("positive", "neutral", "negative", "mixed")
NPS_GROUPS = ("promoter", "passive", "detractor")
REPLY_INTENTS = ("interest", "question", "objection", "thanks", "unsubscribe", "out_of_office", "other")
NONE_LABEL = "none"
"""What heads answer for texts that say nothing at all; never leaves the room."""
UNSAID_LABEL = "unsaid"
"""What heads answer for texts that say something, but not about their question; never leaves the room."""

LABELS: dict[str, tuple[str, ...]] = {
    "referral_source": REFERRAL_SOURCES,
    "recommends": ("yes", "no"),
    "reply_intent": REPLY_INTENTS,
}
"""Signals that rules may speak for."""
