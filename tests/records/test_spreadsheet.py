from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from callsignals.records.spreadsheet import csv_cell, csv_lines, plain_cell, write_csv

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_no_cell_is_a_formula_and_every_text_comes_back(texts):
    content = csv_lines([texts]).decode("utf-8")
    (cells,) = list(csv.reader(io.StringIO(content, newline=""))) or [[]]
    assert not any(cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and cell for cell in cells)
    if texts != [""]:
        assert [plain_cell(cell) for cell in cells] == [
            text if not text.startswith("'") else plain_cell(text) for text in texts
        ]


def test_values_as_cells():
    assert csv_cell(None) == ""
    assert csv_cell(-1.5) == "-1.5"  # a number, not a text that begins like a formula
    assert csv_cell(["a:b", "c"]) == "a:b; c"
    assert csv_cell(["=a", "c"]) == "'=a; c"
    assert csv_cell([{"signal": "s", "reason": "r"}]) == "s:r"
    assert csv_cell(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00Z"
    assert csv_cell(True) == "true"


def test_a_file_begins_with_a_mark_and_has_windows_line_ends(tmp_path):
    write_csv(tmp_path / "t.csv", ["a"], [["å"]])
    assert (tmp_path / "t.csv").read_bytes() == b"\xef\xbb\xbfa\r\n\xc3\xa5\r\n"


def test_a_record_that_begins_like_a_formula_is_guarded_too():
    assert csv_cell({"signal": "=s", "reason": "r"}) == "'=s:r"
    assert csv_cell("=1") == "'=1"
    assert csv_cell(False) == "false"
    assert csv_cell(("a", 1)) == "a; 1"
    assert plain_cell("'s-Hertogenbosch") == "'s-Hertogenbosch"


def test_half_a_character_becomes_a_question_mark(tmp_path):
    assert csv_lines([["a\ud800"]]) == b"a?\r\n"
    write_csv(tmp_path / "t.csv", ["a\ud800"], [], mark=b"")
    assert (tmp_path / "t.csv").read_bytes() == b"a?\r\n"
