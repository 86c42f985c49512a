"""The folder on this machine where a workspace and results from elsewhere are worked on."""

from __future__ import annotations

import contextlib
import json
import platform
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from callsignals.errors import OutputError, UsageError
from callsignals.files import digest_of, file_name_for, make_private_folder, write_bytes
from callsignals.remote.address import Address
from callsignals.weights.folders import cache_dir

__all__ = ["Working", "read_state", "write_state"]


@dataclass(frozen=True, slots=True)
class Working:
    """Where things lie here.

    Attributes:
        folder: everything below is ours; its name is a digest of the addresses.
        root: the workspace, which is the user's own where that is a folder.
        out: results, which are the user's own folder where that is one.
    """

    folder: Path
    root: Path
    out: Path

    @classmethod
    def of(cls, workspace: Address | Path, out: Address | Path) -> Working:
        """Folders below the user's cache. In one store they lie to one another as they do there, so that links hold.

        Raises:
            UsageError: the workspace lies in OUT.
        """
        if isinstance(workspace, Address) and isinstance(out, Address) and out.holds(workspace):
            raise UsageError(out.shown, "holds the workspace", "Write results to a folder of their own.")
        names = [place.digest if isinstance(place, Address) else str(place.resolve()) for place in (workspace, out)]
        folder = cache_dir() / "remote" / digest_of(names)[:32]
        root, kept = _layout(folder / "files", workspace, out)
        return cls(folder, root, kept)

    @contextlib.contextmanager
    def held(self) -> Iterator[str]:
        """Hold the folder; gives the name under which this machine holds others, which names nobody.

        Raises:
            OutputError: another run on this machine holds it, or it cannot be made.
        """
        try:
            make_private_folder(self.folder)
            lock = FileLock(self.folder / "lock", mode=0o600)
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputError(
                str(self.folder), "another run on this machine is using these addresses", "Wait for it.", code="in_use"
            ) from None
        except OSError as error:
            raise OutputError(
                str(self.folder),
                f"cannot be made ({error.strerror or error})",
                "Name a folder that you may write to in the environment variable CALLSIGNALS_CACHE.",
                code="cannot_write",
            ) from None
        try:
            yield self._host()
        finally:
            lock.release()

    def _host(self) -> str:
        """Of this folder on this machine, not of the machine's name alone: containers often share that."""
        path = self.folder / "host"
        if not path.is_file():
            write_bytes(path, uuid.uuid4().hex.encode("ascii"))
        return digest_of([platform.node(), path.read_text(encoding="ascii")])[:16]


def _layout(base: Path, workspace: Address | Path, out: Address | Path) -> tuple[Path, Path]:
    if not isinstance(workspace, Address):
        return workspace, base / "out" if isinstance(out, Address) else out
    if not isinstance(out, Address):
        return base / "workspace", out
    if workspace.scheme != out.scheme:
        return base / "workspace", base / "out"
    pairs = zip(workspace.parts[:-1], out.parts[:-1], strict=False)
    common = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return _below(base, workspace.parts[common:]), _below(base, out.parts[common:])


def _below(base: Path, parts: tuple[str, ...]) -> Path:
    return base.joinpath(*(file_name_for(part) for part in parts))


def read_state(path: Path) -> dict[str, Any]:
    """What was noted in a JSON object; empty when nothing was, or when it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Note a JSON object, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    write_bytes(path, json.dumps(state, ensure_ascii=False, sort_keys=True).encode("utf-8"), durable=False)
