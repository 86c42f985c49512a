"""A folder that receives files all day, with a clock that the test turns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch.listener import Silent
from callsignals.batch.lock import exclusive
from callsignals.batch.run import RunOptions
from callsignals.batch.watch import Watcher
from callsignals.errors import InputError
from support import write_csv

SAID = "Laura: How do you handle invoices today?\nCustomer: By hand, it takes hours.\n" * 4
STABLE_S = 10


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Notes(Silent):
    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def watcher(folder) -> Watcher:
    clock = Clock()
    return Watcher(folder, RunOptions(), Notes(), 5, STABLE_S, clock, lambda _: None)


def table(folder: Path, *names: str) -> None:
    write_csv(
        folder / "calls.csv",
        [
            {"call_id": name, "lead_id": "x", "transcript": f"{name}.txt", "seller": "Laura", "language": "en"}
            for name in names
        ],
    )


def say(folder: Path, name: str, times: int = 1) -> None:
    (folder / f"{name}.txt").write_text(SAID * times, encoding="utf-8")


def looked(watcher: Watcher, after_s: float) -> list[str] | None:
    """The calls in the tables when a look some seconds later led to a run."""
    watcher.clock.now += after_s
    result = watcher.look()
    return None if result is None else pl.read_parquet(result.out / "calls.parquet")["call_id"].to_list()


def test_files_are_taken_once_they_have_stopped_growing_and_the_tables_follow(folder, watcher):
    say(folder, "a")
    table(folder, "a", "b")
    assert looked(watcher, 0) is None
    say(folder, "b")
    assert looked(watcher, STABLE_S - 1) is None
    say(folder, "b", 2)
    assert looked(watcher, 1) == ["a"]
    assert watcher.listener.notices[-1] == "Still being written, and taken later: 1 of 2 calls."
    assert looked(watcher, STABLE_S - 1) is None
    assert looked(watcher, 1) == ["a", "b"]
    assert looked(watcher, 1000) is None
    say(folder, "c")
    table(folder, "a", "b", "c")
    assert looked(watcher, 1) is None
    assert looked(watcher, STABLE_S) == ["a", "b", "c"]
    (folder / "a.txt").unlink()
    table(folder, "b", "c")
    looked(watcher, 1)
    assert looked(watcher, STABLE_S) == ["b", "c"]
    assert watcher.is_idle


def test_a_table_that_is_being_written_holds_the_run_back(folder, watcher):
    say(folder, "a")
    table(folder, "a")
    looked(watcher, 0)
    say(folder, "b")
    table(folder, "a", "b")
    assert looked(watcher, STABLE_S) is None
    assert looked(watcher, STABLE_S) == ["a", "b"]


def test_results_hidden_files_and_unfinished_downloads_are_no_news(folder, watcher):
    say(folder, "a")
    table(folder, "a")
    looked(watcher, 0)
    assert looked(watcher, STABLE_S) == ["a"]
    for name in (".hidden", "~$calls.xlsx", "new.wav.part", "new.wav.crdownload", "out/more.txt"):
        (folder / name).write_text("x", encoding="utf-8")
    looked(watcher, 1)
    assert looked(watcher, STABLE_S) is None


def test_an_empty_folder_waits_and_a_mistake_is_told_once_until_it_is_corrected(folder, watcher):
    assert looked(watcher, STABLE_S) is None
    assert watcher.listener.notices == []
    (folder / "callsignals.toml").write_text("[reprot]\n", encoding="utf-8")
    say(folder, "a")
    table(folder, "a")
    for after_s in (0, STABLE_S, 1, 1):
        assert looked(watcher, after_s) is None
    assert len(watcher.listener.notices) == 1
    assert "reprot" in watcher.listener.notices[0]
    (folder / "callsignals.toml").write_text("[report]\n", encoding="utf-8")
    looked(watcher, 1)
    assert looked(watcher, STABLE_S) == ["a"]


def test_an_output_in_use_is_tried_again(folder, watcher):
    say(folder, "a")
    table(folder, "a")
    looked(watcher, 0)
    with exclusive(folder / "out"):
        assert looked(watcher, STABLE_S) is None
    assert looked(watcher, 1) == ["a"]


def test_a_folder_that_is_not_there_is_refused(folder):
    with pytest.raises(InputError, match="does not exist"):
        Watcher.of(folder / "absent", RunOptions(), Silent())


def test_pace_comes_from_the_settings(folder):
    (folder / "callsignals.toml").write_text("[batch]\nwatch_poll_s = 2.5\nwatch_stable_s = 60.0\n", encoding="utf-8")
    watcher = Watcher.of(folder, RunOptions(), Silent())
    assert (watcher.poll_s, watcher.stable_s) == (2.5, 60.0)


@pytest.mark.skipif(os.name != "posix", reason="SIGINT to another process")
def test_ctrl_c_between_two_runs_ends_the_watch_cleanly(folder):
    say(folder, "a")
    table(folder, "a")
    (folder / "callsignals.toml").write_text("[batch]\nwatch_poll_s = 30.0\nwatch_stable_s = 0.0\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "callsignals", "run", str(folder), "--watch", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert '"calls": 1' in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert rest == ""
    assert "Stopped watching" in said
    assert "Traceback" not in said
