from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support import clip, write_csv, write_wav


@pytest.fixture
def two_calls(tmp_path) -> Path:
    """A workspace with two short stereo calls and a transcript."""
    folder = tmp_path / "workspace"
    write_wav(folder / "one.wav", clip(3, 22)[0])
    write_wav(folder / "two.wav", clip(22, 44)[0])
    lines = [
        "Laura: Hur många fakturor hanterar ni varje månad?",
        "Kund: Det tar alldeles för mycket tid.",
    ] * 6
    (folder / "three.txt").write_text("\n".join(lines), encoding="utf-8")
    write_csv(
        folder / "calls.csv",
        [
            {"call_id": "one", "lead_id": "acme", "audio": "one.wav", "seller_channel": 0, "language": "en"},
            {"call_id": "two", "lead_id": "acme", "audio": "two.wav", "seller_channel": 0, "language": "en"},
            {
                "call_id": "three",
                "lead_id": "beta",
                "transcript": "three.txt",
                "seller": "Laura",
                "language": "sv",
            },
        ],
    )
    return folder


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in a process of its own."""

    def run(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "callsignals", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
            check=False,
            timeout=600,
        )

    return run
