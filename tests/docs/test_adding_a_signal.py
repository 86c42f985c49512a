"""The worked example of docs/adding-a-signal.md, in a copy of the program: one module and one test are enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r'^```python title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
LONGEST = 40
TRANSCRIPT = "syn-en-brackwater-1.vtt"

CHECK = """
import json, sys
from pathlib import Path
import polars as pl
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.records.schema import json_schema, validate_file
from callsignals.report.wording import wording

name, root, folder = "customer_question_share", Path(sys.argv[1]), Path(sys.argv[2])
out = run_workspace(folder, RunOptions(workers=1)).out
(call,) = pl.read_parquet(out / "calls.parquet").to_dicts()
rows = [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
(row,) = [row for row in rows if row["signal"] == name and row["call_id"] and row["level"] == "lead"]
assert row["status"] == "ok" and row["value"] == row["numerator"] / row["denominator"] == call[name], row
(lead,) = map(json.loads, (out / "leads.jsonl").read_text(encoding="utf-8").splitlines())
assert lead["phases"]["during"][name]["value"] == row["value"], lead
assert name in json_schema("lead")["properties"]["phases"]["properties"]["during"]["properties"]
for file in ("signals.jsonl", "leads.jsonl"):
    count, findings = validate_file(out / file)
    assert count and not findings, findings
pages = "".join(page.read_text(encoding="utf-8") for page in (out / "report").rglob("*.html"))
assert "questions by the customer / questions of both parties" in pages
assert [wording(code).signal(name) for code in ("en", "sv", "fi")] == [
    "Customer\'s questions", "Kundens frågor", "Asiakkaan kysymykset"]
sys.path.insert(0, str(root / "docs"))
import generate_signals
assert f"`{name}`" in generate_signals.page() and "for the third time" in generate_signals.page()
"""


def blocks() -> dict[str, str]:
    page = (ROOT / "docs" / "adding-a-signal.md").read_text(encoding="utf-8")
    return dict(_BLOCK.findall(page))


def test_the_example_is_one_short_module_and_one_test():
    module, test = blocks()
    assert module.startswith("src/callsignals/vocabulary/call_measures/")
    assert test.startswith("tests/")
    assert all(code.count("\n") < LONGEST for code in blocks().values())


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program with the example's files in it."""
    copy = tmp_path / "program"
    shutil.copytree(
        ROOT / "src" / "callsignals", copy / "src" / "callsignals", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "docs", copy / "docs", ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    try:
        (copy / "models").symlink_to(ROOT / "models", target_is_directory=True)
    except OSError:  # Windows without the right to make links
        shutil.copytree(ROOT / "models", copy / "models")
    for title, code in blocks().items():
        path = copy / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return copy


def python(program: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(program / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=program, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_signal_appears_in_records_schema_report_and_docs_and_its_test_passes(program, tmp_path):
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    shutil.copy(ROOT / "fixtures" / "demo" / "transcripts" / TRANSCRIPT, workspace)
    (workspace / "calls.csv").write_text(
        f"call_id,lead_id,seller,transcript\nc1,l1,lv,{TRANSCRIPT}\n", encoding="utf-8"
    )
    (workspace / "sellers.csv").write_text("seller,name\nlv,Laura Virtanen\n", encoding="utf-8")
    python(program, "-c", CHECK, str(program), str(workspace))
    python(program, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
