"""A run on addresses gives what a run on folders gives, and touches nothing else."""

from __future__ import annotations

import shutil
import stat
import sys

import pytest

from callsignals.api import run
from callsignals.batch import hear_stage
from callsignals.batch.run import RunOptions
from callsignals.errors import InputError, OutputError, SettingsError
from callsignals.remote import hearing
from callsignals.remote.run import run_anywhere
from remote_store import stored
from support import clip, results, write_csv, write_wav


@pytest.fixture
def calls(transcripts):
    """Two short recordings beside the transcripts."""
    write_wav(transcripts / "audio" / "a.wav", clip(3, 12)[0])
    write_wav(transcripts / "audio" / "b.wav", clip(22, 31)[0])
    audio = [
        {"call_id": name, "lead_id": "beta", "audio": f"audio/{name}.wav", "seller_channel": 0, "language": "en"}
        for name in ("a", "b")
    ]
    text = [{"call_id": "one", "lead_id": "acme", "transcript": "one.txt", "seller": "Laura", "language": "sv"}]
    write_csv(transcripts / "calls.csv", [*text, *audio])
    return transcripts


def upload(memory, folder, prefix="/bucket/team") -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            memory.pipe_file(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def test_a_store_gives_the_bytes_of_a_folder_and_recordings_are_here_only_while_heard(
    memory, calls, tmp_path, cache, monkeypatch
):
    upload(memory, calls)
    memory.pipe_file("/bucket/team2/calls.csv", b"not ours")
    expected = results(run(calls, tmp_path / "local", workers=1).out)
    monkeypatch.setattr(hearing, "CALLS_PER_BATCH", 1)

    result = run("memory://bucket/team", workers=1)
    assert result.failures == ()
    there = stored(memory, "/bucket/team/out")
    assert {name: there[name] for name in expected} == expected
    assert {"report/index.html", "transcripts/a.json", "run.json"} <= there.keys()
    assert not any(name.startswith((".cache/digest", ".cache/remote/new")) for name in there)
    assert ".cache/remote/lock" not in there
    assert not [name for name, content in there.items() if str(cache).encode() in content]
    assert [path.stat().st_size for path in cache.rglob("*.wav")] == [0, 0]
    assert {path for path in memory.find("/") if not path.startswith("/bucket/team/")} == {"/bucket/team2/calls.csv"}
    if sys.platform != "win32":
        assert stat.S_IMODE((cache / "remote").stat().st_mode) == 0o700

    shutil.rmtree(cache / "remote")  # another machine: no recording is fetched or heard again
    fetched = []
    real = type(memory).get_file
    monkeypatch.setattr(
        type(memory),
        "get_file",
        lambda self, path, *rest, **more: fetched.append(path) or real(self, path, *rest, **more),
    )
    monkeypatch.setattr(hear_stage, "_drain", None)
    run("memory://bucket/team", workers=1)
    assert not [path for path in fetched if path.endswith(".wav")]
    again = stored(memory, "/bucket/team/out")
    assert {name: again[name] for name in expected} == expected


def test_a_shared_folder_by_its_address_gives_the_bytes_of_a_folder(transcripts, tmp_path):
    expected = results(run(transcripts, tmp_path / "local").out)
    result = run(transcripts.as_uri(), (tmp_path / "shared" / "out").as_uri())
    assert results(tmp_path / "shared" / "out") == expected
    assert result.out != tmp_path / "shared" / "out"
    assert not (transcripts / "out").exists()


def test_a_recording_too_large_for_the_room_and_a_damaged_one_are_failures(memory, transcripts):
    write_csv(
        transcripts / "calls.csv",
        [
            {"call_id": "one", "lead_id": "acme", "transcript": "one.txt", "seller": "Laura", "language": "sv"},
            {"call_id": "large", "lead_id": "acme", "audio": "large.wav"},
            {"call_id": "damaged", "lead_id": "acme", "audio": "damaged.wav"},
        ],
    )
    (transcripts / "callsignals.toml").write_text("[remote]\ndisk_gb = 0.00001\n", encoding="utf-8")
    (transcripts / "large.wav").write_bytes(bytes(20_000))
    (transcripts / "damaged.wav").write_bytes(b"not audio" * 100)
    upload(memory, transcripts)
    result = run("memory://bucket/team", workers=1)
    failed = {failure.input: failure for failure in result.failures}
    assert set(failed) == {"large", "damaged"}
    assert failed["large"].error == "no_room"
    assert "disk_gb" in failed["large"].remedy
    assert failed["damaged"].message.startswith("damaged.wav: ")
    assert result.counts["calls"] == 1


def test_settings_from_elsewhere_may_not_name_folders_of_this_machine(memory, transcripts, tmp_path):
    secret = tmp_path / "private"
    secret.mkdir()
    (transcripts / "callsignals.toml").write_text(f"[calls]\naudio_roots = ['{secret}']\n", encoding="utf-8")
    upload(memory, transcripts)
    with pytest.raises(SettingsError, match="leads out of the workspace") as raised:
        run("memory://bucket/team")
    assert "memory://bucket/team" in str(raised.value)


@pytest.fixture
def damaged(memory, transcripts, monkeypatch):
    """In the store: a transcript, and two files that are no recordings, each heard in a batch of its own."""
    text = [{"call_id": "one", "lead_id": "acme", "transcript": "one.txt", "seller": "Laura", "language": "sv"}]
    audio = [{"call_id": name, "lead_id": "beta", "audio": f"{name}.wav"} for name in ("a", "b")]
    write_csv(transcripts / "calls.csv", [*text, *audio])
    for name in ("a", "b"):
        (transcripts / f"{name}.wav").write_bytes(name.encode() * 900)
    upload(memory, transcripts)
    monkeypatch.setattr(hearing, "CALLS_PER_BATCH", 1)
    return memory


def refusing(monkeypatch, memory, method: str, name: str, error: Exception) -> None:
    """Let the store refuse one file."""
    real = getattr(type(memory), method)

    def refuse(self, *args, **kwargs):
        if any(str(argument).endswith(name) for argument in args):
            raise error
        return real(self, *args, **kwargs)

    monkeypatch.setattr(type(memory), method, refuse)


@pytest.mark.parametrize(
    ("error", "code"), [(PermissionError("403"), "forbidden"), (FileNotFoundError("404"), "missing_file")]
)
def test_a_recording_that_cannot_be_fetched_costs_its_own_call_alone(damaged, monkeypatch, error, code):
    refusing(monkeypatch, damaged, "get_file", "a.wav", error)
    result = run("memory://bucket/team", workers=1)
    failed = {failure.input: failure for failure in result.failures}
    assert set(failed) == {"a", "b"}
    assert failed["a"].error == code
    assert failed["b"].message.startswith("b.wav: ")
    assert failed["b"].error != code
    assert result.counts["calls"] == 1


def test_a_store_that_goes_away_meanwhile_ends_the_run_with_its_address(damaged, monkeypatch, cache):
    refusing(monkeypatch, damaged, "get_file", "b.wav", OSError("no route"))
    with pytest.raises(InputError, match="no route") as raised:
        run("memory://bucket/team", workers=1)
    assert raised.value.what == "memory://bucket/team"
    assert raised.value.code == "remote"
    assert not any(name.endswith("lock") for name in stored(damaged, "/bucket/team/out"))


def test_results_that_cannot_be_kept_end_the_run_and_leave_no_recording_here(damaged, monkeypatch, cache):
    refusing(monkeypatch, damaged, "put_file", ".json", OSError("quota"))
    with pytest.raises(OutputError, match="quota") as raised:
        run("memory://bucket/team", workers=1)
    assert raised.value.what == "memory://bucket/team/out"
    assert {path.name: path.stat().st_size for path in cache.rglob("*.wav")} == {"a.wav": 0, "b.wav": 0}


def test_a_file_that_a_run_cannot_read_is_named_by_its_address(memory, transcripts, cache):
    (transcripts / "callsignals.toml").write_text("[remote\n", encoding="utf-8")
    upload(memory, transcripts)
    with pytest.raises(SettingsError) as raised:
        run("memory://bucket/team")
    assert raised.value.what == "memory://bucket/team/callsignals.toml"
    assert str(cache) not in str(raised.value)


class Notices:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, _stage: str, _total: int) -> None:
        """Nothing is shown."""

    def advance(self, _done: int = 1) -> None:
        """Nothing is shown."""

    def end(self) -> None:
        """Nothing is shown."""

    def notice(self, text: str) -> None:
        self.said.append(text)


def test_either_end_may_be_a_folder_and_a_notice_comes_once(memory, transcripts, tmp_path):
    expected = results(run(transcripts, tmp_path / "local").out)
    run_anywhere(transcripts, "memory://bucket/results", RunOptions())
    there = stored(memory, "/bucket/results")
    assert {name: there[name] for name in expected} == expected

    upload(memory, transcripts)
    memory.pipe_file("/bucket/team/a\\b.txt", b"a name that is two on Windows")
    listener = Notices()
    result = run_anywhere("memory://bucket/team", tmp_path / "here", RunOptions(), listener)
    assert result.out == tmp_path / "here"
    assert results(tmp_path / "here") == expected
    assert not stored(memory, "/bucket/team/out")
    assert listener.said.count("Links, or names that no file here can have, were left out: 1.") == 1
    assert len(set(listener.said)) == len(listener.said)
