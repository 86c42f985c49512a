"""How far a command is: bars on a terminal, lines elsewhere; on standard error."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from callsignals.cli.console import error_line

__all__ = ["StderrListener"]

_TITLES = {
    "hear": "Hearing calls",
    "measure": "Measuring",
    "classify": "Classifying comments",
}
_PLAIN_STEPS = 10


class StderrListener:
    """Progress bars with time taken and left on a terminal, a line every tenth elsewhere."""

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
                TimeElapsedColumn(),  # moves on while one long call is heard
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(self._title, total=total)
            self._progress.start()
        elif total and stage == "hear":  # the first call may take minutes
            error_line(f"{self._title}: 0 of {total}")

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
