"""The decoder's process as its parent sees it: started, asked one thing at a time, ended.

What it answers is not trusted: a file may have taken it over.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any, BinaryIO

from callsignals.hearing.decode_child import HANDED, NAMED, cpu_limit_s
from callsignals.processes import ONE_THREAD, own_command

__all__ = ["HANDS_OVER", "DecoderProcess", "wall_limit_s"]

HANDS_OVER = hasattr(socket, "send_fds") and sys.platform != "win32"
"""Whether open files can be handed to another process; by name otherwise, and then it cannot be confined."""

_LINE_BYTES = 1 << 16


def wall_limit_s(max_samples: int) -> float:
    """Seconds that a file of so many samples at most may take, however steadily it goes on: slow disks are slow."""
    return 600.0 + 4 * cpu_limit_s(max_samples)


class DecoderProcess:
    """A running child.

    Args:
        hands_over: whether files go to it open; tests try both.
    """

    def __init__(self, *, hands_over: bool = HANDS_OVER) -> None:
        self._hands_over = hands_over
        self._channel: socket.socket | None = None
        theirs: socket.socket | None = None
        if hands_over:
            self._channel, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            own_command("callsignals.hearing.decode_child:main", HANDED if hands_over else NAMED),
            stdin=subprocess.PIPE if theirs is None else theirs.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One thread: a filter of system calls binds the thread that sets it.
            env={**os.environ, **ONE_THREAD, "PYTHONIOENCODING": "utf-8"},
        )
        if theirs is not None:
            theirs.close()
        self._lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
        self._ended = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="callsignals-decoder", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it is running."""
        return self._process.poll() is None

    def send(self, task: str, max_samples: int, source: BinaryIO, out: BinaryIO) -> bool:
        """Whether the request could be handed over.

        Args:
            task: ``decode`` or ``probe``.
            max_samples: budget a channel.
            source: the media file.
            out: where samples go.
        """
        request: dict[str, Any] = {"task": task, "max_samples": max_samples}
        try:
            if self._channel is not None:
                socket.send_fds(self._channel, [_line(request)], [source.fileno(), out.fileno()])
            else:
                assert self._process.stdin is not None
                self._process.stdin.write(_line({**request, "files": [source.name, out.name]}))
                self._process.stdin.flush()
        except OSError:
            return False
        return True

    def receive(self, stall_s: float, wall_s: float) -> dict[str, Any]:
        """Its answer, or ``error``: the reason why there is none; the process is of no more use then.

        Args:
            stall_s: seconds without a word from it.
            wall_s: seconds in all.
        """
        end_s = time.monotonic() + wall_s
        while True:
            left_s = end_s - time.monotonic()
            try:
                line = self._lines.get(timeout=max(0.0, min(stall_s, left_s)))
            except queue.Empty:
                return {"error": "decoder_stalled" if stall_s <= left_s else "decoder_too_slow"}
            message = None if line is None else _message(line)
            if message is None:
                return {"error": self._why_ended()}
            if "progress" not in message and "ready" not in message:
                return message

    def refuses(self, timeout_s: float) -> list[str]:
        """What a process that has not been asked anything yet says the system refuses it; see ``confine``."""
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return []
        return [str(what) for what in ((line and _message(line)) or {}).get("ready", [])]

    def stop(self) -> None:
        """Ends it, whatever it is doing."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        while self._listener.is_alive():  # it may wait for room to put what nobody reads any more
            with contextlib.suppress(queue.Empty):
                self._lines.get_nowait()
            self._listener.join(0.01)
        for end in (self._process.stdin, self._process.stdout, self._channel):
            if end is not None:
                with contextlib.suppress(OSError, ValueError):
                    end.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            while not self._ended.is_set() and (line := self._process.stdout.readline(_LINE_BYTES)):
                self._lines.put(line)
        self._lines.put(None)

    def _why_ended(self) -> str:
        """For a process that closed its output or talks nonsense."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=1.0)
            if sys.platform != "win32" and code == -signal.SIGXCPU:
                return "decoder_too_slow"
        return "decoder_crashed"


def _line(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode("ascii") + b"\n"


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
