"""``--to postgresql://...``: the tables in a PostgreSQL database, upserted in one transaction.

Rows are copied into temporary tables (``COPY``) and put in place from there. Whatever ends the process or the
connection before the commit leaves the database as it was. A password is best kept out of the address: ``PGPASSWORD``
or ``~/.pgpass`` serve as for every libpq program.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

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
from callsignals.exports.sql_text import Dialect, quoted, staged
from callsignals.exports.target import UNREACHED, ExportOptions, ExportReport, Target

if TYPE_CHECKING:
    import psycopg

__all__ = ["POSTGRESQL", "export_postgresql"]

POSTGRESQL = Dialect(
    types={
        "text": "text",
        "number": "double precision",
        "integer": "bigint",
        "boolean": "boolean",
        "time": "timestamptz",
        "date": "date",
        "json": "jsonb",
    },
    differs="IS DISTINCT FROM",
    parameter="%s",
)
_LOCK = 0x63616C6C
"""Of our transactions among each other: two exports at once would wait for each other's rows in the wrong order."""
_CONNECT_S = 15
_NUL, _SHOWN_NUL = "\0", "\N{SYMBOL FOR NULL}"
_IN_JSON = "\\u0000"
_JSON_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The escape of NUL in JSON, told from an escaped backslash before ``u0000``."""


def export_postgresql(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Upsert all rows of a finished OUT, and remove this source's rows that are no longer in it.

    Raises:
        UsageError: the address cannot be read, or the driver is not installed.
        OutputError: the database cannot be reached, or has tables that are not ours.
    """
    driver = _driver()
    with _told(driver, target), _connected(driver, target) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        _prepare(cursor, target)
        counts, removed = {}, 0
        for table in SQL_TABLES:
            counts[table.name], gone = _replace(cursor, table, run)
            removed += gone
    return ExportReport(target.shown, {**counts, "removed": removed})


def _driver() -> Any:  # noqa: ANN401 - a module
    try:
        import psycopg
    except ImportError as error:
        raise UsageError(
            "--to postgresql://",
            f"needs the package psycopg ({error})",
            "Install it with: pip install 'callsignals[postgresql]'",
        ) from None
    return psycopg


@contextlib.contextmanager
def _connected(driver: Any, target: Target) -> Iterator[psycopg.Connection[Any]]:  # noqa: ANN401
    """A connection with one transaction: committed when the body ends, rolled back when it raises or is interrupted."""
    try:
        settings = driver.conninfo.conninfo_to_dict(target.address)
    except driver.Error:  # its message may quote the address, password included
        raise UsageError(
            f"--to {target.shown}", "is no PostgreSQL address", "Write postgresql://USER@HOST:PORT/DATABASE."
        ) from None
    settings = {"connect_timeout": _CONNECT_S, "application_name": "callsignals", **settings}
    try:
        connection = driver.connect(**settings)
    except driver.Error as error:
        said = " ".join(str(error).split())
        if settings.get("password"):
            said = said.replace(settings["password"], "***")
        raise OutputError(
            target.shown, f"cannot be reached ({said})", "Check host, port, user and password.", code=UNREACHED
        ) from None
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()  # uncommitted, the server rolls back, in the middle of a COPY too


@contextlib.contextmanager
def _told(driver: Any, target: Target) -> Iterator[None]:  # noqa: ANN401
    """Errors of the database as one clear error, without anybody's data (which is in its details)."""
    try:
        yield
    except driver.Error as error:
        said = error.diag.message_primary or "the connection was lost"
        raise OutputError(
            target.shown,
            f"did not take the rows ({said})",
            "Check rights, schema and space, and export again: it is done whole or not at all.",
            code="refused",
        ) from None


def _prepare(cursor: psycopg.Cursor[Any], target: Target) -> None:
    """Make or bring up to date the tables, in the first schema of the search path."""
    there = _columns_there(cursor)
    if VERSION_TABLE not in there:
        foreign = sorted(there.keys() & {table.name for table in SQL_TABLES})
        if foreign:
            raise foreign_table(target, foreign[0])
        cursor.execute(POSTGRESQL.create_versions())
    cursor.execute(f"SELECT max(version) FROM {quoted(VERSION_TABLE)}")
    (version,) = cursor.fetchone() or (None,)
    if version is not None and version > SQL_VERSION:
        raise newer_version(target, version)
    for table in SQL_TABLES:
        if table.name not in there:
            cursor.execute(POSTGRESQL.create(table))
            continue
        for statement in POSTGRESQL.missing_columns(table, there[table.name]):
            cursor.execute(statement)
    if version != SQL_VERSION:
        cursor.execute(f"DELETE FROM {quoted(VERSION_TABLE)}")
        cursor.execute(f"INSERT INTO {quoted(VERSION_TABLE)} VALUES (%s)", (SQL_VERSION,))


def _columns_there(cursor: psycopg.Cursor[Any]) -> dict[str, set[str]]:
    """Columns of every table and view in the current schema."""
    cursor.execute(
        "SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a "
        "ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
    found: dict[str, set[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, set()).add(column)
    return found


def _replace(cursor: psycopg.Cursor[Any], table: SqlTable, run: FinishedRun) -> tuple[int, int]:
    """One table; how many rows it got, and how many were removed."""
    cursor.execute(POSTGRESQL.stage(table) + " ON COMMIT DROP")
    json_places = frozenset(place for place, column in enumerate(table.columns) if column.type == "json")
    count = 0
    with cursor.copy(f"COPY {staged(table)} FROM STDIN") as copy:
        for row in table.rows(run):
            copy.write_row(_without_nul(row, json_places))
            count += 1
    cursor.execute(f"ANALYZE {staged(table)}")
    cursor.execute(POSTGRESQL.upsert(table))
    cursor.execute(POSTGRESQL.remove_vanished(table), (run.source,))
    return count, cursor.rowcount


def _without_nul(row: Sequence[Any], json_places: frozenset[int]) -> Sequence[Any]:
    """PostgreSQL's text cannot hold the character NUL, nor its jsonb the escape of it: both become its symbol."""
    if not any(isinstance(cell, str) and (_NUL in cell or _IN_JSON in cell) for cell in row):
        return row
    return [_nul_shown(cell, in_json=place in json_places) for place, cell in enumerate(row)]


def _nul_shown(cell: Any, *, in_json: bool) -> Any:  # noqa: ANN401 - a cell
    if not isinstance(cell, str):
        return cell
    return _JSON_NUL.sub(r"\1" + _SHOWN_NUL, cell) if in_json else cell.replace(_NUL, _SHOWN_NUL)
