"""Files that appear whole or not at all, and digests of what is in them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from callsignals.errors import OutputError

__all__ = [
    "cannot_write",
    "canonical_json",
    "digest_of",
    "file_digest",
    "file_name_for",
    "file_names_for",
    "links_leading_out",
    "make_private_folder",
    "path_from",
    "remove_file",
    "replacing",
    "sources_digest",
    "write_bytes",
    "write_text",
]

_LONGEST_NAME_BYTES = 180  # room for suffixes under the common limit of 255
_DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])
"""Names that Windows keeps for devices, with any suffix ("Naming Files, Paths, and Namespaces")."""


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary sibling to write to, which replaces ``path`` on success. Only the owner may read it (POSIX).

    The sibling is flushed to disk before the rename, so that after a crash ``path`` holds either the old bytes
    or the new, never a part. It is removed when the body raises.

    Args:
        path: the file.
        durable: without it the flush is left out, which is most of the time for a small file: after a power cut
            (not after a kill) the file may be gone or damaged. For what can be made again and is checked when read.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        make_private_folder(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise cannot_write(path, error) from error
    part = Path(name)
    try:
        yield part
        if durable:
            with part.open("rb+") as written:
                os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; only POSIX lets a folder be opened for that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse fsync on folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: Exception) -> OutputError:
    """The error of a file that a full or vanished disk kept from being written."""
    return OutputError(
        str(path),
        f"cannot be written ({getattr(error, 'strerror', None) or error})",
        "Free some space or choose another folder with --out; what is finished is kept.",
        code="cannot_write",
    )


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; only the owner may look into them (POSIX).

    Raises:
        OSError: it cannot be made.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def links_leading_out(folder: Path) -> list[Path]:
    """Symbolic links below ``folder`` that lead out of it; they are not followed."""
    inside = folder.resolve()
    found = []
    for here, folders, names in os.walk(inside):
        links = (Path(here) / name for name in (*folders, *names) if os.path.islink(os.path.join(here, name)))  # noqa: PTH114, PTH118 - a Path for each of 100,000 names is slow
        found += [link for link in links if not link.resolve().is_relative_to(inside)]
    return sorted(found)


def remove_file(path: Path) -> None:
    """Remove a file; nothing when it is not there.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        problem = f"cannot be removed ({error.strerror or error})"
        raise OutputError(str(path), problem, "Remove it yourself.", code="cannot_write") from None


def write_bytes(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write ``content`` to ``path`` whole or not at all; see ``replacing``."""
    with replacing(path, durable=durable) as part:
        part.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 with line feeds, whole or not at all."""
    write_bytes(path, content.encode("utf-8"))


def canonical_json(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """One JSON text per value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def digest_of(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """sha256 (hex) of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sources_digest(*packages: str) -> str:
    """sha256 (hex) over the sources and data files of whole packages: changes whenever their code may do otherwise."""
    digest = hashlib.sha256()
    for package in packages:
        for name, content in _sources(files(package), package):
            digest.update(name.encode("utf-8") + b"\0" + content)
    return digest.hexdigest()


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir() and not entry.name.startswith(("_", ".")):
            yield from _sources(entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".toml", ".j2", ".json", ".txt", ".css", ".js")):
            yield f"{name}/{entry.name}", entry.read_bytes()


def path_from(folder: Path, path: Path) -> str:
    """``path`` as seen from ``folder``, with ``/``; absolute where there is no way (another drive)."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def file_name_for(identifier: str) -> str:
    """A file name (without suffix) for any id: percent-encoded, over-long ones cut and told apart by a digest.

    An id that is the name of a Windows device has its first letter encoded, too; lone surrogates are kept apart.
    """
    name = quote(identifier, safe="", errors="surrogatepass")
    if name.partition(".")[0].casefold() in _DEVICES:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name if len(name) <= _LONGEST_NAME_BYTES else _told_apart(name, identifier)


def file_names_for(identifiers: Iterable[str]) -> dict[str, str]:
    """``file_name_for`` each of several ids; of those alike but for letter case each is told apart by a digest.

    Windows and macOS take names that differ in letter case for one file.
    """
    names = {identifier: file_name_for(identifier) for identifier in identifiers}
    alike = Counter(name.casefold() for name in names.values())
    return {one: name if alike[name.casefold()] == 1 else _told_apart(name, one) for one, name in names.items()}


def _told_apart(name: str, identifier: str) -> str:
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[: _LONGEST_NAME_BYTES - 17]}-{digest[:16]}"
