"""Copies of results that were handed on: files are removed, everything else is named with what to do about it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path

import polars as pl

from callsignals.exports.delivered import DELIVERIES_FOLDER
from callsignals.exports.ledger import LEDGER_FILE, LedgerEntry, read_ledger
from callsignals.files import remove_file, write_text
from callsignals.index.write import INDEX_FOLDER, write_index
from callsignals.vocabulary.choices import Every

__all__ = ["forget_exports", "renew_index"]

_PERIODS: tuple[tuple[str, Every], ...] = (
    (r"\d{4}-W\d{2}", "week"),
    (r"\d{4}-\d{2}", "month"),
    (r"\d{4}-Q\d", "quarter"),
)


def forget_exports(out: Path) -> tuple[int, list[str]]:
    """Remove every exported file that OUT knows of; returns how many, and what the user must do about the rest.

    Raises:
        InputError: the list of exports is damaged.
        OutputError: a file cannot be removed.
    """
    removed, to_do = 0, []
    kept: list[LedgerEntry] = []
    for entry in read_ledger(out):
        if not entry.is_files:
            to_do.append(_address_to_do(entry, out))
            kept.append(entry)
            continue
        here, foreign = _remove_files(entry, out)
        removed += here
        to_do.append(
            f"{here} exported files ({entry.to}) in {entry.target} are removed; make them again with: "
            f"callsignals export {out} --to {entry.to}. Copies that you passed on are yours to remove."
        )
        to_do += [f"{path} is a link, so it was not removed: remove what it leads to." for path in foreign]
    for path in sorted((out / DELIVERIES_FOLDER).glob("*")):  # digests of rows that are gone are among them
        remove_file(path)
    if (out / LEDGER_FILE).is_file():
        listed = json.dumps([asdict(one) for one in kept], ensure_ascii=False, indent=2)
        write_text(out / LEDGER_FILE, listed + "\n")
    return removed, to_do


def _remove_files(entry: LedgerEntry, out: Path) -> tuple[int, list[Path]]:
    count, links = 0, []
    for name in entry.files:
        path = Path(os.path.normpath(out / name))
        if path.is_symlink():
            links.append(path)
        elif path.is_file():
            remove_file(path)
            count += 1
    return count, links


def _address_to_do(entry: LedgerEntry, out: Path) -> str:
    if entry.to == "https":
        return (
            f"{entry.target} was sent rows: have its owner remove them there; nothing here can. The next export sends "
            "every row anew, under the same ids."
        )
    return (
        f"{entry.target} still holds rows: run callsignals export {out} --to {_again(entry)}, "
        "which removes rows that are gone here; then let the database reclaim the space (VACUUM), and mind its backups."
    )


def _again(entry: LedgerEntry) -> str:
    """The address of SQLite is noted in full; that of a server without its password."""
    return entry.target if entry.to == "sqlite" else f"{entry.to}://... with its full address"


def renew_index(out: Path) -> str | None:
    """Write ``OUT/index`` again from what is left; returns what the user must do when that cannot be done.

    Raises:
        CallSignalsError: it cannot be read or written.
    """
    folder = out / INDEX_FOLDER
    path = folder / "index.parquet"
    if not folder.is_dir():
        return None
    every = _every(path)
    if every is not None:
        write_index(out, every)
        return None
    for one in sorted(folder.glob("index.*")):
        remove_file(one)
    return f"The index is removed; make it again with: callsignals index {out} --every month"


def _every(path: Path) -> Every | None:
    """The length of an index's periods."""
    if not path.is_file():
        return None
    names = pl.read_parquet(path, columns=["period"])["period"].drop_nulls().unique().to_list()
    found = {every for name in names for pattern, every in _PERIODS if re.fullmatch(pattern, str(name))}
    return found.pop() if len(found) == 1 else None
