"""A workspace from tables and recordings to a finished OUT."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from callsignals.batch.calls import HeardBatch, HeardCall, hear_calls, load_settled, measure_calls
from callsignals.batch.comment_stage import classify_all, comment_digest, language_hints
from callsignals.batch.entries import (
    CallEntry,
    CommentEntry,
    Provenance,
    call_row,
    call_signals,
    comment_row,
    comment_signals,
    lead_records,
    sorted_rows,
)
from callsignals.batch.hear_stage import default_workers
from callsignals.batch.listener import Listener, Silent, counting
from callsignals.batch.lock import exclusive
from callsignals.batch.measure_stage import MeasuredCall
from callsignals.batch.memory import own_peak_bytes
from callsignals.batch.relate_stage import double_bookings, find_duplicates, roles_failures
from callsignals.batch.store import Store
from callsignals.comments.classify import CommentClassifier
from callsignals.errors import Failure
from callsignals.files import digest_of, file_digest
from callsignals.inputs.rows import CallRow
from callsignals.inputs.settings import Settings
from callsignals.inputs.workspace import Workspace, open_workspace
from callsignals.language.term_list import TermList, load_terms, starter_terms
from callsignals.records.datapackage import describe_package
from callsignals.records.lead import LeadRecord
from callsignals.records.signal import SignalRecord
from callsignals.records.tables import calls_frame, comments_frame, signals_frame
from callsignals.records.write import write_failures, write_frame, write_json, write_jsonl, write_transcript
from callsignals.report.build import build_report
from callsignals.vocabulary.definitions import definitions_digest
from callsignals.weights import shipped_dir

__all__ = ["RunOptions", "RunResult", "open_with", "run_workspace"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run may override.

    Attributes:
        out: where results go; None for ``WORKSPACE/out``.
        workers: processes that hear calls; None for one a core.
        device, model, language: win over ``[recognition]``.
        limit: hear only the first so many calls.
    """

    out: Path | None = None
    workers: int | None = None
    device: str | None = None
    model: str | None = None
    language: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run gave.

    Attributes:
        out: the folder with all results.
        leads: one record per lead.
        failures: inputs that failed, as in ``failures.jsonl``.
        notices: what the user should know.
        counts: how much of what there is.
    """

    out: Path
    leads: tuple[LeadRecord, ...]
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]
    counts: dict[str, int]


@dataclass(slots=True)
class _Clock:
    """Wall seconds per stage, for ``run.json`` alone."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begun, 3)


def open_with(folder: Path, options: RunOptions) -> Workspace:
    """The workspace with the options' overrides in its settings.

    Raises:
        SettingsError, InputError: it cannot be used at all.
    """
    workspace = open_workspace(folder, out=options.out)
    overrides = {
        name: value
        for name, value in (
            ("device", options.device),
            ("model", options.model),
            ("language", options.language),
        )
        if value is not None
    }
    settings = workspace.settings.model_dump()
    settings["recognition"].update(overrides)
    calls = workspace.calls if options.limit is None else workspace.calls[: options.limit]
    return replace(workspace, settings=Settings.model_validate(settings), calls=calls)


def run_workspace(folder: Path, options: RunOptions | None = None, listener: Listener | None = None) -> RunResult:
    """Hear, measure, classify, write records and report; picks up where an earlier run stopped.

    Args:
        folder: the workspace.
        options: overrides.
        listener: is told of progress.

    Raises:
        CallSignalsError: nothing could be done at all. Single inputs that fail are in the result.
    """
    options = options or RunOptions()
    listener = listener or Silent()
    clock = _Clock()
    with clock.stage("inputs"):
        workspace = open_with(folder, options)
    with exclusive(workspace.out):
        return _run(workspace, options, listener, clock)


def _run(workspace: Workspace, options: RunOptions, listener: Listener, clock: _Clock) -> RunResult:
    for notice in workspace.notices:
        listener.notice(notice)
    store = Store(workspace.out)
    terms = load_terms(workspace.terms_path) if workspace.terms_path else starter_terms()
    with clock.stage("hear"):
        heard = hear_calls(workspace, store, options.workers or default_workers(), listener)
    with clock.stage("measure"):
        measured = measure_calls(heard.calls, terms, store, listener)
    with clock.stage("classify"):
        comments, classifier_digest = _classify(workspace, measured, store, listener)
    with clock.stage("relate"):
        entries, duplicate_failures = find_duplicates(measured)
        notices = double_bookings(entries)
        for notice in notices:
            listener.notice(notice)
        failures = (*workspace.failures, *heard.failures, *roles_failures(entries), *duplicate_failures)
    with clock.stage("records"):
        leads, counts = _write_records(workspace, entries, comments, terms, classifier_digest)
        _write_transcripts(workspace.out, heard.calls, store, listener)
        write_failures(workspace.out / "failures.jsonl", failures)
    result = RunResult(
        out=workspace.out,
        leads=tuple(leads),
        failures=failures,
        notices=(*workspace.notices, *notices),
        counts={**counts, "failures": len(failures)},
    )
    with clock.stage("report"):
        build_report(workspace.out)
    write_json(
        workspace.out / "run.json", _run_facts(workspace, result, clock, terms, classifier_digest, heard, measured)
    )
    return result


