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
