"""A workspace from tables and recordings to a finished OUT."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.batch.asked_stage import asked_rows
from callsignals.batch.calls import HeardBatch, Tried, hear_calls, hear_missing
from callsignals.batch.carried_stage import carried_rows
from callsignals.batch.comment_stage import ClassifiedRow, classify_comments, language_hints, load_classified
from callsignals.batch.facts import Clock, run_facts
from callsignals.batch.funnel_stage import funnel_rows
from callsignals.batch.hear_stage import Engine, hear_all
from callsignals.batch.label_files import FOLLOW_UP_FILE, write_follow_up
from callsignals.batch.listener import Listener, Silent
from callsignals.batch.lock import exclusive
from callsignals.batch.measure_pass import CallOutline, PlannedCall, measure_calls, planned
from callsignals.batch.personalisation_stage import relate_personalisation
from callsignals.batch.provenance import Provenance
from callsignals.batch.ray_engine import RayEngine
from callsignals.batch.redacting import Redactor
from callsignals.batch.relate_stage import double_bookings, find_duplicates, roles_failures
from callsignals.batch.results import RESULT_FILES, Findings, settings_digest, write_results
from callsignals.batch.seal import Seal
from callsignals.batch.store import Store
from callsignals.batch.survey_stage import SurveyResults, survey_results
from callsignals.batch.thread_stage import thread_rows
from callsignals.batch.transcripts import TranscriptFolder
from callsignals.batch.voiceprint_store import opened_store
from callsignals.comments.classify import CommentClassifier, shipped_digest
from callsignals.errors import Failure, OutputError
from callsignals.files import digest_of, path_from, sources_digest
from callsignals.inputs.settings import Settings
from callsignals.inputs.workspace import Workspace, open_workspace
from callsignals.language.term_list import TermList, load_terms, starter_terms
from callsignals.privacy.tombstones import load_tombstones
from callsignals.records.datapackage import describe_package
from callsignals.records.lead import LeadRecord
from callsignals.records.signal import SignalRecord
from callsignals.records.write import read_failures, write_failures, write_json
from callsignals.report.build import build_report
from callsignals.report.presentation import PRESENTATION_FILE, presentation_of, save_presentation
from callsignals.vocabulary.choices import EngineName
from callsignals.vocabulary.definitions import definitions_digest

__all__ = [
    "PENDING_FILE",
    "RunOptions",
    "RunResult",
    "hear_opened",
    "open_with",
    "rebuild",
    "run_opened",
    "run_workspace",
]

PENDING_FILE = "erase.pending.json"
"""Stands in OUT while somebody is being erased: until that is finished nothing else may be written there."""
_RECORD_FILES = (*RESULT_FILES, "failures.jsonl", FOLLOW_UP_FILE)
_TABLES = ("signals", "calls", "comments")
_REPORT_FILES = (PRESENTATION_FILE, "datapackage.json")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run may override.

    Attributes:
        out: where results go; None for ``WORKSPACE/out``.
        workers: processes that hear calls; None for one a core.
        engine: where calls are heard: on this machine, or on a Ray cluster.
        device, model, language: win over ``[recognition]``.
        limit: hear only the first so many calls.
        as_of: the day that ``retain_until`` is compared with; None for the machine's date.
    """

    out: Path | None = None
    workers: int | None = None
    engine: EngineName = "local"
    device: str | None = None
    model: str | None = None
    language: str | None = None
    limit: int | None = None
    as_of: date | None = None

    def noted(self) -> dict[str, Any]:
        """Those that results depend on, for ``run.json``."""
        return {name: getattr(self, name) for name in ("device", "model", "language", "limit")}


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run gave.

    Attributes:
        out: the folder with all results.
        failures: inputs that failed, as in ``failures.jsonl``.
        notices: what the user should know.
        counts: how much of what there is.
    """

    out: Path
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]
    counts: dict[str, int]

    @property
    def leads(self) -> tuple[LeadRecord, ...]:
        """One record per lead, as they stand in ``leads.jsonl``."""
        return tuple(self.each_lead())

    def each_lead(self) -> Iterator[LeadRecord]:
        """The same, one at a time."""
        with (self.out / "leads.jsonl").open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield LeadRecord.model_validate_json(line)


def open_with(folder: Path, options: RunOptions) -> Workspace:
    """The workspace with the options' overrides in its settings.

    Raises:
        SettingsError, InputError: it cannot be used at all.
    """
    workspace = open_workspace(folder, out=options.out, today=options.as_of)
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
    clock = Clock()
    with clock.stage("inputs"):
        workspace = open_with(folder, options)
    return run_opened(workspace, options, listener or Silent(), clock)


def run_opened(
    workspace: Workspace,
    options: RunOptions,
    listener: Listener,
    clock: Clock | None = None,
    engine: Engine | None = None,
) -> RunResult:
    """The same for a workspace that is open; the options' overrides are in its settings already."""
    with exclusive(workspace.out):
        _check_nobody_comes_back(workspace)
        return _Run(workspace, listener, clock or Clock()).finish(options, engine)


