"""A PostgreSQL server of one's own on loopback, for tests and benchmarks: made in a folder, stopped afterwards."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOW_TO_GET_IT = "install Debian's package postgresql (apt-get install postgresql), or put initdb and pg_ctl on PATH"
PR_SET_PDEATHSIG = 1
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
        with _running(folder, data, port, durable=durable):
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"
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
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, **_as_whom())


def _as_whom() -> dict[str, Any]:
    return {"user": "nobody", "extra_groups": [], "cwd": "/"} if _is_root() else {}


@contextlib.contextmanager
def _running(folder: Path, data: Path, port: int, *, durable: bool) -> Iterator[None]:
    """The server as a child of this process."""
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    settings["fsync"] = "on" if durable else "off"
    command = [str(folder / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (data.parent / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_end_with_parent, **_as_whom()
        )
    try:
        while subprocess.run(
            [str(folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
        ).returncode:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise RuntimeError(f"PostgreSQL ended with code {server.wait(timeout=0.1)}: {log.name}")
        yield
    finally:
        server.send_signal(signal.SIGINT)  # closes connections first
        server.wait()


def _end_with_parent() -> None:
    """No server outlives tests that were killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
