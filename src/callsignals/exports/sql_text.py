"""The SQL that databases share: ``INSERT ... ON CONFLICT`` from a staging table, and what belongs around it.

The same statements run on PostgreSQL and SQLite; only the names of types and the null-safe comparison differ. All
identifiers come from ``sql_tables``, never from data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callsignals.exports.sql_tables import VERSION_TABLE, SqlColumn, SqlTable, SqlType

__all__ = ["Dialect", "quoted", "staged"]


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between databases.

    Attributes:
        types: name of each type.
        differs: operator that tells values apart, nulls included.
        parameter: how a value's place is written.
    """

    types: Mapping[SqlType, str]
    differs: str
    parameter: str

    def create(self, table: SqlTable) -> str:
        """The table itself, unless it is there."""
        key = ", ".join(map(quoted, table.key))
        return f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({self._declared(table)}, PRIMARY KEY ({key}))"

    def create_versions(self) -> str:
        """The table that holds the version of the others."""
        return f"CREATE TABLE IF NOT EXISTS {quoted(VERSION_TABLE)} (version {self.types['integer']} NOT NULL)"

    def add_column(self, table: SqlTable, column: SqlColumn) -> str:
        """A column that a table of an earlier version lacks."""
        return f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(column.name)} {self.types[column.type]}"

    def stage(self, table: SqlTable) -> str:
        """The staging table: this connection's own, gone with it."""
        key = ", ".join(map(quoted, table.key))
        return f"CREATE TEMPORARY TABLE {staged(table)} ({self._declared(table)}, PRIMARY KEY ({key}))"

    def insert_staged(self, table: SqlTable) -> str:
        """One row into the staging table, a parameter for each column."""
        places = ", ".join([self.parameter] * len(table.columns))
        return f"INSERT INTO {staged(table)} VALUES ({places})"

    def upsert(self, table: SqlTable) -> str:
        """Everything staged into the table; rows that are there already and the same are left alone."""
        names = ", ".join(map(quoted, table.names))
        rest = [name for name in table.names if name not in table.key]
        own = quoted(table.name)
        sets = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in rest)
        differs = " OR ".join(f"{own}.{quoted(name)} {self.differs} excluded.{quoted(name)}" for name in rest)
        key = ", ".join(map(quoted, table.key))
        return (
            f"INSERT INTO {own} ({names}) SELECT {names} FROM {staged(table)} WHERE true "
            f"ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE {differs}"
        )

    def remove_vanished(self, table: SqlTable) -> str:
        """Rows of one source (the parameter) that are no longer staged."""
        own = quoted(table.name)
        same = " AND ".join(f"staged.{quoted(name)} = {own}.{quoted(name)}" for name in table.key)
        return (
            f"DELETE FROM {own} WHERE {quoted('source')} = {self.parameter} "
            f"AND NOT EXISTS (SELECT 1 FROM {staged(table)} AS staged WHERE {same})"
        )

    def missing_columns(self, table: SqlTable, there: Collection[str]) -> list[str]:
        """What makes a table of an earlier version one of this."""
        return [self.add_column(table, column) for column in table.columns if column.name not in there]

    def _declared(self, table: SqlTable) -> str:
        return ", ".join(
            f"{quoted(column.name)} {self.types[column.type]}{' NOT NULL' if column.name in table.key else ''}"
            for column in table.columns
        )


def staged(table: SqlTable) -> str:
    """Name of a table's staging table."""
    return quoted(f"callsignals_staged_{table.name}")
