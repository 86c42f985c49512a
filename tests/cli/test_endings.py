"""How a command ends when something goes wrong that no input explains: one line, an exit code, no customer's words."""

from __future__ import annotations

import io
import signal
import sys

import pytest

from callsignals.cli import main
from callsignals.cli.console import error_line, print_line
from callsignals.cli.interrupt import Interrupted, listen_for_signals
from callsignals.doctor import Check


@pytest.fixture(autouse=True)
def handlers():
    """Those of this process, again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def ending(monkeypatch, capsys):
    """The exit code and standard error of a command whose work ends with this exception."""

    def end(error: BaseException, *options: str) -> tuple[int, str]:
        def fail(_kind):
            raise error

        monkeypatch.setattr("callsignals.records.schema.json_schema", fail)
        with pytest.raises(SystemExit) as ended:
            main(["schema", *options])
        shown = capsys.readouterr()
        assert shown.out == ""
        return int(ended.value.code or 0), shown.err

    return end


def test_an_interruption_says_how_to_go_on(ending):
    code, said = ending(Interrupted())
    assert code == 130
    assert said == "Interrupted. What is finished is kept; run the same command again to go on.\n"


def test_a_reader_that_went_away_is_told_nothing(ending):
    assert ending(BrokenPipeError(32, "Broken pipe")) == (1, "")


@pytest.mark.parametrize(
    ("error", "begins"),
    [
        (OSError(28, "No space left on device", "results/part"), "results/part: No space left on device. "),
        (OSError("the disk is gone"), "a file: the disk is gone. "),
    ],
)
def test_a_disk_that_fails_where_nobody_expects_it_is_one_line(ending, error, begins):
    code, said = ending(error)
    assert code == 1
    assert said.startswith(begins)
    assert said.count("\n") == 1
    assert "Traceback" in ending(error, "--debug")[1]


def test_an_internal_error_does_not_show_what_it_is_about_unless_asked(ending):
    code, said = ending(KeyError("Anna Svensson wrote"))
    assert code == 1
    assert said.count("\n") == 1
    assert "KeyError" in said
    assert "--debug" in said
    assert "Anna" not in said
    assert "Traceback" in ending(KeyError("Anna Svensson wrote"), "--debug")[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_first_signal_interrupts_and_a_second_ends_at_once(number):
    listen_for_signals()
    with pytest.raises(Interrupted):
        signal.raise_signal(number)
    assert signal.getsignal(number) == signal.SIG_DFL


def test_what_a_terminal_cannot_show_is_replaced(monkeypatch):
    narrow = io.BytesIO()
    stream = io.TextIOWrapper(narrow, encoding="ascii", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    print_line("Väinö")
    error_line("Åsa")
    assert narrow.getvalue() == b"V?in?\n?sa\n"


def test_doctor_shows_the_remedy_and_ends_with_1_only_for_what_is_needed(monkeypatch, capsys):
    optional = Check("GPU", False, "none", "Buy one.", needed=False)
    needed = Check("packages", False, "", "pip install av")
    for checks, code in (([Check("Python", True, "3.11"), optional], 0), ([optional, needed], 1)):
        monkeypatch.setattr("callsignals.doctor.examine", lambda checks=checks: checks)
        with pytest.raises(SystemExit) as ended:
            main(["doctor"])
        assert int(ended.value.code or 0) == code
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0].split()[-1] for line in lines if line[0] != " "] == [check.name for check in checks]
        assert [line.strip() for line in lines if line[0] == " "] == [check.remedy for check in checks if check.remedy]


def test_validate_goes_on_after_a_file_that_cannot_be_read(tmp_path, capsys):
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(tmp_path / "absent.jsonl"), str(tmp_path / "empty.jsonl")])
    assert ended.value.code == 3
    shown = capsys.readouterr()
    assert "absent.jsonl" in shown.err
    assert "0 of 0 records valid" in shown.out
