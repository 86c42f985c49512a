"""``compare``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsignals.cli.arguments import OutFolder
from callsignals.cli.console import print_json, print_line
from callsignals.vocabulary.choices import By, Every

if TYPE_CHECKING:
    from callsignals.insight.compare import Comparison, Finding, Group

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(compare)


def compare(
    out: OutFolder,
    by: Annotated[By, typer.Option(help="What groups the leads.")],
    signals: Annotated[list[str] | None, typer.Option(metavar="SIGNAL", help="Only this; repeatable.")] = None,
    column: Annotated[str, typer.Option(help="For --by segment: another column of the calls table.")] = "segment",
    every: Annotated[Every, typer.Option(help="For --by period: its length (UTC).")] = "month",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Which signals differ between groups, with effect sizes and intervals, always beside the groups' outcomes."""
    from callsignals.insight.compare import compare as compare_samples
    from callsignals.insight.samples import read_samples

    found = compare_samples(read_samples(out, by, column=column, every=every), by, signals)
    if as_json:
        print_json(comparison_json(found))
        return
    for group in found.groups:
        print_line(_group_line(group))
    print_line()
    for finding in found.findings:
        if finding.difference is not None:
            print_line(f"{'*' if finding.is_flagged else ' '} {finding.sentence}")
    refused = [finding for finding in found.findings if finding.difference is None]
    if refused:
        print_line(f"  {len(refused)} comparisons are refused for too few leads, for instance:")
        print_line(f"  {refused[0].sentence}")
    for note in found.notes:
        print_line(f"note: {note}")


def _group_line(group: Group) -> str:
    counts = f"{group.name}: {group.leads} leads, {group.calls} calls"
    if group.won_share is None or group.low is None or group.high is None:
        return f"{counts}; no closed lead"
    return (
        f"{counts}; won {group.won} of {group.closed} closed ({group.won_share:.0%}, {group.low:.0%}-{group.high:.0%})"
    )


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The same as plain values, rounded like signal rows."""
    return {
        "by": found.by,
        "groups": [_plain(asdict(group)) for group in found.groups],
        "findings": [_finding_json(finding) for finding in found.findings],
        "notes": list(found.notes),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    from callsignals.records.signal import rounded

    return {
        "signal": finding.signal,
        "first": _plain(asdict(finding.first)),
        "second": _plain(asdict(finding.second)),
        "difference": _plain(asdict(finding.difference)) if finding.difference is not None else None,
        "q": rounded(finding.q),
        "flagged": finding.is_flagged,
        "sentence": finding.sentence,
    }


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    from callsignals.records.signal import rounded

    return {name: rounded(value) if isinstance(value, float) else value for name, value in fields.items()}
