"""How a run tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Listener", "Silent", "counting"]


class Listener(Protocol):
    """Is told of progress; must not raise. No text of customers ever reaches it."""

    def begin(self, stage: str, total: int) -> None:
        """``stage`` begins, with ``total`` steps."""

    def advance(self, done: int = 1) -> None:
        """``done`` more steps of the current stage are finished."""

    def end(self) -> None:
        """The current stage is finished."""

    def notice(self, text: str) -> None:
        """Something that the user should know."""


class Silent:
    """Says nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Nothing."""

    def advance(self, done: int = 1) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""

    def notice(self, text: str) -> None:
        """Nothing."""


def counting(listener: Listener) -> Callable[[int, int], None]:
    """A callback for work that tells (steps finished, steps in all), which the listener hears as advances."""
    done = 0

    def progress(finished: int, _total: int) -> None:
        nonlocal done
        listener.advance(finished - done)
        done = finished

    return progress
