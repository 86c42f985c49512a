from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from callsignals.batch.lock import exclusive
from callsignals.cli.main import main
from callsignals.errors import CallSignalsError, InputError, OutputError, UsageError
from callsignals.exports import destinations
from callsignals.exports.destinations import DESTINATIONS, export_to
from callsignals.exports.ledger import placed, read_ledger
from callsignals.exports.target import ExportOptions, parse_target
from callsignals.files import write_text
from export_results import without_lead


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code or 0


def test_the_command_says_what_it_did(out, capsys):
    assert run("export", str(out), "--to", "csv", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["counts"]["leads"] == 3
    assert summary["target"] == str(out / "exports" / "csv")
    assert all(Path(name).is_file() for name in summary["files"])
    assert run("export", str(out), "--to", "csv") == 0
    assert "3 leads" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("cvs", "Did you mean csv?"),
        ("CSV://x", "Did you mean csv?"),
        ("sqlit:///x.db", "Did you mean sqlite:///FILE?"),
        ("postgresq://me:secret@h/x", "Did you mean postgresql://"),
        ("sqlite", "Did you mean sqlite:///FILE?"),
        ("http://example.com", "is not encrypted"),
        ("postgresql://[::1/x", "no address that can be read"),
        ("", "is no destination"),
    ],
)
def test_an_unknown_destination_is_wrong_usage_and_the_nearest_is_named(out, capsys, to, told):
    assert run("export", str(out), "--to", to) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "secret" not in error
    assert len(error.splitlines()) == 1


def test_a_folder_makes_no_sense_with_an_address(out, tmp_path, capsys):
    assert run("export", str(out), "--to", f"sqlite:///{tmp_path}/x.db", "--out", str(tmp_path)) == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["run.json", "signals.parquet", "leads.jsonl", "calls.parquet", "comments.parquet"])
def test_a_folder_without_a_finished_run_is_refused(out, capsys, name):
    (out / name).unlink()
    assert run("export", str(out), "--to", "csv") == 1
    assert f"holds no finished run ({name} is missing)" in capsys.readouterr().err
    assert not (out / "exports").exists()


def test_results_that_a_killed_run_left_are_refused(out):
    with exclusive(out):
        mark = out / ".cache" / "unfinished"
        assert mark.exists()
        with pytest.raises(OutputError, match="another run is using"):
            export_to(out, "csv")
    export_to(out, "csv")
    mark.touch()
    with pytest.raises(InputError, match="left unfinished"):
        export_to(out, "csv")


DAMAGE = (b"", b"\x00\xff no", b"[]", b'{"a": 1}\n')


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (name, content)
        for name in ("run.json", "signals.parquet", "leads.jsonl", "comments.parquet")
        for content in DAMAGE
        if name != "leads.jsonl" or content  # a run may have found no lead at all
    ],
)
@pytest.mark.parametrize("to", ["csv", "xlsx", "sqlite"])
def test_damaged_results_are_one_clear_error(out, tmp_path, name, content, to):
    (out / name).write_bytes(content)
    with pytest.raises(CallSignalsError, match=rf"{name}: cannot be read"):
        export_to(out, f"sqlite:///{tmp_path / 'x.db'}" if to == "sqlite" else to)


def test_a_missing_folder_is_one_clear_error(tmp_path, capsys):
    assert run("export", str(tmp_path / "none"), "--to", "csv") == 1
    assert "is not a folder" in capsys.readouterr().err


def test_exports_are_noted_once_each_and_found_again(out, tmp_path):
    export_to(out, "csv")
    export_to(out, "csv")
    export_to(out, "hubspot", ExportOptions(tmp_path / "elsewhere"))
    export_to(out, f"sqlite:///{tmp_path / 'x.db'}")
    entries = {entry.to: entry for entry in read_ledger(out)}
    assert sorted(entries) == ["csv", "hubspot", "sqlite"]
    assert len(read_ledger(out)) == 3
    assert entries["csv"].target == "exports/csv"
    assert entries["hubspot"].files == ("../elsewhere/hubspot.csv",)
    assert entries["sqlite"].target == f"sqlite:///{(tmp_path / 'x.db').as_posix()}"
    for entry in entries.values():
        assert all(placed(out, name).is_file() for name in entry.files)
        assert entry.is_files == (entry.to != "sqlite")


