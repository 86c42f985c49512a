"""Examples that ``--help`` and docs/commands.md show; a test parses every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import typer

__all__ = ["EXAMPLES", "add_examples"]

EXAMPLES: dict[str, tuple[str, ...]] = {
    "demo": ("callsignals demo", "callsignals demo --out demo-out --workers 1"),
    "init": ("callsignals init my-calls",),
    "run": (
        "callsignals run my-calls --dry-run",
        "callsignals run my-calls",
        "callsignals run my-calls --language sv --workers 2 --limit 20",
        "callsignals run my-calls --watch",
    ),
    "transcribe": (
        "callsignals transcribe call.wav --out transcripts",
        "callsignals transcribe meeting.m4a --out transcripts --speakers 3 --language fi --rttm",
    ),
    "report": ("callsignals report my-calls/out",),
    "classify": (
        "callsignals classify comments.xlsx",
        "callsignals classify comments.csv --out labels.csv --by segment --every month",
        "callsignals classify comments.csv --review to-label.csv",
        "callsignals classify - --json",
    ),
    "compare": ("callsignals compare my-calls/out --by outcome", "callsignals compare my-calls/out --by seller --json"),
    "index": ("callsignals index my-calls/out --every month",),
    "export": (
        "callsignals export my-calls/out --to xlsx",
        "callsignals export my-calls/out --to hubspot --out to-crm",
        "callsignals export my-calls/out --to sqlite:///trust.db",
    ),
    "erase": ("callsignals erase my-calls/out --lead acme-42",),
    "purge": ("callsignals purge my-calls/out --dry-run", "callsignals purge my-calls/out"),
    "schema": ("callsignals schema lead",),
    "validate": ("callsignals validate my-calls/out/signals.jsonl my-calls/out/leads.jsonl",),
    "doctor": ("callsignals doctor",),
    "models list": ("callsignals models list",),
    "models verify": ("callsignals models verify",),
    "models pull": ("callsignals models pull small",),
    "models train": ("callsignals models train --with to-label.csv",),
    "terms suggest": ("callsignals terms suggest my-calls/out", "callsignals terms suggest my-calls/out --top 10"),
}
"""By command, as one types them."""

FIRST_STEPS = ("demo", "init", "run", "doctor")
"""Whose first example the help of the program itself shows."""


def add_examples(app: typer.Typer) -> None:
    """Put the examples below the help of ``app``, its groups and every command."""
    for name, info in _commands(app):
        if name in EXAMPLES:
            info.epilog = _epilog(EXAMPLES[name])
    for group in app.registered_groups:
        group.epilog = _epilog([lines[0] for name, lines in EXAMPLES.items() if name.startswith(f"{group.name} ")])
    app.info.epilog = _epilog([EXAMPLES[name][0] for name in FIRST_STEPS])


def _epilog(lines: Sequence[str]) -> str:
    # \b keeps click from running the lines together.
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _commands(app: typer.Typer) -> Iterator[tuple[str, typer.models.CommandInfo]]:
    for info in app.registered_commands:
        yield _name(info), info
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from ((f"{group.name} {_name(info)}", info) for info in group.typer_instance.registered_commands)


def _name(info: typer.models.CommandInfo) -> str:
    return info.name or (info.callback.__name__ if info.callback else "")
