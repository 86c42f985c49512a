"""Stands in for the recogniser in worker processes: says what it was given, and dies when a file's name asks for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from callsignals.batch.hearing_work import Result
from callsignals.errors import CallSignalsError

__all__ = ["FakeWork"]


@dataclass(frozen=True)
class FakeWork:
    """Notes process and file of every attempt in ``log``."""

    log: Path

    def start(self):
        def hear(task, _known, keep):
            name = task.audio.name
            tried = self.log.exists() and name in self.log.read_text(encoding="utf-8")
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{os.getpid()} {name}\n")
            if name == "killer" or (name == "kills-once" and not tried):
                os._exit(9)
            try:
                keep(Result("hear", task.key, b'"heard"'))
            except CallSignalsError as error:
                return error
            return None

        return hear
