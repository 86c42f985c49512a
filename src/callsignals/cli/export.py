"""``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callsignals.cli.arguments import OutFolder
from callsignals.cli.console import error_line, print_json, print_line
from callsignals.cli.failures import report_failures

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(export)


def export(
    out: OutFolder,
    to: Annotated[str, typer.Option(metavar="DESTINATION", help="A kind of files, or an address; docs/exports.md.")],
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where files go; OUT/exports/KIND by default.")
    ] = None,
    secret_variable: Annotated[
        str | None,
        typer.Option(
            "--secret-env", metavar="NAME", help="Variable with the secret that web addresses are signed with."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON summary on standard output.")] = False,
) -> None:
    """Hand finished results on: spreadsheets, CRM imports, databases and other tools' formats."""
    from callsignals.exports.destinations import export_to
    from callsignals.exports.target import ExportOptions

    report = export_to(out, to, ExportOptions(folder=folder, secret_variable=secret_variable))
    for notice in report.notices:
        error_line(f"note: {notice}")
    if as_json:
        files = [str(path) for path in report.files]
        summary = {"target": report.target, "counts": dict(report.counts), "files": files}
        print_json({**summary, "notices": list(report.notices), "failures": len(report.failures)})
    else:
        print_line(f"{report.target}: " + ", ".join(f"{count} {name}" for name, count in report.counts.items()))
    report_failures(report.failures)
