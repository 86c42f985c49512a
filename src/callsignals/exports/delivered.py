"""``OUT/deliveries/``: which events a receiver has accepted, so that the next export sends only the others.

A file for each address, named by a digest of it: a line an event id, appended after every accepted message and written
anew when all is delivered. What a kill leaves of a last line is not counted: that event is sent again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from callsignals.errors import OutputError
from callsignals.files import make_private_folder, write_bytes

__all__ = ["DELIVERIES_FOLDER", "DeliveredEvents"]

DELIVERIES_FOLDER = "deliveries"
_ID_BYTES = 16
_LINE_BYTES = 2 * _ID_BYTES + 1


class DeliveredEvents:
    """The ids of the events that one address has accepted.

    Args:
        out: the OUT folder.
        address: of the receiver; only its digest is stored.
    """

    def __init__(self, out: Path, address: str) -> None:
        name = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[: 2 * _ID_BYTES]
        self._path = out / DELIVERIES_FOLDER / f"{name}.ids"
        self._known = frozenset(self._read())

    def __contains__(self, event_id: str) -> bool:
        return bytes.fromhex(event_id) in self._known

    def add(self, event_ids: Iterable[str]) -> None:
        """Note accepted events; on the disk when this returns.

        Raises:
            OutputError: it cannot be written.
        """
        lines = "".join(f"{event_id}\n" for event_id in event_ids).encode("ascii")
        try:
            make_private_folder(self._path.parent)
            with self._path.open("ab") as file:
                file.truncate(file.tell() - file.tell() % _LINE_BYTES)
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error})"
            remedy = "Free some space; events that were not noted are sent again by the next export."
            raise OutputError(str(self._path), problem, remedy, code="cannot_write") from None

    def keep_only(self, event_ids: Iterable[str]) -> None:
        """Forget what is no longer among the results.

        Raises:
            OutputError: it cannot be written.
        """
        lines = "".join(f"{event_id}\n" for event_id in sorted(event_ids)).encode("ascii")
        write_bytes(self._path, lines)

    def _read(self) -> list[bytes]:
        found = []
        with contextlib.suppress(FileNotFoundError):
            content = self._path.read_bytes()
            for start in range(0, len(content) - _LINE_BYTES + 1, _LINE_BYTES):
                with contextlib.suppress(ValueError):
                    found.append(bytes.fromhex(content[start : start + 2 * _ID_BYTES].decode("ascii", "replace")))
        return found
