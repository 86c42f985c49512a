"""The cache without what was erased: what a rebuild still needs stays, or what belongs to calls that are left."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path

from callsignals.batch.store import CACHE_FOLDER
from callsignals.files import remove_file

__all__ = ["keep_digests", "keep_touched"]

_OF_CALLS = ("hear", "measure")


def keep_touched(out: Path, touched: Container[Path]) -> int:
    """Remove every result that a rebuild did not ask for; returns how many.

    Raises:
        OutputError: one cannot be removed.
    """
    return _remove([path for path in _results(out) if path not in touched])


def keep_digests(out: Path, digests: Container[str]) -> int:
    """Remove every result but those of calls by the digest of their recording: whose the others are nobody can say.

    Raises:
        OutputError: one cannot be removed.
    """
    return _remove([path for path in _results(out) if not _is_of(path, out, digests)])


def _is_of(path: Path, out: Path, digests: Container[str]) -> bool:
    if path.relative_to(out / CACHE_FOLDER).parts[0] not in _OF_CALLS:
        return False
    try:
        return json.loads(path.read_text(encoding="utf-8"))["input_digest"] in digests
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _results(out: Path) -> list[Path]:
    """Files of the cache's folders; what lies beside them are locks and seals."""
    folder = out / CACHE_FOLDER
    return sorted(path for path in folder.rglob("*") if path.parent != folder and not path.is_dir())


def _remove(paths: list[Path]) -> int:
    for path in paths:
        remove_file(path)
    return len(paths)
