"""``schema``, ``validate`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callsignals.cli.console import error_line, print_json, print_line
from callsignals.cli.failures import EXIT_SOME_FAILED
from callsignals.errors import InputError
from callsignals.vocabulary.choices import RecordKind

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (schema, validate, doctor):
        app.command()(command)


def schema(
    kind: Annotated[RecordKind, typer.Argument(help="Which record.")] = "signal",
) -> None:
    """Print the JSON Schema of a record."""
    from callsignals.records.schema import json_schema

    print_json(json_schema(kind))


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Records: .jsonl, .json or .parquet.")],
) -> None:
    """Check records against the published schema."""
    from callsignals.records.schema import validate_file

    bad = False
    for path in files:
        try:
            count, findings = validate_file(path)
        except InputError as error:
            error_line(str(error))
            bad = True
            continue
        for finding in findings:
            error_line(f"{finding.file}, record {finding.record}: {finding.problem}")
        bad = bad or bool(findings)
        print_line(f"{path}: {count - len(findings)} of {count} records valid")
    if bad:
        raise typer.Exit(EXIT_SOME_FAILED)


def doctor() -> None:
    """Say what works on this machine, what is missing, and how to get it."""
    from callsignals.doctor import examine

    healthy = True
    for check in examine():
        mark = "ok     " if check.works else ("missing" if check.needed else "no     ")
        print_line(f"{mark}  {check.name}: {check.found}")
        if not check.works and check.remedy:
            print_line(f"         {check.remedy}")
        healthy = healthy and (check.works or not check.needed)
    if not healthy:
        raise typer.Exit(1)
