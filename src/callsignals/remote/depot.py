"""One folder of an object store or server: what lies in it, fetching, sending, moving. Nothing outside it is touched.

The drivers are fsspec's (extra ``remote``; ``s3fs``, ``gcsfs``, ``adlfs`` and others are installed by whoever needs
them). Their errors are passed on by kind and first line, with every secret of the address taken out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from callsignals.errors import CallSignalsError, InputError, OutputError, UsageError
from callsignals.files import make_private_folder
from callsignals.remote.address import Address

__all__ = ["Depot", "Entry", "open_depot"]

Item = TypeVar("Item")

_OBJECT_STORES = frozenset(("abfs", "abfss", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a", "tos"))
"""An object is there whole or not at all while it is sent; a file elsewhere grows, so it gets another name first."""
_VERSIONS = ("ETag", "etag", "md5Hash", "generation", "mtime", "LastModified", "last_modified", "updated", "modified")
"""What drivers call the version of a file, the most exact first; ``created`` is all that some have."""
_AT_ONCE = 256
"""Files handed to a driver in one go; those that can send several at a time."""
_LONGEST_REASON = 200
_CODES: dict[type[Exception], str] = {FileNotFoundError: "missing_file", PermissionError: "forbidden"}
_FOREIGN = frozenset('\\:*?"<>|') if os.name == "nt" else frozenset("\\")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a depot.

    Attributes:
        size: in bytes.
        token: changes whenever the file does; None when the store does not tell.
    """

    size: int
    token: str | None


