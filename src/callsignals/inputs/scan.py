"""Calls without a table: every recording below a folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from callsignals.errors import InputError
from callsignals.inputs.paths import is_inside
from callsignals.inputs.rows import CallRow

__all__ = ["AUDIO_SUFFIXES", "Scanned", "is_input_folder", "scan_recordings"]

_SUFFIXES = "wav flac mp3 m4a mp4 aac ogg opus oga webm amr wma aiff aif au gsm"
AUDIO_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())

_RESULT_MARKS = ("run.json", "signals.jsonl")
"""A folder with both is the OUT of an earlier run."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found.

    Attributes:
        calls: by path.
        errors: recordings that cannot be named or lie outside.
        renamed: relative paths whose ``call_id`` keeps its extension, because another has the same stem.
        links: relative paths of linked folders; not followed, since they may lead anywhere or in circles.
    """

    calls: tuple[CallRow, ...]
    errors: tuple[InputError, ...]
    renamed: tuple[str, ...]
    links: tuple[str, ...] = ()


def scan_recordings(root: Path, out: Path, *, roots: Sequence[Path], seller_channel: int | None) -> Scanned:
    """Every recording below ``root``, hidden folders and results of runs left out.

    Args:
        root: resolved workspace.
        out: resolved OUT.
        roots: resolved folders inside which a link may lead.
        seller_channel: ``[calls] seller_channel``.
    """
    calls: list[CallRow] = []
    errors: list[InputError] = []
    renamed: list[str] = []
    links: list[str] = []
    taken: set[str] = set()
    for relative, path in sorted(_recordings(root, out, links, errors)):
        try:
            _check_usable(relative, path, roots)
        except InputError as error:
            errors.append(error)
            continue
        call_id = _free_id(relative, taken)
        if call_id != _without_suffix(relative):
            renamed.append(relative)
        taken.add(call_id)
        calls.append(_call(root, relative, call_id, path, seller_channel))
    return Scanned(tuple(calls), tuple(errors), tuple(renamed), tuple(sorted(links)))


def _recordings(root: Path, out: Path, links: list[str], errors: list[InputError]) -> Iterator[tuple[str, Path]]:
    def unreadable(error: OSError) -> None:
        reason = error.strerror or "unreadable"
        errors.append(
            InputError(
                str(error.filename),
                f"cannot be read ({reason})",
                "Allow reading it.",
                code="unreadable_folder",
            )
        )

    for folder, folders, files in os.walk(root, onerror=unreadable):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if is_input_folder(here / name, out))
        links += [(here / name).relative_to(root).as_posix() for name in folders if (here / name).is_symlink()]
        for name in files:
            if not name.startswith(".") and Path(name).suffix.casefold() in AUDIO_SUFFIXES:
                yield unicodedata.normalize("NFC", (here / name).relative_to(root).as_posix()), here / name


def is_input_folder(folder: Path, out: Path) -> bool:
    """Whether a folder may hold input: not hidden, not OUT (resolved), not results of another run."""
    if folder.name.startswith(".") or folder.resolve() == out:
        return False
    return not all((folder / mark).is_file() for mark in _RESULT_MARKS)


def _check_usable(relative: str, path: Path, roots: Sequence[Path]) -> None:
    if not relative.isprintable():  # undecodable bytes arrive as lone surrogates, which no record can hold
        shown = relative.encode("ascii", "backslashreplace").decode("ascii")
        raise InputError(shown, "has a name with unprintable characters", "Rename the file.", code="unreadable_name")
    if not any(is_inside(path.resolve(), root) for root in roots):
        raise InputError(
            relative,
            "is a link that leads out of the workspace",
            "Move the file into the workspace, or add its folder to [calls] audio_roots.",
            code="path_outside",
        )
    if not path.is_file():
        raise InputError(relative, "is a link to nothing", "Restore the file, or remove the link.", code="missing_file")


def _without_suffix(relative: str) -> str:
    return str(PurePosixPath(relative).with_suffix(""))


def _free_id(relative: str, taken: set[str]) -> str:
    wanted = _without_suffix(relative)
    while wanted in taken:
        wanted = relative if wanted == _without_suffix(relative) else f"{wanted}'"
    return wanted


def _call(root: Path, relative: str, call_id: str, path: Path, seller_channel: int | None) -> CallRow:
    parent = PurePosixPath(relative).parent.name
    return CallRow(
        call_id=call_id,
        lead_id=parent or PurePosixPath(relative).stem,
        audio=path.resolve(),
        seller_channel=seller_channel,
        seller_channel_source=None if seller_channel is None else "config",
    )
