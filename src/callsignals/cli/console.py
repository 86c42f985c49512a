"""What reaches the terminal: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

__all__ = ["StderrListener", "error_line", "print_json", "print_line", "write_text"]

_TITLES = {
    "hear": "Hearing calls",
    "measure": "Measuring",
    "classify": "Classifying comments",
}
_PLAIN_STEPS = 10


def print_line(text: str = "") -> None:
    """One line of results; characters that the terminal cannot show are replaced."""
    write_text(f"{text}\n")


def write_text(text: str) -> None:
    """Results as they are, without an end of line."""
    _write(sys.stdout, text)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object."""
    print_line(json.dumps(value, ensure_ascii=False))


def error_line(text: str) -> None:
    """One line of anything but results."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: Any, text: str) -> None:  # noqa: ANN401 - a text stream, perhaps replaced by a test
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, errors="replace").decode(encoding))
    stream.flush()


class StderrListener:
    """Progress bars with time left on a terminal, a line every tenth elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._title = ""
        self._total = 0
        self._done = 0

    def begin(self, stage: str, total: int) -> None:
        """Start the bar of a stage."""
        self._title = _TITLES.get(stage, stage)
        self._total, self._done = total, 0
        if total and self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(self._title, total=total)
            self._progress.start()

    def advance(self, done: int = 1) -> None:
        """Move it on."""
        before, self._done = self._done, self._done + done
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, done)
        elif self._total and before * _PLAIN_STEPS // self._total != self._done * _PLAIN_STEPS // self._total:
            error_line(f"{self._title}: {self._done} of {self._total}")

    def end(self) -> None:
        """Take it away."""
        if self._progress is not None:
            self._progress.stop()
        self._progress = self._task = None

    def notice(self, text: str) -> None:
        """A notice on a line of its own."""
        error_line(f"note: {text}")
