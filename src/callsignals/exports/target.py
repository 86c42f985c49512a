"""Where results are handed on to: what ``--to`` says, and how that is shown without its secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from callsignals.errors import Failure, UsageError

__all__ = ["UNREACHED", "ExportOptions", "ExportReport", "Target", "parse_target"]

UNREACHED = "unreached"
"""Code of an error after which the destination holds nothing new."""

_MASK = "***"
_SECRET_SETTINGS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""Settings of a database address (libpq, "Parameter Key Words") that nobody else may read."""
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
    """

    folder: Path | None = None

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
    if kind == "http":
        raise UsageError("--to http://", "is not encrypted", "Give the https:// address.")
    return Target(kind, text, _shown(kind, text))


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
    if kind == "https":
        digest = hashlib.sha256(address.encode("utf-8", errors="replace")).hexdigest()[:_SHOWN_DIGITS]
        return f"https://{host}/{_MASK}{digest}"
    if kind == "postgresql":
        return f"postgresql://{_user(parts)}{host}{parts.path}{_query(parts.query)}"
    return f"{kind}://{_MASK}"


def _user(parts: SplitResult) -> str:
    user, at, _ = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{name}{colon and ':' + _MASK}{at}"


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = "&".join(f"{name}={_MASK if name.lower() in _SECRET_SETTINGS else value}" for name, value in pairs)
    return f"?{shown}" if shown else ""
