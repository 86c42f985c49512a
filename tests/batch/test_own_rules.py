"""A workspace's own brands and phrases decide, in a run and for a table alone, and count as a change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.errors import SettingsError
from callsignals.inputs.own_comments import own_comments
from callsignals.inputs.settings import CommentsSettings, Settings
from support import write_csv

RULES = '[[rule]]\nlabel = "{label}"\nphrases = ["kvarnen*"]\n'


def source(folder: Path) -> str | None:
    out = run_workspace(folder, RunOptions(workers=1)).out
    rows = [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    (row,) = [r for r in rows if r["signal"] == "referral_source" and r["level"] == "lead"]
    return row["label"]


def test_a_run_asks_the_workspaces_own_rules_and_notices_when_they_change(tmp_path):
    write_csv(
        tmp_path / "comments.csv",
        [{"comment_id": "c", "lead_id": "l", "kind": "referral", "text": "Kvarnen", "created_at": "2026-01-02"}],
    )
    assert source(tmp_path) is None
    rules = tmp_path / "comment-rules.toml"
    rules.write_text(RULES.format(label="event"), encoding="utf-8")
    assert source(tmp_path) == "event"
    rules.write_text(RULES.format(label="partner"), encoding="utf-8")
    assert source(tmp_path) == "partner"


def test_named_files_win_over_the_usual_names_and_must_exist(tmp_path):
    (tmp_path / "comment-rules.toml").write_text("", encoding="utf-8")
    assert own_comments(tmp_path, Settings()).rules == tmp_path / "comment-rules.toml"
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    named = Settings(comments=CommentsSettings(rules="mine.toml"))
    assert own_comments(tmp_path, named).rules == tmp_path / "mine.toml"
    for settings, word in ((CommentsSettings(rules="gone.toml"), "rules"), (CommentsSettings(models="gone"), "models")):
        with pytest.raises(SettingsError, match=f"key '{word}'.*gone"):
            own_comments(tmp_path, Settings(comments=settings))
