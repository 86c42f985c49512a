"""The destinations that are files for spreadsheets and other programs: csv and xlsx."""

from __future__ import annotations

import csv
import json
import zipfile

import fastexcel
import frictionless
import polars as pl
import pytest

from callsignals.errors import OutputError
from callsignals.exports import workbook
from callsignals.exports.destinations import export_to
from callsignals.exports.target import ExportOptions
from callsignals.records.datapackage import describe_package
from callsignals.records.spreadsheet import csv_cell
from callsignals.records.write import write_json
from export_results import HOSTILE

TABLES = ("leads", "calls", "comments", "signals")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def read_csv(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def errors(report):
    return report.flatten(["type", "fieldName", "message"])


def test_csv_holds_every_row_and_figure(out):
    report = export_to(out, "csv")
    folder = out / "exports" / "csv"
    signals = pl.read_parquet(out / "signals.parquet")
    rows = read_csv(folder / "signals.csv")
    assert [row["key"] for row in rows] == signals["key"].to_list()
    values = [float(row["value"]) if row["value"] else None for row in rows]
    assert values == signals["value"].to_list()
    leads = [json.loads(line) for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    for row, lead in zip(read_csv(folder / "leads.csv"), leads, strict=True):
        share = lead["phases"]["during"]["seller_talk_share"]
        assert (row["lead_id"], float(row["seller_talk_share"])) == (lead["lead_id"], share["value"])
        assert (row["seller_talk_share_n"], row["seller_talk_share_status"]) == (str(share["n"]), "ok")
        assert (row["overlap_share"], row["overlap_share_status"]) == ("", "insufficient")
        assert (row["referral_source"], row["session_length_s"]) == ("existing_relationship", "")
        assert row["call_count"] == str(len(lead["calls"]))
    assert report.counts == {"leads": 3, "calls": 6, "comments": 3, "signals": signals.height}
    assert {path.name for path in folder.iterdir()} == {*(f"{name}.csv" for name in TABLES), "datapackage.json"}


def test_the_csv_package_validates(out):
    export_to(out, "csv")
    report = frictionless.validate(str(out / "exports" / "csv" / "datapackage.json"), type="package")
    assert report.valid, errors(report)
    signals = pl.read_parquet(out / "signals.parquet").height
    assert [task.stats["rows"] for task in report.tasks] == [3, 6, 3, signals]


def test_the_csv_package_validates_whatever_stands_in_the_tables(hostile_out):
    export_to(hostile_out, "csv")
    report = frictionless.validate(str(hostile_out / "exports" / "csv" / "datapackage.json"), type="package")
    assert report.valid, errors(report)


def test_a_package_that_says_something_wrong_does_not_validate(out):
    export_to(out, "csv")
    path = out / "exports" / "csv" / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    fields = package["resources"][3]["schema"]["fields"]
    next(field for field in fields if field["name"] == "signal")["type"] = "number"
    path.write_text(json.dumps(package), encoding="utf-8")
    assert not frictionless.validate(str(path), type="package").valid


def test_the_package_of_a_run_validates_against_its_parquet_files(hostile_out):
    tables = {name: pl.read_parquet(hostile_out / f"{name}.parquet") for name in ("signals", "calls", "comments")}
    tables["calls"] = tables["calls"].with_columns(pl.col("words", "dropped").fill_null(0))  # a run knows them always
    tables["calls"].write_parquet(hostile_out / "calls.parquet")
    write_json(hostile_out / "datapackage.json", describe_package("t", "0.1.0", tables))
    report = frictionless.validate(str(hostile_out / "datapackage.json"), type="package")
    assert report.valid, errors(report)
    assert [task.stats["rows"] for task in report.tasks] == [table.height for table in tables.values()]


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(hostile_out):
    signals = pl.read_parquet(hostile_out / "signals.parquet")
    signals.with_columns(value=pl.when(pl.col("value") > 0).then(-0.25).otherwise("value")).write_parquet(
        hostile_out / "signals.parquet"
    )
    export_to(hostile_out, "csv")
    for name in TABLES:
        with (hostile_out / "exports" / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines):
                for cell in row:
                    assert not cell.startswith(FORMULAS) or float(cell) < 0
    rows = read_csv(hostile_out / "exports" / "csv" / "signals.csv")
    assert {row["value"] for row in rows if row["signal"] == "seller_talk_share"} == {"-0.25"}
    own = [row["'=own column"] for row in read_csv(hostile_out / "exports" / "csv" / "calls.csv")]
    assert own == [csv_cell(text) for text in HOSTILE]


def test_the_workbook_holds_the_same_and_says_what_columns_mean(out):
    export_to(out, "xlsx")
    book = fastexcel.read_excel(out / "exports" / "xlsx" / "callsignals.xlsx")
    assert book.sheet_names == ["Leads", "Calls", "Comments", "Signals", "Columns"]
    signals = book.load_sheet("Signals").to_polars()
    expected = pl.read_parquet(out / "signals.parquet")
    assert signals["key"].to_list() == expected["key"].to_list()
    assert signals["value"].to_list() == expected["value"].to_list()
    calls = book.load_sheet("Calls").to_polars()
    starts = pl.read_parquet(out / "calls.parquet")["started_at"].dt.replace_time_zone(None)
    assert calls["started_at"].cast(pl.Datetime("us")).to_list() == starts.to_list()
    assert calls["audio_complete"].to_list() == [True] * 6
    columns = book.load_sheet("Columns").to_polars()
    meanings = {(row["sheet"], row["column"]): row["meaning"] for row in columns.to_dicts()}
    assert "S / (S + C)" in meanings["Leads", "seller_talk_share"]
    for sheet in book.sheet_names[:-1]:
        head = book.load_sheet(sheet, n_rows=0).to_polars().columns
        assert [name for page, name in meanings if page == sheet] == head


def test_the_workbook_has_no_formula_and_hostile_texts_stay_texts(hostile_out):
    export_to(hostile_out, "xlsx")
    path = hostile_out / "exports" / "xlsx" / "callsignals.xlsx"
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        styles = parts.read("xl/styles.xml")
    assert len(sheets) == 5
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert b'quotePrefix="1"' in styles
    own = fastexcel.read_excel(path).load_sheet("Calls", dtypes={"=own column": "string"}).to_polars()["=own column"]
    unlike = {"a\0b", ""}  # a character that XML has no place for, and a cell without anything
    found = {text.replace("\r", "\n") for text in own.to_list() if text}
    assert {text.replace("\r", "\n") for text in HOSTILE} - unlike <= found


def test_the_same_results_give_the_same_files(out, tmp_path):
    for to in ("csv", "xlsx", "hubspot", "salesforce"):
        first = export_to(out, to, ExportOptions(tmp_path / "one")).files
        second = export_to(out, to, ExportOptions(tmp_path / "two")).files
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_more_signals_than_a_sheet_has_rows_are_refused(out, monkeypatch):
    monkeypatch.setattr(workbook, "_MOST_ROWS", 20)
    with pytest.raises(OutputError, match=r"a sheet has 20 rows at most\. Use --to csv or a database"):
        export_to(out, "xlsx")


def test_a_text_that_no_cell_can_hold_is_cut_and_said_to_be(out):
    calls = pl.read_parquet(out / "calls.parquet")
    calls.with_columns(note=pl.lit("x" * 40_000)).write_parquet(out / "calls.parquet")
    report = export_to(out, "xlsx")
    assert report.notices == ("6 cells of over 32,767 characters were cut.",)
