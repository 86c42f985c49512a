"""Hearing in batches: fetch, hear, send the results, empty the files; the next batch comes while one is heard."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from callsignals.batch.calls import Tried, recordings_heard
from callsignals.batch.hearing_work import Heard, HearTask, HearWork
from callsignals.batch.known_files import known_digest
from callsignals.batch.listener import Listener
from callsignals.batch.run import RunOptions, hear_opened
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, InputError, MediaError
from callsignals.inputs.workspace import Workspace
from callsignals.remote.recordings import Recordings

__all__ = ["AlreadyTried", "hear_in_batches"]

CALLS_PER_BATCH = 100
"""So much work is lost at most with the machine; few enough that hearing begins soon."""
_FETCHED_AT_ONCE = 8
"""Between these an interruption is noticed."""


@dataclass(frozen=True, slots=True)
class AlreadyTried:
    """The engine of the last pass: everything was heard in its batch, or failed there.

    Attributes:
        errors: by key of the task.
        unfetched: what kept recordings from being heard at all, by their paths.
    """

    errors: Mapping[str, CallSignalsError]
    unfetched: Mapping[Path, CallSignalsError]

    def __call__(self, tasks: Sequence[HearTask], work: HearWork, store: Store, workers: int | None) -> Iterator[Heard]:
        """Gives what went wrong; see ``Engine``."""
        for task in tasks:
            missing = MediaError(task.audio.name, "was not heard", "Run again.", code="not_heard")
            yield Heard(task, self.unfetched.get(task.audio) or self.errors.get(task.key, missing))


@dataclass(slots=True)
class _Batches:
    """The work of ``hear_in_batches``."""

    workspace: Workspace
    options: RunOptions
    listener: Listener
    store: Store
    recordings: Recordings | None
    budget_bytes: float
    send: Callable[[], None]
    errors: dict[str, CallSignalsError] = field(default_factory=dict)
    unfetched: dict[str, CallSignalsError] = field(default_factory=dict)
    coming: Future[None] | None = None
    stopped: Event = field(default_factory=Event)

    def hear(self) -> None:
        batches = list(self._cut(self._unheard()))
        with ThreadPoolExecutor(max_workers=1) as fetcher:
            for batch, following in zip(batches, [*batches[1:], []], strict=False):
                if self.coming is None:
                    self._fetch(batch)
                else:
                    self.coming.result()
                fits = self._bytes(batch) + self._bytes(following) <= self.budget_bytes
                self.coming = fetcher.submit(self._fetch, following) if following and fits else None
                try:
                    self._hear(batch)
                except BaseException:
                    self.stopped.set()
                    if self.coming is not None:
                        self.coming.exception()
                    self._release(following)
                    raise
        if self.recordings is not None:
            for name in self.unfetched:
                self.recordings.stand_in(name)

    def _unheard(self) -> list[Path]:
        """Recordings that are not heard, in table order, each once."""
        rows = [row for row in self.workspace.calls if row.audio]
        if not rows:
            return []
        for row in rows:
            if row.rttm:
                _try_digest(row.rttm, self.store)
        heard = recordings_heard(self.workspace, self.store)
        return list(dict.fromkeys(row.audio for row in rows if row.audio and row.call_id not in heard))

    def _cut(self, paths: Sequence[Path]) -> Iterator[list[Path]]:
        """Batches of at most half the budget, so that two fit; a larger recording is alone in its own."""
        batch: list[Path] = []
        for path in paths:
            size = self._bytes([path])
            if size > self.budget_bytes:
                self._refuse(path, size)
                continue
            if batch and (self._bytes(batch) + size > self.budget_bytes / 2 or len(batch) == CALLS_PER_BATCH):
                yield batch
                batch = []
            batch.append(path)
        if batch:
            yield batch

    def _refuse(self, path: Path, size: float) -> None:
        name = self._names([path])[0]
        self.unfetched[name] = MediaError(
            name,
            f"is larger ({size / 1e9:.1f} GB) than the room for recordings on this machine",
            "Raise [remote] disk_gb.",
            code="no_room",
        )

    def _names(self, paths: Sequence[Path]) -> list[str]:
        if self.recordings is None:
            return []
        return [name for path in paths if (name := self.recordings.name_of(path)) is not None]

    def _bytes(self, paths: Sequence[Path]) -> float:
        return sum(self.recordings.entries[name].size for name in self._names(paths)) if self.recordings else 0

    def _fetch(self, paths: Sequence[Path]) -> None:
        names = self._names(paths)
        for start in range(0, len(names), _FETCHED_AT_ONCE):
            if self.recordings is not None and not self.stopped.is_set():
                self.unfetched |= self.recordings.fetch(names[start : start + _FETCHED_AT_ONCE])

    def _release(self, paths: Sequence[Path]) -> None:
        if self.recordings is not None:
            self.recordings.release(self._names(paths))

    def _hear(self, batch: Sequence[Path]) -> None:
        missing = {self.workspace.root / name for name in self._names(batch) if name in self.unfetched}
        wanted = set(batch) - missing
        part = replace(self.workspace, calls=tuple(row for row in self.workspace.calls if row.audio in wanted))
        try:
            self._keep_errors(hear_opened(part, self.options, self.listener, self.store), part)
        finally:
            self._release(batch)
            if self.recordings is not None:
                self.recordings.note()
        self.send()

    def _keep_errors(self, tried: Tried, part: Workspace) -> None:
        """Named as they are called there: nobody else has the folders of this machine."""
        for row in part.calls:
            error, key = tried.errors.get(row.call_id), tried.keys.get(row.call_id)
            if error is None or key is None:
                continue
            name = self._names([row.audio])[0] if row.audio and self._names([row.audio]) else error.what
            self.errors[key] = type(error)(name, error.problem, error.remedy, code=error.code, row=error.row)


def hear_in_batches(
    workspace: Workspace,
    options: RunOptions,
    listener: Listener,
    store: Store,
    recordings: Recordings | None,
    *,
    budget_bytes: float,
    send: Callable[[], None],
) -> AlreadyTried:
    """Hear what is not heard yet.

    Args:
        workspace: opened, with recordings as empty files.
        options: of the run.
        listener: is told of progress.
        store: of OUT.
        recordings: those that lie elsewhere; None when the workspace is a folder of this machine.
        budget_bytes: of recordings on this machine at once.
        send: keeps what was heard so far; called after each batch.

    Returns:
        The engine for the run that follows.

    Raises:
        CallSignalsError: the store cannot be reached, or results cannot be kept.
    """
    batches = _Batches(workspace, options, listener, store, recordings, budget_bytes, send)
    batches.hear()
    return AlreadyTried(batches.errors, {workspace.root / name: error for name, error in batches.unfetched.items()})


def _try_digest(path: Path, store: Store) -> None:
    with contextlib.suppress(InputError):  # the run that follows names it
        known_digest(path, store)
