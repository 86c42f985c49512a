"""The closing lines."""

from __future__ import annotations

from dataclasses import replace

from callsignals.batch.estimate import Estimate, estimate_lines
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


def test_rows_whose_cells_differ_but_not_their_problem_share_a_line_that_names_the_first_cells():
    def date(row: int, value: str) -> Failure:
        message = f"column 'created_at' is '{value}', which is no date"
        return Failure("comments.xlsx", row, "inputs", "unreadable_date", message, "Write 2026-03-31.")

    cells = ((1, "46029,5"), (1, "46029,5"), (2, "it's, so"), (4, "x"), (7, "y"), (9, "z"))
    dates = [date(row, value) for row, value in cells]
    assert failure_lines(dates) == [
        "comments.xlsx, rows 1, 2, 4, 7, 9: column 'created_at' is '46029,5', 'it's, so', 'x' and 2 more, which is no "
        "date. Write 2026-03-31."
    ]
    other = replace(dates[2], message="column 'closed_at' is 'x', which is no date")
    assert failure_lines([dates[0], other, dates[2]]) == [
        "comments.xlsx, rows 1, 2: column 'created_at' is '46029,5', 'it's, so', which is no date. Write 2026-03-31.",
        "comments.xlsx, row 2: column 'closed_at' is 'x', which is no date. Write 2026-03-31.",
    ]


def test_an_estimate_counts_in_plain_words():
    one = Estimate(1, 1, 0, 0, 90.0, 90.0, 0, 1, 6.3, ())
    assert estimate_lines(one)[:2] == [
        "1 recording, 1 transcript, 0 comments",
        "2 minutes of audio to hear: about 6 seconds with 1 worker (at 0.07 s of work per second of a stereo call, "
        "weights base, on the machine of benchmarks/RESULTS.md; mono takes up to twice as long)",
    ]
    assert estimate_lines(replace(one, heard=1, left_s=0.0))[1] == "Nothing to hear."
    assert estimate_lines(replace(one, left_s=0.0, unknown_length=2))[1:] == [
        "Of unknown length, and not in the estimate: 2 recordings",
        "Every row and file header is usable.",
    ]
