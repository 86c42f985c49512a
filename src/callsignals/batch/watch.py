"""``run --watch``: a folder that receives recordings all day.

Looks at the folder again and again instead of asking the system to tell: what other machines write to a network
share is told to nobody. A file is taken once its size and time stamp have not changed for a while by our own clock,
whatever the clock of the share says.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from callsignals.batch.listener import Listener
from callsignals.batch.lock import IN_USE
from callsignals.batch.run import RunOptions, RunResult, open_with, run_opened
from callsignals.batch.transcripts import Stamp
from callsignals.errors import CallSignalsError, InputError
from callsignals.inputs.scan import is_input_folder
from callsignals.inputs.settings import SETTINGS_FILE, Settings, load_settings
from callsignals.inputs.tables import TABLE_SUFFIXES

__all__ = ["Watcher"]

_UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart")


@dataclass(slots=True)
class Watcher:
    """Runs a workspace whenever something in it has changed.

    Attributes:
        folder: the workspace.
        options: of every run.
        listener: is told of progress, and of what keeps a run from starting.
        poll_s: seconds between two looks.
        stable_s: a file that did not change for so many seconds is whole.
        clock: seconds, from any start.
        wait: sleeps for some seconds.
        is_idle: whether nothing is under way.
    """

    folder: Path
    options: RunOptions
    listener: Listener
    poll_s: float
    stable_s: float
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    is_idle: bool = True
    _seen: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)
    _done: dict[Path, Stamp] | None = None
    _said: str = ""

    @classmethod
    def of(cls, folder: Path, options: RunOptions, listener: Listener) -> Watcher:
        """With the poll and wait that the workspace's ``[batch]`` asks for.

        Raises:
            CallSignalsError: the folder or its settings cannot be used.
        """
        if not folder.is_dir():
            raise InputError(str(folder), "does not exist", "Name an existing folder.", code="no_workspace")
        batch = _settings(folder).batch
        return cls(folder, options, listener, batch.watch_poll_s, batch.watch_stable_s)

    def results(self) -> Iterator[RunResult]:
        """What each run gave, for ever.

        Raises:
            BaseException: whatever interrupts it; what is finished is kept.
        """
        while True:
            result = self.look()
            if result is not None:
                yield result
            self.wait(self.poll_s)

    def look(self) -> RunResult | None:
        """One look at the folder, and a run when whole files have come, changed or gone since the last."""
        settled, growing = self._files()
        tables_grow = any(_is_table(path, self.folder.resolve()) for path in growing)
        if settled == self._done or not settled or tables_grow:
            return None
        self.is_idle = False
        try:
            result = self._run(growing)
        except CallSignalsError as error:
            if error.code != IN_USE:
                self._done = settled
            self._say(str(error))
            return None
        finally:
            self.is_idle = True
        self._done, self._said = settled, ""
        return result

    def _run(self, growing: set[Path]) -> RunResult:
        workspace = open_with(self.folder, self.options)
        whole = tuple(row for row in workspace.calls if not growing & {row.audio, row.transcript, row.rttm})
        later = len(workspace.calls) - len(whole)
        if later:
            self.listener.notice(f"Still being written, and taken later: {later} of {len(workspace.calls)} calls.")
        return run_opened(replace(workspace, calls=whole), self.options, self.listener)

    def _say(self, text: str) -> None:
        """Once, not at every look."""
        if text != self._said:
            self.listener.notice(text)
        self._said = text

    def _files(self) -> tuple[dict[Path, Stamp], set[Path]]:
        """Files that are whole, and resolved paths of those that may still grow."""
        now = self.clock()
        root = self.folder.resolve()
        out = (self.options.out or root / "out").resolve()
        found = {path: stamp for folder in _input_folders(root) for path, stamp in _stamps(folder, out)}
        self._seen = {
            path: self._seen[path] if path in self._seen and self._seen[path][0] == stamp else (stamp, now)
            for path, stamp in found.items()
        }
        settled = {path: stamp for path, (stamp, since) in self._seen.items() if now - since >= self.stable_s}
        return settled, {path.resolve() for path in self._seen.keys() - settled.keys()}


def _settings(root: Path) -> Settings:
    path = root / SETTINGS_FILE
    return load_settings(path) if path.is_file() else Settings()


def _input_folders(root: Path) -> list[Path]:
    """The workspace and its audio roots; the workspace alone while its settings cannot be read."""
    try:
        names = _settings(root).calls.audio_roots
    except CallSignalsError:
        names = ()
    return [root, *((root / name).resolve() for name in names)]


def _stamps(folder: Path, out: Path) -> Iterator[tuple[Path, Stamp]]:
    """Files below a folder that a run might read; unreadable folders are the run's to report."""
    for name, folders, files in os.walk(folder):
        here = Path(name)
        folders[:] = [inner for inner in folders if is_input_folder(here / inner, out)]
        for file in files:
            path = here / file
            if file.startswith((".", "~$")) or path.suffix.casefold() in _UNFINISHED_SUFFIXES:
                continue
            with contextlib.suppress(OSError):  # gone since
                stat = path.stat()
                yield path, (stat.st_size, stat.st_mtime_ns)


def _is_table(path: Path, root: Path) -> bool:
    return path.parent == root and path.suffix.casefold() in (*TABLE_SUFFIXES, ".toml")
