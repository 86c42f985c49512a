"""Digests of input files, read again only when a file's size or time stamp has changed."""

from __future__ import annotations

from pathlib import Path

from callsignals.batch.store import Store
from callsignals.errors import InputError
from callsignals.files import digest_of, file_digest

__all__ = ["digest_if_known", "known_digest", "note_digest"]


def known_digest(path: Path, store: Store) -> str:
    """sha256 of a file.

    Raises:
        InputError: it cannot be read.
        OutputError: the digest cannot be stored.
    """
    try:
        key = _key(path)
        known = store.get("digest", key, str)
        digest = known or file_digest(path)
    except OSError as error:
        raise InputError(
            str(path),
            f"cannot be read ({error.strerror or error})",
            "Check that the file exists and may be read.",
        ) from error
    if known is None:
        store.put("digest", key, digest)
    return digest


def digest_if_known(path: Path, store: Store) -> str | None:
    """The same without reading the file: None unless an earlier run took its digest and it has not changed since."""
    try:
        return store.get("digest", _key(path), str)
    except OSError:
        return None


def note_digest(path: Path, digest: str | None, store: Store) -> None:
    """Say what a file stands for, whose bytes lie elsewhere; None to forget it.

    Raises:
        OutputError: it cannot be stored.
        OSError: there is no such file.
    """
    if digest is None:
        store.remove("digest", _key(path))
    else:
        store.put("digest", _key(path), digest)


def _key(path: Path) -> str:
    stat = path.stat()
    return digest_of([str(path), stat.st_size, stat.st_mtime_ns])
