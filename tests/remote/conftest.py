from __future__ import annotations

from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from support import write_csv


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    """This machine's cache folder; the shipped weights are not in it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CALLSIGNALS_CACHE", str(folder))
    return folder


@pytest.fixture
def memory(monkeypatch):
    """An empty store."""
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    monkeypatch.setattr(MemoryFileSystem, "pseudo_dirs", [""])
    return MemoryFileSystem(skip_instance_cache=True)


@pytest.fixture
def transcripts(tmp_path) -> Path:
    """A workspace of two transcripts."""
    folder = tmp_path / "team"
    folder.mkdir()
    lines = ["Laura: Hur många fakturor hanterar ni varje månad?", "Kund: Det tar alldeles för mycket tid."] * 6
    for name in ("one", "two"):
        (folder / f"{name}.txt").write_text("\n".join([f"Laura: {name}.", *lines]), encoding="utf-8")
    write_csv(
        folder / "calls.csv",
        [
            {"call_id": name, "lead_id": "acme", "transcript": f"{name}.txt", "seller": "Laura", "language": "sv"}
            for name in ("one", "two")
        ],
    )
    return folder
