"""Which files a workspace may name: those inside its folder and its audio roots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from callsignals.errors import InputError
from callsignals.inputs.values import shown

__all__ = ["is_inside", "resolve_named_file"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""A scheme of two letters or more: one letter is a Windows drive."""


def resolve_named_file(text: str, *, base: Path, roots: Sequence[Path]) -> Path:
    """The file that a cell names, symbolic links followed.

    Args:
        text: the cell: absolute, or relative to ``base`` or to one of ``roots`` (tried in that order).
        base: the table's folder, resolved.
        roots: resolved folders inside which files may lie.

    Raises:
        InputError: ``path_outside`` (whether such a file exists is not told), ``missing_file``,
            ``not_a_file``.
    """
    name = text.strip()
    if _URL.match(name):
        raise _outside(text, "which is an address, not a file", "Download the file and name the copy.")
    if "\0" in name:
        raise _outside(text, "which holds a NUL character", "Correct the file name.")
    folders = dict.fromkeys((base, *roots))
    candidates = [found for found in (_resolved(folder, name) for folder in folders) if found is not None]
    allowed = [path for path in candidates if any(is_inside(path, root) for root in roots)]
    if not allowed or _foreign_absolute(name):
        raise _outside(
            text,
            "which leads out of the folders that calls may name",
            "Move the file into the workspace, or add its folder to [calls] audio_roots.",
        )
    for path in allowed:
        if _is_file(path):
            return path
    if any(_is_folder(path) for path in allowed):
        raise InputError(shown(text), "which is a folder", "Name one file in it.", code="not_a_file")
    raise InputError(
        shown(text),
        "which does not exist",
        "Add the file, or correct the name (relative to the table or to a folder of [calls] audio_roots).",
        code="missing_file",
    )


def is_inside(path: Path, folder: Path) -> bool:
    """Whether resolved ``path`` lies below resolved ``folder``."""
    return path != folder and path.is_relative_to(folder)


def _outside(text: str, problem: str, remedy: str) -> InputError:
    return InputError(shown(text), problem, remedy, code="path_outside")


def _foreign_absolute(name: str) -> bool:
    """An absolute path of the other kind of system, which this one would take for a relative name."""
    absolute_somewhere = PureWindowsPath(name).drive != "" or PurePosixPath(name).is_absolute()
    return absolute_somewhere and not Path(name).is_absolute()


def _resolved(folder: Path, name: str) -> Path | None:
    r"""``name`` seen from ``folder``; with ``\`` read as ``/`` where no file has such a name."""
    try:
        path = (folder / name).resolve()
        if "\\" in name and not _is_file(path):
            path = (folder / name.replace("\\", "/")).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that the system cannot hold
        return None
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
