"""Every block of ``docs/integrations.md``, run against the OUT of a small workspace."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.cli.main import main
from callsignals.exports.destinations import export_to
from postgres_server import HOW_TO_GET_IT, binaries, postgres_server
from support import ROOT, absent, write_csv, write_spoken_calls

PAGE = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^## (.+?)$|^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
KEY = b"a key of thirty-two bytes, which"

# Seconds of seller and customer.
CALLS = (
    ("k0", "acme", "anna", "2026-01-05T10:00:00Z", 24, 6),
    ("k1", "beta", "anna", "2026-01-07T10:00:00Z", 6, 24),
    ("k2", "acme", "bo", "2026-02-10T10:00:00Z", 15, 15),
)
HEARD = (("r0", "acme", "2026-01-02"), ("r1", "beta", "2026-01-03"), ("r2", "beta", "2026-02-03"))


def blocks(heading: str) -> Iterator[tuple[str, str]]:
    """Language and code of every block under a heading."""
    current = ""
    for title, language, code in BLOCKS:
        current = title or current
        if language and current == heading:
            yield language, code


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with ``out`` and ``crm.csv``."""
    folder = tmp_path_factory.mktemp("recipes")
    settings = '[workspace]\nname = "recipes"\n[figures]\nevery = "week"\n[comments]\ntier = "fast"\n'
    (folder / "callsignals.toml").write_text(settings, encoding="utf-8")
    write_spoken_calls(folder, CALLS)
    write_csv(folder / "leads.csv", [{"lead_id": "acme", "outcome": "won"}, {"lead_id": "beta", "outcome": "lost"}])
    comments = [
        {"comment_id": name, "lead_id": lead, "kind": "referral", "text": "I heard of you on your podcast",
         "language": "en", "created_at": day}
        for name, lead, day in HEARD
    ]  # fmt: skip
    write_csv(folder / "comments.csv", comments)
    crm = [("acme", "Eva", 100), ("beta", "Eva", 50), ("gamma", "Olof", 70)]
    write_csv(folder / "crm.csv", [{"lead_id": lead, "owner": owner, "amount": amount} for lead, owner, amount in crm])
    run_workspace(folder, RunOptions(workers=1))
    return folder


@pytest.fixture(autouse=True)
def there(folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)


def select(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def command(code: str) -> None:
    for line in code.splitlines():
        name, *arguments = os.path.expandvars(line).split()
        assert name == "callsignals"
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0


def python(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(code, "docs/integrations.md", "exec"), names)
    return names


def test_every_block_is_of_a_language_that_is_run_here():
    tested = Path(__file__).read_text(encoding="utf-8")
    for title, language, _ in BLOCKS:
        assert language in ("", "sql", "python", "console")
        assert not title or not list(blocks(title)) or f'blocks("{title}")' in tested


def test_a_leads_latest_signals():
    (_, query), (_, code) = blocks("A lead's latest signals")
    found = {row[0]: row for row in select(query)}
    assert found["seller_talk_share"][1:] == (0.5, None, "share", "2026-02-10T10:00:00Z")  # k2, not k0
    assert found["referral_source"][2] == "podcast"
    assert python(code)["latest"].rows() == list(found.values())


def test_talk_share_by_week():
    (_, stored), (_, computed) = blocks("Talk share by seller, week by week")
    rows = select(stored)
    assert [(seller, start, value, n) for seller, start, value, _, _, n in rows] == [
        ("anna", "2026-01-05T00:00:00Z", 0.5, 2),
        ("bo", "2026-02-09T00:00:00Z", 0.5, 1),
    ]
    assert select(computed) == [
        ("anna", datetime(2026, 1, 5), pytest.approx(0.5), 2),
        ("bo", datetime(2026, 2, 9), pytest.approx(0.5), 1),
    ]


def test_referral_sources_by_month():
    ((_, code),) = blocks("Where customers heard of us, month by month")
    assert python(code)["sources"].rows() == [("2026-01", "podcast", 2), ("2026-02", "podcast", 1)]


def test_beside_the_crm():
    (_, joined), (_, summary) = blocks("Beside the CRM's own table")
    assert [(owner, leads, amount) for owner, leads, _, amount in select(joined)] == [("Eva", 2, 150), ("Olof", 1, 70)]
    assert select(summary) == [("acme", "won", pytest.approx(0.65)), ("beta", "lost", pytest.approx(0.2))]


def test_the_index_is_pivoted():
    (_, made), (_, query) = blocks("The index as a wide table")
    command(made)
    rows = {row[0]: row[2:] for row in select(query)}
    assert rows["seller_talk_share"] == (pytest.approx(0.5), pytest.approx(0.5))


def test_sqlite(capsys):
    (_, made), (_, code), _ = blocks("Into a database")
    command(made)
    capsys.readouterr()
    python(code)
    assert capsys.readouterr().out.splitlines() == [
        "acme: seller 65% : customer 35% (won)",
        "beta: seller 20% : customer 80% (lost)",
    ]


def test_postgresql(monkeypatch):
    import psycopg

    if binaries() is None:
        absent("PostgreSQL", HOW_TO_GET_IT)
    *_, (_, made) = blocks("Into a database")
    with postgres_server() as address:
        monkeypatch.setenv("DATABASE_URL", address)
        command(made)
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM leads").fetchone() == (2,)


def test_reading_a_vcon(capsys):
    (_, made), (_, code) = blocks("Reading a vCon")
    command(made)
    capsys.readouterr()
    python(code)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CALLS)
    assert "2026-01-05T10:00:00Z ['agent', 'customer'] 2 0.8" in lines[0]


def test_a_receiver_takes_what_is_genuine_once(folder, monkeypatch):
    import httpx

    monkeypatch.setenv("CALLSIGNALS_WEBHOOK_SECRET", "whsec_" + base64.b64encode(KEY).decode("ascii"))
    ((_, code),) = blocks("A webhook receiver")
    receiver = python(code)["Receiver"]
    receiver.log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/"
        for path in (address, address + "again"):  # another address: everything is sent once more
            export_to(folder / "out", path)
        forged = httpx.post(address, content=b"[]", headers={"webhook-id": "m", "webhook-signature": "v1,AAAA"})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert forged.status_code == 401
    import sqlite3

    database = sqlite3.connect("events.db")
    stored = {json.loads(body)["key"] for (body,) in database.execute("SELECT body FROM events")}
    database.close()
    assert stored == set(pl.read_parquet("out/signals.parquet")["key"])
