"""What stages have produced, kept in OUT so that nothing is computed twice.

One small JSON file per result, named by the digest of everything the result depends on. A result is there whole or
not at all; a damaged one counts as absent. Keys never say whose call it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from callsignals.errors import OutputError
from callsignals.files import write_bytes

__all__ = ["CACHE_FOLDER", "StageName", "Store"]

CACHE_FOLDER = ".cache"

Kind = TypeVar("Kind")
StageName = Literal["digest", "hear", "voiceprint", "measure", "classify"]


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}  # building one costs more than reading a result


def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


@dataclass(frozen=True, slots=True)
class Store:
    """The cache of one OUT.

    Attributes:
        out: the OUT folder.
    """

    out: Path

    def path(self, stage: StageName, key: str) -> Path:
        """Where the result with ``key`` lies or would lie."""
        return self.out / CACHE_FOLDER / stage / key[:2] / f"{key}.json"

    def has(self, stage: StageName, key: str) -> bool:
        """Whether the result is there."""
        return self.path(stage, key).is_file()

    def get(self, stage: StageName, key: str, kind: type[Kind]) -> Kind | None:
        """The result as a ``kind`` (a dataclass or a JSON type), or None when absent or damaged."""
        try:
            stored = self.path(stage, key).read_bytes()
            found: Kind = _adapter(kind).validate_json(stored)
        except (OSError, ValidationError):
            return None
        return found

    def put(self, stage: StageName, key: str, result: Any) -> None:  # noqa: ANN401 - what ``get`` gives
        """Keep a result.

        Raises:
            OutputError: OUT cannot be written.
        """
        write_bytes(self.path(stage, key), _adapter(type(result)).dump_json(result))

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
                    path.unlink()
            if folder.is_dir() and not kept:
                shutil.rmtree(folder)
        except OSError as error:
            reason = error.strerror or "no reason given"
            raise OutputError(str(folder), f"cannot be removed ({reason})", "Remove the folder yourself.") from None
