"""The closing summary: a few readable lines per lead, and what was insufficient and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from callsignals.batch.run import RunResult
from callsignals.errors import Failure
from callsignals.inputs.checks import counted
from callsignals.records.lead import LeadRecord, LeadSignal

__all__ = ["failure_lines", "lead_lines", "result_json", "summary_lines"]

_SHOWN_REASONS = 6
_SHOWN_LEADS = 25
_SHOWN_FAILURES = 10
_SHOWN_ROWS = 8
_SHOWN_VALUES = 3
_CELL = re.compile(r"(column '[^']+' is )('.*')(, [^']*)", re.DOTALL)
"""What is wrong with a cell: its column, what it holds, why that is wrong."""


def summary_lines(result: RunResult) -> list[str]:
    """Lines for a person to read at the end of a run."""
    lines: list[str] = []
    counts = result.counts
    for lead in islice(result.each_lead(), _SHOWN_LEADS):
        lines += [*lead_lines(lead), ""]
    if counts["leads"] > _SHOWN_LEADS:
        lines += [f"... and {counts['leads'] - _SHOWN_LEADS} more leads: all are in leads.jsonl and the report.", ""]
    lines.append(
        f"{counted(counts['leads'], 'lead')}, {counted(counts['calls'], 'call')}, "
        f"{counted(counts['comments'], 'comment')}, "
        f"{counts['signals_ok']} of {counts['signals']} signals ok. Results: {result.out}"
    )
    lines.append(f"Report: {result.out / 'report' / 'index.html'}")
    if result.failures:
        need = "needs" if len(result.failures) == 1 else "need"
        lines.append(f"{counted(len(result.failures), 'input')} failed or {need} an answer (all in failures.jsonl):")
        told = failure_lines(result.failures)
        lines += [f"  {line}" for line in told[:_SHOWN_FAILURES]]
        if len(told) > _SHOWN_FAILURES:
            lines.append(f"  ... and {len(told) - _SHOWN_FAILURES} more")
    return lines


def failure_lines(failures: Iterable[Failure]) -> list[str]:
    """A line for what failed; rows of one table with one and the same problem share theirs, whatever cells hold."""
    alike: dict[tuple[str, ...], tuple[dict[int, None], dict[str, None]]] = {}
    for failure in failures:
        cell = _CELL.fullmatch(failure.message) if failure.row else None
        column, value, problem = cell.groups() if cell else ("", "", failure.message)
        rows, values = alike.setdefault((failure.input, column, problem, failure.remedy), ({}, {}))
        if failure.row:
            rows[failure.row] = None
        if value:
            values[value] = None
    return [
        f"{name}{_places(list(rows))}: {column}{_first(list(values), _SHOWN_VALUES)}{problem}. {remedy}"
        for (name, column, problem, remedy), (rows, values) in alike.items()
    ]


def _places(rows: list[int]) -> str:
    if not rows:
        return ""
    return f", row{'s' if len(rows) > 1 else ''} {_first(rows, _SHOWN_ROWS)}"


def _first(items: Sequence[object], shown: int) -> str:
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return f"{', '.join(map(str, items[:shown]))}{more}"


def lead_lines(lead: LeadRecord) -> list[str]:
    """What is known of one lead."""
    name = f" ({lead.name})" if lead.name and lead.name != lead.lead_id else ""
    outcome = f", {lead.outcome}" if lead.outcome else ""
    calls, comments = len(lead.calls), len(lead.comments)
    lines = [f"{lead.lead_id}{name}{outcome}: {counted(calls, 'call')}, {counted(comments, 'comment')}"]
    figures = [*_call_figures(lead.phases["during"]), *_text_figures(lead)]
    if figures:
        lines.append("  " + "   ".join(figures))
    without = _without(lead)
    if without:
        lines.append(f"  without value: {without}")
    return lines


def _call_figures(during: dict[str, LeadSignal]) -> list[str]:
    figures = []
    share = during.get("seller_talk_share")
    if share is not None and share.value is not None:
        seller = round(100 * share.value)
        figures.append(f"talk: seller {seller} % : customer {100 - seller} %")
    need = during.get("need_term_share")
    if need is not None and need.value is not None:
        figures.append(f"need terms: {round(100 * need.value)} %")
    return figures


def _text_figures(lead: LeadRecord) -> list[str]:
    figures = []
    referral = lead.phases["before"].get("referral_source")
    if referral is not None and referral.label:
        others = [label for label in referral.counts if label != referral.label]
        figures.append(f"referral: {', '.join([referral.label, *others])}")
    group = lead.phases["after"].get("nps_group")
    if group is not None and group.label:
        figures.append(f"NPS group: {group.label}")
    return figures


def _without(lead: LeadRecord) -> str:
    """Signals without a value, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    for signals in lead.phases.values():
        for name, signal in signals.items():
            if signal.status != "ok":
                reasons.setdefault(signal.reason or signal.status, []).append(name)
    parts = [
        f"{_names(names)}: {reason}"
        for reason, names in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    more = f" (+{len(parts) - _SHOWN_REASONS} reasons)" if len(parts) > _SHOWN_REASONS else ""
    return "; ".join(parts[:_SHOWN_REASONS]) + more


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"


def result_json(result: RunResult) -> dict[str, object]:
    """The one JSON object that ``--json`` prints."""
    return {
        "out": str(result.out),
        "counts": result.counts,
        "failures": [
            {"input": failure.input, "error": failure.error, "remedy": failure.remedy} for failure in result.failures
        ],
        "notices": list(result.notices),
    }
