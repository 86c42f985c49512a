"""Look through every file for what must be gone, and remove it from files that callsignals does not make again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from callsignals.batch.results import RESULT_FILES
from callsignals.batch.store import CACHE_FOLDER
from callsignals.erasure.needles import Needles
from callsignals.erasure.readings import UnreadableContentError
from callsignals.erasure.strip import keep_lines
from callsignals.errors import OutputError
from callsignals.files import remove_file

__all__ = ["Proof", "clean_others", "files_of", "search"]

_LINES = (".csv", ".tsv", ".jsonl")
_OURS = (
    *RESULT_FILES,
    "run.json",
    "datapackage.json",
    "failures.jsonl",
    "follow_up.csv",
    "exports.json",
    "audit.jsonl",
    "erased.json",
    "erased.key",
)
_OUR_FOLDERS = ("report", "transcripts")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a search of every file found.

    Attributes:
        files: how many were searched.
        bytes: of them.
        traces: files that still hold something, with what (``id``, ``name``, ``phrase``).
        unreadable: files that nobody here can open.
    """

    files: int
    bytes: int
    traces: tuple[tuple[Path, tuple[str, ...]], ...] = ()
    unreadable: tuple[Path, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, and nothing left unopened."""
        return not self.traces and not self.unreadable


def files_of(folder: Path, *, but: Collection[Path] = ()) -> Iterator[Path]:
    """Every file below a folder; links are not followed."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(here) / name
            if path not in but and path.is_file() and not path.is_symlink():
                yield path


def search(paths: Iterable[Path], needles: Needles, base: Path) -> Proof:
    """Search files, also by their names as seen from ``base``.

    Raises:
        OutputError: one cannot be read.
    """
    count, size = 0, 0
    traces: list[tuple[Path, tuple[str, ...]]] = []
    unreadable: list[Path] = []
    for path in paths:
        count += 1
        try:
            size += path.stat().st_size
            found = needles.kinds_in(path)
        except UnreadableContentError:
            unreadable.append(path)
            continue
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error}), so nobody can say what is in it"
            raise OutputError(str(path), problem, "Allow reading it, and repeat the command.") from None
        if path.is_relative_to(base):
            found |= needles.kinds_in_text(path.relative_to(base).as_posix())
        if found:
            traces.append((path, tuple(sorted(found))))
    return Proof(count, size, tuple(traces), tuple(unreadable))


def clean_others(out: Path, needles: Needles, proof: Proof) -> Counter[str]:
    """Remove traces from files of OUT that a run does not write: tables lose lines, other files go as a whole.

    Args:
        out: what was searched.
        needles: what for.
        proof: what was found.

    Raises:
        OutputError: one cannot be read or removed.
    """
    removed: Counter[str] = Counter()
    for path, _ in proof.traces:
        if _is_made_again(path, out):
            continue
        if path.suffix.casefold() in _LINES and not needles.is_in(path.name):
            removed["lines of other tables"] += keep_lines(path, needles)
            if not needles.kinds_in(path):
                continue
        remove_file(path)
        removed["other files"] += 1
    return removed


def _is_made_again(path: Path, out: Path) -> bool:
    place = path.relative_to(out)
    if place.parts[0] == CACHE_FOLDER:
        return False
    return place.as_posix() in _OURS or (len(place.parts) > 1 and place.parts[0] in _OUR_FOLDERS)
