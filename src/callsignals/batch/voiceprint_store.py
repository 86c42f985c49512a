"""The store of a run, with the key under which voiceprints are kept."""

from __future__ import annotations

from pathlib import Path

from callsignals.batch.store import CACHE_FOLDER, LOCKED_STAGE, Store
from callsignals.errors import SettingsError
from callsignals.files import write_bytes
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.lockbox import Lockbox, is_locked, lockbox_from

__all__ = ["opened_store"]


def opened_store(workspace: Workspace, touched: set[Path] | None = None) -> Store:
    """The store of a workspace's OUT; voiceprints that lie there open are locked when there is a key now.

    Args:
        workspace: with ``[privacy]``.
        touched: see ``Store``.

    Raises:
        SettingsError: voiceprints are locked and the key is missing, unusable or another one.
        OutputError: OUT cannot be written.
    """
    privacy = workspace.settings.privacy
    if not privacy.voiceprints:
        return Store(workspace.out, touched)
    lockbox = lockbox_from(privacy.voiceprint_key_env, privacy.voiceprint_key_file, workspace.root)
    _secure(workspace.out / CACHE_FOLDER / LOCKED_STAGE, lockbox)
    return Store(workspace.out, touched, lockbox)


def _secure(folder: Path, lockbox: Lockbox | None) -> None:
    tried = False
    for path in sorted(folder.rglob("*.json")):
        content = path.read_bytes()
        if not is_locked(content):
            if lockbox is not None:
                write_bytes(path, lockbox.lock(content))
        elif lockbox is None:
            raise SettingsError(
                str(folder),
                "holds voiceprints that are locked, and [privacy] names no key",
                "Set voiceprint_key_env or voiceprint_key_file again; or delete the folder, and they are made again.",
                code="no_key",
            )
        elif not tried:
            lockbox.unlock(content)
            tried = True
