"""Addresses: what is shown of them, and what happens when nothing can open them."""

from __future__ import annotations

import builtins

import pytest

from callsignals.cli.main import main
from callsignals.errors import InputError, UsageError
from callsignals.remote.address import is_address, parse_address
from callsignals.remote.depot import open_depot


@pytest.mark.parametrize("text", ["s3://bucket/team", "file:///srv/team", "memory://team"])
def test_an_address_has_a_scheme(text):
    assert is_address(text)


@pytest.mark.parametrize("text", ["team", "./team", "C:\\team", "C:/team", "/srv/team"])
def test_a_folder_is_none(text):
    assert not is_address(text)


def test_nothing_secret_is_shown():
    address = parse_address("sftp://anna:p%40ss@host/team?token=abc123")
    assert address.shown == "sftp://***@host/team?***"
    assert "p%40ss" not in repr(address)
    said = address.without_secrets("login of anna with p@ss (p%40ss) failed, token abc123")
    assert not {"anna", "p@ss", "p%40ss", "abc123"} & set(said.replace("(", " ").replace(")", " ").split())
    assert address.digest == parse_address("sftp://berta:other@host/team").digest


def test_a_password_in_an_error_of_the_driver_is_not_passed_on(memory, monkeypatch):
    depot = open_depot(parse_address("memory://anna:hunter2@team"))

    def failing(*_args, **_kwargs):
        raise OSError("cannot reach memory://anna:hunter2@team as anna:hunter2")

    monkeypatch.setattr(type(depot.driver), "find", failing)
    with pytest.raises(InputError) as raised:
        depot.entries()
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("text", ["s3://", "s3://bucket/../other", "simplecache::s3://bucket/team"])
def test_an_address_that_names_no_folder_of_one_store_is_refused(text):
    with pytest.raises(UsageError):
        parse_address(text)


def test_a_missing_driver_is_named():
    with pytest.raises(UsageError, match=r"pip install (s3fs|gcsfs|adlfs|paramiko)"):
        open_depot(parse_address(_without_driver()))


def _without_driver() -> str:
    from importlib.util import find_spec

    for package, address in (
        ("s3fs", "s3://b/t"),
        ("gcsfs", "gs://b/t"),
        ("adlfs", "az://b/t"),
        ("paramiko", "sftp://h/t"),
    ):
        if find_spec(package) is None:
            return address
    pytest.skip("every driver is installed here")


def test_without_fsspec_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "fsspec":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"callsignals\[remote\]"):
        open_depot(parse_address("s3://bucket/team"))


@pytest.mark.parametrize("option", ["--watch", "--dry-run"])
def test_what_needs_a_folder_says_so(option, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["run", "sftp://anna:hunter2@host/team", option])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "needs a folder" in said
    assert "hunter2" not in said
