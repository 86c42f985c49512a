"""Encryption at rest of what is kept of voices, under a Fernet key of the user's (extra ``encryption``).

Fernet is AES-128-CBC with HMAC-SHA256 under a random initialisation vector (https://github.com/fernet/spec).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from callsignals.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

__all__ = ["Lockbox", "is_locked", "lockbox_from"]

_MARK = b"gAAAAA"
"""How every Fernet token begins: version 0x80 and a time stamp of before the year 2106."""
_NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True, slots=True)
class Lockbox:
    """Locks and unlocks contents with one key.

    Attributes:
        key: as Fernet takes it.
        named: where the key came from, for messages.
    """

    key: bytes = field(repr=False)
    named: str

    def lock(self, content: bytes) -> bytes:
        """The content, encrypted."""
        return self._fernet().encrypt(content)

    def unlock(self, content: bytes) -> bytes:
        """What ``lock`` was given.

        Raises:
            SettingsError: it was locked with another key, or altered.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt(content)
        except InvalidToken:
            raise SettingsError(
                self.named,
                "does not open the voiceprints in OUT",
                "Give the key that they were locked with; or delete OUT/.cache/voiceprint, and they are made again.",
                code="wrong_key",
            ) from None

    def _fernet(self) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(self.key)


def is_locked(content: bytes) -> bool:
    """Whether ``Lockbox.lock`` made it."""
    return content.startswith(_MARK)


def lockbox_from(variable: str | None, key_file: str | None, root: Path) -> Lockbox | None:
    """The key that the settings name; None when they name none.

    Args:
        variable: environment variable with the key.
        key_file: a file with it, relative to ``root`` or absolute.
        root: the workspace.

    Raises:
        SettingsError: both are named, there is no key, it is none, or the extra is missing.
    """
    if variable is None and key_file is None:
        return None
    if variable is not None and key_file is not None:
        raise SettingsError(
            "[privacy]", "names voiceprint_key_env and voiceprint_key_file", "Keep one of them.", code="two_keys"
        )
    named, text = _from_variable(variable) if variable is not None else _from_file(root / str(key_file))
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise SettingsError(
            named,
            "is a key for voiceprints, but encryption is not installed",
            "Install it: pip install 'callsignals[encryption]'.",
            code="extra_missing",
        ) from None
    try:
        Fernet(text)
    except ValueError:
        raise SettingsError(named, "holds no Fernet key", f"Make one with: {_NEW_KEY}", code="bad_key") from None
    return Lockbox(text.encode("ascii"), named)


def _from_variable(name: str) -> tuple[str, str]:
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingsError(
            f"environment variable {name}",
            "is not set, and [privacy] voiceprint_key_env asks for it",
            f"Set it; a new key comes from: {_NEW_KEY}",
            code="no_key",
        )
    return f"environment variable {name}", value


def _from_file(path: Path) -> tuple[str, str]:
    try:
        return str(path), path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise SettingsError(
            str(path),
            "cannot be read, and [privacy] voiceprint_key_file names it",
            f"Correct the name; a new key comes from: {_NEW_KEY}",
            code="no_key",
        ) from None
