"""Which files of OUT stand as written, and from what: so that a run with nothing new leaves them alone.

A step (records, report) is sealed with a key, the digest of everything that its files depend on, and with the
size and time stamp of each file. The seal holds while the key is the same and no file was altered or removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from callsignals.batch.store import CACHE_FOLDER
from callsignals.files import write_text

__all__ = ["Seal"]

Step = Literal["records", "report"]


@dataclass(frozen=True, slots=True)
class Seal:
    """The seals of one OUT.

    Attributes:
        out: the OUT folder.
    """

    out: Path

    def facts(self, step: Step, key: str) -> dict[str, Any] | None:
        """What was noted when the step was sealed with ``key``; None when the seal does not hold."""
        try:
            stored = json.loads(self._path(step).read_text(encoding="utf-8"))
            holds = stored["key"] == key and stored["files"] == self._stamps(list(stored["files"]))
            facts: dict[str, Any] = stored["facts"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return facts if holds else None

    def put(self, step: Step, key: str, files: Sequence[str], facts: Mapping[str, Any] | None = None) -> None:
        """Seal a finished step.

        Args:
            step: which.
            key: digest of what its files depend on.
            files: those it wrote, relative to OUT.
            facts: JSON, given back by ``facts``.

        Raises:
            OutputError: OUT cannot be written.
        """
        sealed = {"key": key, "files": self._stamps(files), "facts": dict(facts or {})}
        write_text(self._path(step), json.dumps(sealed, ensure_ascii=False))

    def _path(self, step: Step) -> Path:
        return self.out / CACHE_FOLDER / f"{step}.json"

    def _stamps(self, files: Sequence[str]) -> dict[str, list[int]]:
        stats = {name: (self.out / name).stat() for name in files}
        return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}
