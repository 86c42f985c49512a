"""``OUT/exports.json``: where results were handed on to, so that erasing a lead can name every copy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from callsignals.errors import InputError
from callsignals.files import write_text

__all__ = ["LEDGER_FILE", "LedgerEntry", "note_export", "placed", "read_ledger", "write_ledger"]

LEDGER_FILE = "exports.json"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The latest export to one destination.

    Attributes:
        to: kind of destination.
        target: address as shown (no secrets), or the folder; paths as from OUT with ``/``, absolute on another drive.
        files: what was written, paths like ``target``; none for databases and web addresses.
        written_at: ISO 8601, UTC.
    """

    to: str
    target: str
    files: tuple[str, ...]
    written_at: str

    @property
    def is_files(self) -> bool:
        """Whether the copy lies in files, which can be removed from here."""
        return bool(self.files)


def read_ledger(out: Path) -> tuple[LedgerEntry, ...]:
    """What was handed on from OUT; empty when nothing was.

    Raises:
        InputError: the file is damaged.
    """
    path = out / LEDGER_FILE
    if not path.is_file():
        return ()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            LedgerEntry(str(one["to"]), str(one["target"]), tuple(map(str, one["files"])), str(one["written_at"]))
            for one in found
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            str(path),
            "is damaged, so that nobody can say where results were handed on to",
            "Restore it, or remove it when you know all copies yourself.",
            code="damaged_ledger",
        ) from None


def note_export(out: Path, to: str, target: str, files: Sequence[str]) -> None:
    """Note an export, in place of the one before to the same target.

    Args:
        out: the OUT folder.
        to: as in ``LedgerEntry``.
        target: as there.
        files: as there.

    Raises:
        InputError: the file is damaged.
        OutputError: it cannot be written.
    """
    entry = LedgerEntry(to, target, tuple(files), datetime.now(UTC).isoformat(timespec="seconds"))
    others = [one for one in read_ledger(out) if (one.to, one.target) != (to, target)]
    write_ledger(out, sorted([*others, entry], key=lambda one: (one.to, one.target)))


def write_ledger(out: Path, entries: Sequence[LedgerEntry]) -> None:
    """Write the whole file; ``note_export`` and erasing use it.

    Raises:
        OutputError: it cannot be written.
    """
    write_text(out / LEDGER_FILE, json.dumps([asdict(one) for one in entries], ensure_ascii=False, indent=2) + "\n")


def placed(out: Path, name: str) -> Path:
    """The path that stands in the ledger as ``name``."""
    return (out / name).resolve()
