"""Speaker turns from elsewhere: what is read, and what is said about files that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.batch.transcribe import rttm_lines
from callsignals.errors import InputError
from callsignals.inputs.rttm import parse_rttm, read_rttm
from callsignals.inputs.workspace import open_workspace
from callsignals.vocabulary.spoken import Activity

TURN = "SPEAKER call 1 0.500 2.250 <NA> <NA> anna <NA> <NA>\n"


def test_turns_come_by_time_and_other_lines_are_left_out() -> None:
    text = (
        ";; made by hand\n"
        "SPKR-INFO call 1 <NA> <NA> <NA> adult_female anna <NA>\n"
        "SPEAKER call 1 3.5 1 <NA> <NA> bo 0.9 <NA>\n"
        "\n"
        "SPEAKER call 1 9 0 <NA> <NA> bo <NA> <NA>\n" + TURN
    )
    assert parse_rttm(text, "x.rttm") == (
        Activity(0.5, 2.75, "unknown", "anna"),
        Activity(3.5, 4.5, "unknown", "bo"),
    )


def test_what_we_write_reads_back_the_same() -> None:
    timeline = (
        Activity(0.0, 1.234, speaker="spk0"),
        Activity(1.0, 3.5, speaker="spk1"),
        Activity(4.0, 9.0, party="other", speaker="music"),
        Activity(3600.125, 3601.5, speaker="spk0"),
    )
    read = parse_rttm("".join(rttm_lines("two words", timeline)), "x.rttm")
    assert [turn.speaker for turn in read] == ["spk0", "spk1", "spk0"]
    for turn, written in zip(read, (timeline[0], timeline[1], timeline[3]), strict=True):
        assert (turn.start_s, turn.end_s) == pytest.approx((written.start_s, written.end_s), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.rttm: holds no SPEAKER line"),
        ("SPEAKER call 1 x 2 <NA> <NA> anna <NA> <NA>", "x.rttm line 1: has 'x' as start"),
        (TURN + "SPEAKER call 1 1 -2 <NA> <NA> anna <NA> <NA>", "x.rttm line 2: has '-2' as duration"),
        ("SPEAKER call 1 nan 2 <NA> <NA> anna <NA> <NA>", "has 'nan' as start"),
        ("SPEAKER call 1 1 2 <NA>", "line 1: has 6 fields"),
        ("start,end,speaker\n", "line 1: begins with 'start,end,speaker'"),
        (TURN + TURN.replace("call", "other"), "holds turns of 2 recordings (call, other)"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_rttm(text, "x.rttm")
    assert said in str(caught.value)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.rttm"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match=r"x\.rttm: is not UTF-8 text"):
        read_rttm(path)


def test_the_column_names_a_file_beside_a_recording(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "a.txt").write_text("Anna: hi", encoding="utf-8")
    (tmp_path / "a.rttm").write_text(TURN, encoding="utf-8")
    (tmp_path / "calls.csv").write_text(
        "call_id,lead_id,audio,transcript,rttm\n1,l,a.wav,,a.rttm\n2,l,a.wav,,b.rttm\n3,l,,a.txt,a.rttm\n",
        encoding="utf-8",
    )
    opened = open_workspace(tmp_path)
    assert [(row.call_id, row.rttm) for row in opened.calls] == [("1", (tmp_path / "a.rttm").resolve())]
    assert [failure.error for failure in opened.failures] == ["missing_file", "rttm_without_audio"]
