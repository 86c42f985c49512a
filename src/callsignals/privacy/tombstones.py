"""Who was erased from an OUT, as keyed hashes of ids: nobody can read them, and no run brings the erased back.

``OUT/erased.json`` holds HMAC-SHA256 values, ``OUT/erased.key`` the key, made at random for this OUT. Without the key
an id cannot be guessed from its hash; with it a given id can be recognised, and that is all.
"""

from __future__ import annotations

import hmac
import json
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from callsignals.errors import OutputError
from callsignals.files import write_text

__all__ = [
    "KEY_FILE",
    "TOMBSTONES_FILE",
    "ErasedKind",
    "Tombstones",
    "bury",
    "load_tombstones",
    "purged_call",
    "same_id",
]

TOMBSTONES_FILE = "erased.json"
KEY_FILE = "erased.key"
_KEY_BYTES = 32

ErasedKind = Literal["lead", "call", "purged", "seller"]
"""``purged`` is a call with its date, see ``purged_call``: with another date it may come back."""


def same_id(identifier: str) -> str:
    """An id for comparison: white space around it and the way in which Unicode composes letters do not matter."""
    return unicodedata.normalize("NFC", identifier.strip())


def purged_call(call_id: str, retain_until: date) -> str:
    """What is noted of a call that was purged."""
    return f"{same_id(call_id)}\0{retain_until.isoformat()}"


def _comparable(kind: ErasedKind, identifier: str) -> str:
    plain = same_id(identifier)
    return " ".join(plain.split()).casefold() if kind == "seller" else plain


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The erased of one OUT.

    Attributes:
        key: of the hashes; empty when nobody was erased.
        hashes: ``kind:hex``.
    """

    key: bytes = b""
    hashes: frozenset[str] = frozenset()

    def holds(self, kind: ErasedKind, identifier: str) -> bool:
        """Whether this one was erased."""
        return bool(self.hashes) and self._hash(kind, identifier) in self.hashes

    def with_ids(self, ids: Iterable[tuple[ErasedKind, str]]) -> Tombstones:
        """These and further ones."""
        keyed = self if self.key else Tombstones(secrets.token_bytes(_KEY_BYTES))
        return Tombstones(keyed.key, self.hashes | {keyed._hash(kind, identifier) for kind, identifier in ids})

    def _hash(self, kind: ErasedKind, identifier: str) -> str:
        text = f"{kind}\0{_comparable(kind, identifier)}".encode("utf-8", "surrogatepass")
        return f"{kind}:{hmac.new(self.key, text, 'sha256').hexdigest()}"


def load_tombstones(out: Path) -> Tombstones:
    """The erased of OUT; none when there is no such file.

    Raises:
        OutputError: the hashes or their key cannot be read: erased people might come back.
    """
    path = out / TOMBSTONES_FILE
    if not path.is_file():
        return Tombstones()
    try:
        hashes = frozenset(map(str, json.loads(path.read_text(encoding="utf-8"))["erased"]))
        key = bytes.fromhex((out / KEY_FILE).read_text(encoding="ascii").strip())
        if len(key) != _KEY_BYTES:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError(
            str(path),
            f"or {KEY_FILE} beside it is damaged, so that nobody can say who was erased from this folder",
            "Restore both; or remove both once the erased people's rows are out of your tables.",
            code="damaged_tombstones",
        ) from None
    return Tombstones(key, hashes)


def bury(out: Path, ids: Iterable[tuple[ErasedKind, str]]) -> Tombstones:
    """Note ids as erased; returns all of OUT.

    Raises:
        OutputError: OUT cannot be written, or what is there is damaged.
    """
    tombstones = load_tombstones(out).with_ids(ids)
    write_text(out / KEY_FILE, tombstones.key.hex() + "\n")
    write_text(out / TOMBSTONES_FILE, json.dumps({"version": 1, "erased": sorted(tombstones.hashes)}, indent=1) + "\n")
    return tombstones
