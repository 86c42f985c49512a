"""Taking single things out of single files, and searching files that resist: parts of an erasure, without a run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest

from callsignals.erasure.copies import renew_index
from callsignals.erasure.needles import Needles
from callsignals.erasure.plan import Plan
from callsignals.erasure.proof import clean_others, files_of, search
from callsignals.erasure.rebuilt import check_source, origin_of
from callsignals.erasure.strip import keep_lines, strip_out
from callsignals.errors import InputError, OutputError
from callsignals.inputs.workspace import open_workspace

ACME = Needles(ids=("acme-1",), names=("Anna Svensson",))


def test_rows_of_a_table_go_whole_and_its_mark_head_and_other_rows_stay_as_they_were(tmp_path):
    path = tmp_path / "list.csv"
    kept = b'\xef\xbb\xbflead_id,why acme-1,text\nbeta,x,"two\nlines, ""quoted"""\n'
    path.write_bytes(kept + b'acme-1,x,plain\ngamma,x,"asked for\nAnna  SVENSSON\nagain"\n' + b"acme-10,x,other")
    assert keep_lines(path, ACME) == 2
    assert path.read_bytes() == kept + b"acme-10,x,other"


def test_a_file_without_any_of_it_is_not_touched(tmp_path):
    path = tmp_path / "list.tsv"
    path.write_bytes(b"lead_id\tname\r\nbeta\tBerta\r\n")
    os.utime(path, ns=(0, 0))
    assert keep_lines(path, ACME) == 0
    assert path.stat().st_mtime_ns == 0


def test_an_id_that_is_a_common_word_goes_only_where_ids_stand(tmp_path):
    needles = Needles(common={"lead": ("sale",)})
    table, lines = tmp_path / "list.csv", tmp_path / "list.jsonl"
    table.write_text("lead_id,text\nsale,a\nbeta,the sale\n", encoding="utf-8")
    rows = [{"lead_id": "sale"}, {"lead_id": "beta", "text": "sale"}, {"lead_id": "beta"}]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert (keep_lines(table, needles), keep_lines(lines, needles)) == (1, 1)
    assert table.read_text("utf-8") == "lead_id,text\nbeta,the sale\n"
    assert [json.loads(line) for line in lines.read_text("utf-8").splitlines()] == rows[1:]


def test_where_a_run_wrote_nothing_there_is_nothing_to_take_out(tmp_path):
    assert not strip_out(tmp_path, Plan("erase --lead", leads=("acme-1",), needles=ACME))
    assert not strip_out(tmp_path, Plan("erase --seller", sellers=("Laura",), needles=ACME))
    assert list(tmp_path.iterdir()) == []


def test_links_are_not_searched_and_a_file_that_cannot_be_read_stops_the_proof(tmp_path, monkeypatch):
    out, outside = tmp_path / "out", tmp_path / "outside.txt"
    outside.write_text("acme-1", encoding="utf-8")
    (out / "acme-1").mkdir(parents=True)
    (out / "acme-1" / "clean.txt").write_text("nothing", encoding="utf-8")
    (out / "notes.txt").write_text("nothing", encoding="utf-8")
    (out / "link.txt").symlink_to(outside)
    paths = list(files_of(out, but=[out / "notes.txt"]))
    assert paths == [out / "acme-1" / "clean.txt"]
    assert search(paths, ACME, out).traces == ((out / "acme-1" / "clean.txt", ("id",)),)
    assert search([outside], Needles(ids=("outside",)), out).traces == ((outside, ("id",)),)

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(OutputError, match="nobody can say what is in it"):
        search([outside], ACME, out)


def test_a_table_of_somebodys_own_loses_lines_and_what_keeps_a_trace_goes_whole(tmp_path):
    (tmp_path / "own.csv").write_text("lead_id\nacme-1\nbeta\n", encoding="utf-8")
    (tmp_path / "head.csv").write_text("acme-1\nbeta\n", encoding="utf-8")
    (tmp_path / "acme-1.csv").write_text("lead_id\nbeta\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("acme-1", encoding="utf-8")
    (tmp_path / "signals.parquet").write_text("acme-1", encoding="utf-8")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "old.txt").write_text("acme-1", encoding="utf-8")
    proof = search([path for path in files_of(tmp_path) if path.suffix != ".parquet"], ACME, tmp_path)
    assert clean_others(tmp_path, ACME, proof) == {"lines of other tables": 1, "other files": 4}
    left = {path.relative_to(tmp_path).as_posix() for path in files_of(tmp_path)}
    assert left == {"own.csv", "signals.parquet"}
    assert (tmp_path / "own.csv").read_text("utf-8") == "lead_id\nbeta\n"


def test_an_index_whose_periods_nobody_knows_is_removed_and_its_owner_told(tmp_path):
    assert renew_index(tmp_path) is None
    folder = tmp_path / "index"
    folder.mkdir()
    pl.DataFrame({"period": ["some day", None]}).write_parquet(folder / "index.parquet")
    for name in ("index.csv", "own.txt"):
        (folder / name).write_text("x", encoding="utf-8")
    told = renew_index(tmp_path)
    assert told is not None
    assert f"callsignals index {tmp_path}" in told
    assert [path.name for path in folder.iterdir()] == ["own.txt"]


def test_a_workspace_that_is_not_known_gone_or_another_is_named(tmp_path):
    out, workspace = tmp_path / "out", tmp_path / "team"
    out.mkdir()
    workspace.mkdir()
    with pytest.raises(InputError, match="a workspace that is not known"):
        origin_of(out, None)
    (out / "run.json").write_text(json.dumps({"workspace": "../gone", "options": {"limit": 3}}), encoding="utf-8")
    with pytest.raises(InputError, match="which is gone"):
        origin_of(out, None)
    origin = origin_of(out, workspace)
    assert (origin.folder, origin.options.out, origin.options.limit) == (workspace.resolve(), out, 3)

    (workspace / "calls.csv").write_text("call_id,lead_id,transcript\na,acme,a.txt\n", encoding="utf-8")
    (workspace / "a.txt").write_text("A: Hello there.\nB: Hello to you.\n", encoding="utf-8")
    opened = open_workspace(workspace)
    check_source(opened, out)
    (out / "run.json").write_text(json.dumps({"source": "callsignals/other"}), encoding="utf-8")
    with pytest.raises(InputError, match="OUT was made from callsignals/other"):
        check_source(opened, out)
