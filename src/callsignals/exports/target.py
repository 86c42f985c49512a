"""Where results are handed on to: what ``--to`` says, and how that is shown without its secrets."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from callsignals.errors import Failure, UsageError

__all__ = ["UNREACHED", "ExportOptions", "ExportReport", "Target", "is_loopback", "parse_target"]

UNREACHED = "unreached"
"""Code of an error after which the destination holds nothing new."""

_MASK = "***"
_SHOWN_SETTINGS = frozenset({"dbname", "host", "hostaddr", "options", "port", "service", "sslmode", "user"})
"""Settings of a database address (libpq, "Parameter Key Words") that may be shown: among the others are secrets."""
_SHOWN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A destination as the user named it.

    Attributes:
        kind: name in the registry: ``csv``, ``sqlite``, ``https``, ...
        address: what was given, secrets included; never print or store it.
        shown: the same for people and files: passwords masked, the path of a web address left out.
    """

    kind: str
    address: str = field(repr=False)
    shown: str


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What else the user said.

    Attributes:
        folder: where files go (``--out``); None for ``OUT/exports/KIND``. Only for destinations that are files.
        secret_variable: name of the environment variable with the secret that web addresses are signed with
            (``--secret-env``).
    """

    folder: Path | None = None
    secret_variable: str | None = None

    @property
    def place(self) -> Path:
        """The folder, in the functions of destinations that are files: ``export_to`` has set it."""
        if self.folder is None:
            raise ValueError("this destination has no folder")
        return self.folder


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did.

    Attributes:
        target: what was written to: the address as shown, or the folder.
        counts: rows or files by what they are (``signals``, ``leads``, ``removed``, ...).
        files: what was written; empty for databases and web addresses. Files of the export before that are not among
            them are removed by ``export_to``.
        notices: for people.
        failures: what could not be handed on (the rest was); any of them makes exit code 3.
    """

    target: str
    counts: Mapping[str, int]
    files: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def parse_target(text: str) -> Target:
    """What ``--to`` names: a word, or an address by its scheme.

    Raises:
        UsageError: the address cannot be read, or belongs to a protocol without encryption.
    """
    scheme, mark, _ = text.partition("://")
    if not mark:
        return Target(text.strip().lower(), text, text)
    kind = {"postgres": "postgresql"}.get(scheme.lower(), scheme.lower())
    shown = _shown(kind, text)
    if kind == "http":
        if not is_loopback(text):
            raise UsageError("--to http://", "is not encrypted", "Give the https:// address.")
        return Target("https", text, shown)
    return Target(kind, text, shown)


def is_loopback(address: str) -> bool:
    """Whether an address leads to this very machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _shown(kind: str, address: str) -> str:
    rest = address.partition("://")[2]
    if kind == "sqlite":
        name = rest.removeprefix("/")
        return f"sqlite:///{Path(name).absolute().as_posix()}" if name else "sqlite://"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - looked at for its error
    except ValueError:
        raise UsageError(f"--to {kind}://", "is no address that can be read", "Check brackets and port.") from None
    host = parts.netloc.rpartition("@")[2]
    if kind in ("https", "http"):
        digest = hashlib.sha256(address.encode("utf-8", errors="replace")).hexdigest()[:_SHOWN_DIGITS]
        return f"{kind}://{host}/{_MASK}{digest}"
    if kind == "postgresql":
        return f"postgresql://{_user(parts)}{host}{parts.path}{_query(parts.query)}"
    return f"{kind}://{_MASK}"


def _user(parts: SplitResult) -> str:
    user, at, _ = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{name}{colon and ':' + _MASK}{at}"


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = "&".join(f"{name}={value if name in _SHOWN_SETTINGS else _MASK}" for name, value in pairs)
    return f"?{shown}" if shown else ""
