"""``callsignals init``: a workspace to fill in."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from callsignals.errors import InputError, OutputError
from callsignals.inputs.settings import Settings, load_settings
from callsignals.inputs.starter import write_workspace
from callsignals.inputs.tables import COLUMNS
from callsignals.inputs.workspace import open_workspace


@pytest.fixture
def started(tmp_path: Path) -> Path:
    folder = tmp_path / "new" / "workspace"
    write_workspace(folder)
    return folder


def test_as_written_the_settings_are_all_defaults(started: Path) -> None:
    assert load_settings(started / "callsignals.toml") == Settings()


def test_with_every_line_uncommented_every_key_is_there_and_valid(started: Path, tmp_path: Path) -> None:
    text = (started / "callsignals.toml").read_text(encoding="utf-8")
    uncommented = tmp_path / "callsignals.toml"
    uncommented.write_text(re.sub(r"(?m)^#", "", text), encoding="utf-8")
    load_settings(uncommented)
    keys = {
        (section, key)
        for section, body in tomllib.loads(uncommented.read_text(encoding="utf-8")).items()
        for key in body
    }
    wanted = {(section, key) for section, model in Settings() for key in type(model).model_fields}
    assert keys == wanted


def test_every_key_and_every_column_is_explained(started: Path) -> None:
    lines = (started / "callsignals.toml").read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        if re.match(r"# \w+ = ", line):
            assert lines[place - 1].startswith("## "), line
    guide = (started / "README.txt").read_text(encoding="utf-8")
    for table, columns in COLUMNS.items():
        section = guide.split(f"\n{table}.csv:")[1].split(".csv:")[0]
        for column in columns:
            assert re.search(rf"(?m)^{column}\*? ", section), (table, column)


def test_the_examples_in_the_guide_are_good_rows(started: Path) -> None:
    guide = (started / "README.txt").read_text(encoding="utf-8")
    for block in re.findall(r"Example:\n((?:.+\n)+)", guide):
        table = "calls" if block.startswith("call_id") else "comments"
        (started / f"{table}.csv").write_text(block, encoding="utf-8")
    (started / "recordings").mkdir()
    (started / "recordings" / "acme-1.wav").write_bytes(b"")
    workspace = open_workspace(started)
    assert workspace.failures == ()
    assert (len(workspace.calls), len(workspace.comments)) == (1, 2)
    assert workspace.terms_path == (started / "terms.toml").resolve()


def test_the_tables_hold_all_columns_and_no_rows(started: Path) -> None:
    for table, columns in COLUMNS.items():
        assert (started / f"{table}.csv").read_text(encoding="utf-8") == ",".join(columns) + "\n"
    with pytest.raises(InputError) as caught:
        open_workspace(started)
    assert caught.value.code == "nothing_to_do"


def test_beside_what_is_there_only_what_is_missing_is_written_and_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    mine = {"Calls.xlsx": b"mine", "TERMS.toml": b"my terms", "call.wav": b"my call"}
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    written = {path.name for path in write_workspace(tmp_path)}
    assert written == {"callsignals.toml", "README.txt"} | {f"{table}.csv" for table in COLUMNS if table != "calls"}
    assert {path.name for path in tmp_path.iterdir()} == written | mine.keys()
    assert {name: (tmp_path / name).read_bytes() for name in mine} == mine
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(OutputError, match="holds everything"):
        write_workspace(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_in_place_of_the_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError):
        write_workspace(tmp_path / "file")
