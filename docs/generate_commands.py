"""Write docs/commands.md from the command line's own help: ``python docs/generate_commands.py``."""

from __future__ import annotations

from pathlib import Path

import typer
import typer.main
from typer.cli import get_docs_for_click
from typer.core import TyperCommand, TyperGroup

from callsignals.cli.examples import EXAMPLES
from callsignals.cli.main import app

PAGE = Path(__file__).with_name("commands.md")
_HEAD = """# Every command

Generated from the command line by `python docs/generate_commands.py`; a test keeps the two together. `--debug` with any
command adds the traceback of an error. `callsignals --install-completion` makes your shell complete commands and
options.

| exit code | meaning |
|---|---|
| 0 | every input was processed |
| 1 | it could not run: one line says what, where and the remedy |
| 2 | wrong usage |
| 3 | finished, but some inputs failed: they are in `OUT/failures.jsonl` |
| 130 | interrupted; what is finished is kept |

Results go to standard output; notes, progress and errors to standard error.

"""


def page() -> str:
    """The whole page."""
    group = typer.main.get_command(app)
    context = typer.Context(group, info_name="callsignals")
    sections = []
    for name, command in commands(group, context):
        shown = get_docs_for_click(obj=command, ctx=context, indent=1, name=name, call_prefix="callsignals")
        shown = shown.replace(f"{command.epilog}\n\n", "") if command.epilog else shown
        lines = "\n".join(EXAMPLES[name])
        sections.append(f"{shown.rstrip()}\n\n**Examples**:\n\n```console\n{lines}\n```\n")
    return _HEAD + "\n".join(sections)


def commands(
    group: TyperCommand | TyperGroup, context: typer.Context, prefix: str = ""
) -> list[tuple[str, TyperCommand]]:
    """Every command with its full name, those of groups included, in the order of the help."""
    if not isinstance(group, TyperGroup):
        return []
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, TyperGroup):
            found += commands(command, context, f"{name} ")
        elif command is not None:
            found.append((prefix + name, command))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
