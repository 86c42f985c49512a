"""The command line: parse, call the library, print."""

from callsignals.cli.main import app, main

__all__ = ["app", "main"]
