"""How a command is stopped from outside."""

from __future__ import annotations

import signal
from types import FrameType

__all__ = ["Interrupted", "listen_for_signals"]


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM. Not KeyboardInterrupt: typer would end the process before anything is said."""


def listen_for_signals() -> None:
    """Raise ``Interrupted`` in the main thread on Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once
    raise Interrupted
