"""Finished OUTs, small and hostile ones, and a database server."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from export_results import HOSTILE, finish
from postgres_server import HOW_TO_GET_IT, binaries, postgres_server
from report_results import Names, fill_report
from support import absent


@pytest.fixture
def out(tmp_path) -> Path:
    """Six calls of three leads, a comment each."""
    return finish(fill_report(tmp_path / "out", calls=6))


@pytest.fixture
def hostile_out(tmp_path) -> Path:
    """A lead for each hostile text, which stands in every free field of it."""
    named = [Names(lead=text, seller=text, call=text, comment=text, free=text) for text in HOSTILE]
    out = finish(fill_report(tmp_path / "out", calls=len(named), calls_per_lead=1, named=named))
    for name in ("calls", "comments"):
        table = pl.read_parquet(out / f"{name}.parquet")
        own = pl.Series("=own column", [HOSTILE[row % len(HOSTILE)] for row in range(table.height)])
        table.with_columns(own).write_parquet(out / f"{name}.parquet")
    return out


@pytest.fixture(scope="session")
def server():
    """Address of a PostgreSQL server."""
    if binaries() is None:
        absent("PostgreSQL", HOW_TO_GET_IT)
    with postgres_server() as address:
        yield address


@pytest.fixture
def database(server):
    """Address of an empty schema on the server."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server