@dataclass(frozen=True, slots=True)
class Depot:
    """A folder behind a driver; all names are relative to it, with ``/``.

    Attributes:
        address: where it is.
        driver: the fsspec file system.
        prefix: the folder in the driver's own terms, without a slash at the end.
    """

    address: Address
    driver: Any
    prefix: str

    def entries(self) -> tuple[dict[str, Entry], int]:
        """Every file by name, sorted; and how many have a name that no file here can have, or are links.

        Raises:
            InputError: it cannot be listed.
        """
        found, unusable = {}, 0
        with self._explained(InputError, "cannot be listed"):
            self.driver.invalidate_cache()
            listed: Mapping[str, Mapping[str, Any]] = self.driver.find(self.prefix, detail=True)
        for path, facts in listed.items():
            if not path.startswith(f"{self.prefix}/") or path.endswith("/"):
                continue  # another folder whose name begins alike, the mark of an empty folder
            name = path[len(self.prefix) + 1 :]
            if _is_usable(name) and facts.get("type") == "file" and not facts.get("islink"):
                found[name] = Entry(int(facts.get("size") or 0), _token(facts))
            else:
                unusable += 1
        return dict(sorted(found.items())), unusable

    def names_below(self, folder: str) -> frozenset[str]:
        """Names of the files in a folder of our own.

        Raises:
            InputError: it cannot be listed.
        """
        with self._explained(InputError, "cannot be listed"):
            self.driver.invalidate_cache()
            found = self.driver.find(self._path(folder))
        return frozenset(path[len(self.prefix) + 1 :] for path in found)

    def fetch(self, names: Sequence[str], folder: Path) -> None:
        """Copy files into ``folder``, under the same names.

        Raises:
            InputError: one cannot be fetched.
        """
        for parent in {(folder / name).parent for name in names}:
            make_private_folder(parent)
        for some in _chunks(names):
            with self._explained(InputError, "cannot be read"):
                self.driver.get([self._path(name) for name in some], [str(folder / name) for name in some])

    def send(self, files: Sequence[tuple[Path, str]], staged: str) -> None:
        """Copy files there, each whole or not at all.

        Args:
            files: (here, name there).
            staged: folder there for files that are still growing.

        Raises:
            OutputError: one cannot be sent.
        """
        if self.address.scheme in _OBJECT_STORES:
            self.put(files)
            return
        moves = [(f"{staged}/{position:06d}", name) for position, (_, name) in enumerate(files)]
        for some in _chunks(list(zip(files, moves, strict=True))):
            self.put([(path, grown) for (path, _), (grown, _) in some])
            self.move([move for _, move in some])

    def put(self, files: Sequence[tuple[Path, str]]) -> None:
        """The same without the care: for names that nobody reads."""
        for some in _chunks(files):
            names = [name for _, name in some]
            self._make_folders(names)
            with self._explained(OutputError, "cannot be written"):
                self.driver.put([str(path) for path, _ in some], [self._path(name) for name in names])

    def move(self, moves: Sequence[tuple[str, str]]) -> None:
        """Give files other names, replacing what has them; in order from chunk to chunk.

        In an object store the old ones stay, for ``remove``: copying can be done again after it broke off.
        """
        for some in _chunks(moves):
            self._make_folders([new for _, new in some])
            old, new = [self._path(name) for name, _ in some], [self._path(name) for _, name in some]
            with self._explained(OutputError, "cannot be written"):
                if self.address.scheme in _OBJECT_STORES:
                    self.driver.copy(old, new, on_error="raise")
                else:
                    for here, there in zip(old, new, strict=True):
                        self.driver.mv(here, there)

    def remove(self, names: Collection[str]) -> None:
        """Remove files that may be there."""
        for name in names:
            with self._explained(OutputError, "cannot be removed"), contextlib.suppress(FileNotFoundError):
                self.driver.rm_file(self._path(name))

    def remove_folder(self, name: str) -> None:
        """Remove a folder of our own that may be there, with all that is in it."""
        with self._explained(OutputError, "cannot be removed"), contextlib.suppress(FileNotFoundError):
            self.driver.invalidate_cache()
            if self.driver.exists(self._path(name)):
                self.driver.rm(self._path(name), recursive=True)

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None when there is none.

        Raises:
            InputError: it cannot be read.
        """
        with self._explained(InputError, "cannot be read"):
            self.driver.invalidate_cache()
            try:
                content: bytes = self.driver.cat_file(self._path(name))
            except FileNotFoundError:
                return None
        return content

    def write(self, name: str, content: bytes, *, new: bool = False) -> bool:
        """Write a small file; with ``new`` only where there is none.

        Returns:
            False when ``new`` was asked for and there is one (as far as the store can tell).

        Raises:
            OutputError: it cannot be written.
        """
        self._make_folders([name])
        path = self._path(name)
        with self._explained(OutputError, "cannot be written"):
            try:
                self.driver.pipe_file(path, content, mode="create" if new else "overwrite")
            except FileExistsError:
                return False
            except TypeError:  # a driver that does not know of modes
                self.driver.pipe_file(path, content)
        return True

    def _path(self, name: str) -> str:
        if not _is_usable(name):
            raise ValueError("a name that leads out of the folder")
        return f"{self.prefix}/{name}"

    def _make_folders(self, names: Sequence[str]) -> None:
        if self.address.scheme in _OBJECT_STORES:
            return
        with self._explained(OutputError, "cannot be written"):
            for parent in sorted({self._path(name).rpartition("/")[0] for name in names}):
                self.driver.makedirs(parent, exist_ok=True)

    @contextlib.contextmanager
    def _explained(self, kind: type[CallSignalsError], problem: str) -> Iterator[None]:
        """Errors of a driver, of any type, as ours; not chained to theirs, which may hold secrets."""
        try:
            yield
        except CallSignalsError:
            raise
        except Exception as error:
            raise self._error(kind, problem, error) from None

    def _error(self, kind: type[CallSignalsError], problem: str, error: Exception) -> CallSignalsError:
        lines = self.address.without_secrets(str(error)).splitlines()
        reason = f"{type(error).__name__}: {lines[0][:_LONGEST_REASON]}" if lines else type(error).__name__
        return kind(
            self.address.shown,
            f"{problem} ({reason})",
            "Check the address, your access to it and the network, and run again; what is finished is kept.",
            code=_CODES.get(type(error), "remote"),
        )


def open_depot(address: Address) -> Depot:
    """The folder behind an address; nothing is asked of the store yet.

    Raises:
        UsageError: fsspec, or the driver for this kind of store, is not installed; there is no such kind.
    """
    try:
        from fsspec.core import url_to_fs
        from fsspec.registry import known_implementations
    except ImportError:
        raise UsageError(
            address.shown, "is an address, which needs fsspec", "Install it: pip install 'callsignals[remote]'."
        ) from None
    try:
        driver, path = url_to_fs(address.url)
    except ImportError:
        package = _package(known_implementations.get(address.scheme, {}))
        raise UsageError(
            address.shown,
            f"needs the driver for {address.scheme}://, which is not installed",
            f"Install it: pip install {package}.",
            code="no_driver",
        ) from None
    except Exception as error:
        reason = address.without_secrets(str(error))[:_LONGEST_REASON]
        raise UsageError(address.shown, f"cannot be used ({reason})", "Check the address.") from None
    return Depot(address, driver, str(path).rstrip("/"))


def _package(known: Mapping[str, str]) -> str:
    """What to install for a driver: fsspec's own ones name the library they need in their message."""
    home = known.get("class", "").partition(".")[0]
    if home and home != "fsspec":
        return home
    quoted = known.get("err", "").split('"')
    return quoted[1] if len(quoted) > 1 else "the package that fsspec names for it"


def _token(facts: Mapping[str, Any]) -> str | None:
    for name in (*_VERSIONS, "created"):
        if facts.get(name) is not None:
            return f"{facts.get('size')} {name} {facts[name]}"
    return None


def _is_usable(name: str) -> bool:
    parts = name.split("/")
    return name.isprintable() and not _FOREIGN & set(name) and not any(part in ("", ".", "..") for part in parts)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
