"""OUT in a store: what interrupted writing leaves, what is sent, what is removed."""

from __future__ import annotations

import contextlib
import json

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from callsignals.errors import OutputError
from callsignals.remote.address import parse_address
from callsignals.remote.depot import open_depot
from callsignals.remote.lock import LOCK_FILE, RemoteLock
from callsignals.remote.results import JOURNAL_FILE, MANIFEST_FILE, RemoteOut
from remote_store import stored

FILES = {
    "run.json": "run",
    "signals.jsonl": "signals",
    "calls.parquet": "calls",
    "transcripts/one.json": "words",
    "report/index.html": "page",
    ".cache/records.json": "seal",
    ".cache/hear/ab/ab1.json": "heard",
}


@contextlib.contextmanager
def opened(machine, host="a"):
    depot = open_depot(parse_address("memory://bucket/team/out"))
    lock = RemoteLock(depot, host, 1800.0)
    with lock.held():
        results = RemoteOut(depot, machine / "out", machine / "results.json", lock)
        results.pull()
        yield results


def write(folder, version: str) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if name.startswith(".cache/hear") else f"{text} {version}", encoding="utf-8")


def visible(memory) -> dict[str, bytes]:
    return {name: content for name, content in stored(memory, "/bucket/team/out").items() if name in FILES}


def contents(version: str) -> dict[str, bytes]:
    return {
        name: (text if name.startswith(".cache/hear") else f"{text} {version}").encode() for name, text in FILES.items()
    }


def breaking_after(monkeypatch, writes: int) -> list[str]:
    """Let every write after so many fail; gives the names of those that were done."""
    done: list[str] = []

    def counted(name):
        real = getattr(MemoryFileSystem, name)

        def call(self, *args, **kwargs):
            target = str(args[1] if name in ("put_file", "cp_file") else args[0])
            if not target.endswith(LOCK_FILE):
                if len(done) >= writes:
                    raise OSError("the network is gone")
                done.append(target)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(MemoryFileSystem, name, call)

    for name in ("put_file", "cp_file", "rm_file"):
        counted(name)
    return done


def test_an_interrupted_write_leaves_the_older_results_until_the_journal_is_there(memory, tmp_path, monkeypatch):
    with opened(tmp_path / "here") as results:
        write(results.out, "old")
        (results.out / "report" / "gone.html").write_text("a page", encoding="utf-8")
        results.commit()
    assert visible(memory) == contents("old")
    before = dict(MemoryFileSystem.store)
    finished = False
    states = set()
    for writes in range(60):
        MemoryFileSystem.store.clear()
        MemoryFileSystem.store.update(before)
        machine = tmp_path / f"broken {writes}"
        with monkeypatch.context() as patch, contextlib.suppress(OutputError), opened(machine) as results:
            write(results.out, "new")
            (results.out / "report" / "gone.html").unlink()
            breaking_after(patch, writes)
            results.commit()
            finished = True
        has_journal = memory.exists(f"/bucket/team/out/{JOURNAL_FILE}")
        if not has_journal and not finished:
            states.add(visible(memory)["run.json"])
            assert len({content.split()[-1] for content in visible(memory).values()} - {b"heard"}) == 1
        if has_journal:
            states.add("journal")
            with opened(tmp_path / f"other machine {writes}", host="b") as results:
                assert visible(memory) == contents("new")
            assert not memory.exists("/bucket/team/out/report/gone.html")
        else:
            with opened(machine) as results:
                write(results.out, "new")
                (results.out / "report" / "gone.html").unlink(missing_ok=True)
                results.commit()
            assert visible(memory) == contents("new")
        assert not memory.exists(f"/bucket/team/out/{JOURNAL_FILE}")
        assert not [name for name in stored(memory, "/bucket/team/out") if "/new/" in name]
        if finished:
            break
    assert finished
    assert {b"run old", "journal"} <= states


