"""The files that come with callsignals itself: heads under ``models``, the example under ``fixtures``."""

from __future__ import annotations

from pathlib import Path

from callsignals.errors import ModelError
from callsignals.weights.folders import check_folder, manifest_of

__all__ = ["shipped_dir", "shipped_model"]

_REMEDY = "Reinstall callsignals"


def shipped_dir() -> Path:
    """The folder with ``models/`` and ``fixtures/demo``: inside an installed wheel, else the source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_shipped"
    return inside if inside.is_dir() else package.parents[1]


def shipped_model(name: str) -> Path:
    """The verified folder ``models/name``.

    Raises:
        ModelError: when it, or a file that its manifest names, is missing or altered.
    """
    folder = shipped_dir() / "models" / name
    what = f"the shipped model {name}"
    if not folder.is_dir():
        raise ModelError(what, f"the folder {folder} is missing", _REMEDY, code="model_missing")
    manifest = manifest_of(folder, what=what, remedy=_REMEDY)
    check_folder(folder, manifest.files, what=what, remedy=_REMEDY)
    return folder
