"""Generated pages say what the code says, every command is told, and the site builds with links that lead somewhere."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from callsignals.cli.examples import EXAMPLES
from callsignals.inputs.tables import COLUMNS
from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.definitions import CARRIED_SIGNALS, DEFINITIONS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def generator(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("generate_commands", "commands.md"),
        ("generate_columns", "columns.md"),
        ("generate_data", "your-data.md"),
        ("generate_accuracy", "accuracy.md"),
        ("generate_exports", "exports.md"),
    ],
)
def test_a_generated_page_is_what_its_script_writes(name, page):
    assert (DOCS / page).read_text(encoding="utf-8") == generator(name).page()


def test_pictures_are_what_their_script_draws():
    drawn = generator("generate_pictures").pictures()
    assert {path.stem: path.read_text(encoding="utf-8") for path in (DOCS / "pictures").glob("*.svg")} == drawn


def test_the_pictures_figures_are_those_counted_by_hand():
    """Seller 10 + 4.4 + 13 + 3 + 3 = 33.4 s, customer 9 + 7 + 14 + 7 = 37 s; nobody for 11 of 80 s."""
    drawn = generator("generate_pictures").pictures()
    assert "seller_talk_share = 47 % = 33.40 / 70.40<" in drawn["seller_talk_share"]
    assert "silence_share = 14 % = 11 / 80<" in drawn["silence_share"]
    assert "longest_customer_story_s = 14.0 s<" in drawn["longest_customer_story_s"]


def test_every_command_has_its_section_and_examples_that_its_own_options_read():
    import typer
    import typer.main

    from callsignals.cli.main import app

    group = typer.main.get_command(app)
    commands = dict(generator("generate_commands").commands(group, typer.Context(group)))
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert commands.keys() == EXAMPLES.keys()
    for name, command in commands.items():
        assert f"## `callsignals {name}`" in page
        for line in EXAMPLES[name]:
            program, *words = line.split()
            assert (program, " ".join(words[: len(name.split())])) == ("callsignals", name)
            command.make_context(name, words[len(name.split()) :])  # a usage error fails here


def test_every_signal_that_is_measured_here_has_a_pitfall_and_no_other():
    told = generator("generate_signals").pitfalls()
    assert told.keys() == DEFINITIONS.keys() - CARRIED_SIGNALS.keys() | CALL_MEASURES.keys()


def test_the_page_of_data_has_every_column_of_every_table():
    page = (DOCS / "your-data.md").read_text(encoding="utf-8")
    for table, columns in COLUMNS.items():
        section = page.partition(f"\n## {table}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^\| `([a-z_]+)`", section, re.MULTILINE) == list(columns)


def test_the_site_builds_strictly_and_fetches_nothing(tmp_path):
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    fetched = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"?https?:")
    for path in (tmp_path / "site").rglob("*.html"):
        assert not fetched.search(path.read_text(encoding="utf-8")), path
