"""Heads of the user's own: a folder like ``models/comments`` that ``callsignals models train`` wrote."""

from __future__ import annotations

from pathlib import Path

from callsignals.weights.folders import check_folder, manifest_of

__all__ = ["own_heads"]

_REMEDY = "Train again with 'callsignals models train', or do without: remove the folder or [comments] models"


def own_heads(folder: Path) -> Path:
    """The folder, verified.

    Raises:
        ModelError: it, or a file that its manifest names, is missing or altered.
    """
    what = f"the comment heads in {folder}"
    manifest = manifest_of(folder, what=what, remedy=_REMEDY)
    check_folder(folder, manifest.files, what=what, remedy=_REMEDY)
    return folder
