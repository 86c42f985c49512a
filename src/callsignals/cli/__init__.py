"""The command line: parse, call the library, print.

A command imports what it needs when it is called, so that help, usage errors and completion come at once.
"""

from callsignals.cli.main import app, main

__all__ = ["app", "main"]
