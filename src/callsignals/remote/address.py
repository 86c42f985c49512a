"""Addresses of workspaces and results, and how they are shown: never with user names, passwords or queries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from callsignals.errors import UsageError
from callsignals.files import digest_of

__all__ = ["Address", "is_address", "parse_address"]

_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<rest>.*)", re.DOTALL)
"""A scheme of two letters or more: one letter is a Windows drive."""
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Address:
    """One address, taken apart.

    Attributes:
        url: as given, with whatever secrets are in it; for the driver alone.
        scheme: lower case.
        parts: host (or bucket) without user and password, then the path, without empty parts.
        shown: what people may see.
        secrets: texts that must not reach anybody, longest first.
    """

    url: str
    scheme: str
    parts: tuple[str, ...]
    shown: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Address({self.shown})"

    @property
    def digest(self) -> str:
        """Of where it leads, without secrets: the same after a password was changed."""
        return digest_of([self.scheme, *self.parts])

    def below(self, name: str) -> Address:
        """The address of ``name`` in this folder."""
        base, mark, query = self.url.partition("?")
        return parse_address(f"{base.rstrip('/')}/{name}{mark}{query}")

    def holds(self, other: Address) -> bool:
        """Whether ``other`` lies below it."""
        return self.scheme == other.scheme and self.parts == other.parts[: len(self.parts)] and self != other

    def without_secrets(self, text: str) -> str:
        """``text``, as drivers write it in their errors, without what is secret."""
        for secret in (self.url, *self.secrets):
            text = text.replace(secret, _HIDDEN)
        return text


def is_address(text: str) -> bool:
    """Whether ``text`` is an address, not a folder's name."""
    return _ADDRESS.match(text) is not None


def parse_address(text: str) -> Address:
    """Take an address apart.

    Raises:
        UsageError: it is chained, climbs, or names nothing.
    """
    found = _ADDRESS.match(text.strip())
    if found is None:
        raise UsageError("the address", "is not one", "Write it as s3://bucket/folder.")
    rest, mark, query = found["rest"].partition("?")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    scheme = found["scheme"].casefold()
    parts = tuple(part for part in (host, *path.split("/")) if part)
    shown = f"{scheme}://{_HIDDEN + '@' if at else ''}{host}{slash}{path}".rstrip("/") + (f"?{_HIDDEN}" if mark else "")
    if "::" in text:
        raise UsageError(shown.partition("::")[0], "is chained with '::'", "Name one folder of one store.")
    if not parts or ".." in parts or "." in parts:
        raise UsageError(shown, "names no folder", "Write it as s3://bucket/folder, without '..'.")
    return Address(text.strip(), scheme, parts, shown, _secrets(user, query))


def _secrets(user: str, query: str) -> tuple[str, ...]:
    values = [pair.partition("=")[2] for pair in query.split("&")]
    found = {user, *user.split(":", 1), query, *values}
    return tuple(sorted(({*found, *(unquote(text) for text in found)} - {""}), key=lambda text: (-len(text), text)))
