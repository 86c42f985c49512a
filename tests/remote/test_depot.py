"""One folder of a store: what is listed, what is refused, and how a driver's errors are told."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from callsignals.errors import InputError, OutputError, UsageError
from callsignals.remote.address import parse_address
from callsignals.remote.depot import Entry, open_depot
from remote_store import stored


@pytest.fixture
def depot(memory):
    return open_depot(parse_address("memory://bucket/team"))


def failing(error: Exception):
    def fail(*_args, **_kwargs):
        raise error

    return fail


def test_only_names_that_a_file_here_can_have_are_listed_and_the_others_counted(memory, depot):
    for name in ("team/calls.csv", "team/audio/a.wav", "team/a\\b.csv", "team/two\nlines.csv", "team2/calls.csv"):
        memory.pipe_file(f"/bucket/{name}", b"12345")
    found, unusable = depot.entries()
    assert {name: entry.size for name, entry in found.items()} == {"audio/a.wav": 5, "calls.csv": 5}
    assert unusable == 2


def test_links_are_not_followed_and_a_store_without_versions_gives_no_token(depot, monkeypatch):
    listed = {
        "/bucket/team/plain.csv": {"type": "file", "size": 3},
        "/bucket/team/tagged.csv": {"type": "file", "size": None, "ETag": '"abc"', "created": "yesterday"},
        "/bucket/team/link.csv": {"type": "file", "size": 3, "islink": True},
        "/bucket/team/folder": {"type": "directory", "size": 0},
        "/bucket/team/": {"type": "file", "size": 0},
    }
    monkeypatch.setattr(type(depot.driver), "find", lambda *_args, **_kwargs: listed)
    found, unusable = depot.entries()
    assert found["plain.csv"] == Entry(3, None)
    assert found["tagged.csv"].size == 0
    assert '"abc"' in (found["tagged.csv"].token or "")
    assert set(found) == {"plain.csv", "tagged.csv"}
    assert unusable == 2


def test_the_version_changes_with_the_file(memory, depot):
    memory.pipe_file("/bucket/team/calls.csv", b"one")
    before = depot.entries()[0]["calls.csv"]
    memory.pipe_file("/bucket/team/calls.csv", b"two and more")
    assert depot.entries()[0]["calls.csv"] != before


def test_what_must_be_new_does_not_replace_what_is_there(memory, depot):
    assert depot.write("lock", b"first", new=True)
    assert not depot.write("lock", b"second", new=True)
    assert depot.read("lock") == b"first"
    assert depot.write("lock", b"third")
    assert stored(memory, "/bucket/team") == {"lock": b"third"}


def test_a_driver_that_knows_nothing_of_modes_writes_all_the_same(depot, monkeypatch):
    real = type(depot.driver).pipe_file
    monkeypatch.setattr(type(depot.driver), "pipe_file", lambda self, path, value: real(self, path, value))
    assert depot.write("lock", b"first", new=True)
    assert depot.read("lock") == b"first"


def test_what_is_not_there_reads_as_none_and_is_removed_without_complaint(memory, depot):
    memory.pipe_file("/bucket/team/kept.csv", b"")
    assert depot.read("gone.csv") is None
    depot.remove(["gone.csv"])
    depot.remove_folder("gone")
    assert set(stored(memory, "/bucket/team")) == {"kept.csv"}


@pytest.mark.parametrize("name", ["../other.csv", "a//b", "/etc/passwd", "./a", "a\\b", ""])
def test_no_name_leads_out_of_the_folder(memory, depot, name):
    memory.pipe_file("/bucket/other.csv", b"theirs")
    with pytest.raises(ValueError, match="leads out"):
        depot.write(name, b"ours")
    with pytest.raises(InputError, match="leads out"):
        depot.read(name)
    assert stored(memory, "/bucket") == {"other.csv": b"theirs"}


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PermissionError("403\nsecond line"), "forbidden", "PermissionError: 403)"),
        (FileNotFoundError("no bucket"), "missing_file", "FileNotFoundError: no bucket)"),
        (TimeoutError(), "remote", "(TimeoutError)"),
        (RuntimeError("x" * 500), "remote", f"RuntimeError: {'x' * 200})"),
    ],
)
def test_a_drivers_error_is_told_by_kind_and_first_line(depot, tmp_path, monkeypatch, error, code, said):
    for name in ("find", "get", "put"):
        monkeypatch.setattr(type(depot.driver), name, failing(error))
    source = tmp_path / "a.csv"
    source.write_text("a", encoding="utf-8")
    tries = (
        (InputError, depot.entries),
        (InputError, lambda: depot.names_below("new")),
        (InputError, lambda: depot.fetch(["a.csv"], tmp_path / "copy")),
        (OutputError, lambda: depot.put([(source, "a.csv")])),
    )
    for kind, attempt in tries:
        with pytest.raises(kind) as raised:
            attempt()
        assert raised.value.code == code
        assert raised.value.what == "memory://bucket/team"
        assert said in str(raised.value)
        assert "second line" not in str(raised.value)


def test_a_file_in_a_folder_is_there_under_its_name_only_when_it_is_whole(tmp_path, monkeypatch):
    depot = open_depot(parse_address((tmp_path / "shared").as_uri()))
    source = tmp_path / "a.csv"
    source.write_text("whole", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(type(depot.driver), "mv", failing(OSError("gone")))
        with pytest.raises(OutputError):
            depot.send([(source, "sub/a.csv")], "growing")
    assert not (tmp_path / "shared" / "sub" / "a.csv").exists()
    depot.send([(source, "sub/a.csv")], "growing")
    assert (tmp_path / "shared" / "sub" / "a.csv").read_text("utf-8") == "whole"
    depot.remove_folder("growing")
    assert not (tmp_path / "shared" / "growing").exists()


def test_a_kind_of_store_that_nobody_knows_is_named():
    with pytest.raises(UsageError, match="cannot be used") as raised:
        open_depot(parse_address("nowhere://anna:hunter2@bucket/team"))
    assert raised.value.what == "nowhere://***@bucket/team"
    assert "hunter2" not in str(raised.value)


@pytest.mark.skipif(find_spec("paramiko") is not None, reason="the driver is installed here")
def test_a_driver_of_fsspecs_own_names_the_library_that_it_needs():
    with pytest.raises(UsageError, match=r"sftp://, which is not installed") as raised:
        open_depot(parse_address("sftp://host/team"))
    assert "pip install paramiko" in raised.value.remedy


@pytest.mark.skipif(find_spec("pygit2") is not None, reason="the driver is installed here")
def test_where_fsspec_names_no_package_none_is_made_up():
    with pytest.raises(UsageError, match="not installed") as raised:
        open_depot(parse_address("git://host/team"))
    assert "the package that fsspec names for it" in raised.value.remedy
