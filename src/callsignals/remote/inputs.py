"""A workspace from elsewhere: small files are copied, recordings stand as empty files until they are heard.

An empty file is enough for everything but hearing: the records and the report name recordings, and what was in them
is known by digest (``recordings``). It is fetched for its batch and emptied again after that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from callsignals.errors import InputError, OutputError, SettingsError
from callsignals.files import make_private_folder
from callsignals.inputs.scan import AUDIO_SUFFIXES
from callsignals.inputs.settings import SETTINGS_FILE, Settings
from callsignals.inputs.tables import TABLE_SUFFIXES
from callsignals.inputs.transcripts.read import TRANSCRIPT_SUFFIXES
from callsignals.remote.depot import Depot, Entry
from callsignals.remote.working import read_state, write_state

__all__ = ["check_stays_inside", "copy_inputs", "make_empty"]

_RESULT_MARKS = ("run.json", "signals.jsonl")
_COPIED_SUFFIXES = frozenset((*TABLE_SUFFIXES, *TRANSCRIPT_SUFFIXES, ".toml", ".rttm", ".skops"))
_SMALL_BYTES = 2**20
"""Of a file whose suffix says nothing: larger ones are taken for recordings."""
_EMPTY_MTIME_NS = 10**18
"""The same for every empty file, so that what is noted of one is found again."""


def copy_inputs(
    depot: Depot, root: Path, state_path: Path, *, out: str | None, kept: Path | None
) -> tuple[dict[str, Entry], list[str]]:
    """Bring ``root`` to what lies in the workspace; what has not changed is not fetched again.

    Args:
        depot: the workspace.
        root: ours alone: what is not in the workspace is removed, except OUT.
        state_path: where is noted what was fetched.
        out: the name of OUT in the workspace, None when it is elsewhere.
        kept: its folder here.

    Returns:
        Recordings by name, which stand as empty files; and notices.

    Raises:
        InputError: the workspace cannot be read.
        OutputError: ``root`` cannot be written.
    """
    listed, unusable = depot.entries()
    wanted = _inputs(listed, out)
    if not wanted:
        raise InputError(
            depot.address.shown,
            "holds no files that a run reads, or does not exist",
            "Check the address; 'callsignals init DIR' writes an example to copy there.",
            code="no_workspace",
        )
    recordings = {name: entry for name, entry in wanted.items() if _is_recording(name, entry)}
    small = {name: entry for name, entry in wanted.items() if name not in recordings}
    known = read_state(state_path)
    missing = [name for name, entry in small.items() if not _stands(root / name, entry, known.get(name))]
    write_state(state_path, {name: token for name, token in known.items() if name not in missing})
    try:
        make_private_folder(root)
        _remove_others(root, wanted, kept)
        for name in recordings:
            make_empty(root / name)
        depot.fetch(missing, root)
    except OSError as error:
        raise OutputError(
            str(root), f"cannot be written ({error.strerror or error})", "Free some space and run again."
        ) from None
    write_state(state_path, {name: entry.token for name, entry in small.items()})
    notices = [f"Links, or names that no file here can have, were left out: {unusable}."] if unusable else []
    return recordings, notices


def _inputs(listed: Mapping[str, Entry], out: str | None) -> dict[str, Entry]:
    """Those that a run may read: nothing hidden, no results."""
    folders = {name.rpartition("/")[0] for name in listed if name.endswith(f"/{_RESULT_MARKS[0]}")}
    results = tuple(f"{folder}/" for folder in folders if f"{folder}/{_RESULT_MARKS[1]}" in listed)
    skipped = (*results, f"{out}/") if out else results
    return {name: entry for name, entry in listed.items() if not name.startswith((*skipped, ".")) and "/." not in name}


def _is_recording(name: str, entry: Entry) -> bool:
    suffix = PurePosixPath(name).suffix.casefold()
    return suffix in AUDIO_SUFFIXES or (suffix not in _COPIED_SUFFIXES and entry.size > _SMALL_BYTES)


def _stands(path: Path, entry: Entry, token: str | None) -> bool:
    return token is not None and token == entry.token and path.is_file() and path.stat().st_size == entry.size


def _remove_others(root: Path, wanted: Collection[str], kept: Path | None) -> None:
    """What was taken out of the workspace must not be read again."""
    paths = {root / name for name in wanted}
    folders_kept = {parent for path in paths for parent in path.parents} | set(kept.parents if kept else ())
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        for name in [name for name in folders if here / name == kept or here / name not in folders_kept]:
            folders.remove(name)
            if here / name != kept:
                shutil.rmtree(here / name)
        for name in files:
            if here / name not in paths:
                (here / name).unlink()


def make_empty(path: Path) -> None:
    """Let a file stand without its content.

    Raises:
        OSError: it cannot be written.
    """
    make_private_folder(path.parent)
    with contextlib.suppress(FileNotFoundError):
        stat = path.stat()
        if stat.st_size == 0 and stat.st_mtime_ns == _EMPTY_MTIME_NS:
            return
        path.unlink()
    path.touch(mode=0o600)
    os.utime(path, ns=(_EMPTY_MTIME_NS, _EMPTY_MTIME_NS))


def check_stays_inside(root: Path, settings: Settings, shown: str) -> None:
    """Settings from elsewhere may name no folder of this machine: what is in it would be written there.

    Raises:
        SettingsError: one does.
    """
    comments = settings.comments
    named = [("audio_roots", name) for name in settings.calls.audio_roots]
    named += [("file", settings.terms.file), ("models", comments.models or ""), ("rules", comments.rules or "")]
    inside = root.resolve()
    for key, name in named:
        if not (root / name).resolve().is_relative_to(inside):
            raise SettingsError(
                f"{shown}/{SETTINGS_FILE}",
                f"key '{key}' names '{name}', which leads out of the workspace",
                "Put it into the workspace; from an address nothing else of this machine is read.",
                code="path_outside",
            )