def test_the_last_thing_that_changes_is_run_json(memory, tmp_path, monkeypatch):
    with opened(tmp_path / "here") as results:
        write(results.out, "old")
        results.commit()
        write(results.out, "new")
        with monkeypatch.context() as patch:
            done = breaking_after(patch, 1000)
            results.commit()
    moved = [name for name in done if name.removeprefix("/bucket/team/out/") in FILES]
    assert moved[-1].endswith("run.json")
    assert [name for name in moved if name.endswith(("signals.jsonl", "calls.parquet"))] == moved[-3:-1]


def test_what_is_equal_is_not_sent_again(memory, tmp_path, monkeypatch):
    with opened(tmp_path / "here") as results:
        write(results.out, "old")
        results.commit()
    for machine, host in ((tmp_path / "here", "a"), (tmp_path / "there", "b")):
        with opened(machine, host) as results:
            write(results.out, "old")  # new time stamps, the same bytes
            (results.out / "run.json").write_text("run again", encoding="utf-8")
            with monkeypatch.context() as patch:
                done = breaking_after(patch, 1000)
                results.commit()
        sent = [name for name in done if name.removeprefix("/bucket/team/out/") in FILES]
        assert sent == (["/bucket/team/out/run.json"] if host == "a" else [])


def test_another_machine_goes_on_with_what_is_there(memory, tmp_path):
    with opened(tmp_path / "a") as results:
        write(results.out, "old")
        results.commit()
        stamp = (results.out / "signals.jsonl").stat().st_mtime_ns
    with opened(tmp_path / "b", host="b") as results:
        assert (results.out / ".cache/hear/ab/ab1.json").read_text(encoding="utf-8") == "heard"
        assert (results.out / "signals.jsonl").stat().st_mtime_ns == stamp
        (results.out / ".cache/hear/ab/ab1.json").unlink()
        results.commit()
    assert ".cache/hear/ab/ab1.json" not in stored(memory, "/bucket/team/out")
    with opened(tmp_path / "a") as results:
        assert not (results.out / ".cache/hear/ab/ab1.json").exists()


def test_what_was_heard_and_not_sent_stays_unless_somebody_was_erased_meanwhile(memory, tmp_path):
    entry = tmp_path / "a" / "out" / ".cache" / "hear" / "cd" / "cd1.json"
    with opened(tmp_path / "a") as results:
        write(results.out, "old")
        results.commit()
    entry.parent.mkdir(parents=True)
    entry.write_text("heard", encoding="utf-8")
    with opened(tmp_path / "a"):
        assert entry.exists()
    memory.pipe_file("/bucket/team/out/erased.json", b"{}")
    with opened(tmp_path / "a"):
        assert not entry.exists()


def test_a_second_run_is_refused_until_the_first_gave_no_sign_of_life_for_long(memory):
    depot = open_depot(parse_address("memory://bucket/team/out"))
    now = [1_000_000.0]
    first = RemoteLock(depot, "a", 1800.0, clock=lambda: now[0])
    with first.held():
        now[0] += 600
        with (
            pytest.raises(OutputError, match="10 minutes ago") as refused,
            RemoteLock(depot, "b", 1800.0, clock=lambda: now[0]).held(),
        ):
            pass
        assert f"memory://bucket/team/out/{LOCK_FILE}" in refused.value.remedy
        now[0] += 1201
        with RemoteLock(depot, "b", 1800.0, clock=lambda: now[0]).held(), pytest.raises(OutputError, match="was taken"):
            first.check()
    assert not memory.exists(f"/bucket/team/out/{LOCK_FILE}")


def test_a_killed_run_of_this_machine_does_not_hold_the_next_one_up(memory):
    depot = open_depot(parse_address("memory://bucket/team/out"))
    told = {"run": "killed", "host": "a", "renewed_s": 1_000_000.0}
    memory.pipe_file(f"/bucket/team/out/{LOCK_FILE}", json.dumps(told).encode())
    with RemoteLock(depot, "a", 1800.0, clock=lambda: 1_000_001.0).held():
        pass


def test_a_lock_that_is_only_half_written_is_somebodys(memory):
    memory.pipe_file(f"/bucket/team/out/{LOCK_FILE}", b'{"run": "ab')
    lock = RemoteLock(open_depot(parse_address("memory://bucket/team/out")), "a", 1800.0)
    with pytest.raises(OutputError, match="0 minutes ago") as raised, lock.held():
        pass
    assert raised.value.code == "in_use"


