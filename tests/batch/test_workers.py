"""Worker processes: those that die or grow old are replaced, and a call that kills is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.batch.hear_stage import ATTEMPTS, hear_all
from callsignals.batch.hearing_work import HearTask
from callsignals.batch.store import Store
from callsignals.errors import OutputError
from fake_hearing import FakeWork


def tasks(*names: str) -> list[HearTask]:
    return [HearTask(f"{at:064x}", Path(name), None) for at, name in enumerate(names)]


def attempts(log: Path) -> list[tuple[str, str]]:
    """(process, file) of every attempt."""
    return [tuple(line.split()) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_call_that_kills_its_worker_twice_is_failed_and_named_and_the_others_finish(tmp_path):
    store, log = Store(tmp_path / "out"), tmp_path / "log"
    given = tasks("a", "killer", "b", "kills-once", "c")
    ended = {heard.task.audio.name: heard.error for heard in hear_all(given, FakeWork(log), store, 2)}
    assert {name for name, error in ended.items() if error is None} == {"a", "b", "c", "kills-once"}
    error = ended["killer"]
    assert (error.code, error.what) == ("worker_died", "killer")
    assert "2 times" in error.problem
    assert error.remedy
    tried = [name for _, name in attempts(log)]
    assert tried.count("killer") == ATTEMPTS == 2
    assert tried.count("kills-once") == 2
    assert [task.audio.name for task in given if store.has("hear", task.key)] == ["a", "b", "kills-once", "c"]


def test_a_worker_is_replaced_after_its_share_of_calls(tmp_path):
    given = tasks(*(f"call-{at}" for at in range(6)))
    store = Store(tmp_path / "out")
    ended = list(hear_all(given, FakeWork(tmp_path / "log"), store, 1, calls_per_worker=2))
    assert [heard.error for heard in ended] == [None] * 6
    processes = [process for process, _ in attempts(tmp_path / "log")]
    assert len(set(processes)) == 3
    assert all(processes.count(process) == 2 for process in processes)


def test_when_results_cannot_be_kept_the_batch_stops_instead_of_failing_call_after_call(tmp_path):
    (tmp_path / "out").write_text("a file where the folder should be", encoding="utf-8")
    given = tasks(*(f"call-{at}" for at in range(40)))
    with pytest.raises(OutputError, match="cannot be written"):
        list(hear_all(given, FakeWork(tmp_path / "log"), Store(tmp_path / "out"), 1))
    assert len(attempts(tmp_path / "log")) < 20
