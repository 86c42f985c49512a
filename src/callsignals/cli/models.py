"""``models list``, ``models pull`` and ``models verify``."""

from __future__ import annotations

from typing import Annotated

import typer

from callsignals.cli.console import print_line
from callsignals.weights import ModelStatus, list_models, pull, verify_models

__all__ = ["app"]

app = typer.Typer(help="Which models are here, and whether they are unaltered.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Which models are here; quick, nothing is hashed."""
    _print(list_models())


@app.command("verify")
def verify() -> None:
    """Hash every model file and compare."""
    statuses = verify_models()
    _print(statuses)
    if any(status.state in ("altered", "missing") for status in statuses):
        raise typer.Exit(1)


@app.command("pull")
def pull_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A faster-whisper name, a hub id or a folder.")],
) -> None:
    """Fetch, verify and keep a recogniser; the only command that uses the network."""
    weights = pull(name)
    print_line(f"{weights.name}: ready in {weights.path}")


def _print(statuses: list[ModelStatus]) -> None:
    for status in statuses:
        size = f"{status.size_bytes / 1e6:.0f} MB" if status.size_bytes else "-"
        print_line(f"{status.state:8} {status.kind:10} {status.name:24} {size:>8}  {status.licence}")
        if status.detail:
            print_line(f"         {status.detail}")
