"""Tables as people have them: encodings, delimiters, Excel, Parquet, JSON lines."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
from functools import partial
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from callsignals.errors import InputError
from callsignals.inputs.tables import COLUMNS, Table, find_table, parse_table, read_table
from callsignals.inputs.unpacking import excel_rows, parquet_rows

HERE = Path("comments.csv")


def _cells(table: Table) -> list[dict[str, str | None]]:
    return [row.cells for row in table.rows]


def test_the_known_columns_are_those_of_the_contract() -> None:
    calls = (
        "call_id lead_id audio transcript rttm started_at seller language seller_channel seller_speaks_at_s "
        "stage outcome closed_at lawful_basis notice_given retain_until"
    )
    comments = "comment_id lead_id kind text score scale created_at language call_id respondent_id touchpoint"
    leads = "lead_id name segment stage stage_entered_at outcome closed_at amount lost_reason qualified"
    assert COLUMNS["calls"] == tuple(calls.split())
    assert COLUMNS["comments"] == tuple(comments.split())
    assert COLUMNS["leads"] == tuple(leads.split())
    assert COLUMNS["sellers"] == ("seller", "name", "aliases", "email_domain", "team")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_in_every_usual_shape_reads_the_same(encoding: str, delimiter: str, newline: str) -> None:
    lines = [["comment_id", "lead_id", "text"], ["k1", "räksmörgås", '"a, b; c\td ""quoted"""']]
    data = newline.join(delimiter.join(line) for line in lines).encode(encoding)
    table = parse_table(data, HERE)
    assert table.columns == ("comment_id", "lead_id", "text")
    assert _cells(table) == [{"comment_id": "k1", "lead_id": "räksmörgås", "text": 'a, b; c\td "quoted"'}]
    assert table.decimal_comma is (True if delimiter == ";" else None)


def test_line_breaks_in_quotes_stay_in_the_cell() -> None:
    table = parse_table(b'comment_id,text\nk1,"one\r\ntwo"\nk2,x\n', HERE)
    assert [row.cells["text"] for row in table.rows] == ["one\r\ntwo", "x"]


def test_excels_separator_line_is_obeyed() -> None:
    table = parse_table(b"sep=;\r\ncomment_id;text\r\nk1;a,b\r\n", HERE)
    assert _cells(table) == [{"comment_id": "k1", "text": "a,b"}]


def test_the_header_decides_the_delimiter_even_when_texts_hold_others() -> None:
    table = parse_table(b"comment_id;text, and more, of it\nk1;a,b,c\n", HERE)
    assert table.columns == ("comment_id", "text, and more, of it")


def test_known_columns_are_found_whatever_their_case_and_others_stay_as_written() -> None:
    table = parse_table(b" Comment ID ,LEAD-ID,Sales Region\nk1,l1,North\n", HERE)
    assert table.columns == ("comment_id", "lead_id", "Sales Region")


def test_rows_are_numbered_as_in_the_spreadsheet_and_blank_ones_skipped() -> None:
    table = parse_table(b"comment_id,text\nk1,a\n\n , \nk2,\n", HERE)
    assert [(row.number, row.cells["comment_id"], row.cells["text"]) for row in table.rows] == [
        (1, "k1", "a"),
        (4, "k2", None),
    ]


