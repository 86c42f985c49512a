"""Every copy in OUT is redacted; measures are those of the words as heard; another level writes the copies anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callsignals import run
from support import results, write_csv

SECRETS = ("070-174 06 05", "Kortqvist", "ylvali.k@firma.example", "880320-0016")
LINES = [
    "Laura: Hej Ylvali Kortqvist, hur många fakturor hanterar ni varje månad?",
    "Kund: Det tar alldeles för mycket tid, mejla ylvali.k@firma.example eller ring 070-174 06 05.",
    "Laura: Tack, och vad är ditt personnummer?",
    "Kund: Det är 880320-0016 och vi vill ha snabbare svar.",
]


@pytest.fixture
def workspace(tmp_path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "one.txt").write_text("\n".join(LINES * 4), encoding="utf-8")
    row = {"call_id": "one", "lead_id": "beta", "transcript": "one.txt", "seller": "Laura", "language": "sv"}
    write_csv(folder / "calls.csv", [row])
    write_csv(folder / "leads.csv", [{"lead_id": "beta", "name": "Beta AB"}])
    return folder


def copies(out: Path) -> str:
    files = (path for path in out.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return "\n".join(path.read_bytes().decode("utf-8", errors="replace") for path in sorted(files))


def level(workspace: Path, value: str) -> None:
    (workspace / "callsignals.toml").write_text(f'[privacy]\nredact = "{value}"\n', encoding="utf-8")


def test_no_copy_in_out_tells_and_measures_do_not_change(workspace, tmp_path):
    out = tmp_path / "out"
    run(workspace, out)
    shown = copies(out)
    assert not [secret for secret in SECRETS if secret in shown]
    words = json.loads((out / "transcripts" / "one.json").read_text(encoding="utf-8"))["words"]
    assert {"[EMAIL]", "[PHONE].", "[IDENTITY_NUMBER]"} <= {word["text"] for word in words}
    redacted = results(out)
    heard = {
        path: path.stat().st_mtime_ns for path in (out / ".cache").rglob("*") if path.parent.name in ("hear", "measure")
    }

    level(workspace, "contacts")
    run(workspace, out)
    shown = copies(out)
    assert [secret for secret in SECRETS if secret in shown] == ["Kortqvist"]

    level(workspace, "off")
    run(workspace, out)
    assert not [secret for secret in SECRETS if secret not in copies(out)]
    assert results(out) == redacted
    assert all(path.stat().st_mtime_ns == time for path, time in heard.items())
