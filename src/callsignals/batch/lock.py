"""One run at a time in an OUT folder."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from callsignals.batch.store import CACHE_FOLDER
from callsignals.errors import OutputError
from callsignals.files import links_leading_out, make_private_folder

__all__ = ["IN_USE", "broke_off", "exclusive", "held"]

IN_USE = "in_use"

_UNFINISHED = "unfinished"
"""Stands in the cache while a run is under way, and after one that was killed."""


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold OUT for this run. The system lets go of the lock when the process ends, however it ends.

    Raises:
        OutputError: OUT cannot be written, or another run holds it.
    """
    with held(out), _swept(out, out / CACHE_FOLDER / _UNFINISHED):
        yield


@contextlib.contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold OUT only so that nobody else writes to it: to read what stands there.

    Raises:
        OutputError: OUT cannot be written, or a run holds it.
    """
    folder = out / CACHE_FOLDER
    try:
        _refuse_links(out)
        make_private_folder(folder)
        lock = FileLock(folder / "lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            str(out),
            "another run is using this folder",
            "Wait for it, or choose another with --out.",
            code=IN_USE,
        ) from None
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        yield
    finally:
        lock.release()


def broke_off(out: Path) -> bool:
    """Whether a run was killed in OUT and none has ended there since; to be asked while OUT is held."""
    return (out / CACHE_FOLDER / _UNFINISHED).exists()


@contextlib.contextmanager
def _swept(out: Path, mark: Path) -> Iterator[None]:
    """Leave no half-written files: swept away after a run that broke off, now or, when it was killed, by the next."""
    try:
        if mark.exists():
            _sweep(out)
        mark.touch(mode=0o600)
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        yield
    except BaseException:
        _sweep(out)
        raise
    finally:
        with contextlib.suppress(OSError):
            mark.unlink()


def _sweep(out: Path) -> None:
    for path in list(out.rglob(".*.part")):
        with contextlib.suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _refuse_links(out: Path) -> None:
    """Results must not be written to, or removed from, somewhere else."""
    for link in links_leading_out(out):
        raise OutputError(
            str(link),
            "is a link that leads out of the results folder",
            "Remove the link; to keep results elsewhere, name that folder with --out.",
            code="link_in_results",
        )


def _cannot_write(out: Path, error: OSError) -> OutputError:
    return OutputError(
        str(out),
        f"cannot be written ({error.strerror or error})",
        "Choose a folder that you may write to with --out.",
        code="cannot_write",
    )
