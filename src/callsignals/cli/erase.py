"""``erase`` and ``purge``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsignals.cli.console import error_line, print_json, print_line
from callsignals.cli.failures import EXIT_SOME_FAILED
from callsignals.errors import UsageError
from callsignals.files import path_from

if TYPE_CHECKING:
    from callsignals.erasure.erase import Erasure

__all__ = ["register"]

_Out = Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run has filled.")]
_Workspace = Annotated[Path | None, typer.Option(help="The workspace that filled OUT, where it has moved.")]
_Reason = Annotated[str | None, typer.Option(help="For the audit log; must not name the erased.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_SHOWN_TRACES = 20


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(erase)
    app.command()(purge)


def erase(
    out: _Out,
    lead: Annotated[
        str | None, typer.Option(metavar="ID", help="The lead to remove, exactly as in the tables.")
    ] = None,
    seller: Annotated[str | None, typer.Option(metavar="NAME", help="The seller to remove.")] = None,
    workspace: _Workspace = None,
    reason: _Reason = None,
    as_json: _Json = False,
) -> None:
    """Remove one lead, or one seller, everywhere in OUT and in known exports, and search every file to prove it.

    Without --lead and --seller an erasure that was broken off is finished.
    """
    from callsignals.erasure.erase import ErasureOptions, erase_lead, erase_seller, finish_erasure

    options = ErasureOptions(workspace, reason)
    if lead is not None and seller is not None:
        raise UsageError("--lead and --seller", "cannot be given together", "Give one, then the other.")
    if lead is not None:
        done = erase_lead(out, lead, options)
    elif seller is not None:
        done = erase_seller(out, seller, options)
    else:
        done = finish_erasure(out)
    _finish(done, as_json=as_json)


def purge(
    out: _Out,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Compare retain_until with this day, not today.")
    ] = None,
    workspace: _Workspace = None,
    reason: _Reason = None,
    as_json: _Json = False,
) -> None:
    """Remove calls whose retain_until has passed, all that was derived from them, and search every file to prove it."""
    from callsignals.erasure.erase import ErasureOptions, purge_preview
    from callsignals.erasure.erase import purge as purge_calls

    day: date | None = as_of.date() if as_of else None
    options = ErasureOptions(workspace, reason)
    if not dry_run:
        _finish(purge_calls(out, day, options), as_json=as_json)
        return
    calls = purge_preview(out, day, options)
    if as_json:
        print_json({"calls": list(calls)})
        return
    for call_id in calls:
        print_line(call_id)
    error_line(f"note: {len(calls)} calls would be purged; nothing was changed")


def _finish(done: Erasure, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(done))
    else:
        _show(done)
    if not done.proof.is_clean:
        raise typer.Exit(EXIT_SOME_FAILED)


def _show(done: Erasure) -> None:
    gone = ", ".join(f"{what} {count}" for what, count in done.removed.items())
    print_line(f"Removed: {gone or 'nothing'}.")
    if done.shared:
        print_line(f"Of the calls {done.shared} stood under another lead: the same recording, so they went, too.")
    if done.why_not_rebuilt is None:
        print_line("Every figure that rests on others, too, was made again without what was removed.")
    else:
        print_line(
            "Figures of sellers, segments and the company, and personalisation, are removed: run again to make them. "
            f"They could not be made now: {done.why_not_rebuilt}"
        )
    if done.rows_left:
        where = ", ".join(f"{name}: {count}" for name, count in sorted(done.rows_left.items()))
        print_line(
            f"Still in your tables ({where}), and in your recordings: remove them there. No run brings them back."
        )
    for line in done.to_do:
        print_line(line)
    _show_proof(done)


def _show_proof(done: Erasure) -> None:
    proof = done.proof
    print_line(
        f"Searched {proof.files} files ({proof.bytes / 1e6:.1f} MB, unpacked): "
        + ("nothing found." if proof.is_clean else f"{len(proof.traces)} still hold something.")
    )
    if done.left_out or done.common_ids:
        print_line(
            f"Not searched for, since others have them in common: {done.left_out} names and phrases; "
            f"{done.common_ids} ids were searched for only where ids stand."
        )
    for path, kinds in proof.traces[:_SHOWN_TRACES]:
        error_line(f"{path_from(done.out, path)}: holds {', '.join(kinds)}. Remove it, or what it says.")
    for path in proof.unreadable[:_SHOWN_TRACES]:
        error_line(
            f"{path_from(done.out, path)}: cannot be opened, so nobody can say what is in it. Look into it yourself."
        )


def _as_json(done: Erasure) -> dict[str, Any]:
    return {
        "removed": dict(done.removed),
        "shared_recordings": done.shared,
        "rows_left_in_tables": dict(done.rows_left),
        "recomputed": done.why_not_rebuilt is None,
        "why_not_recomputed": done.why_not_rebuilt,
        "to_do": list(done.to_do),
        "searched_files": done.proof.files,
        "searched_bytes": done.proof.bytes,
        "traces": [{"file": path_from(done.out, path), "holds": list(kinds)} for path, kinds in done.proof.traces],
        "not_opened": [path_from(done.out, path) for path in done.proof.unreadable],
        "not_searched_for": done.left_out,
        "ids_searched_where_ids_stand": done.common_ids,
    }
