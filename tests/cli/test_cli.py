"""The command line in this process: what it prints where, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from callsignals.cli import main
from callsignals.cli.examples import EXAMPLES
from callsignals.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "demo", "init", "run", "transcribe", "report", "classify", "compare", "index", "export", "erase", "purge",
    "schema", "validate", "doctor", "models", "terms",
)  # fmt: skip


def call(*arguments: object) -> int:
    """The exit code of one command."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_every_command_is_there_documented_in_the_readme_and_has_help(capsys):
    assert call("--help") == 0
    listed = capsys.readouterr().out
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"^\s*{name}\s", listed, re.MULTILINE), name
        assert f"callsignals {name}" in readme, name
        assert call(name, "--help") == 0
        assert "Usage" in capsys.readouterr().out
    registered = {command.name or command.callback.__name__ for command in app.registered_commands}
    registered |= {group.name for group in app.registered_groups}
    assert registered == set(COMMANDS)


def test_version_is_the_installed_one(capsys):
    assert call("--version") == 0
    assert capsys.readouterr().out == f"callsignals {version('callsignals')}\n"


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"], ["models"], ["run", "--no-such"]])
def test_what_only_prints_loads_no_library_that_commands_work_with(arguments):
    """One of these takes longer to load than everything that is printed here."""
    script = (
        "import sys\n"
        "from callsignals.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "loaded = {'av', 'numpy', 'onnxruntime', 'polars', 'scipy', 'sklearn', 'spacy'} & sys.modules.keys()\n"
        "sys.exit(', '.join(sorted(loaded)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_shell_completes_commands(monkeypatch, capsys):
    for name, value in (
        ("_CALLSIGNALS_COMPLETE", "complete_bash"),
        ("COMP_WORDS", "callsignals cla"),
        ("COMP_CWORD", "1"),
    ):
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        app(prog_name="callsignals")
    assert capsys.readouterr().out.split() == ["classify"]


def test_a_workspace_in_place_of_its_results_is_taken_for_them(tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text("{}", encoding="utf-8")
    assert call("report", tmp_path) == 1
    note, error = capsys.readouterr().err.splitlines()
    assert note == f"note: {tmp_path} is a workspace; taking its results: {tmp_path / 'out'}"
    assert error.startswith(f"{tmp_path / 'out'}: ")


def test_help_ends_with_examples(capsys):
    assert call("classify", "--help") == 0
    _, _, examples = capsys.readouterr().out.partition("Examples:\n")
    assert "  callsignals classify comments.csv --review to-label.csv\n" in examples


@pytest.mark.parametrize("command", ["", *COMMANDS, *(name for name in EXAMPLES if " " in name)])
def test_every_help_has_an_example_of_its_own(command, capsys):
    assert call(*command.split(), "--help") == 0
    _, _, examples = capsys.readouterr().out.partition("Examples:\n")
    assert examples.strip().startswith(f"callsignals {command}")


@pytest.mark.parametrize(
    "arguments",
    [("run",), ("run", "x", "--no-such"), ("schema", "nothing"), ("run", "x", "--workers", "0"), ("fly",)],
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(arguments, capsys):
    assert call(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error" in shown.err


def test_what_cannot_run_ends_with_1_and_one_line(tmp_path, capsys):
    assert call("run", tmp_path / "absent") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "absent" in shown.err


def test_debug_adds_the_traceback(tmp_path, capsys):
    assert call("run", tmp_path / "absent", "--debug") == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["signal", "lead", "transcript"])
def test_schema_prints_one_json_schema(kind, capsys):
    assert call("schema", kind) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["type"] == "object"


def test_init_writes_a_workspace_that_run_accepts_once_filled_and_refuses_to_overwrite(tmp_path, capsys):
    folder = tmp_path / "mine"
    assert call("init", folder) == 0
    written = {Path(line).name for line in capsys.readouterr().out.split()}
    assert {"callsignals.toml", "calls.csv", "comments.csv", "terms.toml"} <= written
    assert call("init", folder) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert call("run", folder, "--dry-run") in (0, 1)


def test_validate_tells_good_from_bad(tmp_path, capsys):
    assert call("validate", tmp_path / "absent.jsonl") == 3
    (tmp_path / "bad.jsonl").write_text('{"signal": "x"}\n', encoding="utf-8")
    assert call("validate", tmp_path / "bad.jsonl") == 3
    shown = capsys.readouterr()
    assert "0 of 1 records valid" in shown.out
    assert "record 1" in shown.err


def test_a_report_of_nothing_is_refused(tmp_path, capsys):
    assert call("report", tmp_path) == 1
    assert "leads.jsonl" in capsys.readouterr().err


def test_transcribing_what_is_not_there_names_it_and_ends_with_3(tmp_path, capsys):
    assert call("transcribe", tmp_path / "absent.wav", "--out", tmp_path / "out") == 3
    assert "absent.wav" in capsys.readouterr().err


def test_models_and_doctor_say_what_is_here(capsys):
    assert call("models", "verify") == 0
    listed = capsys.readouterr().out
    for name in ("base", "diarization", "comments", "e5"):
        assert re.search(rf"^ready\s+\w+\s+{name}\b", listed, re.MULTILINE), name
    assert call("models", "list") == 0
    assert "base" in capsys.readouterr().out
    assert call("doctor") == 0
    assert "Python" in capsys.readouterr().out
