"""One run at a time in an OUT folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from callsignals.batch.store import CACHE_FOLDER
from callsignals.errors import OutputError

__all__ = ["exclusive"]


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold OUT for this run. The system lets go of the lock when the process ends, however it ends.

    Raises:
        OutputError: OUT cannot be written, or another run holds it.
    """
    folder = out / CACHE_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            str(out),
            "another run is using this folder",
            "Wait for it, or choose another with --out.",
            code="in_use",
        ) from None
    except OSError as error:
        raise OutputError(
            str(out),
            f"cannot be written ({error.strerror or error})",
            "Choose a folder that you may write to with --out.",
            code="cannot_write",
        ) from error
    try:
        yield
    finally:
        lock.release()
