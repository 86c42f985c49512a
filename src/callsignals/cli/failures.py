"""How a command ends when some of its inputs failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from callsignals.cli.console import error_line

if TYPE_CHECKING:
    from callsignals.errors import Failure

__all__ = ["EXIT_SOME_FAILED", "report_failures"]

EXIT_SOME_FAILED = 3


def report_failures(failures: Sequence[Failure]) -> None:
    """Say what failed and end with its exit code; nothing when nothing did."""
    if not failures:
        return
    from callsignals.batch.summary import failure_lines

    for line in failure_lines(failures):
        error_line(line)
    raise typer.Exit(EXIT_SOME_FAILED)
