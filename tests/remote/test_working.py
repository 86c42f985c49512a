"""The folder on this machine for what lies elsewhere: where things lie in it, who holds it, what is copied into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.errors import InputError, OutputError, SettingsError, UsageError
from callsignals.inputs.settings import Settings
from callsignals.remote.address import parse_address
from callsignals.remote.depot import open_depot
from callsignals.remote.inputs import check_stays_inside, copy_inputs
from callsignals.remote.working import Working, read_state, write_state

TEAM, OUT = parse_address("s3://bucket/team"), parse_address("s3://bucket/team/out")


def test_a_folder_that_the_user_named_is_used_as_it_is(tmp_path, cache):
    here = tmp_path / "team"
    of_folder, to_folder = Working.of(here, OUT), Working.of(TEAM, here)
    assert of_folder.root == here
    assert of_folder.out.is_relative_to(cache)
    assert to_folder.out == here
    assert to_folder.root.is_relative_to(cache)


def test_in_one_store_they_lie_to_one_another_as_they_do_there_elsewhere_apart(cache):
    within = Working.of(TEAM, OUT)
    assert within.out == within.root / "out"
    beside = Working.of(TEAM, parse_address("s3://bucket/results"))
    assert beside.out.parent == beside.root.parent
    apart = Working.of(TEAM, parse_address("gs://bucket/team/out"))
    assert not apart.out.is_relative_to(apart.root)
    assert len({within.folder, beside.folder, apart.folder}) == 3


def test_results_above_the_workspace_are_refused(cache):
    with pytest.raises(UsageError, match="holds the workspace"):
        Working.of(OUT, TEAM)


def test_one_run_at_a_time_and_the_machine_keeps_its_name(cache):
    working = Working.of(TEAM, OUT)
    with working.held() as host, pytest.raises(OutputError) as raised, working.held():
        pass
    assert raised.value.code == "in_use"
    with working.held() as again:
        assert again == host
    with Working.of(TEAM, parse_address("s3://bucket/results")).held() as other:
        assert other != host


def test_a_cache_that_cannot_be_made_names_the_variable(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CALLSIGNALS_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(OutputError, match="CALLSIGNALS_CACHE") as raised, Working.of(TEAM, OUT).held():
        pass
    assert raised.value.code == "cannot_write"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
def test_a_damaged_note_is_as_good_as_none(tmp_path, content):
    path = tmp_path / "inputs.json"
    assert read_state(path) == {}
    write_state(path, {"a": 1})
    assert read_state(path) == {"a": 1}
    path.write_bytes(content)
    assert read_state(path) == {}


class Copies:
    """A workspace in a store, copied here again and again."""

    def __init__(self, memory, folder: Path) -> None:
        self.memory = memory
        self.root = folder / "root"
        self.state = folder / "inputs.json"
        self.depot = open_depot(parse_address("memory://bucket/team"))

    def put(self, **files: bytes) -> None:
        for name, content in files.items():
            self.memory.pipe_file(f"/bucket/team/{name}", content)

    def copy(self, out: str | None = None, kept: Path | None = None):
        recordings, notices = copy_inputs(self.depot, self.root, self.state, out=out, kept=kept)
        return set(recordings), notices

    @property
    def here(self) -> dict[str, int]:
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.stat().st_size for path in files}


@pytest.fixture
def copies(memory, tmp_path) -> Copies:
    return Copies(memory, tmp_path)


def test_nothing_to_read_is_one_clear_error(copies):
    copies.put(**{".hidden.csv": b"x", "sub/.git/config": b"x"})
    with pytest.raises(InputError, match="no files that a run reads") as raised:
        copies.copy()
    assert raised.value.code == "no_workspace"


def test_recordings_stand_empty_and_the_rest_is_copied_without_results_and_hidden_files(copies):
    old = {"old/run.json": b"{}", "old/signals.jsonl": b"", "old/leads.csv": b"x"}
    copies.put(**{"calls.csv": b"id", "a.WAV": b"sound", ".env": b"secret", "out/run.json": b"{}", **old})
    copies.put(**{"large.bin": bytes(2**20 + 1), "small.bin": b"x", "new/run.json": b"{}"})
    recordings, notices = copies.copy(out="out")
    assert recordings == {"a.WAV", "large.bin"}
    assert copies.here == {"calls.csv": 2, "a.WAV": 0, "large.bin": 0, "small.bin": 1, "new/run.json": 2}
    assert notices == []


def test_only_what_changed_is_fetched_again_and_what_was_taken_out_goes(copies, monkeypatch):
    copies.put(**{"calls.csv": b"id", "notes/a.txt": b"A: hi", "notes/b.txt": b"B: hi", "gone/c.txt": b"C: hi"})
    copies.copy()
    kept = copies.root / "out"
    kept.mkdir()
    (kept / "run.json").write_text("{}", encoding="utf-8")
    copies.memory.rm_file("/bucket/team/notes/b.txt")
    copies.memory.rm_file("/bucket/team/gone/c.txt")
    copies.put(**{"calls.csv": b"id,lead"})
    fetched: list[str] = []
    real = type(copies.depot).fetch
    monkeypatch.setattr(
        type(copies.depot), "fetch", lambda self, names, to: fetched.extend(names) or real(self, names, to)
    )
    copies.copy(out="out", kept=kept)
    assert fetched == ["calls.csv"]
    assert copies.here == {"calls.csv": 7, "notes/a.txt": 5, "out/run.json": 2}
    assert not (copies.root / "gone").exists()


def test_names_that_cannot_be_here_are_told_by_number(copies):
    copies.put(**{"calls.csv": b"id", "a\\b.csv": b"x"})
    assert copies.copy()[1] == ["Links, or names that no file here can have, were left out: 1."]


def test_a_disk_that_refuses_is_one_clear_error(copies):
    copies.put(**{"calls.csv": b"id", "a.wav": b"sound"})
    copies.root.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        copies.copy()


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"calls": {"audio_roots": ["../other"]}}, "audio_roots"),
        ({"terms": {"file": "/etc/terms.toml"}}, "file"),
        ({"comments": {"models": "../heads"}}, "models"),
        ({"comments": {"rules": "a/../../rules.toml"}}, "rules"),
    ],
)
def test_settings_from_elsewhere_name_nothing_outside(tmp_path, settings, key):
    with pytest.raises(SettingsError, match=f"'{key}'") as raised:
        check_stays_inside(tmp_path, Settings.model_validate(settings), "s3://bucket/team")
    assert raised.value.code == "path_outside"
    assert str(tmp_path) not in str(raised.value)
    check_stays_inside(tmp_path, Settings.model_validate({"calls": {"audio_roots": ["audio/../audio"]}}), "s3://b/t")
