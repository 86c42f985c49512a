"""``callsignals run`` on addresses: bring the small files here, hear in batches, run, and write results back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from callsignals.batch.listener import Listener, Silent
from callsignals.batch.run import RunOptions, RunResult, open_with, run_opened, run_workspace
from callsignals.batch.voiceprint_store import opened_store
from callsignals.errors import CallSignalsError
from callsignals.inputs.settings import SETTINGS_FILE, Settings, load_settings
from callsignals.remote.address import Address, is_address, parse_address
from callsignals.remote.depot import Depot, Entry, open_depot
from callsignals.remote.hearing import hear_in_batches
from callsignals.remote.inputs import check_stays_inside, copy_inputs
from callsignals.remote.lock import RemoteLock
from callsignals.remote.recordings import Recordings
from callsignals.remote.results import RemoteOut
from callsignals.remote.working import Working

__all__ = ["run_anywhere"]


def run_anywhere(
    workspace: str | Path, out: str | Path | None, options: RunOptions, listener: Listener | None = None
) -> RunResult:
    """``run_workspace`` for folders and addresses alike.

    Args:
        workspace: a folder or an address.
        out: a folder or an address; None for ``out`` in the workspace.
        options: of the run; ``out`` in them is not looked at.
        listener: is told of progress.

    Returns:
        The result; where OUT is an address, ``out`` is this machine's copy.

    Raises:
        UsageError: an address that cannot be used, or whose driver is not installed.
        CallSignalsError: nothing could be done at all.
    """
    at, to = _place(workspace), None if out is None else _place(out)
    if not isinstance(at, Address) and not isinstance(to, Address):
        return run_workspace(at, replace(options, out=to), listener)
    if to is None and isinstance(at, Address):
        to = at.below("out")
    if to is None:
        raise AssertionError("a folder has its OUT in it")
    return _RemoteRun(at, to, options, _Once(listener or Silent())).finish()


def _place(text: str | Path) -> Address | Path:
    return parse_address(text) if isinstance(text, str) and is_address(text) else Path(text)


@dataclass(frozen=True, slots=True)
class _RemoteRun:
    at: Address | Path
    to: Address | Path
    options: RunOptions
    listener: Listener

    def finish(self) -> RunResult:
        source = open_depot(self.at) if isinstance(self.at, Address) else None
        target = open_depot(self.to) if isinstance(self.to, Address) else None
        working = Working.of(self.at, self.to)
        with working.held() as host, self._named(working):
            entries = self._copy_inputs(source, working) if source is not None else {}
            settings = _settings(working.root)
            if source is not None:
                check_stays_inside(working.root, settings, source.address.shown)
            with _results(target, working, host, settings) as results:
                result = self._run(working, source, entries, results, settings)
                if results is not None:
                    results.commit()
        if target is not None:
            self.listener.notice(f"Results are in {target.address.shown}; this machine keeps a copy.")
        return result

    @contextlib.contextmanager
    def _named(self, working: Working) -> Iterator[None]:
        """Errors name the addresses, not the copies."""
        try:
            yield
        except CallSignalsError as error:
            what = error.what
            for place, folder in ((self.to, working.out), (self.at, working.root)):
                if isinstance(place, Address):
                    what = what.replace(str(folder.resolve()), place.shown).replace(str(folder), place.shown)
            if what == error.what:
                raise
            named = type(error)(what, error.problem, error.remedy, code=error.code, row=error.row)
            raise named.with_traceback(error.__traceback__) from None

    def _copy_inputs(self, source: Depot, working: Working) -> dict[str, Entry]:
        name = None
        if isinstance(self.at, Address) and isinstance(self.to, Address) and self.at.holds(self.to):
            name = "/".join(self.to.parts[len(self.at.parts) :])
        state_path = working.folder / "inputs.json"
        entries, notices = copy_inputs(source, working.root, state_path, out=name, kept=working.out)
        for notice in notices:
            self.listener.notice(notice)
        return entries

    def _run(
        self,
        working: Working,
        source: Depot | None,
        entries: dict[str, Entry],
        results: RemoteOut | None,
        settings: Settings,
    ) -> RunResult:
        options = replace(self.options, out=working.out)
        workspace = open_with(working.root, options)
        store = opened_store(workspace)
        recordings = None
        if source is not None:
            recordings = Recordings(source, workspace.root, entries, store)
            recordings.recall()
        engine = hear_in_batches(
            workspace,
            options,
            self.listener,
            store,
            recordings,
            budget_bytes=settings.remote.disk_gb * 1e9,
            send=results.send_entries if results is not None else _nothing,
        )
        return run_opened(workspace, options, self.listener, engine=engine)


@contextlib.contextmanager
def _results(target: Depot | None, working: Working, host: str, settings: Settings) -> Iterator[RemoteOut | None]:
    """OUT, held and copied here; None when it is a folder of this machine."""
    if target is None:
        yield None
        return
    lock = RemoteLock(target, host, settings.remote.lock_minutes * 60)
    with lock.held():
        results = RemoteOut(target, working.out, working.folder / "results.json", lock)
        results.pull()
        yield results


def _settings(root: Path) -> Settings:
    path = root / SETTINGS_FILE
    return load_settings(path) if path.is_file() else Settings()


def _nothing() -> None:
    """Results lie where they belong."""


class _Once:
    """Passes on what a listener is told; a notice only once, however many batches give it."""

    def __init__(self, listener: Listener) -> None:
        self._said: set[str] = set()
        self._notice = listener.notice
        self.begin, self.advance, self.end = listener.begin, listener.advance, listener.end

    def notice(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._notice(text)