def hear_opened(workspace: Workspace, options: RunOptions, listener: Listener, store: Store) -> Tried:
    """The first stage alone, for some calls of a workspace: their transcripts go into the store."""
    with exclusive(workspace.out):
        _check_nobody_comes_back(workspace)
        return hear_missing(workspace, store, _engine(options, workspace), options.workers, listener)


def rebuild(workspace: Workspace, options: RunOptions, listener: Listener, engine: Engine, store: Store) -> RunResult:
    """A run in an OUT that the caller holds, with an engine and a store of the caller's."""
    return _Run(workspace, listener, Clock(), store).finish(options, engine)


def _check_nobody_comes_back(workspace: Workspace) -> None:
    """Whoever was erased after the tables were read would come back."""
    out = workspace.out
    if (out / PENDING_FILE).exists():
        remedy = f"Finish it with: callsignals erase {out}"
        raise OutputError(str(out), "holds an erasure that was broken off", remedy, code="erasure_pending")
    if load_tombstones(out).hashes != workspace.tombstones.hashes:
        raise OutputError(str(out), "somebody was erased from it just now", "Run again.", code="erased_meanwhile")


class _Run:
    """One run over one workspace, stage by stage."""

    def __init__(self, workspace: Workspace, listener: Listener, clock: Clock, store: Store | None = None) -> None:
        self.workspace = workspace
        self.listener = listener
        self.clock = clock
        self.store = store or opened_store(workspace)
        self.seal = Seal(workspace.out)
        self.terms: TermList = load_terms(workspace.terms_path) if workspace.terms_path else starter_terms()
        own = workspace.own_comments
        self.classifier_digest = (
            shipped_digest(own.rules, own.models, workspace.settings.comments.tier)
            if workspace.comments or workspace.calls
            else ""
        )
        self.provenance = Provenance(
            source=f"callsignals/{workspace.settings.workspace.name}",
            settings_digest=settings_digest(workspace.settings),
            definitions_digest=definitions_digest(),
            terms_digest=self.terms.digest,
        )

    def finish(self, options: RunOptions, engine: Engine | None = None) -> RunResult:
        """All stages; those whose results stand are not repeated."""
        workspace, out = self.workspace, self.workspace.out
        for notice in workspace.notices:
            self.listener.notice(notice)
        with self.clock.stage("hear"):
            engine = engine or _engine(options, workspace)
            heard = hear_calls(workspace, self.store, engine, options.workers, self.listener)
            plan = planned(heard.calls, self.terms)
        key = self._records_key(plan, heard.failures)
        facts = self.seal.facts("records", key)
        with TranscriptFolder.opened(out) as transcripts:
            if facts is None or not transcripts.is_intact():
                with self.clock.stage("measure"):
                    outlines = measure_calls(
                        plan, self.terms, self.store, transcripts, Redactor.of(workspace), self.listener
                    )
                facts = facts or self._records(key, outlines, heard)
        for notice in facts["notices"]:
            self.listener.notice(notice)
        self._report(key)
        result = RunResult(
            out=out,
            failures=read_failures(out / "failures.jsonl"),
            notices=(*workspace.notices, *facts["notices"]),
            counts=facts["counts"],
        )
        self._note(result, facts, heard, options)
        return result

    def _records_key(self, plan: Sequence[PlannedCall], failures: Sequence[Failure]) -> str:
        """Digest of all that the records depend on."""
        workspace = self.workspace
        digest = hashlib.sha256(sources_digest("callsignals").encode("ascii"))
        settings = workspace.settings.model_dump(mode="json", exclude={"report", "batch", "remote"})
        common = [version("callsignals"), settings, self.classifier_digest, workspace.segment_columns]
        digest.update(digest_of(common).encode("ascii"))
        for call in plan:
            digest.update(f"{call.measured_key}{call.heard.row!r}\n".encode())
        for rows in (
            workspace.comments,
            workspace.leads,
            workspace.sellers,
            workspace.failures,
            failures,
            workspace.messages,
            workspace.metrics,
        ):
            digest.update(b"\0")
            for row in rows:
                digest.update(f"{row!r}\n".encode())
        return digest.hexdigest()

    def _records(self, key: str, calls: Sequence[CallOutline], heard: HeardBatch) -> dict[str, Any]:
        """Classify, relate and write the records; returns what is noted with their seal."""
        out = self.workspace.out
        with self.clock.stage("classify"):
            comments = self._classify(calls)
        with self.clock.stage("relate"):
            originals, copies = find_duplicates(calls)
            surveys = self._surveys(comments)
            asked = self._asked(calls, originals)
            related = relate_personalisation(calls, originals, self.store)
            failures = (
                *self.workspace.failures,
                *heard.failures,
                *roles_failures(calls, originals),
                *copies,
            )
        with self.clock.stage("records"):
            further = [
                *asked,
                *surveys.rows,
                *thread_rows(self.workspace, self.provenance),
                *funnel_rows(self.workspace, self.provenance),
                *carried_rows(self.workspace.metrics, self.provenance),
            ]
            findings = Findings(calls, originals, related, comments, further, self.provenance, self.classifier_digest)
            counts = write_results(self.workspace, findings, self.store)
            write_failures(out / "failures.jsonl", failures)
            write_follow_up(out / FOLLOW_UP_FILE, surveys.follow_up)
            facts = {
                "counts": {**counts, "failures": len(failures)},
                "notices": double_bookings(calls, originals),
                "recognisers": sorted({call.model for call in calls if call.model}),
            }
            self.seal.put("records", key, _RECORD_FILES, facts)
        return facts

    def _classify(self, calls: Sequence[CallOutline]) -> list[ClassifiedRow]:
        languages: dict[str, list[str]] = {}
        for call in calls:
            if call.language:
                languages.setdefault(call.row.lead_id, []).append(call.language)
        rows = self.workspace.comments
        hints = language_hints(rows, languages)
        return classify_comments(rows, hints, self.classifier_digest, self._load, self.store, self.listener)

    def _asked(self, calls: Sequence[CallOutline], originals: Mapping[str, str]) -> list[SignalRecord]:
        """Where customers heard of us, when a seller asked in a call."""
        return asked_rows(calls, originals, self.classifier_digest, self._load, self.store, self.provenance)

    def _load(self) -> CommentClassifier:
        own = self.workspace.own_comments
        return CommentClassifier.load(own.rules, own.models, self.workspace.settings.comments.tier)

    def _surveys(self, comments: Sequence[ClassifiedRow]) -> SurveyResults:
        """Survey figures over several comments; rows of further figures join theirs in ``_records``."""
        classified = (load_classified(item, self.store) for item in comments)
        return survey_results(self.workspace, self.workspace.calls, classified, self.provenance, self.classifier_digest)

    def _report(self, records_key: str) -> None:
        """The data package's description and the report, when anything in them may have changed."""
        workspace, out = self.workspace, self.workspace.out
        shown = presentation_of(workspace)
        key = digest_of([records_key, asdict(shown)])
        if self.seal.facts("report", key) is not None:
            return
        with self.clock.stage("report"):
            frames = {name: pl.read_parquet(out / f"{name}.parquet", n_rows=0) for name in _TABLES}
            package = describe_package(
                workspace.settings.workspace.name,
                version("callsignals"),
                frames,
                title=workspace.settings.report.title,
            )
            write_json(out / "datapackage.json", package)
            save_presentation(out, shown)
            build_report(out)
            pages = (path for path in (out / "report").rglob("*") if path.is_file())
            self.seal.put("report", key, [*_REPORT_FILES, *(path.relative_to(out).as_posix() for path in pages)])

    def _note(self, result: RunResult, facts: dict[str, Any], heard: HeardBatch, options: RunOptions) -> None:
        described = run_facts(
            self.provenance,
            classifier_digest=self.classifier_digest,
            recognisers=facts["recognisers"],
            counts=result.counts,
            notices=result.notices,
            clock=self.clock,
            worker_peak_bytes=heard.worker_peak_bytes,
        )
        settings = self.workspace.settings
        described["index"] = {
            "timezone": settings.workspace.timezone,
            "segment_columns": list(self.workspace.segment_columns),
            **settings.index.model_dump(mode="json"),
        }
        described["workspace"] = path_from(result.out, self.workspace.root)
        described["options"] = options.noted()
        write_json(result.out / "run.json", described)


def _engine(options: RunOptions, workspace: Workspace) -> Engine:
    if options.engine == "local":
        return hear_all
    return RayEngine(workspace.settings.batch.ray_address)
