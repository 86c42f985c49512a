from __future__ import annotations

import json

import pytest

from callsignals.cli.main import main


def called(capsys, *arguments) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_erase_says_what_it_did_how_many_files_it_searched_and_what_is_left_to_do(place, capsys):
    code, out, err = called(capsys, "erase", place.out, "--lead", "lead-1", "--reason", "letter of May")
    assert code == 0
    assert "calls 2" in out
    assert "files" in out
    assert "nothing found" in out
    assert "calls.csv: 2" in out
    assert "lead-1" not in (out + err).replace(str(place.out), "")
    code, _, err = called(capsys, "erase", place.out, "--lead", "nobody")
    assert code == 1
    assert "is no lead" in err
    code, _, err = called(capsys, "erase", place.out)
    assert code == 2
    assert "--lead ID" in err


def test_a_trace_that_cannot_be_looked_into_makes_exit_code_3(place, capsys):
    (place.out / "packed.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(40))
    code, out, err = called(capsys, "erase", place.out, "--lead", "lead-1", "--json")
    assert code == 3
    assert json.loads(out)["not_opened"] == ["packed.zst"]
    assert "Traceback" not in err


def test_purge_without_anything_past_its_date_removes_nothing(place, capsys):
    code, out, err = called(capsys, "purge", place.out, "--dry-run", "--as-of", "2026-06-01")
    assert (code, out) == (0, "")
    assert "0 calls would be purged" in err
    code, _, err = called(capsys, "purge", place.out / "transcripts")
    assert code == 1
    assert "holds no results" in err
