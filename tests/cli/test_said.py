"""What commands say of what was done, given what was done: the work itself has tests of its own."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from callsignals.cli import main
from callsignals.comments.refit import HeadReport, Score
from callsignals.erasure.erase import Erasure
from callsignals.erasure.proof import Proof
from callsignals.weights import ModelStatus


@pytest.fixture
def call(capsys):
    """Exit code, standard output and standard error of one command."""

    def called(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return called


MODEL = ModelStatus("base", "recogniser", "ready", None, None, 145_000_000, "the hub", "MIT", "")


@pytest.mark.parametrize(("state", "code"), [("ready", 0), ("altered", 1), ("missing", 1)])
def test_models_verify_ends_with_1_when_a_model_is_not_as_it_should_be(monkeypatch, call, state, code):
    other = replace(MODEL, name="e5", state=state, size_bytes=0, detail="" if state == "ready" else "Get it again.")
    monkeypatch.setattr("callsignals.weights.verify_models", lambda: [MODEL, other])
    ended, out, _ = call("models", "verify")
    assert ended == code
    assert [line.split()[:5] for line in out.splitlines()[:2]] == [
        ["ready", "recogniser", "base", "145", "MB"],
        [state, "recogniser", "e5", "-", "MIT"],
    ]
    assert ("Get it again." in out) == bool(code)


def test_models_pull_says_where_the_recogniser_is(monkeypatch, call):
    monkeypatch.setattr("callsignals.weights.pull", lambda name: replace(MODEL, name=name, path=Path("/weights/small")))
    assert call("models", "pull", "small") == (0, f"small: ready in {Path('/weights/small')}\n", "")


HELD_BACK = (Score(5, 10, 10, 5), Score(9, 10, 10, 9))
OURS = (Score(80, 100, 100, 80), Score(79, 100, 100, 79))


@pytest.mark.parametrize("changed", [True, False])
def test_models_train_says_for_each_head_whether_it_got_better(tmp_path, monkeypatch, call, changed):
    refitted = HeadReport("polarity", 60, 1.0, None, *HELD_BACK, *OURS)
    as_it_was = HeadReport("recommends", 3, why_unchanged="under_20_labels")
    reports = {"survey": [refitted, as_it_was] if changed else [as_it_was]}
    monkeypatch.setattr("callsignals.batch.review_file.read_labels", lambda _path: ([], []))
    monkeypatch.setattr("callsignals.comments.train_own.train_own_heads", lambda _labelled, _folder: reports)
    code, out, err = call("models", "train", "--with", tmp_path / "labels.csv", "--out", tmp_path / "heads")
    assert code == 0
    said = [
        "survey polarity: 60 labels, refitted",
        "  your labels kept aside: right 50% (24% to 76%) before, 90% (60% to 98%) after (n = 10)",
        "  our held-out texts: right 80% (71% to 87%) before, 79% (70% to 86%) after (n = 100)",
    ]
    assert out.splitlines()[:-1] == [
        *(said if changed else []),
        "survey recommends: 3 labels, unchanged (under_20_labels)",
    ]
    assert out.splitlines()[-1].startswith(f"Your heads: {tmp_path / 'heads'}.")
    assert ("no head changed" in err) == (not changed)


@pytest.fixture
def done(tmp_path) -> Erasure:
    """Everything was found and nothing is left."""
    return Erasure(tmp_path, Counter(signals=12, calls=1), 0, Counter(), None, (), Proof(7, 2_500_000), 0, 0)


@pytest.fixture
def erased(monkeypatch, call):
    def erase(done: Erasure, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("callsignals.erasure.erase.erase_lead", lambda *_: done)
        return call("erase", done.out, "--lead", "acme", *options)

    return erase


def test_a_clean_erasure_says_what_went_and_what_was_searched(done, erased):
    assert erased(done) == (
        0,
        "Removed: signals 12, calls 1.\n"
        "Every figure that rests on others, too, was made again without what was removed.\n"
        "Searched 7 files (2.5 MB, unpacked): nothing found.\n",
        "",
    )


def test_whatever_is_left_to_do_is_said_and_traces_make_exit_code_3(done, erased):
    files = tuple((done.out / f"notes{number}.txt", ("name", "id")) for number in range(25))
    left = replace(
        done,
        removed=Counter(),
        shared=2,
        why_not_rebuilt="x: is gone. Name it.",
        rows_left=Counter({"comments.csv": 3, "calls.csv": 1}),
        to_do=("Remove the rows of the database.",),
        proof=Proof(7, 0, files, (done.out / "locked.zip",)),
        left_out=4,
        common_ids=1,
    )
    code, out, err = erased(left)
    assert code == 3
    for said in (
        "Removed: nothing.",
        "Of the calls 2 stood under another lead",
        "run again to make them. They could not be made now: x: is gone. Name it.",
        "Still in your tables (calls.csv: 1, comments.csv: 3)",
        "Remove the rows of the database.",
        "25 still hold something.",
        "4 names and phrases; 1 ids were searched for only where ids stand.",
    ):
        assert said in out
    lines = err.splitlines()
    assert lines[0] == "notes0.txt: holds name, id. Remove it, or what it says."
    assert len(lines) == 21
    assert lines[-1].startswith("locked.zip: cannot be opened")

    code, out, _ = erased(left, "--json")
    told = json.loads(out)
    assert code == 3
    assert len(told["traces"]) == 25
    assert told["traces"][0] == {"file": "notes0.txt", "holds": ["name", "id"]}
    assert told["not_opened"] == ["locked.zip"]
    assert (told["recomputed"], told["why_not_recomputed"]) == (False, "x: is gone. Name it.")
    assert told["rows_left_in_tables"] == {"comments.csv": 3, "calls.csv": 1}


def test_a_lead_and_a_seller_together_or_nobody_are_wrong_usage(tmp_path, call):
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    both = call("erase", tmp_path, "--lead", "acme", "--seller", "Laura")
    nobody = call("erase", tmp_path)
    assert (both[0], nobody[0]) == (2, 2)
    assert "cannot be given together" in both[2]
    assert "--lead ID or --seller NAME" in nobody[2]


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_erasing_from_what_no_run_has_filled_is_refused(tmp_path, call, name):
    (tmp_path / "empty").mkdir()
    code, out, err = call("erase", tmp_path / name, "--lead", "acme")
    assert (code, out) == (1, "")
    assert "Name the OUT folder of a run." in err


def test_a_purge_that_is_only_tried_lists_the_calls_and_changes_nothing(tmp_path, monkeypatch, call):
    asked = []
    monkeypatch.setattr(
        "callsignals.erasure.erase.purge_preview", lambda out, day, _options: asked.append((out, day)) or ("a", "b")
    )
    monkeypatch.setattr("callsignals.erasure.erase.purge", None)
    code, out, err = call("purge", tmp_path, "--dry-run", "--as-of", "2026-03-31")
    assert (code, out) == (0, "a\nb\n")
    assert "2 calls would be purged; nothing was changed" in err
    assert json.loads(call("purge", tmp_path, "--dry-run", "--json")[1]) == {"calls": ["a", "b"]}
    assert [str(day) for _, day in asked] == ["2026-03-31", "None"]
