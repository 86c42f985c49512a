"""Where ``callsignals export`` can hand results on to, and the one way in which it does.

A destination is a row of ``DESTINATIONS``: its name, where it leads (a folder of files, or an address) and a function

    ``function(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport``

- ``run`` is the finished OUT, locked against runs: ``run.frames("signals")``, ``run.rows("calls")``, ``run.leads()``,
  ``run.out`` for anything else (``transcripts/`` for instance).
- ``target.address`` is what the user gave, secrets included; show ``target.shown`` only.
- A destination of files writes into ``options.place``, which ``export_to`` has made: every file with
  ``callsignals.files`` (whole or not at all), names made of ids with ``files.file_names_for``. It returns ``files``:
  ``export_to`` removes what the export before wrote there and this one did not.
- ``export_to`` notes the export in ``OUT/exports.json``. A function raises ``CallSignalsError`` when it had to give up
  (``UsageError``, or ``code=UNREACHED``, when not a byte has left: the note is taken back), and returns ``failures``
  for single inputs that could not be handed on.

To add one: a module with such a function beside this one, and a row below.
"""

from __future__ import annotations

import contextlib
import difflib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from callsignals.errors import CallSignalsError, OutputError, UsageError
from callsignals.exports.audio import export_audio
from callsignals.exports.crm import export_hubspot, export_salesforce
from callsignals.exports.csv_files import export_csv
from callsignals.exports.finished import FinishedRun, finished_run
from callsignals.exports.ledger import note_export, placed, read_ledger, write_ledger
from callsignals.exports.postgresql import export_postgresql
from callsignals.exports.sqlite import export_sqlite
from callsignals.exports.target import UNREACHED, ExportOptions, ExportReport, Target, parse_target
from callsignals.exports.vcon import export_vcon
from callsignals.exports.webhook import export_webhook
from callsignals.exports.workbook import export_workbook
from callsignals.files import make_private_folder, path_from, remove_file

__all__ = ["DESTINATIONS", "EXPORTS_FOLDER", "Destination", "Exporter", "export_to"]

EXPORTS_FOLDER = "exports"
"""In OUT: where files go unless the user names a folder."""

Exporter = Callable[[FinishedRun, Target, ExportOptions], ExportReport]


@dataclass(frozen=True, slots=True)
class Destination:
    """One kind of destination.

    Attributes:
        usage: how it is written after ``--to``.
        leads_to: ``files`` in a folder, or an ``address`` that the user names.
        export: what hands over.
    """

    usage: str
    leads_to: Literal["files", "address"]
    export: Exporter


DESTINATIONS: Mapping[str, Destination] = MappingProxyType(
    {
        "audio": Destination("audio", "files", export_audio),
        "csv": Destination("csv", "files", export_csv),
        "hubspot": Destination("hubspot", "files", export_hubspot),
        "salesforce": Destination("salesforce", "files", export_salesforce),
        "xlsx": Destination("xlsx", "files", export_workbook),
        "postgresql": Destination("postgresql://USER@HOST/DATABASE", "address", export_postgresql),
        "sqlite": Destination("sqlite:///FILE", "address", export_sqlite),
        "vcon": Destination("vcon", "files", export_vcon),
        "https": Destination("https://HOST/PATH", "address", export_webhook),
    }
)


def export_to(out: Path, to: str, options: ExportOptions | None = None) -> ExportReport:
    """Hand the finished results in OUT on.

    Args:
        out: a folder that a run has filled.
        to: what stands after ``--to``.
        options: everything else.

    Raises:
        UsageError: there is no such destination, or the options do not fit it.
        InputError: OUT holds no finished run.
        OutputError: the destination cannot be written to.
    """
    options = options or ExportOptions()
    target, destination = _found(to)
    if destination.leads_to == "address" and options.folder is not None:
        raise UsageError("--out", f"makes no sense with --to {target.shown}", "Leave it out.")
    with finished_run(out) as run:
        if destination.leads_to == "address":
            with _noted(run.out, target.kind, target.shown, ()):
                return destination.export(run, target, options)
        return _export_files(run, target, destination, options)


@contextlib.contextmanager
def _noted(out: Path, kind: str, place: str, files: Sequence[str]) -> Iterator[None]:
    """Noted before anything leaves: an export that is killed leaves no copy that the ledger does not know."""
    former = read_ledger(out)
    note_export(out, kind, place, files)
    try:
        yield
    except CallSignalsError as error:
        if error.code == UNREACHED or isinstance(error, UsageError):
            write_ledger(out, former)
        raise


def _found(to: str) -> tuple[Target, Destination]:
    target = parse_target(to)
    destination = DESTINATIONS.get(target.kind)
    is_address = "://" in to
    if destination is None or is_address != (destination.leads_to == "address"):
        near = difflib.get_close_matches(target.kind, DESTINATIONS, n=1, cutoff=0.4)
        known = ", ".join(one.usage for one in DESTINATIONS.values())
        meant = f"Did you mean {DESTINATIONS[near[0]].usage}? " if near else ""
        raise UsageError(f"--to {target.shown}", "is no destination", f"{meant}There are: {known}.")
    return target, destination


def _export_files(run: FinishedRun, target: Target, destination: Destination, options: ExportOptions) -> ExportReport:
    folder = options.folder or run.out / EXPORTS_FOLDER / target.kind
    if options.folder is None:
        _sweep(folder)
    _make(folder)
    place = path_from(run.out, folder)
    before = next((one.files for one in read_ledger(run.out) if (one.to, one.target) == (target.kind, place)), ())
    with _noted(run.out, target.kind, place, before):
        report = destination.export(run, target, replace(options, folder=folder))
    _remove_vanished(run.out, folder, before, report.files)
    note_export(run.out, target.kind, place, [path_from(run.out, path) for path in report.files])
    return report


def _make(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        problem = f"cannot be made ({error.strerror or error})"
        raise OutputError(str(folder), problem, "Choose another folder with --out.", code="cannot_write") from None


def _sweep(folder: Path) -> None:
    """Half-written files of an export that was killed; only in our own folder."""
    for path in list(folder.rglob(".*.part")):
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _remove_vanished(out: Path, folder: Path, before: Sequence[str], now: Sequence[Path]) -> None:
    """What the last export wrote to the folder and this one did not; never anything outside of it."""
    kept, inside = {path.resolve() for path in now}, folder.resolve()
    for path in (placed(out, name) for name in before):
        if path not in kept and path.is_relative_to(inside) and path != inside:
            remove_file(path)
