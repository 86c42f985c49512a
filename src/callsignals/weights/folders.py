"""Folders of verified files: manifest, digests, and appearing whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from callsignals import files as files_of
from callsignals.errors import ModelError

__all__ = [
    "MANIFEST",
    "Manifest",
    "WeightsFolder",
    "cache_dir",
    "check_folder",
    "digest_of_files",
    "file_digest",
    "manifest_of",
    "models_dir",
    "recogniser_folder",
    "staging_folder",
    "write_manifest",
]

MANIFEST = "manifest.json"
_BLOCK_BYTES = 1 << 20
_STAGING_PREFIX = ".unfinished-"
_STAGING_KEPT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class WeightsFolder:
    """A folder of recogniser weights whose files have been verified.

    Attributes:
        path: the folder.
        name: as asked for: ``base``, a hub id, or a folder.
        digest: sha256 over the names and digests of all files; changes when any of them does.
        files: sha256 of each file.
    """

    path: Path
    name: str
    digest: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder of weights should hold.

    Attributes:
        files: sha256 of each file, by path relative to the folder (``/`` between parts).
        source: where they came from.
        licence: under which they may be used, "" if not recorded.
        folder: where the files lie when that is not beside the manifest.
        name: what the folder is called by its users.
    """

    files: Mapping[str, str]
    source: str = ""
    licence: str = ""
    folder: Path | None = None
    name: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def cache_dir() -> Path:
    """Where pulled and joined models are kept: ``CALLSIGNALS_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("CALLSIGNALS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("callsignals", appauthor=False))


def models_dir() -> Path:
    """The part of the cache that holds recognisers, one folder each."""
    return cache_dir() / "models"


def recogniser_folder(name: str) -> Path:
    """Where the recogniser ``name`` lies in the cache, if it is there."""
    return models_dir() / files_of.file_name_for(name)


def file_digest(path: Path) -> str:
    """The sha256 of a file, hex; read once per process unless the file changes.

    Raises:
        OSError: when it cannot be read.
    """
    seen = path.stat()
    return _hash(str(path), seen.st_size, seen.st_mtime_ns, seen.st_ino)


@lru_cache(maxsize=256)
def _hash(path: str, _size: int, _mtime_ns: int, _inode: int) -> str:
    return files_of.file_digest(Path(path))


def forget_digests() -> None:
    """Hash afresh from now on, whatever sizes and time stamps say."""
    _hash.cache_clear()


def digest_of_files(files: Mapping[str, str]) -> str:
    """One sha256 over names and digests, independent of their order."""
    listing = "".join(f"{name}\0{files[name]}\n" for name in sorted(files))
    return hashlib.sha256(listing.encode("utf-8")).hexdigest()


def manifest_of(folder: Path, *, what: str, remedy: str) -> Manifest:
    """Read ``folder/manifest.json``.

    Args:
        folder: holds the manifest.
        what: how to call the model in an error.
        remedy: what the user can do when it is missing or damaged.

    Raises:
        ModelError: when it is missing or not a manifest.
    """
    path = folder / MANIFEST
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(digest).lower() for name, digest in stored["files"].items()}
    except FileNotFoundError:
        raise ModelError(what, f"its manifest {path} is missing", remedy, code="model_missing") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(what, f"its manifest {path} is unreadable", remedy, code="model_altered") from None
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name or ":" in name:
            raise ModelError(what, f"its manifest {path} names a file outside the folder", remedy, code="model_altered")
    known = {"files", "source", "licence", "folder", "name"}
    return Manifest(
        files=files,
        source=str(stored.get("source", "")),
        licence=str(stored.get("licence", "")),
        folder=Path(stored["folder"]) if stored.get("folder") else None,
        name=str(stored.get("name", "")),
        extra={key: value for key, value in stored.items() if key not in known},
    )


def check_folder(folder: Path, files: Mapping[str, str], *, what: str, remedy: str) -> None:
    """Make sure that every file is there and unaltered.

    Raises:
        ModelError: ``model_missing`` or ``model_altered``, with ``remedy``.
    """
    for name in sorted(files):
        path = folder / name
        try:
            found = file_digest(path)
        except FileNotFoundError:
            raise ModelError(what, f"the file {path} is missing", remedy, code="model_missing") from None
        except OSError as error:
            raise ModelError(what, f"the file {path} cannot be read ({error})", remedy, code="model_missing") from None
        if found != files[name]:
            digests = f"sha256 {found[:12]}…, expected {files[name][:12]}…"
            problem = f"the file {path} is not what it should be ({digests})"
            raise ModelError(what, problem, remedy, code="model_altered")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``folder/manifest.json``; the folder itself must still be unfinished."""
    stored: dict[str, object] = {"files": dict(sorted(manifest.files.items())), "source": manifest.source}
    if manifest.licence:
        stored["licence"] = manifest.licence
    if manifest.folder is not None:
        stored["folder"] = str(manifest.folder)
    if manifest.name:
        stored["name"] = manifest.name
    write_whole(folder / MANIFEST, [json.dumps(stored, indent=1, ensure_ascii=False).encode("utf-8") + b"\n"])


def write_whole(path: Path, blocks: Iterable[bytes]) -> str:
    """Write ``blocks`` to a new file, flushed to the disk; give the sha256 of what was written."""
    digest = hashlib.sha256()
    with path.open("xb") as stream:
        for block in blocks:
            digest.update(block)
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def blocks_of(*paths: Path) -> Iterator[bytes]:
    """The bytes of several files, one after the other, a block at a time."""
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                yield block


@contextlib.contextmanager
def staging_folder(final: Path, *, replace: bool) -> Iterator[Path]:
    """A folder to fill, which becomes ``final`` in one step when the block ends well.

    Several processes may do this at once: the first to finish wins, the others' work is discarded (with
    ``replace`` the last one wins). Nobody ever sees a half-filled folder.

    Raises:
        ModelError: when the cache cannot be written.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        _sweep(final.parent)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=final.parent))
    except OSError as error:
        raise _unwritable(final.parent, error) from None
    try:
        yield staging
        _swap_in(staging, final, replace=replace)
    except OSError as error:
        raise _unwritable(final, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> ModelError:
    remedy = "Free some space or set CALLSIGNALS_CACHE to a folder that can be written"
    return ModelError(f"the model cache {path}", f"cannot be written ({error.strerror or error})", remedy)


def _swap_in(staging: Path, final: Path, *, replace: bool) -> None:
    staging.chmod(0o755)
    if replace and final.exists():
        old = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=final.parent))
        with contextlib.suppress(FileNotFoundError):
            final.rename(old / "replaced")
        _rename_unless_there(staging, final)
        shutil.rmtree(old, ignore_errors=True)
        return
    _rename_unless_there(staging, final)


def _rename_unless_there(staging: Path, final: Path) -> None:
    try:
        staging.rename(final)
    except OSError:
        # Renaming a folder onto a filled one fails on every platform: another process was first.
        if not (final / MANIFEST).is_file():
            raise


def _sweep(parent: Path) -> None:
    """Remove what a killed process left behind a day ago or earlier."""
    for leftover in parent.glob(f"{_STAGING_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _STAGING_KEPT_S:
                shutil.rmtree(leftover, ignore_errors=True)