def test_ragged_rows_are_reported_one_by_one_and_the_others_read() -> None:
    table = parse_table(b'comment_id,text\nk1,a\nk2\nk3,a,b\nk4,"x"y\nk5,ok,,\nk6,"open\n', HERE)
    assert [row.cells["comment_id"] for row in table.rows] == ["k1", "k5"]
    assert [(problem.row, problem.code) for problem in table.problems] == [(n, "bad_row") for n in (2, 3, 4, 6)]
    assert "comments.csv row 2" in str(table.problems[0])
    assert "1 cells, the header has 2" in str(table.problems[0])
    assert "never closed" in str(table.problems[3])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "empty_table"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "empty_table"),
        ("a.csv", b"comment_id,text\nk1,a\x00b\n", "not_a_table"),
        ("a.csv", b"PK\x03\x04rest", "not_a_table"),
        ("a.csv", b"\x81\x8d\x8f,\xff\n", "not_a_table"),
        ("a.csv", b"text,Text\na,b\n", "two_columns"),
        ("a.xlsx", b"comment_id,text\nk1,a\n", "not_a_table"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 200, "not_a_table"),
        ("a.parquet", b"PAR1" + b"\0" * 200 + b"PAR1", "not_a_table"),
        ("a.parquet", b"comment_id,text\nk1,a\n", "not_a_table"),
        ("a.jsonl", b'[{"text": "a"},\n {"text": "b"}]', "not_a_table"),
        ("a.ods", b"x", "not_a_table"),
    ],
)
def test_files_that_are_no_such_table_are_one_clear_error(name: str, data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_table(data, Path(name))
    assert caught.value.code == code
    assert name in str(caught.value)


def test_a_missing_table_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_table(tmp_path / "calls.csv")


def test_excel_numbers_dates_and_yes_read_as_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "calls.xlsx"
    with xlsxwriter.Workbook(path) as book:
        time, day = (
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            book.add_format({"num_format": "d.m.yyyy"}),
        )
        book.add_worksheet("notes").write_row(0, 0, ["not", "this"])
        sheet = book.add_worksheet("calls")
        sheet.write_row(0, 0, ["call_id", "amount", "started_at", "closed_at", "notice_given", "mixed", ""])
        sheet.write_row(1, 0, [17, 3.25])
        sheet.write_datetime(1, 2, dt.datetime(2026, 3, 1, 10, 15), time)
        sheet.write_datetime(1, 3, dt.datetime(2026, 4, 1), day)
        sheet.write(1, 4, True)
        sheet.write(1, 5, "text")
        sheet.write_row(3, 0, ["c2", 4])
        sheet.write(3, 5, 5)
    table = read_table(path)
    assert table.columns == ("call_id", "amount", "started_at", "closed_at", "notice_given", "mixed")
    first, second = table.rows
    assert (first.number, second.number) == (1, 3)
    assert first.cells == {
        "call_id": "17",
        "amount": "3.25",
        "started_at": "2026-03-01 10:15:00",
        "closed_at": "2026-04-01 00:00:00",
        "notice_given": "true",
        "mixed": "text",
    }
    assert (second.cells["amount"], second.cells["mixed"], second.cells["closed_at"]) == ("4", "5", None)


def test_parquet_values_read_as_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "calls [1].parquet"
    pl.DataFrame(
        {
            "Call_ID": [1, 2],
            "started_at": [dt.datetime(2026, 3, 1, 10, 15, tzinfo=dt.UTC), None],
            "seller": [["anna", "bo"], []],
            "amount": [2.0, 2.5],
            "notice_given": [True, None],
        }
    ).write_parquet(path)
    assert _cells(read_table(path)) == [
        {
            "call_id": "1",
            "started_at": "2026-03-01T10:15:00+00:00",
            "seller": "anna;bo",
            "amount": "2",
            "notice_given": "true",
        },
        {"call_id": "2", "started_at": None, "seller": None, "amount": "2.5", "notice_given": None},
    ]


def test_json_lines_with_bad_lines_keep_the_good_ones() -> None:
    lines = [
        '{"Comment_ID": "k1", "score": 9}',
        "nonsense",
        "",
        "[1]",
        '{"text": "a", "Text": "b"}',
        '{"text": "x\\u2028y"}',
    ]
    table = parse_table("\n".join(lines).encode(), Path("comments.jsonl"))
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, {"comment_id": "k1", "score": "9"}),
        (6, {"text": "x\u2028y"}),
    ]
    assert [problem.row for problem in table.problems] == [2, 4, 5]
    assert table.columns == ("comment_id", "score", "text")


def test_tables_are_found_by_name_and_two_are_an_error(tmp_path: Path) -> None:
    assert find_table(tmp_path, "calls") is None
    (tmp_path / "Calls.CSV").write_text("call_id\n", encoding="utf-8")
    (tmp_path / "calls.md").write_text("no", encoding="utf-8")
    assert find_table(tmp_path, "calls") == tmp_path / "Calls.CSV"
    (tmp_path / "calls.xlsx").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        find_table(tmp_path, "calls")
    assert "Calls.CSV and calls.xlsx" in str(caught.value)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(
    st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8-sig", "utf-8", "utf-16"]),
)
def test_any_cells_survive_csv(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["comment_id", "text"], *rows])
    table = parse_table(stream.getvalue().encode(encoding), HERE)
    assert table.problems == ()
    expected = [[cell if cell.strip() else None for cell in row] for row in rows if any(cell.strip() for cell in row)]
    assert [[row.cells["comment_id"], row.cells["text"]] for row in table.rows] == expected


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_any_cells_survive_json_lines(rows: list[tuple[str, str]]) -> None:
    header = json.dumps({"comment_id": "first"})
    lines = [header, *(json.dumps({"comment_id": one, "text": two}, ensure_ascii=False) for one, two in rows)]
    table = parse_table("\n".join(lines).encode(), Path("a.jsonl"))
    expected = [
        tuple(cell if cell.strip() else None for cell in row) for row in rows if any(cell.strip() for cell in row)
    ]
    assert [(row.cells["comment_id"], row.cells["text"]) for row in table.rows[1:]] == expected


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.xlsx", "a.parquet"]))
def test_any_bytes_are_a_table_or_an_input_error(data: bytes, name: str) -> None:
    with contextlib.suppress(InputError):
        parse_table(data, Path(name))


def test_a_damaged_binary_table_is_an_input_error(tmp_path: Path) -> None:
    frame = pl.DataFrame({"call_id": ["a", "b"] * 50, "lead_id": list(range(100))})
    excel, parquet = tmp_path / "a.xlsx", tmp_path / "a.parquet"
    frame.write_excel(excel)
    frame.write_parquet(parquet)
    for path, rows_of in ((excel, partial(excel_rows, table="a")), (parquet, parquet_rows)):
        whole = path.read_bytes()
        assert len(parse_table(whole, path).rows) == 100
        with pytest.raises(InputError, match="cannot be read as"):
            parse_table(whole[: len(whole) // 2], path)
        for place in range(8, len(whole), len(whole) // 25):
            with pytest.raises(ValueError, match="not a"):
                list(rows_of(whole[:place]))
            with contextlib.suppress(ValueError):
                list(rows_of(whole[:place] + b"\xff\x00\xff" + whole[place + 3 :]))
