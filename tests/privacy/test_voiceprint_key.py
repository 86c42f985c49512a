from __future__ import annotations

import sys

import pytest
from cryptography.fernet import Fernet

from callsignals.batch.store import Store
from callsignals.batch.voiceprint_store import opened_store
from callsignals.errors import SettingsError
from callsignals.inputs.workspace import open_workspace
from callsignals.privacy.lockbox import lockbox_from
from support import write_csv

KEY = "a" * 64
PRINT = {"voices": [0.25, 0.5]}


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Settings by their text; the key of ``VOICES`` is set."""
    monkeypatch.setenv("VOICES", Fernet.generate_key().decode())
    write_csv(tmp_path / "comments.csv", [{"comment_id": 1, "lead_id": "a", "kind": "reply", "text": "yes"}])

    def opened(privacy: str):
        (tmp_path / "callsignals.toml").write_text(f"[privacy]\nvoiceprints = true\n{privacy}\n", encoding="utf-8")
        return open_workspace(tmp_path)

    return opened


def test_with_a_key_no_voiceprint_lies_open(workspace):
    store = opened_store(workspace('voiceprint_key_env = "VOICES"'))
    store.put("voiceprint", KEY, PRINT)
    store.put("hear", KEY, PRINT)
    assert b"voices" not in store.path("voiceprint", KEY).read_bytes()
    assert b"voices" in store.path("hear", KEY).read_bytes()
    assert store.get("voiceprint", KEY, dict[str, list[float]]) == PRINT


def test_voiceprints_that_lay_open_are_locked_when_a_key_is_named(workspace):
    opened_store(workspace("")).put("voiceprint", KEY, PRINT)
    store = opened_store(workspace('voiceprint_key_env = "VOICES"'))
    assert b"voices" not in store.path("voiceprint", KEY).read_bytes()
    assert store.get("voiceprint", KEY, dict[str, list[float]]) == PRINT


def test_a_missing_or_wrong_key_is_said_before_anything_is_done(workspace, monkeypatch, tmp_path):
    opened_store(workspace('voiceprint_key_env = "VOICES"')).put("voiceprint", KEY, PRINT)
    with pytest.raises(SettingsError, match="names no key"):
        opened_store(workspace(""))
    (tmp_path / "other.key").write_bytes(Fernet.generate_key() + b"\n")
    with pytest.raises(SettingsError, match=r"other\.key: does not open"):
        opened_store(workspace('voiceprint_key_file = "other.key"'))
    monkeypatch.delenv("VOICES")
    with pytest.raises(SettingsError, match="VOICES: is not set"):
        opened_store(workspace('voiceprint_key_env = "VOICES"'))
    monkeypatch.setenv("VOICES", "secret")
    with pytest.raises(SettingsError, match="holds no Fernet key") as refused:
        opened_store(workspace('voiceprint_key_env = "VOICES"'))
    assert "'secret'" not in str(refused.value)
    with pytest.raises(SettingsError, match=r"missing\.key: cannot be read"):
        opened_store(workspace('voiceprint_key_file = "missing.key"'))


def test_without_the_extra_the_message_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("VOICES", Fernet.generate_key().decode())
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(SettingsError, match=r"callsignals\[encryption\]"):
        lockbox_from("VOICES", None, tmp_path)


def test_a_key_does_not_show_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("VOICES", key := Fernet.generate_key().decode())
    assert key not in repr(Store(tmp_path, lockbox=lockbox_from("VOICES", None, tmp_path)))
