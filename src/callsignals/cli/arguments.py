"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callsignals.cli.console import error_line

__all__ = ["OutFolder"]


def _filled(folder: Path) -> Path:
    """OUT, also where its workspace was named."""
    inside = folder / "out"
    if (folder / "run.json").is_file() or not (inside / "run.json").is_file():
        return folder
    error_line(f"note: {folder} is a workspace; taking its results: {inside}")
    return inside


OutFolder = Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run has filled.", callback=_filled)]
