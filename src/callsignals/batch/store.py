"""What stages have produced, kept in OUT so that nothing is computed twice.

One small JSON file per result, named by the digest of everything the result depends on. A result is there whole or
not at all; a damaged one counts as absent. Keys never say whose call it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from callsignals.errors import OutputError
from callsignals.files import remove_file, write_bytes
from callsignals.privacy.lockbox import Lockbox

__all__ = ["CACHE_FOLDER", "LOCKED_STAGE", "StageName", "Store", "read_stored", "stored_form"]

CACHE_FOLDER = ".cache"

Kind = TypeVar("Kind")
StageName = Literal["digest", "hear", "voiceprint", "recurring", "measure", "classify"]
LOCKED_STAGE: StageName = "voiceprint"
"""Kept under the user's key where there is one."""
_DURABLE = ("hear", "voiceprint")
"""What takes long to make is on the disk before anything rests on it, power cut or not."""

_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}  # building one costs more than reading a result


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def stored_form(result: Any) -> bytes:  # noqa: ANN401 - a dataclass or a JSON type
    """The bytes under which a result is kept."""
    return _adapter(type(result)).dump_json(result)


def read_stored(content: bytes | None, kind: type[Kind]) -> Kind | None:
    """The result that ``stored_form`` gave these bytes, or None when there are none or they are damaged."""
    if content is None:
        return None
    try:
        found: Kind = _adapter(kind).validate_json(content)
    except ValidationError:
        return None
    return found


@dataclass(frozen=True, slots=True)
class Store:
    """The cache of one OUT.

    Attributes:
        out: the OUT folder.
        touched: files that were asked for, where somebody wants to know what is still needed; else None.
        lockbox: locks results of ``LOCKED_STAGE``; None where they lie open.
    """

    out: Path
    touched: set[Path] | None = field(default=None, compare=False)
    lockbox: Lockbox | None = None

    def path(self, stage: StageName, key: str) -> Path:
        """Where the result with ``key`` lies or would lie."""
        path = self.out / CACHE_FOLDER / stage / key[:2] / f"{key}.json"
        if self.touched is not None:
            self.touched.add(path)
        return path

    def has(self, stage: StageName, key: str) -> bool:
        """Whether the result is there."""
        return self.path(stage, key).is_file()

    def get(self, stage: StageName, key: str, kind: type[Kind]) -> Kind | None:
        """The result as a ``kind`` (a dataclass or a JSON type), or None when absent or damaged."""
        return read_stored(self.get_stored(stage, key), kind)

    def get_stored(self, stage: StageName, key: str) -> bytes | None:
        """The result in its stored form, or None when absent.

        Raises:
            SettingsError: it is locked with another key.
        """
        try:
            content = self.path(stage, key).read_bytes()
        except OSError:
            return None
        return self.lockbox.unlock(content) if self.lockbox is not None and stage == LOCKED_STAGE else content

    def put(self, stage: StageName, key: str, result: Any) -> None:  # noqa: ANN401 - what ``get`` gives
        """Keep a result.

        Raises:
            OutputError: OUT cannot be written.
        """
        self.put_stored(stage, key, stored_form(result))

    def put_stored(self, stage: StageName, key: str, content: bytes) -> None:
        """Keep a result that is in its stored form already.

        Raises:
            OutputError: OUT cannot be written.
        """
        if self.lockbox is not None and stage == LOCKED_STAGE:
            content = self.lockbox.lock(content)
        write_bytes(self.path(stage, key), content, durable=stage in _DURABLE)

    def remove(self, stage: StageName, key: str) -> None:
        """Remove one result, so that it is made again; nothing when it is not there.

        Raises:
            OutputError: it cannot be removed.
        """
        remove_file(self.path(stage, key))

    def forget(self, stage: StageName, *, keep: Collection[str] = ()) -> None:
        """Remove the results of a stage but those whose keys are in ``keep``.

        Raises:
            OutputError: they cannot be removed.
        """
        folder = self.out / CACHE_FOLDER / stage
        kept = {self.path(stage, key) for key in keep}
        try:
            for path in folder.rglob("*.json"):
                if path not in kept:
                    remove_file(path)
            if folder.is_dir() and not kept:
                shutil.rmtree(folder)
        except OSError as error:
            reason = error.strerror or "no reason given"
            raise OutputError(str(folder), f"cannot be removed ({reason})", "Remove the folder yourself.") from None
