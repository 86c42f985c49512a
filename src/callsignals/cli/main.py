"""The application: its commands, and how it ends.

Exit codes: 0 every input processed; 1 could not run; 2 wrong usage; 3 finished, some inputs failed; 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from callsignals.cli import comments, compare, erase, export, index, inspect, models, terms, work
from callsignals.cli.console import error_line, print_line
from callsignals.cli.examples import add_examples
from callsignals.cli.interrupt import Interrupted, listen_for_signals
from callsignals.errors import CallSignalsError, UsageError

__all__ = ["app", "main"]

EXIT_COULD_NOT_RUN = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="callsignals",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
work.register(app)
erase.register(app)
comments.register(app)
inspect.register(app)
index.register(app)
compare.register(app)
export.register(app)
app.add_typer(models.app, name="models")
app.add_typer(terms.app, name="terms")
add_examples(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_line(f"callsignals {version('callsignals')}")
        raise typer.Exit


@app.callback()
def _callsignals(
    shown: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Per-lead trust signals from sales calls and customers' own words, on your own machine."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ``--debug`` anywhere adds the traceback of an error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    listen_for_signals()
    try:
        app(args=[argument for argument in given if argument != "--debug"], standalone_mode=True)
    except UsageError as error:
        _stop(error, EXIT_USAGE, debug=debug)
    except CallSignalsError as error:
        _stop(error, EXIT_COULD_NOT_RUN, debug=debug)
    except Interrupted:
        error_line("Interrupted. What is finished is kept; run the same command again to go on.")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.exit(EXIT_COULD_NOT_RUN)
    except OSError as error:  # a full or vanished disk where nobody expects it, the temporary folder for instance
        if debug:
            traceback.print_exc()
        error_line(
            f"{error.filename or 'a file'}: {error.strerror or error}. Check the disk, the temporary folder's too, and "
            "run again; what is finished is kept."
        )
        sys.exit(EXIT_COULD_NOT_RUN)
    except Exception as error:
        if debug:
            traceback.print_exc()
        error_line(
            f"callsignals: internal error ({type(error).__name__}). Run again with --debug and report what it prints."
        )
        sys.exit(EXIT_COULD_NOT_RUN)


def _stop(error: CallSignalsError, code: int, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    error_line(str(error))
    sys.exit(code)
