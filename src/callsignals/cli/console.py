"""What reaches the terminal: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["error_line", "print_json", "print_line", "write_text"]


def print_line(text: str = "") -> None:
    """One line of results; characters that the terminal cannot show are replaced."""
    write_text(f"{text}\n")


def write_text(text: str) -> None:
    """Results as they are, without an end of line."""
    _write(sys.stdout, text)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object."""
    print_line(json.dumps(value, ensure_ascii=False))


def error_line(text: str) -> None:
    """One line of anything but results."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: Any, text: str) -> None:  # noqa: ANN401 - a text stream, perhaps replaced by a test
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, errors="replace").decode(encoding))
    stream.flush()
