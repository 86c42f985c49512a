"""What the pages show is run: consoles line by line, Python as it stands, settings through the reader of settings.

A block marked ``text`` is only to be read: it works with data or packages of the reader's.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from callsignals.cli import main
from callsignals.inputs.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```([a-z]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN_HERE = ("index.md",)
"""Pages whose consoles and Python are run here; those of integrations.md in their own test."""


def blocks(page: Path, kind: str) -> list[str]:
    return [code for found, code in _FENCE.findall(page.read_text(encoding="utf-8")) if found == kind]


def every(kind: str, pages: list[Path]) -> list[object]:
    return [
        pytest.param(code, id=f"{page.name}-{place}") for page in pages for place, code in enumerate(blocks(page, kind))
    ]


HERE = [ROOT / "docs" / name for name in RUN_HERE]
SETTINGS_PAGES = [ROOT / "docs" / "index.md", ROOT / "docs" / "scaling.md", ROOT / "docs" / "report.md"]


@pytest.mark.parametrize("console", every("console", HERE))
def test_consoles_end_well(console, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in console.splitlines():
        assert line.startswith("$ callsignals "), line
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(line)[2:])
        assert not ended.value.code, (line, capsys.readouterr().err)


@pytest.mark.parametrize("code", every("python", HERE))
def test_python_runs_as_it_stands(code):
    exec(compile(code, "example", "exec"), {})


@pytest.mark.parametrize("toml", every("toml", SETTINGS_PAGES))
def test_settings_are_settings(toml, tmp_path):
    path = tmp_path / "callsignals.toml"
    path.write_text(toml, encoding="utf-8")
    load_settings(path)