def test_an_address_that_was_never_reached_is_not_noted(out, tmp_path):
    (tmp_path / "no.db").write_bytes(b"this is not a database file" * 40)
    with pytest.raises(OutputError):
        export_to(out, f"sqlite:///{tmp_path / 'no.db'}")
    assert read_ledger(out) == ()


def test_an_export_that_is_broken_off_is_noted_all_the_same(out, monkeypatch):
    def broken(run, target, options):
        write_text(options.place / "half.csv", "half")
        raise KeyboardInterrupt

    monkeypatch.setattr(
        destinations, "DESTINATIONS", {**DESTINATIONS, "csv": replace(DESTINATIONS["csv"], export=broken)}
    )
    with pytest.raises(KeyboardInterrupt):
        export_to(out, "csv")
    (entry,) = read_ledger(out)
    assert entry.target == "exports/csv"


def test_a_damaged_note_of_exports_stops_the_next(out):
    (out / "exports.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        export_to(out, "csv")


def test_files_that_vanish_from_an_export_are_removed_and_nothing_else(out, tmp_path, monkeypatch):
    """As for destinations that write a file for each lead."""

    def each_lead(run, target, options):
        report = DESTINATIONS["csv"].export(run, target, options)
        paths = [options.place / f"{record['lead_id']}.txt" for record in run.leads()]
        for path in paths:
            write_text(path, "x")
        return replace(report, files=tuple(paths))

    monkeypatch.setattr(
        destinations, "DESTINATIONS", {**DESTINATIONS, "csv": replace(DESTINATIONS["csv"], export=each_lead)}
    )
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    export_to(out, "csv", ExportOptions(folder))
    ledger = json.loads((out / "exports.json").read_text(encoding="utf-8"))
    ledger[0]["files"].append("../victim.txt")
    (out / "exports.json").write_text(json.dumps(ledger), encoding="utf-8")
    (tmp_path / "victim.txt").write_text("mine", encoding="utf-8")
    without_lead(out, "lead0001")
    export_to(out, "csv", ExportOptions(folder))
    assert {path.name for path in folder.glob("*.txt")} == {"notes.txt", "lead0000.txt", "lead0002.txt"}
    assert (tmp_path / "victim.txt").exists()


def test_half_written_files_of_a_killed_export_are_swept_from_our_folder(out):
    folder = out / "exports" / "csv"
    folder.mkdir(parents=True)
    (folder / ".signals.csv.abc.part").write_text("half", encoding="utf-8")
    export_to(out, "csv")
    assert not list(folder.glob(".*.part"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgres://me:pa:s@h:5/x", "postgresql://me:***@h:5/x"),
        ("postgresql://me@h/x?password=a&sslmode=require", "postgresql://me@h/x?password=***&sslmode=require"),
        ("postgresql:///x?host=/run/pg", "postgresql:///x?host=/run/pg"),
        ("csv", "csv"),
    ],
)
def test_addresses_are_shown_without_their_secrets(given, shown):
    assert parse_target(given).shown == shown


def test_web_addresses_are_shown_without_path_and_user_but_stay_apart():
    one, other = (parse_target(f"https://me:pw@hooks.example/{token}?t=1") for token in ("T0ken-1", "T0ken-2"))
    assert one.shown.startswith("https://hooks.example/***")
    assert one.shown != other.shown
    assert "T0ken" not in repr(one) + one.shown


def test_unknown_destinations_are_usage_errors_from_python_too(out):
    with pytest.raises(UsageError):
        export_to(out, "nonsense")
