"""``index``."""

from __future__ import annotations

from typing import Annotated

import typer

from callsignals.cli.arguments import OutFolder
from callsignals.cli.console import error_line, print_json, print_line
from callsignals.vocabulary.choices import Every

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(index)


def index(
    out: OutFolder,
    every: Annotated[Every, typer.Option(help="Length of the periods.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON summary on standard output.")] = False,
) -> None:
    """Write the trust index over time as Parquet, CSV and XLSX to OUT/index."""
    from callsignals.index.write import write_index

    files = write_index(out, every)
    for notice in files.index.notices:
        error_line(f"note: {notice}")
    if as_json:
        periods = sorted({row.period.name for row in files.index.rows})
        summary = {"every": every, "rows": len(files.index.rows), "periods": periods}
        print_json({**summary, "files": [str(path) for path in files.paths], "notices": list(files.index.notices)})
    else:
        for path in files.paths:
            print_line(str(path))
