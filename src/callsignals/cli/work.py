"""``demo``, ``init``, ``run``, ``transcribe`` and ``report``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from callsignals.cli.arguments import OutFolder
from callsignals.cli.console import error_line, print_json, print_line
from callsignals.cli.failures import EXIT_SOME_FAILED, report_failures
from callsignals.cli.interrupt import Interrupted
from callsignals.errors import UsageError
from callsignals.vocabulary.choices import DeviceChoice, EngineName, LanguageChoice, RedactionLevel

if TYPE_CHECKING:
    from callsignals.batch.run import RunOptions, RunResult

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (demo, init, run, transcribe, report):
        app.command()(command)


def demo(
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("callsignals-demo"),
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that hear calls; one a core.")] = None,
) -> None:
    """Run the shipped example end to end, offline."""
    from callsignals.batch.run import RunOptions
    from callsignals.weights import shipped_dir

    _finish(_run(shipped_dir() / "fixtures" / "demo", out, RunOptions(workers=workers)), as_json=False)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make, or one with your files, which stay.")],
) -> None:
    """Write a commented workspace to fill in."""
    from callsignals.inputs.starter import write_workspace

    for path in write_workspace(folder):
        print_line(str(path))


def run(
    workspace: Annotated[
        str, typer.Argument(metavar="WORKSPACE", help="Folder with tables and recordings, or its address (s3://...).")
    ],
    out: Annotated[
        str | None, typer.Option(help="Where results go, a folder or an address; WORKSPACE/out by default.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that hear calls; one a core.")] = None,
    engine: Annotated[EngineName, typer.Option(help="Where calls are heard: this machine or a Ray cluster.")] = "local",
    device: Annotated[DeviceChoice | None, typer.Option(help="Where the recogniser runs.")] = None,
    model: Annotated[str | None, typer.Option(help="Recogniser: a name that was pulled, or a folder.")] = None,
    language: Annotated[LanguageChoice | None, typer.Option(help="Of calls whose row does not say.")] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Only the first so many calls.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and run again when files come or change.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the tables and estimate hours.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON summary on standard output; a run each.")] = False,
) -> None:
    """Transcribe, measure, classify, write records and report; resumes by itself."""
    from callsignals.batch.run import RunOptions

    options = RunOptions(workers=workers, engine=engine, device=device, model=model, language=language, limit=limit)
    if dry_run or watch:
        folder = _folder(workspace, "--dry-run" if dry_run else "--watch")
        options = replace(options, out=_folder(out, "--dry-run" if dry_run else "--watch") if out is not None else None)
        (_dry_run if dry_run else _watch)(folder, options, as_json=as_json)
    else:
        _finish(_run(workspace, out, options), as_json=as_json)


def _folder(text: str, option: str) -> Path:
    from callsignals.remote.address import is_address, parse_address

    if is_address(text):
        problem = f"is an address, and {option} needs a folder"
        raise UsageError(parse_address(text).shown, problem, "Mount it and name the folder.")
    return Path(text)


def _run(workspace: str | Path, out: str | Path | None, options: RunOptions) -> RunResult:
    from callsignals.cli.progress import StderrListener
    from callsignals.remote.run import run_anywhere

    listener = StderrListener()
    try:
        return run_anywhere(workspace, out, options, listener)
    finally:
        listener.end()


def _finish(result: RunResult, *, as_json: bool) -> None:
    _show(result, as_json=as_json)
    if result.failures:
        raise typer.Exit(EXIT_SOME_FAILED)


def _show(result: RunResult, *, as_json: bool) -> None:
    from callsignals.batch.summary import result_json, summary_lines

    if as_json:
        print_json(result_json(result))
    else:
        for line in summary_lines(result):
            print_line(line)


def _watch(workspace: Path, options: RunOptions, *, as_json: bool) -> None:
    """Until it is interrupted: between two runs that is how it ends, in the middle of one it breaks off."""
    from callsignals.batch.watch import Watcher
    from callsignals.cli.progress import StderrListener

    listener = StderrListener()
    watcher = Watcher.of(workspace, options, listener)
    error_line(f"Watching {workspace}; stop with Ctrl-C.")
    failed = False
    try:
        for result in watcher.results():
            listener.end()
            _show(result, as_json=as_json)
            failed = bool(result.failures)
    except Interrupted:
        listener.end()
        if not watcher.is_idle:
            raise
        error_line("Stopped watching. Everything that was whole by the last run is in the results.")
    if failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _dry_run(folder: Path, options: RunOptions, *, as_json: bool) -> None:
    from callsignals.batch.estimate import estimate_lines, estimate_run
    from callsignals.batch.run import open_with
    from callsignals.cli.progress import StderrListener

    workspace = open_with(folder, options)
    for notice in workspace.notices:
        error_line(f"note: {notice}")
    listener = StderrListener()
    try:
        estimate = estimate_run(workspace, options.workers, listener)
    finally:
        listener.end()
    if as_json:
        print_json(estimate.as_json())
    else:
        for line in estimate_lines(estimate):
            print_line(line)
    report_failures(estimate.failures)


def transcribe(
    audio: Annotated[list[Path], typer.Argument(metavar="AUDIO...", help="Recordings.")],
    out: Annotated[Path, typer.Option(help="Folder for the transcripts.")],
    speakers: Annotated[int, typer.Option(min=1, max=10, help="Voices in mono recordings.")] = 2,
    rttm: Annotated[bool, typer.Option("--rttm", help="Also write who spoke when as RTTM.")] = False,
    redact: Annotated[
        RedactionLevel, typer.Option(help="What the transcripts hide: names too, contact details alone, nothing.")
    ] = "all",
    device: Annotated[DeviceChoice | None, typer.Option(help="Where the recogniser runs.")] = None,
    model: Annotated[str | None, typer.Option(help="Recogniser: a name that was pulled, or a folder.")] = None,
    language: Annotated[LanguageChoice | None, typer.Option(help="Of all recordings; detected by default.")] = None,
) -> None:
    """Write transcripts only (.json, .vtt)."""
    from callsignals.batch.transcribe import transcribe_files
    from callsignals.cli.progress import StderrListener

    listener = StderrListener()
    overrides = {name: value for name, value in (("device", device), ("model", model)) if value is not None}
    try:
        written, failures = transcribe_files(
            audio,
            out,
            recognition=overrides,
            language=language,
            speakers=speakers,
            rttm=rttm,
            redact=redact,
            listener=listener,
        )
    finally:
        listener.end()
    for path in written:
        print_line(str(path))
    report_failures(failures)


def report(
    out: OutFolder,
) -> None:
    """Rebuild the HTML report."""
    from callsignals.report.build import build_report

    print_line(str(build_report(out)))