def _classify(
    workspace: Workspace, measured: list[tuple[CallRow, MeasuredCall]], store: Store, listener: Listener
) -> tuple[list[CommentEntry], str]:
    if not workspace.comments:
        return [], ""
    languages: dict[str, list[str]] = {}
    for row, call in measured:
        if call.language:
            languages.setdefault(row.lead_id, []).append(call.language)
    hints = language_hints(workspace.comments, languages)
    listener.begin("classify", len(workspace.comments))
    results, digest = classify_all(workspace.comments, hints, CommentClassifier.load, store, counting(listener))
    listener.end()
    rows = zip(workspace.comments, results, strict=True)
    return [CommentEntry(row, result, comment_digest(row)) for row, result in rows], digest


def _settings_digest(settings: Settings) -> str:
    """Of the settings that values depend on; not names, report or where files lie."""
    relevant = settings.model_dump(
        mode="json", include={"calls", "comments", "recognition", "diarization", "privacy", "records"}
    )
    relevant["calls"].pop("audio_roots")
    relevant["recognition"].pop("device")
    relevant["company_names"] = list(settings.workspace.company_names)
    return digest_of(relevant)


def _write_records(
    workspace: Workspace,
    calls: list[CallEntry],
    comments: list[CommentEntry],
    terms: TermList,
    classifier_digest: str,
) -> tuple[list[LeadRecord], dict[str, int]]:
    common = Provenance(
        source=f"callsignals/{workspace.settings.workspace.name}",
        settings_digest=_settings_digest(workspace.settings),
        definitions_digest=definitions_digest(),
        terms_digest=terms.digest,
    )
    of_calls = [(entry, call_signals(entry, common)) for entry in calls]
    of_comments = [(entry, comment_signals(entry, common, classifier_digest)) for entry in comments]
    rows: list[SignalRecord] = sorted_rows(row for _, rows in (*of_calls, *of_comments) for row in rows)
    leads = lead_records(workspace, calls, comments, rows)
    frames = {
        "signals": signals_frame(rows),
        "calls": calls_frame([call_row(*pair) for pair in of_calls], _extra_names(workspace.calls)),
        "comments": comments_frame([comment_row(*pair) for pair in of_comments], _extra_names(workspace.comments)),
    }
    out = workspace.out
    for name, frame in frames.items():
        write_frame(out / f"{name}.parquet", frame)
    write_jsonl(out / "signals.jsonl", rows)
    write_jsonl(out / "leads.jsonl", leads)
    package = describe_package(
        workspace.settings.workspace.name, version("callsignals"), frames, title=workspace.settings.report.title
    )
    write_json(out / "datapackage.json", package)
    counts = {
        "leads": len(leads),
        "calls": len(calls),
        "comments": len(comments),
        "signals": len(rows),
        "signals_ok": sum(row.status == "ok" for row in rows),
    }
    return leads, counts


def _extra_names(rows: tuple[object, ...]) -> list[str]:
    """The user's own columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name, _ in getattr(row, "extra", ())))


def _write_transcripts(out: Path, heard: list[HeardCall], store: Store, listener: Listener) -> None:
    listener.begin("transcripts", len(heard))
    for call in heard:
        write_transcript(out / "transcripts", call.row.call_id, load_settled(call, store))
        listener.advance()
    listener.end()


def _model_digests(measured: list[tuple[CallRow, MeasuredCall]]) -> dict[str, object]:
    """The recognisers that heard these calls (name@digest), and the digest of each shipped model's manifest."""
    shipped = sorted((shipped_dir() / "models").glob("*/manifest.json"))
    return {
        "recognisers": sorted({call.model for _, call in measured if call.model}),
        **{path.parent.name: file_digest(path) for path in shipped},
    }


def _run_facts(
    workspace: Workspace,
    result: RunResult,
    clock: _Clock,
    terms: TermList,
    classifier_digest: str,
    heard: HeardBatch,
    measured: list[tuple[CallRow, MeasuredCall]],
) -> dict[str, object]:
    return {
        "callsignals": version("callsignals"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {
            name: version(name) for name in ("ctranslate2", "faster-whisper", "onnxruntime", "polars", "spacy")
        },
        "source": f"callsignals/{workspace.settings.workspace.name}",
        "settings_digest": _settings_digest(workspace.settings),
        "definitions_digest": definitions_digest(),
        "terms_digest": terms.digest,
        "comment_models_digest": classifier_digest or None,
        "models": _model_digests(measured),
        "counts": result.counts,
        "notices": list(result.notices),
        "stage_seconds": clock.seconds,
        "peak_memory_bytes": {"process": own_peak_bytes(), "largest_worker": heard.worker_peak_bytes},
    }