def test_of_two_that_begin_at_once_one_goes_on(memory, monkeypatch):
    """The other one's lock comes between looking and writing: in a store that tells, and in one that does not."""
    theirs = json.dumps({"run": "theirs", "host": "b", "renewed_s": 0.0}).encode()
    path = f"/bucket/team/out/{LOCK_FILE}"
    real = MemoryFileSystem.pipe_file

    def created_meanwhile(self, target, value, mode="overwrite"):
        real(self, target, theirs)
        real(self, target, value, mode=mode)

    def replaced_meanwhile(self, target, value, mode="overwrite"):
        real(self, target, theirs)

    for meanwhile in (created_meanwhile, replaced_meanwhile):
        memory.store.clear()
        monkeypatch.setattr(MemoryFileSystem, "pipe_file", meanwhile)
        lock = RemoteLock(open_depot(parse_address("memory://bucket/team/out")), "a", 1800.0)
        with pytest.raises(OutputError) as raised, lock.held():
            pass
        assert raised.value.code == "in_use"
        assert memory.cat_file(path) == theirs


class _SomeWaits:
    """Stands in for the event that ends a run's renewals: so many waits pass before it is set."""

    def __init__(self, waits: int, before_each=lambda: None) -> None:
        self._left, self._before_each = waits, before_each

    def wait(self, _seconds: float) -> bool:
        self._left -= 1
        if self._left >= 0:
            self._before_each()
        return self._left < 0

    def set(self) -> None:
        """Ends by itself."""


def test_a_lock_is_renewed_while_it_is_ours_and_through_a_store_that_is_away(memory, monkeypatch):
    path = f"/bucket/team/out/{LOCK_FILE}"
    depot = open_depot(parse_address("memory://bucket/team/out"))
    now = [1_000.0]

    def later() -> None:
        now[0] += 100

    lock = RemoteLock(depot, "a", 1800.0, clock=lambda: now[0])
    lock._take()
    lock._ended = _SomeWaits(2, later)
    lock._renew_until_ended()
    assert json.loads(memory.cat_file(path))["renewed_s"] == 1_200.0

    with monkeypatch.context() as away:
        away.setattr(MemoryFileSystem, "pipe_file", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError("away")))
        lock._ended = _SomeWaits(1, later)
        lock._renew_until_ended()
    lock.check()

    theirs = json.dumps({"run": "theirs", "host": "b", "renewed_s": 0.0}).encode()
    memory.pipe_file(path, theirs)
    lock._ended = _SomeWaits(1, later)
    lock._renew_until_ended()
    assert memory.cat_file(path) == theirs


def test_a_disk_that_refuses_the_copy_is_one_clear_error(memory, tmp_path):
    with opened(tmp_path / "a") as results:
        write(results.out, "old")
        results.commit()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "out").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="CALLSIGNALS_CACHE") as raised, opened(tmp_path / "b"):
        pass
    assert raised.value.code == "cannot_write"
    assert not memory.exists(f"/bucket/team/out/{LOCK_FILE}")


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_damaged_manifest_costs_a_transfer_and_no_result(memory, tmp_path, content):
    with opened(tmp_path / "a") as results:
        write(results.out, "old")
        results.commit()
    memory.pipe_file(f"/bucket/team/out/{MANIFEST_FILE}", content)
    with opened(tmp_path / "b") as results:
        assert (results.out / "run.json").read_text("utf-8") == "run old"
        write(results.out, "new")
        results.commit()
    assert visible(memory) == contents("new")
    assert set(json.loads(stored(memory, "/bucket/team/out")[MANIFEST_FILE])) >= {"run.json", "signals.jsonl"}


def test_what_is_this_machines_own_business_stays_here(memory, tmp_path):
    with opened(tmp_path / "a") as results:
        write(results.out, "old")
        for name in (".signals.jsonl.part", ".cache/lock", ".cache/digest/ab.json", ".cache/remote/own.json"):
            path = results.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("ours", encoding="utf-8")
        results.commit()
    assert set(stored(memory, "/bucket/team/out")) == {*FILES, MANIFEST_FILE}
