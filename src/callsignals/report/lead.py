"""A lead's page: its record before, during and after the sale, for a person to read."""

from __future__ import annotations

from typing import Any

from callsignals.report.overview import Pages
from callsignals.report.sources import LeadFile

__all__ = ["lead_name", "lead_view"]

SHOWN_FIRST = {
    "before": ("referral_source", "referral_personal", "relationship_months"),
    "during": ("seller_talk_share", "need_term_share", "need_uptake", "personalisation"),
    "after": ("nps_group", "comment_polarity", "comment_reasons", "recommends"),
}
"""What stands above the full table of a phase, where there is a value."""


def lead_name(record: Any) -> str:  # noqa: ANN401 - a line of leads.jsonl
    """What people call a lead."""
    return str(record["name"] or record["lead_id"])


def lead_view(pages: Pages, lead: LeadFile) -> dict[str, Any]:
    """What the template ``lead.html.j2`` shows."""
    record = lead.record
    return {
        "lead": record,
        "name": lead_name(record),
        "phases": [
            {
                "phase": phase,
                "signals": record["phases"].get(phase) or {},
                "first": [
                    (name, record["phases"][phase][name])
                    for name in SHOWN_FIRST[phase]
                    if record["phases"].get(phase, {}).get(name, {}).get("status") in ("ok", "carried")
                ],
            }
            for phase in SHOWN_FIRST
        ],
        "calls": [row for row, _ in lead.calls],
        "comments": [
            (row, [signal for signal in signals if signal["status"] != "insufficient"], signals)
            for row, signals in lead.comments
        ],
    }
