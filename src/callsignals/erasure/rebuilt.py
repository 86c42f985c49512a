"""Make OUT again from its workspace without hearing anything, so that no figure rests on what was erased."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.batch.calls import heard_before
from callsignals.batch.hearing_work import Heard, HearTask, HearWork
from callsignals.batch.listener import Silent
from callsignals.batch.run import RunOptions, open_with, rebuild
from callsignals.batch.store import Store
from callsignals.batch.voiceprint_store import opened_store
from callsignals.errors import InputError, MediaError
from callsignals.inputs.workspace import Workspace
from callsignals.report.presentation import load_presentation

__all__ = ["Origin", "check_source", "origin_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where OUT came from.

    Attributes:
        folder: the workspace.
        options: of the run that filled OUT.
    """

    folder: Path
    options: RunOptions

    def opened(self) -> Workspace:
        """Its rows as they stand now, without those that were erased before.

        Raises:
            CallSignalsError: it cannot be used.
        """
        return open_with(self.folder, self.options)

    def rebuild(self, out: Path, workspace: Workspace) -> set[Path]:
        """Write all results of OUT again, from what was heard before.

        Args:
            out: held by the caller.
            workspace: as ``opened`` gives it now.

        Returns:
            The files of the cache that are still needed.

        Raises:
            CallSignalsError: it cannot be done; OUT may be written in part.
        """
        store = opened_store(workspace, set())
        missing = _calls_of(out) - heard_before(workspace, store)
        if missing:
            raise InputError(
                str(self.folder),
                f"would give {len(missing)} of the calls in OUT only by hearing them again",
                "Run again: 'callsignals run' hears them and makes all figures.",
                code="not_heard",
            )
        rebuild(workspace, self.options, Silent(), _hear_nothing, store)
        return store.touched or set()


def _calls_of(out: Path) -> set[str]:
    path = out / "calls.parquet"
    return set(pl.read_parquet(path, columns=["call_id"])["call_id"]) if path.is_file() else set()


def _hear_nothing(tasks: Sequence[HearTask], work: HearWork, store: Store, workers: int | None) -> Iterator[Heard]:
    """What was heard stands; what was not is for the next run."""
    for task in tasks:
        if store.has("hear", task.key):
            yield Heard(task, None)
        else:
            remedy = "Run 'callsignals run' again."
            yield Heard(task, MediaError(task.audio.name, "was not heard yet", remedy, code="not_heard_yet"))


def origin_of(out: Path, given: Path | None, as_of: date | None = None) -> Origin:
    """The workspace that filled OUT.

    Args:
        out: the folder of results.
        given: the workspace as the user names it; None for what the last run noted.
        as_of: what ``retain_until`` is compared with in a rebuild.

    Raises:
        InputError: it is not known, or no longer there.
    """
    facts = _facts(out)
    noted_folder = facts.get("workspace") or load_presentation(out).audio_base
    folder = given or (out / noted_folder if isinstance(noted_folder, str) else None)
    if folder is None or not folder.is_dir():
        problem = "came from a workspace that is not known" if folder is None else f"came from {folder}, which is gone"
        raise InputError(str(out), problem, "Name it with --workspace.", code="no_workspace")
    noted: dict[str, Any] = facts.get("options") or {}
    options = RunOptions(
        out=out,
        device=noted.get("device"),
        model=noted.get("model"),
        language=noted.get("language"),
        limit=noted.get("limit"),
        as_of=as_of,
    )
    return Origin(folder.resolve(), options)


def check_source(workspace: Workspace, out: Path) -> None:
    """Refuse another workspace than the one that filled OUT.

    Raises:
        InputError: its name is another.
    """
    source, own = _facts(out).get("source"), f"callsignals/{workspace.settings.workspace.name}"
    if source is not None and source != own:
        raise InputError(
            str(workspace.root), f"is {own}, but OUT was made from {source}", "Name that one.", code="other_workspace"
        )


def _facts(out: Path) -> dict[str, Any]:
    try:
        found = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
