"""What holds of every database: SQLite here, and PostgreSQL where it is installed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from callsignals.errors import OutputError, UsageError
from callsignals.exports import postgresql, sqlite
from callsignals.exports.destinations import export_to
from callsignals.exports.ledger import read_ledger
from callsignals.exports.postgresql import POSTGRESQL
from callsignals.exports.sql_tables import SQL_TABLES, SQL_VERSION, VERSION_TABLE
from callsignals.exports.sqlite import SQLITE
from export_results import HOSTILE, finish, without_lead
from report_results import fill_report

KEYS = {table.name: ", ".join(f'"{name}"' for name in table.key) for table in SQL_TABLES}

STUCK = """
import sys
from dataclasses import replace
from pathlib import Path
from callsignals.exports import postgresql, sqlite
from callsignals.exports.destinations import export_to
from callsignals.exports.sql_tables import SQL_TABLES

def stuck(rows):
    def give(run):
        for number, row in enumerate(rows(run)):
            if number == 5:
                print("stuck", flush=True)
                sys.stdin.read()
            yield row
    return give

*others, signals = SQL_TABLES
assert signals.name == "signals"
sqlite.SQL_TABLES = postgresql.SQL_TABLES = (*others, replace(signals, rows=stuck(signals.rows)))
export_to(Path(sys.argv[1]), sys.argv[2])
"""


class _Sqlite:
    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = f"sqlite:///{path}"

    def run(self, statement: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.run(f"PRAGMA table_info({table})")]


class _Postgresql:
    dialect = POSTGRESQL

    def __init__(self, address: str) -> None:
        self.address = address

    def run(self, statement: str, *values: object) -> list[tuple]:
        import psycopg

        with psycopg.connect(self.address) as connection:
            cursor = connection.execute(statement.replace("?", "%s"), values or None)
            return cursor.fetchall() if cursor.description else []

    def columns(self, table: str) -> list[str]:
        rows = self.run("SELECT column_name FROM information_schema.columns WHERE table_name = ?", table)
        return [row[0] for row in rows]


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request, tmp_path):
    if request.param == "sqlite":
        return _Sqlite(tmp_path / "trust.db")
    return _Postgresql(request.getfixturevalue("database"))


def everything(base) -> dict[str, list[tuple]]:
    return {name: base.run(f"SELECT * FROM {name} ORDER BY {key}") for name, key in KEYS.items()}


def test_rows_are_those_of_the_records(base, out):
    report = export_to(out, base.address)
    signals = pl.read_parquet(out / "signals.parquet")
    assert report.counts["signals"] == signals.height
    columns = "key, value, n, lead_id, status, labels"
    found = {row[0]: row[1:] for row in base.run(f"SELECT {columns} FROM signals")}
    for row in signals.iter_rows(named=True):
        value, n, lead_id, status, labels = found[row["key"]]
        assert (value, n, lead_id, status) == (row["value"], row["n"], row["lead_id"], row["status"])
        assert (json.loads(labels) if isinstance(labels, str) else labels) == row["labels"]
    leads = [json.loads(line) for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = {
        (lead["lead_id"], phase, name): (found.get("value"), found["n"], found["status"])
        for lead in leads
        for phase, signals in lead["phases"].items()
        for name, found in signals.items()
    }
    rows = base.run("SELECT lead_id, phase, signal, value, n, status FROM lead_signals")
    assert {row[:3]: row[3:] for row in rows} == expected
    assert base.run("SELECT count(*) FROM calls") == [(6,)]
    assert base.run("SELECT DISTINCT source FROM comments") == [("callsignals/t",)]


def test_exported_twice_gives_the_same_rows(base, out):
    first = export_to(out, base.address)
    rows = everything(base)
    assert export_to(out, base.address) == first
    assert everything(base) == rows


def test_a_changed_value_is_put_in_place(base, out):
    export_to(out, base.address)
    signals = pl.read_parquet(out / "signals.parquet")
    chosen = signals.filter(pl.col("value").is_not_null())["key"][0]
    changed = pl.when(pl.col("key") == chosen).then(0.125).otherwise(pl.col("value")).alias("value")
    signals.with_columns(changed).write_parquet(out / "signals.parquet")
    export_to(out, base.address)
    assert base.run("SELECT value FROM signals WHERE key = ?", chosen) == [(0.125,)]
    assert base.run("SELECT count(*) FROM signals") == [(signals.height,)]


def test_vanished_rows_of_this_source_are_removed_and_those_of_others_stay(base, out, tmp_path):
    other = finish(fill_report(tmp_path / "other", calls=2), "callsignals/other")
    signals = pl.read_parquet(other / "signals.parquet")
    signals.with_columns(source=pl.lit("callsignals/other")).write_parquet(other / "signals.parquet")
    export_to(other, base.address)
    theirs = {name: base.run(f"SELECT * FROM {name} ORDER BY {key}") for name, key in KEYS.items()}
    export_to(out, base.address)
    without_lead(out, "lead0001")
    report = export_to(out, base.address)
    gone = 1 + 2 + 1  # the lead, its two calls and its comment; and their signals
    assert report.counts["removed"] > gone
    for name, key in KEYS.items():
        ours = base.run(f"SELECT * FROM {name} WHERE source = ? ORDER BY {key}", "callsignals/t")
        assert len(ours) == report.counts[name]
        where = f"SELECT * FROM {name} WHERE source = ? ORDER BY {key}"
        assert base.run(where, "callsignals/other") == theirs[name]
        if "lead_id" in base.columns(name):
            assert base.run(
                f"SELECT count(*) FROM {name} WHERE lead_id = ? AND source = ?", "lead0001", "callsignals/t"
            ) == [(0,)]


@pytest.mark.parametrize("exported_before", [False, True])
def test_killed_in_the_middle_and_repeated_gives_the_same_rows(base, out, tmp_path, exported_before):
    reference = _Sqlite(tmp_path / "reference.db")
    if exported_before:
        export_to(out, base.address)
        before = everything(base)
        without_lead(out, "lead0001")
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK, str(out), base.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "stuck\n"
    process.kill()
    process.communicate()
    if exported_before:
        assert everything(base) == before
    elif isinstance(base, _Postgresql):
        assert base.columns("signals") == []
    else:
        assert base.run("SELECT name FROM sqlite_master") == []
    report = export_to(out, base.address)
    expected = export_to(out, reference.address)
    assert {**report.counts, "removed": 0} == {**expected.counts, "removed": 0}
    keys = "SELECT key, value, status FROM signals ORDER BY key"
    assert base.run(keys) == reference.run(keys)
    rows = everything(base)
    export_to(out, base.address)
    assert everything(base) == rows


def _older(table, missing):
    return replace(table, columns=tuple(column for column in table.columns if column.name not in missing))


@pytest.mark.parametrize("version", [SQL_VERSION - 1, SQL_VERSION])
def test_tables_of_an_earlier_version_get_the_columns_that_they_lack(base, out, version):
    missing = {"basis", "need_uptake", "touchpoint", "segments", "trend"}
    for table in SQL_TABLES:
        base.run(base.dialect.create(_older(table, missing)))
    base.run(base.dialect.create_versions())
    base.run(f"INSERT INTO {VERSION_TABLE} VALUES (?)", version)
    base.run("INSERT INTO leads (source, lead_id, name) VALUES (?, ?, ?)", "callsignals/old", "l1", "Kept")
    export_to(out, base.address)
    for table in SQL_TABLES:
        assert set(base.columns(table.name)) == set(table.names)
    assert base.run("SELECT name, segments FROM leads WHERE source = ?", "callsignals/old") == [("Kept", None)]
    assert base.run("SELECT count(need_uptake) FROM calls") == [(6,)]
    assert base.run(f"SELECT version FROM {VERSION_TABLE}") == [(SQL_VERSION,)]


def test_tables_of_a_later_version_are_left_alone(base, out):
    base.run(base.dialect.create_versions())
    base.run(f"INSERT INTO {VERSION_TABLE} VALUES (?)", SQL_VERSION + 1)
    with pytest.raises(OutputError, match=r"later version.*Upgrade callsignals"):
        export_to(out, base.address)
    assert base.columns("signals") == []


def test_a_table_of_our_name_that_is_not_ours_is_left_alone(base, out):
    base.run("CREATE TABLE leads (id integer)")
    with pytest.raises(OutputError, match="table leads that callsignals did not make"):
        export_to(out, base.address)
    assert base.columns("leads") == ["id"]
    assert base.columns("signals") == []


def test_hostile_texts_are_data_and_nothing_else(base, hostile_out):
    export_to(hostile_out, base.address)
    shown = [text.replace("\0", "␀") if isinstance(base, _Postgresql) else text for text in HOSTILE]
    expected = sorted(f"{text}{place:04}" for place, text in enumerate(shown))
    assert sorted(row[0] for row in base.run("SELECT lead_id FROM leads")) == expected
    assert (
        sorted(row[0] for row in base.run("SELECT DISTINCT lead_id FROM signals WHERE lead_id IS NOT NULL")) == expected
    )
    sellers = {row[0] for row in base.run("SELECT seller FROM calls")}
    assert {text + "0" for text in shown} | {text + "1" for text in shown} >= sellers
    own = [
        json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in base.run("SELECT own_columns FROM calls")
    ]
    assert sorted(cells["=own column"] for cells in own) == sorted(shown)
    rows = everything(base)
    export_to(hostile_out, base.address)
    assert everything(base) == rows


def test_types_suit_queries_on_times_and_json_in_postgresql(out, database):
    base = _Postgresql(database)
    export_to(out, base.address)
    assert base.run("SELECT count(*) FROM signals WHERE time >= '2025-09-01T00:00:00Z'::timestamptz")[0][0] > 0
    assert base.run("SELECT count(*) FROM calls WHERE audio_complete AND findings @> '[\"music\"]'") == [(6,)]
    assert base.run("SELECT DISTINCT jsonb_typeof(phases->'during') FROM leads") == [("object",)]


def test_another_schema_can_be_named_in_the_address(out, database):
    base = _Postgresql(database)
    base.run("CREATE SCHEMA IF NOT EXISTS trust")
    base.run("CREATE TABLE leads (id integer)")
    try:
        export_to(out, f"{database}?options=-csearch_path%3Dtrust")
        assert base.run("SELECT count(*) FROM trust.leads") == [(3,)]
        assert base.run("SELECT count(*) FROM leads") == [(0,)]
    finally:
        base.run("DROP SCHEMA trust CASCADE")


def test_passwords_are_in_no_message_and_no_file(out, database):
    password = database.split(":")[2].split("@")[0]
    report = export_to(out, database)
    assert ":***@" in report.target
    with pytest.raises(OutputError, match="password authentication failed") as wrong:
        export_to(out, database.replace(password, "Wr0ng-Pa55"))
    with pytest.raises(OutputError, match="cannot be reached") as nobody:
        export_to(out, "postgresql://me:Wr0ng-Pa55@127.0.0.1:1/x?sslpassword=Wr0ng-Pa55")
    with pytest.raises(UsageError, match="no PostgreSQL address") as unreadable:
        export_to(out, "postgresql://me:Wr0ng-Pa55@127.0.0.1/x?nonsense=Wr0ng-Pa55&password=Wr0ng-Pa55")
    assert "Wr0ng" not in f"{wrong.value}{nobody.value}{unreadable.value}"
    assert json.loads((out / "exports.json").read_text(encoding="utf-8"))[0]["target"] == report.target
    assert len(read_ledger(out)) == 1
    for path in out.rglob("*"):
        if path.is_file():
            assert password.encode() not in path.read_bytes()
            assert b"Wr0ng" not in path.read_bytes()


def test_without_the_driver_the_message_says_what_to_install(out, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"pip install 'callsignals\[postgresql\]'"):
        export_to(out, "postgresql://me@127.0.0.1/x")


def test_a_file_that_is_no_database_is_left_alone(out, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes, a line longer than a header of a database file has to be" * 20, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(OutputError, match="not a database"):
        export_to(out, f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_sqlite_file_that_another_program_holds_is_said_to_be_so(out, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "_WAIT_S", 0.0)
    path = tmp_path / "trust.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match=r"locked.*Wait until the other program is done"):
            export_to(out, f"sqlite:///{path}")


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///", "sqlite:x.db"])
def test_a_sqlite_address_without_a_file_is_refused(out, address):
    with pytest.raises(UsageError):
        export_to(out, address)


def test_both_databases_have_the_same_statements_but_for_types():
    for table in SQL_TABLES:
        ours, theirs = SQLITE.upsert(table), POSTGRESQL.upsert(table)
        assert ours.replace("IS NOT", "IS DISTINCT FROM") == theirs
    assert postgresql.SQL_TABLES is sqlite.SQL_TABLES


def test_the_query_of_the_page_runs_as_it_stands(base, out):
    page = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    query = page.partition("```sql\n")[2].partition("```")[0]
    export_to(out, base.address)
    leads = [json.loads(line) for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    shares = [lead["phases"]["during"]["seller_talk_share"]["value"] for lead in leads]
    ((outcome, count, mean),) = base.run(query)
    assert (outcome, count) == ("won", 3)
    assert mean == pytest.approx(sum(shares) / 3)
