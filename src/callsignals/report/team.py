"""The team page: sellers beside each other and over time, with every call as a dot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callsignals.report.charts import strip_chart, trend_chart
from callsignals.report.estimates import TEAM_SIGNALS
from callsignals.report.links import seller_page
from callsignals.report.overview import Pages, Row, group_of, names_for, panel_of, strip_of, survey_figures
from callsignals.report.sources import Sources

__all__ = ["sellers_of", "team_page"]

STRIPS = ("seller_talk_share", "need_term_share", "seller_questions_per_hour", "patience_s")
OVER_TIME = "seller_talk_share"
_MOST_PANELS = 12
"""Sellers drawn over time on the team page; each has a page of their own."""


def sellers_of(sources: Sources) -> dict[str, list[Row]]:
    """Counted calls by seller, calls with several sellers or none left out; sellers by id."""
    grouped: dict[str, list[Row]] = {}
    for row in sources.counted:
        if row["seller"] and ";" not in row["seller"]:
            grouped.setdefault(row["seller"], []).append(row)
    return dict(sorted(grouped.items()))


def team_page(pages: Pages, sources: Sources, sellers: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """What the template ``index.html.j2`` shows."""
    names = names_for(list(sellers), pages.shown.seller_name)
    signals = [name for name in TEAM_SIGNALS if any(row.get(name) is not None for row in sources.counted)]
    groups = [
        group_of(names[seller], seller_page(seller), calls, signals, survey_figures(sources.figures, "seller", seller))
        for seller, calls in sellers.items()
    ]
    company = survey_figures(sources.figures, "company", "company")
    everyone = group_of(pages.texts.ui("all_calls"), "", sources.counted, signals, company)
    rows = [(names[seller], calls) for seller, calls in sellers.items()]
    return {
        "everyone": everyone,
        "groups": groups,
        "compared": [*groups, everyone],
        "signals": signals,
        "strips": _strips(pages, rows, signals),
        "trend": _trend(pages, sources, rows),
        "impacts": [row for row in company.get("nps_impact", []) if row["status"] == "ok"],
        "sides_unknown": sum(row.get("role_source") == "unknown" for row in sources.counted),
        "not_counted": len(sources.overview) - len(sources.counted),
        "span": _span(pages, sources.overview),
        "leads": len(sources.leads),
        "calls": len(sources.overview),
        "comments": sources.comment_count,
        "failures": len(sources.failures),
    }


def _strips(pages: Pages, rows: Sequence[tuple[str, Sequence[Row]]], signals: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for signal in STRIPS:
        if signal in signals and rows:
            strip = strip_of(pages, signal, rows, "")
            found.append({"signal": signal, "svg": strip_chart([strip]), "reference": pages.reference(signal)})
    return found


def _trend(pages: Pages, sources: Sources, rows: Sequence[tuple[str, Sequence[Row]]]) -> dict[str, Any] | None:
    """Weekly means of everyone, then of the sellers with most calls."""
    most = sorted(rows, key=lambda row: -len(row[1]))[:_MOST_PANELS]
    chosen = [row for row in rows if row in most]
    found = [
        (name, *panel_of(pages, name, OVER_TIME, calls))
        for name, calls in ((pages.texts.ui("all_calls"), sources.counted), *chosen)
    ]
    shown = [(name, panel, weeks) for name, panel, weeks in found if panel.weeks]
    if not shown:
        return None
    return {
        "signal": OVER_TIME,
        "svg": trend_chart([panel for _, panel, _ in shown]),
        "tables": [(name, weeks) for name, _, weeks in shown],
        "left_out": max(0, len(rows) - _MOST_PANELS),
    }


def _span(pages: Pages, calls: Sequence[Row]) -> tuple[str, str] | None:
    dated = [row["started_at"] for row in calls if row["started_at"] is not None]
    return (pages.time(min(dated))[:10], pages.time(max(dated))[:10]) if dated else None
