"""How far a command is: bars on a terminal, lines elsewhere; on standard error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

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
    "check": "Reading headers",
    "hear": "Hearing calls",
    "measure": "Measuring",
    "classify": "Classifying comments",
}
_PLAIN_STEPS = 10
_QUIET_S = 15.0
_QUIET_SHARE = 0.05
_LONGEST_QUIET_S = 300.0
"""Without a terminal a line comes at least so often: 15 s, then a twentieth of the time taken, at most 5 minutes."""


class StderrListener:
    """Progress bars with time taken and left on a terminal; elsewhere a line every tenth, and where one takes long.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = Console(stderr=True)
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._clock = clock
        self._lines: _Lines | None = None
        self._ended = threading.Event()

    def begin(self, stage: str, total: int) -> None:
        """Start the bar of a stage."""
        if not total:
            return
        title = _TITLES.get(stage, stage)
        if self._console.is_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),  # moves on while one long call is heard
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(title, total=total)
            self._progress.start()
        else:
            steps = 0 if stage == "check" else _PLAIN_STEPS  # which is quick, as a rule
            self._lines, self._ended = _Lines(title, total, steps, self._clock), threading.Event()
            if stage == "hear":  # the first call may take minutes
                self._lines.tell()
            threading.Thread(target=_keep_telling, args=(self._lines, self._ended), daemon=True).start()

    def advance(self, done: int = 1) -> None:
        """Move it on."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, done)
        elif self._lines is not None:
            self._lines.advance(done)

    def end(self) -> None:
        """Take it away."""
        self._ended.set()
        if self._progress is not None:
            self._progress.stop()
        self._progress = self._task = self._lines = None

    def notice(self, text: str) -> None:
        """A notice on a line of its own."""
        error_line(f"note: {text}")


class _Lines:
    """One stage told in lines.

    Args:
        title: of the stage.
        total: its steps.
        told_steps: so many lines come however quick it is.
        clock: seconds.
    """

    def __init__(self, title: str, total: int, told_steps: int, clock: Callable[[], float]) -> None:
        self._title, self._total, self._told_steps, self._clock = title, total, told_steps, clock
        self._done = 0
        self._began_s = self._told_s = clock()
        self._first: tuple[float, int] | None = None
        self._lock = threading.Lock()

    def advance(self, done: int) -> None:
        """So many steps more."""
        with self._lock:
            before, self._done = self._done, self._done + done
            self._first = self._first or (self._clock(), self._done)
            if before * self._told_steps // self._total != self._done * self._told_steps // self._total:
                self.tell()

    def tell_if_quiet(self) -> None:
        """A line when none has come for long."""
        with self._lock:
            taken_s = self._clock() - self._began_s
            quiet_s = min(max(_QUIET_S, _QUIET_SHARE * taken_s), _LONGEST_QUIET_S)
            if self._done < self._total and self._clock() - self._told_s >= quiet_s:
                self.tell()

    def tell(self) -> None:
        """How far it is."""
        self._told_s = self._clock()
        taken_s = self._told_s - self._began_s
        times = ""
        if taken_s >= _QUIET_S:
            times = f", {timedelta(seconds=round(taken_s))} so far"
            left_s = self._left_s()
            times += f", about {timedelta(seconds=round(left_s))} left" if left_s else ""
        error_line(f"{self._title}: {self._done} of {self._total}{times}")

    def _left_s(self) -> float | None:
        """From what was done since the first step, for which models had to be loaded."""
        if self._first is None or not self._first[1] < self._done < self._total:
            return None
        first_s, first_done = self._first
        return (self._told_s - first_s) * (self._total - self._done) / (self._done - first_done)


def _keep_telling(lines: _Lines, ended: threading.Event) -> None:
    while not ended.wait(1.0):
        lines.tell_if_quiet()
