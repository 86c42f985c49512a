"""``models list``, ``models pull``, ``models verify`` and ``models train``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsignals.cli.console import error_line, print_json, print_line
from callsignals.cli.failures import report_failures

if TYPE_CHECKING:
    from callsignals.comments.refit import HeadReport, Score
    from callsignals.weights import ModelStatus

__all__ = ["app"]

app = typer.Typer(
    help="Which models are here, whether they are unaltered, and heads of your own.", no_args_is_help=True
)


@app.command("list")
def list_() -> None:
    """Which models are here; quick, nothing is hashed."""
    from callsignals.weights import list_models

    _print(list_models())


@app.command("verify")
def verify() -> None:
    """Hash every model file and compare."""
    from callsignals.weights import verify_models

    statuses = verify_models()
    _print(statuses)
    if any(status.state in ("altered", "missing") for status in statuses):
        raise typer.Exit(1)


@app.command("pull")
def pull_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A faster-whisper name, a hub id or a folder.")],
) -> None:
    """Fetch, verify and keep a recogniser; the only command that uses the network."""
    from callsignals.weights import pull

    weights = pull(name)
    print_line(f"{weights.name}: ready in {weights.path}")


@app.command("train")
def train(
    labels: Annotated[
        Path, typer.Option("--with", metavar="FILE", help="Labelled comments: a review that you filled in.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for your heads; comment-models beside FILE by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Refit the comment heads on your labels, in a folder of your own; the shipped heads stay as they are."""
    from callsignals.batch.review_file import read_labels
    from callsignals.comments.train_own import train_own_heads
    from callsignals.inputs.own_comments import OWN_COMMENT_MODELS

    folder = out if out is not None else labels.parent / OWN_COMMENT_MODELS
    labelled, failures = read_labels(labels)
    reports = train_own_heads(labelled, folder)
    if as_json:
        print_json({"out": str(folder), "labels": len(labelled), "heads": _reports_json(reports)})
    else:
        _print_reports(reports)
        print_line(f"Your heads: {folder}. Runs of a workspace use {OWN_COMMENT_MODELS} in it, or [comments] models.")
    report_failures(failures)


def _reports_json(reports: Mapping[str, Sequence[HeadReport]]) -> list[dict[str, Any]]:
    return [{"kind": kind, **asdict(report)} for kind, several in reports.items() for report in several]


def _print_reports(reports: Mapping[str, Sequence[HeadReport]]) -> None:
    for kind, several in reports.items():
        for report in several:
            change = f"unchanged ({report.why_unchanged})" if report.why_unchanged else "refitted"
            print_line(f"{kind} {report.head}: {report.labels} labels, {change}")
            measured = (
                ("your labels kept aside", report.before, report.after),
                ("our held-out texts", report.ours_before, report.ours_after),
            )
            for title, before, after in measured:
                if before is not None and after is not None:
                    print_line(f"  {title}: right {_share(before)} before, {_share(after)} after (n = {before.n})")
    if not any(report.why_unchanged is None for several in reports.values() for report in several):
        error_line("note: no head changed: the labels agree with it already, or are too few to tell.")


def _share(score: Score) -> str:
    low, high = score.interval
    return f"{score.accuracy:.0%} ({low:.0%} to {high:.0%})"


def _print(statuses: list[ModelStatus]) -> None:
    for status in statuses:
        size = f"{status.size_bytes / 1e6:.0f} MB" if status.size_bytes else "-"
        print_line(f"{status.state:8} {status.kind:10} {status.name:24} {size:>8}  {status.licence}")
        if status.detail:
            print_line(f"         {status.detail}")
