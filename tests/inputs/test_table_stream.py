from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.errors import InputError
from callsignals.inputs.table_stream import TableSource, suffix_of_content, table_parts
from callsignals.inputs.tables import parse_table

CSV = 'comment_id,text,\n1,"two\nlines",\n2,"a ""quote""",x\n3\n\n4,åäö,\n5,last,\n'


def parquet(rows: list[dict]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows).write_parquet(buffer)
    return buffer.getvalue()


def excel(rows: list[dict]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows).write_excel(buffer)
    return buffer.getvalue()


ROWS = [{"comment_id": str(i), "text": f"text {i}", "score": i} for i in range(7)]
TABLES = {
    "plain.csv": CSV.encode(),
    "bom.csv": b"\xef\xbb\xbf" + CSV.encode(),
    "latin.csv": CSV.encode("windows-1252"),
    "wide.csv": b"\xff\xfe" + CSV.encode("utf-16-le"),
    "crlf.csv": CSV.replace("\n", "\r\n").encode(),
    "semicolon.csv": ("sep=;\n" + CSV.replace(",", ";")).encode(),
    "tabs.tsv": CSV.replace(",", "\t").encode(),
    "header.csv": b"comment_id,text\n",
    "swedish.csv": b"Kommentar ID;Fritext;Region\n1;Bra;Norr\n2;Dyrt;\n",
    "swedish.parquet": parquet([{"Kommentar ID": "1", "Fritext": "Bra", "Region": "Norr"}]),
    "lines.jsonl": "\n".join(json.dumps(row) for row in ROWS).encode() + b'\n\nnot json\n{"other": 1}\n{}\n',
    "frame.parquet": parquet(ROWS),
    "sheet.xlsx": excel(ROWS),
}


def outcome(tables):
    """Rows with a value, and problems, over all parts."""
    rows, problems, columns = [], [], {}
    for table in tables:
        columns.update(dict.fromkeys(table.columns))
        rows += [(row.number, {k: v for k, v in row.cells.items() if v is not None}) for row in table.rows]
        problems += [(error.row, error.problem) for error in table.problems]
    return rows, problems, set(columns)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("name", TABLES)
def test_parts_together_are_the_table(name, size, tmp_path):
    whole = parse_table(TABLES[name], Path(name))
    path = tmp_path / name
    path.write_bytes(TABLES[name])
    for source in (TableSource(Path(name), TABLES[name]), TableSource(path)):
        parts = list(table_parts(source, size))
        assert all(len(part.rows) <= size for part in parts)
        assert {(part.decimal_comma, part.encoding) for part in parts} == {(whole.decimal_comma, whole.encoding)}
        assert {part.headings for part in parts} == {whole.headings}
        assert outcome(parts) == outcome([whole])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b" \n"),
        ("nul.csv", b"a,b\n1,\0\n"),
        ("neither.csv", b"a,b\n1,\x81\n"),
        ("image.png", b"x"),
        ("really.csv", b"%PDF-1.7"),
        ("list.jsonl", b'[{"a": 1}]'),
        ("broken.parquet", b"PAR1 and no more"),
        ("twice.csv", b"a,a\n1,2\n"),
        ("badmark.csv", b"\xef\xbb\xbfa,b\n1,\xe5\n"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_same_words(name, content):
    with pytest.raises(InputError) as whole:
        parse_table(content, Path(name))
    with pytest.raises(InputError) as parts:
        list(table_parts(TableSource(Path(name), content), 2))
    assert str(parts.value) == str(whole.value)


def test_a_stray_byte_at_the_very_end_makes_it_windows_1252():
    content = b"comment_id,text\n" + b"1,abc\n" * 400_000 + b"2,\xe5\n"
    *_, last = table_parts(TableSource(Path("t.csv"), content), 100_000)
    assert last.encoding == "windows-1252"
    assert last.rows[-1].cells["text"] == "å"


def test_a_character_that_lies_across_two_blocks_is_read_whole():
    content = b"text\n" + b"x" * ((1 << 20) - 6) + "å\n".encode()
    (part,) = table_parts(TableSource(Path("t.csv"), content), 10)
    assert part.encoding == "utf-8"
    assert part.rows[0].cells["text"].endswith("xå")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200), st.integers(1, 5))
def test_any_text_after_a_header_gives_the_same_rows(body, size):
    content = f"comment_id,text\n{body}".encode()
    whole = outcome([parse_table(content, Path("t.csv"))])
    assert outcome(table_parts(TableSource(Path("t.csv"), content), size)) == whole


def test_bytes_without_a_name_tell_what_they_are():
    assert suffix_of_content(TABLES["frame.parquet"]) == ".parquet"
    assert suffix_of_content(TABLES["sheet.xlsx"]) == ".xlsx"
    assert suffix_of_content(TABLES["lines.jsonl"]) == ".jsonl"
    assert suffix_of_content(TABLES["bom.csv"]) == ".csv"
