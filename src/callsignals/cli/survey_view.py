"""What ``classify`` prints: survey figures, reasons by impact and labels, as tables or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, JustifyMethod
from rich.table import Table

from callsignals.batch.classify_table import ClassifiedTable
from callsignals.figures.grouped import Figure
from callsignals.figures.survey import SurveyAnswer
from callsignals.records.signal import iso_time, rounded
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Signal

__all__ = ["figure_json", "print_summary", "reason_rows", "summary_json"]

_SHOWN_FOLLOW_UPS = 10
_LABELLED = ("referral_source", "nps_group", "comment_polarity", "recommends", "reply_intent")

SurveyFigure = Figure[SurveyAnswer]


def summary_json(result: ClassifiedTable) -> dict[str, Any]:
    """The whole summary as plain values, without what customers wrote."""
    return {
        "comments": result.count,
        "kinds": dict(sorted(result.kinds.items())),
        "labels": {name: dict(sorted(counts.items())) for name, counts in sorted(result.labels.items())},
        "figures": [figure_json(figure) for figure in result.figures],
        "reasons": list(reason_rows(result)),
        "follow_up": [
            {"comment_id": line.comment.comment_id, "lead_id": line.comment.lead_id, "why": list(line.why)}
            for line in result.follow_up
        ],
        "failures": [{"input": f.input, "row": f.row, "error": f.error, "remedy": f.remedy} for f in result.failures],
    }


def figure_json(figure: SurveyFigure) -> dict[str, Any]:
    """One figure, named as in a signal row."""
    signal, period = figure.signal, figure.period
    return {
        "level": figure.subject.level,
        "subject": figure.subject.name,
        "period": period.name if period else None,
        "period_start": iso_time(period.start) if period else None,
        "period_end": iso_time(period.end) if period else None,
        "signal": signal.name,
        "value": rounded(signal.value),
        "label": signal.label,
        "labels": list(signal.labels),
        "unit": DEFINITIONS[signal.name].unit,
        "numerator": rounded(signal.numerator),
        "denominator": rounded(signal.denominator),
        "n": signal.n,
        "low": rounded(signal.low),
        "high": rounded(signal.high),
        "interval": signal.interval,
        "status": signal.status,
        "reason": signal.reason,
    }


def reason_rows(result: ClassifiedTable) -> Iterator[dict[str, Any]]:
    """Reasons with how often they were praised and blamed, the largest impact on NPS first, either way."""
    mentions = result.labels.get("comment_reasons", Counter())
    names = {label.partition(":")[0] for label in mentions if label}
    impacts = {
        figure.signal.labels: figure.signal
        for figure in result.figures
        if figure.signal.name == "nps_impact" and figure.period is None and figure.subject.level == "company"
    }
    scales: list[str | None] = [*sorted({scale for _, scale in impacts})] or [None]
    rows = []
    for scale in scales:
        for name in sorted(names):
            impact = impacts.get((name, scale or ""))
            rows.append(
                {
                    "reason": name,
                    "scale": scale,
                    "positive": mentions[f"{name}:positive"],
                    "negative": mentions[f"{name}:negative"],
                    "nps_impact": rounded(impact.value) if impact else None,
                    "low": rounded(impact.low) if impact else None,
                    "high": rounded(impact.high) if impact else None,
                    "why_no_impact": None if impact and impact.value is not None else _why_not(impact),
                }
            )
    yield from sorted(rows, key=_by_impact)


def _why_not(impact: Signal | None) -> str:
    return "no_nps" if impact is None else str(impact.reason)


def _by_impact(row: Mapping[str, Any]) -> tuple[bool, float, int, str]:
    impact = row["nps_impact"]
    return impact is None, -abs(impact or 0.0), -(row["positive"] + row["negative"]), row["reason"]


def print_summary(result: ClassifiedTable, console: Console) -> None:
    """Tables for a person."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(result.kinds.items()))
    console.print(f"{result.count} comments" + (f": {kinds}" if kinds else ""))
    for table in (_figure_table(result.figures), _reason_table(result), _label_table(result), _follow_up_table(result)):
        if table.row_count:
            console.print()
            console.print(table)


def _figure_table(figures: Sequence[SurveyFigure]) -> Table:
    table = _table("Survey figures", ("group", "left"), ("period", "left"), ("figure", "left"), ("scale", "left"))
    _right(table, "value", "95 % interval", "n")
    for figure in figures:
        signal = figure.signal
        if signal.name == "nps_impact":
            continue
        shown = _shown(signal.name)
        value = shown(signal.value) if signal.value is not None else (signal.reason or "")
        period = figure.period.name if figure.period else "all"
        table.add_row(
            figure.subject.name, period, signal.name, signal.labels[0], value, _interval(signal, shown), str(signal.n)
        )
    return table


def _reason_table(result: ClassifiedTable) -> Table:
    table = _table("Reasons, by what they do to NPS", ("reason", "left"), ("scale", "left"))
    _right(table, "praised", "blamed", "impact", "95 % interval")
    for row in reason_rows(result):
        impact = row["nps_impact"]
        interval = f"{row['low']:+.1f} to {row['high']:+.1f}" if row["low"] is not None else ""
        shown = f"{impact:+.1f}" if impact is not None else row["why_no_impact"]
        table.add_row(row["reason"], row["scale"] or "", str(row["positive"]), str(row["negative"]), shown, interval)
    return table


def _label_table(result: ClassifiedTable) -> Table:
    table = _table("Labels", ("signal", "left"), ("label", "left"))
    _right(table, "comments", "share")
    for name in _LABELLED:
        counts = result.labels.get(name, Counter())
        total = sum(counts.values())
        names = {"1": "yes", "0": "no"} if DEFINITIONS[name].kind == "boolean" else {}
        for label, count in sorted(counts.items(), key=lambda item: (item[0] == "", -item[1], item[0])):
            table.add_row(name, names.get(label, label) or "(none)", str(count), f"{count / total:.0%}")
    return table


def _follow_up_table(result: ClassifiedTable) -> Table:
    lines = result.follow_up
    title = (
        "Follow up" if len(lines) <= _SHOWN_FOLLOW_UPS else f"Follow up: the first {_SHOWN_FOLLOW_UPS} of {len(lines)}"
    )
    table = _table(title, ("comment", "left"), ("lead", "left"), ("seller", "left"), ("score", "right"))
    for name in ("reasons", "why"):
        table.add_column(name)
    for line in lines[:_SHOWN_FOLLOW_UPS]:
        comment = line.comment
        score = f"{comment.score:g}" if comment.score is not None else ""
        cells = (comment.comment_id, comment.lead_id, comment.seller or "", score)
        table.add_row(*cells, ", ".join(comment.reasons), ", ".join(line.why))
    return table


def _table(title: str, *columns: tuple[str, JustifyMethod]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, justify in columns:
        table.add_column(name, justify=justify)
    return table


def _right(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)


def _shown(name: str) -> Callable[[float], str]:
    unit = DEFINITIONS[name].unit
    if unit == "share":
        return lambda value: f"{value:.0%}"
    return (lambda value: f"{value:+.1f}") if unit == "points" else (lambda value: f"{value:.2f}")


def _interval(signal: Signal, shown: Callable[[float], str]) -> str:
    return "" if signal.low is None or signal.high is None else f"{shown(signal.low)} to {shown(signal.high)}"


def rows_json(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Label rows as JSON objects, cells without a value left out."""
    for row in rows:
        known = {key: value for key, value in row.items() if value is not None}
        yield json.dumps(known, default=str, ensure_ascii=False)
