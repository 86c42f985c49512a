"""The lines of ``signals.jsonl`` of a finished run: CloudEvents as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from callsignals.errors import InputError
from callsignals.exports.finished import FinishedRun

__all__ = ["SIGNALS_FILE", "signal_lines"]

SIGNALS_FILE = "signals.jsonl"


def signal_lines(run: FinishedRun) -> Iterator[str]:
    """Every signal row as one JSON text without line feed.

    Raises:
        InputError: the file cannot be read.
    """
    path = run.out / SIGNALS_FILE
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield line.rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise InputError(
            str(path), "cannot be read", "Run 'callsignals run' again.", code="unreadable_results"
        ) from None
