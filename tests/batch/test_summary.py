"""The closing lines."""

from __future__ import annotations

from callsignals.batch.summary import failure_lines
from callsignals.errors import Failure


def blank(row: int | None) -> Failure:
    return Failure("calls.xlsx", row, "inputs", "missing_lead_id", "column 'lead_id' is blank", "Fill it in.")


def test_rows_of_one_problem_share_a_line_and_others_keep_their_own():
    other = Failure("a.wav", None, "hear", "bad_media", "is empty", "Record it again.")
    assert failure_lines([blank(2), other, blank(4)]) == [
        "calls.xlsx, rows 2, 4: column 'lead_id' is blank. Fill it in.",
        "a.wav: is empty. Record it again.",
    ]
    assert failure_lines([blank(2)]) == ["calls.xlsx, row 2: column 'lead_id' is blank. Fill it in."]


def test_of_very_many_rows_the_first_are_named():
    (line,) = failure_lines([blank(row) for row in range(1, 151)])
    assert line.startswith("calls.xlsx, rows 1, 2, 3, 4, 5, 6, 7, 8 and 142 more: ")
