"""``terms suggest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from callsignals.cli.arguments import OutFolder
from callsignals.cli.console import error_line, print_json, print_line

if TYPE_CHECKING:
    from callsignals.language.term_discovery import Suggestions
    from callsignals.language.term_list import TermList

__all__ = ["app"]

app = typer.Typer(name="terms", help="The lists of need and product terms.", no_args_is_help=True)
_TERMS_FILE = "terms.toml"
_METHODS = {"noun_chunks": "noun chunks", "collocations": "collocations"}
_SHOWN_UNUSED = 20


@app.callback()
def _terms() -> None:
    """The lists of need and product terms."""


@app.command()
def suggest(
    out: OutFolder,
    top: Annotated[int, typer.Option(min=1, help="At most so many a language and kind.")] = 25,
    terms: Annotated[
        Path | None, typer.Option(help="The current list; terms.toml beside OUT, else the shipped one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Propose need and product terms from finished calls, for a person to accept."""
    from callsignals.insight.candidates import CANDIDATES_FILE, suggest_from, suggestions_json, write_candidates

    found = suggest_from(out, _current(out, terms), top=top)
    path = out / CANDIDATES_FILE
    write_candidates(path, found)
    if as_json:
        print_json({**suggestions_json(found), "file": str(path)})
    else:
        _show(found)
    error_line(f"note: candidates: {path}. Copy the lines that you accept into {_TERMS_FILE}.")


def _current(out: Path, given: Path | None) -> TermList:
    from callsignals.language.term_list import load_terms, starter_terms

    path = given or out.resolve().parent / _TERMS_FILE
    if given is not None or path.is_file():
        error_line(f"note: compared with {path}")
        return load_terms(path)
    error_line("note: compared with the shipped list; name another with --terms")
    return starter_terms()


def _show(found: Suggestions) -> None:
    for language, calls in found.calls.items():
        if language in found.too_little:
            print_line(f"{language}: {calls} calls, too little talk by one side to say anything")
            continue
        print_line(f"{language}: {calls} calls, phrases by {_METHODS[found.methods[language]]}")
        for kind in ("need", "product"):
            members = [one for one in found.candidates if (one.kind, one.language) == (kind, language)]
            print_line(f"  {kind}: {len(members)} candidates" if members else f"  {kind}: none")
            for one in members:
                example = one.examples[0]
                at = "" if example.start_s is None else f" at {example.start_s:.0f} s"
                counts = f"customer {one.customer_count}, seller {one.seller_count}"
                print_line(f"    {one.phrase}  (z {one.z:+.1f}; {counts}; {example.call_id}{at})")
        unused = [one.term for one in found.unused if one.language == language]
        if unused:
            shown = ", ".join(unused[:_SHOWN_UNUSED]) + (", ..." if len(unused) > _SHOWN_UNUSED else "")
            print_line(f"  listed, but never said ({len(unused)}): {shown}")
