"""A seller's page: week by week, the spread of calls, and which to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callsignals.report.charts import strip_chart, trend_chart
from callsignals.report.estimates import TEAM_SIGNALS
from callsignals.report.listen import BEST, MINIMUM_CALLS, WEAKEST, calls_to_hear
from callsignals.report.overview import Pages, Row, group_of, panel_of, strip_of, survey_figures
from callsignals.report.sources import Sources

__all__ = ["seller_view"]

TRENDS = ("seller_talk_share", "need_term_share", "seller_questions_per_hour")
STRIPS = ("seller_talk_share", "need_term_share", "patience_s", "longest_monologue_s")


def seller_view(pages: Pages, sources: Sources, seller: str, calls: Sequence[Row]) -> dict[str, Any]:
    """What the template ``seller.html.j2`` shows.

    Args:
        pages: texts and names.
        sources: of the whole report.
        seller: id.
        calls: the seller's counted calls, by time.
    """
    name = pages.shown.seller_name(seller)
    others = [row for row in sources.counted if row["seller"] != seller]
    signals = [signal for signal in TEAM_SIGNALS if any(row.get(signal) is not None for row in sources.counted)]
    surveys = survey_figures(sources.figures, "seller", seller)
    return {
        "name": name,
        "seller": seller,
        "own": group_of(name, "", calls, signals, surveys),
        "rest": group_of(pages.texts.ui("everyone_else"), "", others, signals, {}),
        "signals": signals,
        "measures_variety": "personalisation" in signals,
        "trend": _trend(pages, calls),
        "strips": _strips(pages, name, calls, others),
        "best": calls_to_hear(calls, BEST),
        "weakest": calls_to_hear(calls, WEAKEST),
        "best_rule": BEST,
        "weakest_rule": WEAKEST,
        "minimum_calls": MINIMUM_CALLS,
        "calls": calls,
    }


def _trend(pages: Pages, calls: Sequence[Row]) -> dict[str, Any] | None:
    found = [(signal, *panel_of(pages, pages.texts.signal(signal), signal, calls)) for signal in TRENDS]
    shown = [(signal, panel, weeks) for signal, panel, weeks in found if panel.weeks]
    if not shown:
        return None
    return {
        "svg": trend_chart([panel for _, panel, _ in shown]),
        "tables": [(signal, weeks) for signal, _, weeks in shown],
        "references": [ref for signal, _, _ in shown if (ref := pages.reference(signal))],
    }


def _strips(pages: Pages, name: str, calls: Sequence[Row], others: Sequence[Row]) -> dict[str, Any] | None:
    """Own calls above everyone else's, one strip a signal."""
    rest = pages.texts.ui("everyone_else")
    shown = [signal for signal in STRIPS if any(row.get(signal) is not None for row in calls)]
    if not shown:
        return None
    groups = [(name if name != rest else f"{name} ", calls), (rest, others)]
    return {
        "signals": shown,
        "svg": strip_chart([strip_of(pages, signal, groups, "../") for signal in shown]),
        "references": [ref for signal in shown if (ref := pages.reference(signal))],
    }
