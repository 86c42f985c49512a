"""``--to sqlite:///FILE``: the tables in a SQLite file, upserted in one transaction.

Three slashes are followed by a relative path, four by an absolute one (``sqlite:////srv/data/trust.db``), as in other
tools' addresses. A process that is killed leaves the file as it was: SQLite rolls back when it is next opened.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from callsignals.errors import OutputError, UsageError
from callsignals.exports.finished import FinishedRun
from callsignals.exports.sql_tables import (
    SQL_TABLES,
    SQL_VERSION,
    VERSION_TABLE,
    SqlTable,
    foreign_table,
    newer_version,
)
from callsignals.exports.sql_text import Dialect, quoted
from callsignals.exports.target import UNREACHED, ExportOptions, ExportReport, Target
from callsignals.files import make_private_folder

__all__ = ["SQLITE", "export_sqlite"]

SQLITE = Dialect(
    types={
        "text": "TEXT",
        "number": "REAL",
        "integer": "INTEGER",
        "boolean": "INTEGER",
        "time": "TEXT",
        "date": "TEXT",
        "json": "TEXT",
    },
    differs="IS NOT",
    parameter="?",
)
_PREFIX = "sqlite:///"
_WAIT_S = 30.0
_NEEDED = (3, 24)
"""The first SQLite with ``ON CONFLICT DO UPDATE``."""


def export_sqlite(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Upsert all rows of a finished OUT, and remove this source's rows that are no longer in it.

    Raises:
        UsageError: the address names no file.
        OutputError: the file is no database of ours, is in use, or cannot be written.
    """
    path = _path(target)
    with _told(target), contextlib.closing(_opened(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, target)
        counts, removed = {}, 0
        for table in SQL_TABLES:
            counts[table.name], gone = _replace(connection, table, run)
            removed += gone
        connection.execute("COMMIT")
    return ExportReport(target.shown, {**counts, "removed": removed})


def _path(target: Target) -> Path:
    name = target.address[len(_PREFIX) :]
    if not target.address.lower().startswith(_PREFIX) or not name or "\0" in name:
        raise UsageError(f"--to {target.shown}", "names no file", "Write sqlite:///FILE, or sqlite:////FOLDER/FILE.")
    return Path(name)


def _opened(path: Path) -> sqlite3.Connection:
    make_private_folder(path.parent)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what was erased is not to stay behind in free pages
    return connection


@contextlib.contextmanager
def _told(target: Target) -> Iterator[None]:
    """Errors of the database and the disk as one clear error; the transaction has not been committed."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        locked = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        remedy = "Wait until the other program is done, and export again." if locked else "Name another file."
        raise OutputError(target.shown, f"cannot be written ({error})", remedy, code=UNREACHED) from None


def _prepare(connection: sqlite3.Connection, target: Target) -> None:
    """Make or bring up to date the tables."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    if VERSION_TABLE not in there:
        foreign = sorted(there & {table.name for table in SQL_TABLES})
        if foreign:
            raise foreign_table(target, foreign[0])
        connection.execute(SQLITE.create_versions())
    versions = [version for (version,) in connection.execute(f"SELECT version FROM {quoted(VERSION_TABLE)}")]
    if max(versions, default=0) > SQL_VERSION:
        raise newer_version(target, max(versions))
    for table in SQL_TABLES:
        connection.execute(SQLITE.create(table))
        found = {row[1] for row in connection.execute(f"PRAGMA table_info({quoted(table.name)})")}
        for statement in SQLITE.missing_columns(table, found):
            connection.execute(statement)
    connection.execute(f"DELETE FROM {quoted(VERSION_TABLE)}")
    connection.execute(f"INSERT INTO {quoted(VERSION_TABLE)} VALUES (?)", (SQL_VERSION,))


def _replace(connection: sqlite3.Connection, table: SqlTable, run: FinishedRun) -> tuple[int, int]:
    """One table; how many rows it got, and how many were removed."""
    connection.execute(SQLITE.stage(table))
    count = connection.executemany(SQLITE.insert_staged(table), table.rows(run)).rowcount
    connection.execute(SQLITE.upsert(table))
    removed = connection.execute(SQLITE.remove_vanished(table), (run.source,)).rowcount
    return max(count, 0), removed
