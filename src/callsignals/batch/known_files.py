"""Digests of input files, read again only when a file's size or time stamp has changed."""

from __future__ import annotations

from pathlib import Path

from callsignals.batch.store import Store
from callsignals.errors import InputError
from callsignals.files import digest_of, file_digest

__all__ = ["known_digest"]


def known_digest(path: Path, store: Store) -> str:
    """sha256 of a file.

    Raises:
        InputError: it cannot be read.
        OutputError: the digest cannot be stored.
    """
    try:
        stat = path.stat()
        key = digest_of([str(path), stat.st_size, stat.st_mtime_ns])
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
