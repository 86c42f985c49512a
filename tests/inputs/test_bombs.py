"""Small files that ask for more than the machine has: each is refused by name, and the program goes on."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import polars as pl
import pytest
import xlsxwriter

from callsignals.errors import InputError
from callsignals.inputs import tables
from callsignals.inputs.table_stream import TableSource, table_parts
from callsignals.inputs.tables import parse_table, read_table
from callsignals.inputs.transcripts.read import read_transcript
from callsignals.inputs.workspace import open_workspace
from callsignals.processes import Bounds


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def spreadsheet(more_rows: str) -> bytes:
    """A good table of calls with further rows of raw XML."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("calls")
        sheet.write_row(0, 0, ["call_id", "audio"])
        sheet.write_row(1, 0, ["a", "a.wav"])
    parts = unpacked(made.getvalue())
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", more_rows.encode() + b"</sheetData>")
    return packed(parts)


FAR_CELL = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
"""The sheet's last cell: read as a rectangle, it is 17 thousand million cells."""


def test_a_cell_at_the_far_end_of_a_sheet_costs_the_table_and_not_the_program() -> None:
    data = spreadsheet(FAR_CELL)
    assert len(data) < 10_000
    with pytest.raises(InputError) as caught:
        parse_table(data, Path("calls.xlsx"))
    assert caught.value.code == "table_too_large"
    assert "calls.xlsx" in str(caught.value)
    assert ".csv" in caught.value.remedy


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = Bounds(memory_bytes=2 << 30, cpu_s=60, wall_s=300.0, written_bytes=1 << 20)
    monkeypatch.setattr(tables, "_BOUNDS", bounds)


@pytest.mark.usefixtures("tight")
def test_a_cell_of_megabytes_is_refused() -> None:
    data = spreadsheet(f'<row r="3"><c r="A3" t="inlineStr"><is><t>{"A" * 4_000_000}</t></is></c></row>')
    assert len(data) < 20_000
    with pytest.raises(InputError) as caught:
        parse_table(data, Path("calls.xlsx"))
    assert caught.value.code == "table_too_large"


@pytest.mark.usefixtures("tight")
def test_a_parquet_file_of_more_rows_than_memory_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.parquet"
    pl.select(pl.repeat("a", 1_000_000).alias("call_id")).write_parquet(path)
    assert path.stat().st_size < 20_000
    for read in (read_table, lambda path: list(table_parts(TableSource(path), 2000))):
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.code == "table_too_large"


def test_a_workspace_names_the_table(tmp_path: Path) -> None:
    (tmp_path / "calls.xlsx").write_bytes(spreadsheet(FAR_CELL))
    with pytest.raises(InputError, match=r"calls\.xlsx"):
        open_workspace(tmp_path)


def word_document(more: str) -> bytes:
    made = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Anna: Hello.")
    document.save(made)
    parts = unpacked(made.getvalue())
    name = "word/document.xml"
    parts[name] = parts[name].replace(b"<w:sectPr", more.encode() + b"<w:sectPr", 1)
    return packed(parts)


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "data",
    [
        word_document("<w:p/>" * 1_100_000),
        word_document("<w:p " + "w:a='' " * 1_100_000 + "/>"),
        word_document(f"<w:p><w:r><w:t>{'A' * (65 << 20)}</w:t></w:r></w:p>"),
        word_document("<w:p>" * 100_000),
    ],
    ids=["paragraphs", "attributes", "text", "depth"],
)
def test_a_word_document_that_is_a_bomb_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "call.docx"
    path.write_bytes(data)
    assert len(data) < 4_000_000
    with pytest.raises(InputError) as caught:
        read_transcript(path)
    assert caught.value.code == "unknown_transcript"
    assert "call.docx" in str(caught.value)


def test_entities_of_a_word_document_are_not_expanded_and_name_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Secret: the words.", encoding="utf-8")
    parts = unpacked(word_document("<w:p><w:r><w:t>Kim: &e11; &file;</w:t></w:r></w:p>"))
    head, tail = parts["word/document.xml"].split(b"?>", 1)
    doctype = f'<!DOCTYPE d [<!ENTITY e0 "lol">{ENTITIES}<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    parts["word/document.xml"] = head + b"?>" + doctype.encode() + tail
    path = tmp_path / "call.docx"
    path.write_bytes(packed(parts))
    try:
        words = " ".join(word.text for word in read_transcript(path).words)
    except InputError as error:
        words = str(error)
    assert "words" not in words
    assert "lol" not in words
