"""Recordings that are here only while they are heard, and what is known of them by digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callsignals.batch.known_files import digest_if_known, note_digest
from callsignals.batch.store import CACHE_FOLDER, Store
from callsignals.errors import CallSignalsError, MediaError
from callsignals.files import digest_of
from callsignals.remote.depot import Depot, Entry
from callsignals.remote.inputs import make_empty
from callsignals.remote.working import read_state, write_state

__all__ = ["Recordings"]

_OF_ONE_FILE = ("missing_file", "forbidden")
"""Errors that say nothing about the other recordings."""


@dataclass(slots=True)
class Recordings:
    """The recordings of a workspace that lies elsewhere.

    Attributes:
        depot: the workspace.
        root: its folder here, where they stand as empty files.
        entries: by name.
        store: of OUT, where digests of files are kept.
    """

    depot: Depot
    root: Path
    entries: Mapping[str, Entry]
    store: Store
    _digests: dict[str, list[str]] = field(default_factory=dict)

    def recall(self) -> None:
        """Let every empty file stand for what earlier runs, on any machine, read under its name; see ``note``."""
        told = read_state(self._noted())
        self._digests = {
            name: told[name]
            for name, entry in self.entries.items()
            if entry.token is not None and told.get(name, [None])[0] == entry.token
        }
        for name in self.entries:
            digest = self._digests[name][1] if name in self._digests else None
            note_digest(self.root / name, digest, self.store)

    def note(self) -> None:
        """Keep in OUT what was read, so that no machine fetches a recording again that was heard."""
        write_state(self._noted(), self._digests)

    def name_of(self, path: Path) -> str | None:
        """The name of a recording; None for files that are here anyway."""
        if not path.is_relative_to(self.root):
            return None
        name = path.relative_to(self.root).as_posix()
        return name if name in self.entries else None

    def fetch(self, names: Sequence[str]) -> dict[str, CallSignalsError]:
        """Bring recordings here; gives what kept single ones away.

        Raises:
            InputError: the store cannot be reached.
        """
        try:
            self.depot.fetch(names, self.root)
        except CallSignalsError as error:
            if error.code not in _OF_ONE_FILE:
                raise
            return self._fetch_singly(names)
        return {}

    def _fetch_singly(self, names: Sequence[str]) -> dict[str, CallSignalsError]:
        failed: dict[str, CallSignalsError] = {}
        for name in names:
            try:
                self.depot.fetch([name], self.root)
            except CallSignalsError as error:
                if error.code not in _OF_ONE_FILE:
                    raise
                failed[name] = MediaError(name, error.problem, error.remedy, code=error.code)
        return failed

    def release(self, names: Sequence[str]) -> None:
        """Empty files again after they were heard; their digests stay known."""
        for name in names:
            path, token = self.root / name, self.entries[name].token
            digest = digest_if_known(path, self.store) if path.is_file() else None
            if digest is not None:
                note_digest(path, None, self.store)
            make_empty(path)
            note_digest(path, digest, self.store)
            if digest is not None and token is not None:
                self._digests[name] = [token, digest]

    def stand_in(self, name: str) -> None:
        """Give one that cannot be fetched a digest of its own for this run, so that its call can be named as failed."""
        path = self.root / name
        make_empty(path)
        note_digest(path, digest_of(["not fetched", self.depot.address.digest, name]), self.store)

    def _noted(self) -> Path:
        name = f"recordings-{self.depot.address.digest[:16]}.json"
        return self.store.out / CACHE_FOLDER / "remote" / name
