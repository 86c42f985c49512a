"""A PostgreSQL server of one's own on loopback, for tests and benchmarks: made in a folder, stopped afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOW_TO_GET_IT = "install Debian's package postgresql (apt-get install postgresql), or put initdb and pg_ctl on PATH"
USER, DATABASE = "callsignals", "postgres"


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``; None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """The address of a running server, password included.

    Args:
        durable: write through to the disk, as servers do; tests need not wait for that.
    """
    folder = binaries()
    if folder is None:
        raise RuntimeError(HOW_TO_GET_IT)
    place = Path(tempfile.mkdtemp(prefix="callsignals-postgres-"))
    password, port = secrets.token_hex(12), _free_port()
    data, secret = place / "data", place / "secret"
    try:
        secret.write_text(password, encoding="utf-8")
        _hand_over(place, secret)
        _run(folder / "initdb", "-D", data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8",
             "--no-locale", *([] if durable else ["--no-sync"]))  # fmt: skip
        sync = "on" if durable else "off"
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync={sync}"
        _run(folder / "pg_ctl", "-D", data, "-w", "-l", place / "log", "-o", options, "start")
        try:
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"
        finally:
            _run(folder / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _hand_over(*paths: Path) -> None:
    """PostgreSQL refuses to run as root."""
    if _is_root():
        for path in paths:
            shutil.chown(path, "nobody")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _run(*command: Any) -> None:
    as_whom: dict[str, Any] = {"user": "nobody", "extra_groups": []} if _is_root() else {}
    # pg_ctl leaves the server its streams: a pipe would not end before the server does.
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd="/" if os.name == "posix" else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_whom,
    )
