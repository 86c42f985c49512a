"""What is under way and what was done: a plan that outlives a broken-off erasure, and the log of finished ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from callsignals.batch.run import PENDING_FILE
from callsignals.erasure.plan import Plan
from callsignals.errors import OutputError
from callsignals.files import remove_file, write_text

__all__ = ["AUDIT_FILE", "begin", "end", "note", "pending_plan"]

AUDIT_FILE = "audit.jsonl"


def begin(out: Path, plan: Plan, removed: Mapping[str, int], reason: str | None) -> None:
    """Keep a plan, which names the erased, until ``end``.

    Raises:
        OutputError: it cannot be written.
    """
    stored = {"plan": plan.to_json(), "removed": dict(removed), "reason": reason}
    write_text(out / PENDING_FILE, json.dumps(stored, ensure_ascii=False))


def pending_plan(out: Path) -> tuple[Plan, dict[str, int], str | None] | None:
    """The plan of an erasure that was broken off, what it had removed by then and why; None when there is none.

    Raises:
        OutputError: it cannot be read.
    """
    path = out / PENDING_FILE
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Plan.from_json(stored["plan"]), dict(stored["removed"]), stored["reason"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(
            str(path),
            "is damaged, so that the broken-off erasure cannot be finished",
            "Remove it and repeat the command with the same id.",
            code="damaged_journal",
        ) from None


def end(out: Path) -> None:
    """Forget the plan."""
    remove_file(out / PENDING_FILE)


def note(out: Path, facts: Mapping[str, Any]) -> None:
    """Add a line to the audit log: counts and kinds, nobody's id.

    Raises:
        OutputError: it cannot be written.
    """
    path = out / AUDIT_FILE
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "callsignals": version("callsignals"), **facts}
    write_text(path, before + json.dumps(line, ensure_ascii=False) + "\n")
