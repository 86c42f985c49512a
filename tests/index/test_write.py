"""``callsignals index`` from a run's tables to its files."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.cli.main import main
from callsignals.errors import InputError
from callsignals.index.write import INDEX_SCHEMA, write_index
from support import write_csv

SELLER = "=Anna"
SCORES = {1: (9, 9, 10, 7, 2), 2: (10, 10, 10, 9, 8)}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    (folder / "callsignals.toml").write_text(
        '[workspace]\ntimezone = "Europe/Helsinki"\n[segments]\ncolumns = ["country"]\n'
        "[index]\nweights = { nps = 1.0, newsletter_open_share = 1.0 }\n",
        encoding="utf-8",
    )
    calls = []
    for number, (day, own, other) in enumerate((("01-10", 8, 2), ("01-20", 2, 8), ("02-10", 5, 5))):
        words = [
            {"text": text, "start_s": start, "end_s": start + length, "party": party, "speaker": party}
            for start, length, text, party in ((0, own * 3, "One", "seller"), (own * 3, other * 3, "Two", "customer"))
        ]
        (folder / f"{number}.json").write_text(json.dumps({"words": words}), encoding="utf-8")
        calls.append(
            {
                "call_id": f"k{number}", "lead_id": "acme", "transcript": f"{number}.json", "seller": SELLER,
                "started_at": f"2026-{day}", "language": "en",
            }
        )  # fmt: skip
    write_csv(folder / "calls.csv", calls)
    write_csv(
        folder / "leads.csv",
        [{"lead_id": "acme", "country": "FI"}, {"lead_id": "beta", "country": "SE"}],
    )
    write_csv(
        folder / "comments.csv",
        [
            {
                "comment_id": f"c{month}{n}", "lead_id": "beta", "kind": "survey", "score": score, "scale": "nps",
                "created_at": f"2026-0{month}-05", "respondent_id": f"r{n}",
            }
            for month, scores in SCORES.items()
            for n, score in enumerate(scores)
        ],
    )  # fmt: skip
    write_csv(
        folder / "messages.csv",
        [
            {"thread_id": "t", "lead_id": "acme", "sender": "customer", "sent_at": "2026-01-05T10:00"},
            {"thread_id": "t", "lead_id": "acme", "sender": "us", "sent_at": "2026-01-05T11:00"},
        ],
    )
    write_csv(
        folder / "metrics.csv",
        [
            {"signal": "newsletter_open_share", "observed_at": at, "numerator": part, "denominator": 100}
            for at, part in (("2026-01-10", 20), ("2026-01-20", 40), ("2026-02-10", 60))
        ]
        + [{"signal": "followers_count", "observed_at": "2026-01-05", "value": 100}]
        + [{"signal": "followers_count", "observed_at": "2026-01-25", "value": 120}]
        + [{"signal": "mentions_count", "observed_at": "2026-01-05", "value": 2}]
        + [{"signal": "mentions_count", "observed_at": "2026-01-25", "value": 3}]
        + [{"signal": "pages_per_session", "observed_at": "2026-01-05", "value": 4, "lead_id": "acme"}],
    )
    return run_workspace(folder, RunOptions(workers=1)).out


@pytest.fixture(scope="module")
def table(out) -> pl.DataFrame:
    write_index(out, "month")
    return pl.read_parquet(out / "index" / "index.parquet")


def one(table: pl.DataFrame, signal: str, subject: str = "company", period: str = "2026-01", label=None) -> dict:
    found = table.filter(signal=signal, subject=subject, period=period).to_dicts()
    (row,) = [row for row in found if label in (None, row["label"])]
    return row


def test_shares_of_calls_are_means_and_their_seconds_stand_beside(table):
    january = one(table, "seller_talk_share")
    assert (january["value"], january["n"], january["phase"]) == (pytest.approx(0.5), 2, "during")
    assert (january["numerator"], january["denominator"]) == (pytest.approx(30.0), pytest.approx(60.0))
    assert january["period_start"].isoformat() == "2025-12-31T22:00:00+00:00"
    assert one(table, "seller_talk_share", SELLER)["level"] == "seller"
    assert one(table, "seller_talk_share", "country=FI")["level"] == "segment"
    assert table.filter(signal="seller_talk_share", subject="country=SE").is_empty()


def test_surveys_are_computed_for_each_group_and_period(table):
    # January: 3 promoters and a detractor of 5; February: 4 promoters of 5.
    january, february = (one(table, "nps", period=f"2026-0{month}", label="nps") for month in (1, 2))
    assert (january["value"], february["value"]) == (40.0, 80.0)
    assert (february["baseline_period"], february["change"], january["change"]) == ("2026-01", 40.0, 0.0)
    assert one(table, "nps", "country=SE")["value"] == 40.0


def test_carried_figures_of_a_period_are_brought_together(table):
    january = one(table, "newsletter_open_share")
    assert (january["value"], january["numerator"], january["denominator"]) == (pytest.approx(0.3), 60.0, 200.0)
    assert january["status"] == "carried"
    assert one(table, "newsletter_open_share", period="2026-02")["development"] == "better"
    assert one(table, "followers_count")["value"] == 120.0
    assert one(table, "mentions_count")["value"] == 5.0
    assert one(table, "pages_per_session", "country=FI")["value"] == 4.0


def test_the_composite_has_an_interval_and_says_what_is_missing(table):
    february = one(table, "composite", period="2026-02")
    assert february["value"] > 0
    assert february["low"] < february["value"] < february["high"]
    assert february["missing_share"] == 0.0
    assert one(table, "composite", "country=SE", "2026-02")["missing_share"] == 0.5


def test_reply_times_are_there_for_the_periods_of_the_run_and_missed_for_others(out, table):
    assert one(table, "first_reply_time_s")["value"] == 3600.0
    weekly = write_index(out, "week").index
    assert "first_reply_time_s" not in {row.signal for row in weekly.rows}
    assert any('set [figures] every = "week"' in notice for notice in weekly.notices)
    assert {row.period.name for row in weekly.rows if row.signal == "seller_talk_share"} == {
        "2026-W02", "2026-W04", "2026-W07",
    }  # fmt: skip


def test_the_csv_holds_the_same_rows_and_no_formula(out, table):
    write_index(out, "month")
    with (out / "index" / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(INDEX_SCHEMA)
    assert len(rows) == len(table)
    sellers = {row["subject"] for row in rows if row["level"] == "seller"}
    assert sellers == {f"'{SELLER}"}


def test_the_workbook_has_a_sheet_a_phase_sparklines_and_notes(out, table):
    path = out / "index" / "index.xlsx"
    write_index(out, "month")
    before = path.read_bytes()
    book = fastexcel.read_excel(path)
    assert book.sheet_names == ["Before", "During", "After", "Composite", "Notes"]
    after = book.load_sheet("After").to_polars()
    nps = after.filter(pl.col("Whose") == "Company", pl.col("Signal") == "nps")
    assert (nps["2026-01"].item(), nps["2026-02"].item(), nps["Change"].item()) == (40.0, 80.0, 40.0)
    during = book.load_sheet("During").to_polars()
    assert f"Seller {SELLER}" in during["Whose"].to_list()
    notes = [str(cell) for cell in book.load_sheet("Notes", header_row=None).to_polars().to_series(0)]
    assert "seller_talk_share" in notes
    with zipfile.ZipFile(path) as archive:
        sheets = "".join(archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 5))
    assert "sparkline" in sheets
    assert "<f>" not in sheets
    write_index(out, "month")
    assert path.read_bytes() == before


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_workbook_opens_in_libreoffice(out, table, tmp_path):
    write_index(out, "month")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(out / "index" / "index.xlsx")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert (tmp_path / "index.pdf").read_bytes().startswith(b"%PDF")


def test_the_command_writes_one_json_summary(out, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["index", str(out), "--every", "quarter", "--json"])
    assert ended.value.code == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["every"], summary["periods"]) == ("quarter", ["2026-Q1"])
    assert all(Path(path).is_file() for path in summary["files"])


def test_a_folder_without_a_run_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(InputError, match="callsignals run"):
        write_index(tmp_path, "month")
