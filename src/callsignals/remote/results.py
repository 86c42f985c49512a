"""OUT in a store: copied here before a run, written back after it so that what others read is always a whole run's.

What is named by its content (``.cache``) is sent as it comes. Everything else that replaces something is first sent
under other names; then a journal says what is to be moved where; then it is moved: pages and transcripts, tables, at
last ``run.json``. A run that ends before the journal is written leaves the older results as they were; one that ends
later is finished by the next, whichever machine that is on.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from callsignals.batch.results import RESULT_FILES
from callsignals.batch.store import CACHE_FOLDER
from callsignals.errors import OutputError
from callsignals.files import file_digest, make_private_folder, remove_file, write_bytes
from callsignals.privacy.tombstones import TOMBSTONES_FILE
from callsignals.remote.depot import Depot, Entry
from callsignals.remote.lock import RemoteLock
from callsignals.remote.working import read_state, write_state

__all__ = ["JOURNAL_FILE", "MANIFEST_FILE", "RemoteOut"]

_OWN = f"{CACHE_FOLDER}/remote"
JOURNAL_FILE = f"{_OWN}/journal.json"
MANIFEST_FILE = f"{_OWN}/manifest.json"
"""sha256, size and time stamp of every file but those that are named by their content."""
_STAGED = f"{_OWN}/new"
_GROWING = f"{_OWN}/growing"
_LAST = "run.json"

Kind = Literal["entry", "file", "here"]
Stamp = tuple[int, int]
"""Size in bytes and time stamp in nanoseconds."""


@dataclass(slots=True)
class RemoteOut:
    """One OUT there and its copy here.

    Attributes:
        depot: OUT.
        out: the copy.
        state_path: where is noted what the copy is a copy of.
        lock: held.
    """

    depot: Depot
    out: Path
    state_path: Path
    lock: RemoteLock
    _known: dict[str, list[Any]] = field(default_factory=dict)
    """By name: token, size and time stamp of the copy when it was equal to what lies there."""
    _manifest: dict[str, list[Any]] = field(default_factory=dict)

    def pull(self) -> None:
        """Finish what an earlier run left half-done, then bring the copy to what lies there.

        Results of hearing that could not be sent earlier stay; what was removed there is removed here.

        Raises:
            InputError, OutputError: the store or this machine's disk.
        """
        self._finish_earlier()
        listed = {name: entry for name, entry in self.depot.entries()[0].items() if _kind(name) != "here"}
        self._manifest = _object(self.depot.read(MANIFEST_FILE))
        self._known = read_state(self.state_path)
        erased = _token(listed.get(TOMBSTONES_FILE)) != (self._known.get(TOMBSTONES_FILE) or [None])[0]
        missing = [name for name, entry in listed.items() if self._differs(name, entry)]
        for name in missing:
            self._known.pop(name, None)
        write_state(self.state_path, self._known)
        with _disk(self.out):
            make_private_folder(self.out)
            for name in self._here():
                if name not in listed and (name in self._known or erased):
                    remove_file(self.out / name)
            self.depot.fetch(missing, self.out)
            for name in missing:
                self._restore_stamp(name)
                self._known[name] = [listed[name].token, *_stamp(self.out / name)]
        for name in listed.keys() - self._known.keys():
            self._known[name] = [listed[name].token, *_stamp(self.out / name)]
        self._save(listed)

    def send_entries(self) -> None:
        """Send results that are named by their content, and what is known of recordings.

        Raises:
            OutputError: the store cannot be written.
        """
        new = {
            name: stamp for name, stamp in self._here().items() if _kind(name) == "entry" and self._is_new(name, stamp)
        }
        order = sorted(new, key=lambda name: (name.startswith(_OWN), name))  # a recording counts as read only then
        self.depot.send([(self.out / name, name) for name in order], _GROWING)
        self._known |= {name: [None, *new[name]] for name in order}
        write_state(self.state_path, self._known)

    def commit(self) -> None:
        """Make what lies there what is here; what is equal is not sent.

        Raises:
            OutputError: the store cannot be written, or another run has taken it.
        """
        self.send_entries()
        here = self._here()
        manifest, changed = self._compared({name: stamp for name, stamp in here.items() if _kind(name) == "file"})
        fresh = [name for name in changed if name not in self._known and "/" in name and _rank(name) == 0]
        self.depot.send([(self.out / name, name) for name in fresh], _GROWING)
        staged = sorted(set(changed) - set(fresh), key=lambda name: (_rank(name), name))
        moves = [(f"{_STAGED}/{position:06d}", name) for position, name in enumerate(staged)]
        self.depot.put([(self.out / name, other) for other, name in moves])
        ours = self.state_path.with_name("manifest.json")
        write_state(ours, manifest)
        moves.append((f"{_STAGED}/manifest.json", MANIFEST_FILE))
        self.depot.put([(ours, moves[-1][0])])
        moves.sort(key=lambda move: _rank(move[1]))
        removals = sorted(name for name in self._known if name not in here)
        journal = self.state_path.with_name("journal.json")
        write_bytes(journal, json.dumps({"moves": moves, "removals": removals}).encode("utf-8"))
        self.lock.check()
        self.depot.send([(journal, JOURNAL_FILE)], _GROWING)
        self._finish(moves, removals)
        self._manifest = manifest
        listed = {name: entry for name, entry in self.depot.entries()[0].items() if name in here}
        self._known = {name: [entry.token, *here[name]] for name, entry in listed.items()}
        self._save(listed)

    def _finish_earlier(self) -> None:
        journal = _object(self.depot.read(JOURNAL_FILE))
        if journal:
            staged = self.depot.names_below(_STAGED)
            self._finish([(old, new) for old, new in journal["moves"] if old in staged], journal["removals"])
        self.depot.remove_folder(_STAGED)
        self.depot.remove_folder(_GROWING)

    def _finish(self, moves: Sequence[tuple[str, str]], removals: Sequence[str]) -> None:
        """Can be done again from any point at which it broke off."""
        self.depot.move([move for move in moves if move[1] != _LAST])
        self.depot.remove(removals)
        self.depot.move([move for move in moves if move[1] == _LAST])
        self.depot.remove([JOURNAL_FILE])
        self.depot.remove_folder(_STAGED)

    def _differs(self, name: str, entry: Entry) -> bool:
        path = self.out / name
        if not path.is_file():
            return True
        if _is_named_by_content(name):
            return path.stat().st_size != entry.size
        return entry.token is None or entry.token != (self._known.get(name) or [None])[0]

    def _is_new(self, name: str, stamp: Stamp) -> bool:
        known = self._known.get(name)
        if known is None or _is_named_by_content(name):
            return known is None or known[1] != stamp[0]
        return known[1:] != list(stamp)

    def _compared(self, here: Mapping[str, Stamp]) -> tuple[dict[str, list[Any]], list[str]]:
        """The manifest of what is here, and the names of what is not equal to what lies there."""
        manifest, changed = {}, []
        for name, stamp in here.items():
            if name in self._manifest and not self._is_new(name, stamp):
                manifest[name] = self._manifest[name]
                continue
            digest = file_digest(self.out / name)
            manifest[name] = [digest, *stamp]
            if self._is_new(name, stamp) and (name not in self._known or self._manifest.get(name, [None])[0] != digest):
                changed.append(name)
        return manifest, changed

    def _restore_stamp(self, name: str) -> None:
        """Copies get the stamps under which they were written, so that what was sealed there is sealed here."""
        if name not in self._manifest:
            return
        digest, size, mtime_ns = self._manifest[name]
        path = self.out / name
        if path.stat().st_size == size and file_digest(path) == digest:
            os.utime(path, ns=(mtime_ns, mtime_ns))

    def _here(self) -> dict[str, Stamp]:
        """Files of the copy that belong there, by name."""
        found = {}
        for folder, _, names in os.walk(self.out):
            for file in names:
                path = Path(folder) / file
                name = path.relative_to(self.out).as_posix()
                if _kind(name) != "here":
                    found[name] = _stamp(path)
        return dict(sorted(found.items()))

    def _save(self, listed: Mapping[str, Entry]) -> None:
        self._known = {name: known for name, known in self._known.items() if name in listed}
        write_state(self.state_path, self._known)


def _kind(name: str) -> Kind:
    """Named by its content, or a file that changes, or this machine's own business."""
    parts = PurePosixPath(name).parts
    if parts[-1].startswith(".") and parts[-1].endswith(".part"):
        return "here"
    if parts[0] != CACHE_FOLDER:
        return "file"
    if parts[1] == "remote":
        return "entry" if parts[-1].startswith("recordings-") else "here"
    if len(parts) == 2:
        return "file" if parts[1].endswith(".json") else "here"
    return "here" if parts[1] == "digest" else "entry"


def _is_named_by_content(name: str) -> bool:
    return _kind(name) == "entry" and not name.startswith(_OWN)


def _rank(name: str) -> int:
    """In which order files are moved into place."""
    if name == _LAST:
        return 4
    if name == MANIFEST_FILE:
        return 3
    if name in RESULT_FILES:
        return 2
    return 1 if name.startswith(CACHE_FOLDER) else 0


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _token(entry: Entry | None) -> str | None:
    return entry.token if entry is not None else None


def _object(content: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def _disk(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            str(out),
            f"cannot be written ({error.strerror or error})",
            "Free some space, or name another folder in the environment variable CALLSIGNALS_CACHE.",
            code="cannot_write",
        ) from None
