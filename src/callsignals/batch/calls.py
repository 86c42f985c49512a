"""From rows of the calls table to heard calls, reusing what the store has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from callsignals.batch.expected import hearing_notice
from callsignals.batch.hear_stage import Engine, default_workers, hear_all
from callsignals.batch.hearing_work import HearTask, HearWith, hear_key, voiceprint_key
from callsignals.batch.imported import Importer
from callsignals.batch.known_files import digest_if_known, known_digest
from callsignals.batch.known_voices import returning_voices
from callsignals.batch.listener import Listener
from callsignals.batch.measure_pass import HeardCall
from callsignals.batch.measure_stage import RoleHinter
from callsignals.batch.rehearsal import rehearsed
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, Failure, OutputError
from callsignals.hearing.device import fall_back_notice
from callsignals.hearing.settings import HearingSettings
from callsignals.inputs.rows import CallRow
from callsignals.inputs.rttm import read_rttm
from callsignals.inputs.settings import Settings
from callsignals.inputs.workspace import Workspace

__all__ = [
    "HeardBatch",
    "Tried",
    "hear_calls",
    "hear_missing",
    "heard_before",
    "hearing_settings",
    "recordings_heard",
]


def hearing_settings(settings: Settings) -> HearingSettings:
    """The part of the settings that hearing depends on, with the digests of the models it names.

    Raises:
        ModelError: a model is missing or altered.
    """
    recognition = settings.recognition
    return HearingSettings.resolve(
        model=recognition.model,
        models=recognition.models,
        hotwords=recognition.hotwords,
        beam_size=recognition.beam_size,
        device=recognition.device,
        compute_type=recognition.compute_type,
        max_hours=settings.calls.max_hours,
        diarize=settings.diarization.enabled,
        speakers=settings.diarization.speakers,
        voiceprints=settings.privacy.voiceprints,
    )


@dataclass(frozen=True, slots=True)
class HeardBatch:
    """What became of the calls of a workspace.

    Attributes:
        calls: those whose transcripts are in the store, in table order.
        failures: of the others.
        worker_peak_bytes: largest memory of any worker, where known.
    """

    calls: list[HeardCall]
    failures: list[Failure]
    worker_peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of an attempt to hear everything that was not heard yet.

    Attributes:
        settings: None when there are no recordings.
        keys: of the transcripts, by call id.
        errors: of the calls that have none, by call id.
        worker_peak_bytes: largest memory of any worker, where known.
    """

    settings: HearingSettings | None
    keys: dict[str, str]
    errors: dict[str, CallSignalsError]
    worker_peak_bytes: int | None


def hear_missing(workspace: Workspace, store: Store, engine: Engine, workers: int | None, listener: Listener) -> Tried:
    """Hear or import every call of the workspace whose transcript is not in the store.

    Raises:
        ModelError: a model is missing or altered.
        OutputError: results cannot be stored.
    """
    settings = hearing_settings(workspace.settings) if any(row.audio for row in workspace.calls) else None
    keys, errors = _keys(workspace, settings, store)
    peak_bytes = 0
    if settings is not None:
        tasks = _missing(workspace, keys, errors, settings, store)
        heard_here: dict[str, CallSignalsError] = {}
        if tasks:
            if notice := fall_back_notice(workspace.settings.recognition.device):
                listener.notice(notice)
            if engine is hear_all and (
                notice := hearing_notice([task.audio for task in tasks], workers or default_workers())
            ):
                listener.notice(notice)
            listener.begin("hear", len(tasks))
            with rehearsed(task.language for task in tasks if task.language):
                for heard in engine(tasks, HearWith(settings), store, workers):
                    listener.advance()
                    peak_bytes = max(peak_bytes, heard.peak_bytes or 0)
                    if heard.error is not None:
                        heard_here[heard.task.key] = heard.error
            listener.end()
        errors |= {call_id: heard_here[key] for call_id, key in keys.items() if key in heard_here}
    return Tried(settings, keys, errors, peak_bytes or None)


def hear_calls(
    workspace: Workspace, store: Store, engine: Engine, workers: int | None, listener: Listener
) -> HeardBatch:
    """Hear or import every call of the workspace.

    Raises:
        ModelError: a model is missing or altered.
        OutputError: results cannot be stored.
    """
    tried = hear_missing(workspace, store, engine, workers, listener)
    keys, errors = tried.keys, tried.errors
    hinter = RoleHinter.of(workspace)
    calls = [
        HeardCall(row, keys[row.call_id], hinter.hints(row)) for row in workspace.calls if row.call_id not in errors
    ]
    returning = returning_voices(calls, tried.settings, store)
    if returning:
        calls = [replace(call, recurring=returning.get(call.row.call_id)) for call in calls]
    failures = [_failure(row, errors[row.call_id]) for row in workspace.calls if row.call_id in errors]
    return HeardBatch(calls, failures, tried.worker_peak_bytes)


def heard_before(workspace: Workspace, store: Store) -> frozenset[str]:
    """Ids of the calls whose transcripts are in the store under today's settings; those from elsewhere are read.

    Raises:
        ModelError: a model is missing or altered.
        OutputError: a transcript cannot be stored.
    """
    settings = hearing_settings(workspace.settings) if any(row.audio for row in workspace.calls) else None
    keys, errors = _keys(workspace, settings, store)
    return frozenset(call_id for call_id, key in keys.items() if call_id not in errors and store.has("hear", key))


def _keys(
    workspace: Workspace, settings: HearingSettings | None, store: Store
) -> tuple[dict[str, str], dict[str, CallSignalsError]]:
    """The key of every call's transcript by call id, and what is wrong with the others."""
    keys: dict[str, str] = {}
    errors: dict[str, CallSignalsError] = {}
    importer = Importer(workspace, store)
    settings_digest = settings.digest() if settings is not None else ""
    for row in workspace.calls:
        try:
            if row.audio is None:
                keys[row.call_id] = importer.key(row)
            else:
                rttm_digest = known_digest(row.rttm, store) if row.rttm else None
                language = _language(row, workspace.settings)
                keys[row.call_id] = hear_key(known_digest(row.audio, store), language, settings_digest, rttm_digest)
        except OutputError:
            raise
        except CallSignalsError as error:
            errors[row.call_id] = error
    return keys, errors


def _missing(
    workspace: Workspace,
    keys: Mapping[str, str],
    errors: dict[str, CallSignalsError],
    settings: HearingSettings,
    store: Store,
) -> list[HearTask]:
    """Recordings to hear: each content once, the longest files first so that no worker idles at the end.

    Rows whose RTTM cannot be read are added to ``errors``.
    """
    tasks: dict[str, tuple[int, HearTask]] = {}
    printed = {keys[row.call_id] for row in workspace.calls if len(row.sellers) == 1 and row.call_id in keys}
    for row in workspace.calls:
        key = keys.get(row.call_id)
        if row.audio is None or key is None or key in tasks or _is_heard(key, settings, store, key in printed):
            continue
        try:
            turns = read_rttm(row.rttm) if row.rttm else None
        except CallSignalsError as error:
            errors[row.call_id] = error
            continue
        language = _language(row, workspace.settings)
        tasks[key] = (_size(row.audio), HearTask(key, row.audio, language, turns, key in printed))
    return [task for _, task in sorted(tasks.values(), key=lambda found: (-found[0], found[1].key))]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since; hearing it will say so
        return 0


def recordings_heard(workspace: Workspace, store: Store) -> frozenset[str]:
    """Ids of the calls whose recordings need not be heard again; unlike ``heard_before`` it reads and writes no file.

    Raises:
        ModelError: a model is missing or altered.
    """
    settings = hearing_settings(workspace.settings)
    settings_digest = settings.digest()
    keys = {}
    for row in workspace.calls:
        audio = row.audio and digest_if_known(row.audio, store)
        rttm = row.rttm and digest_if_known(row.rttm, store)
        if audio and bool(rttm) == bool(row.rttm):
            keys[row.call_id] = hear_key(audio, _language(row, workspace.settings), settings_digest, rttm or None)
    printed = {keys[row.call_id] for row in workspace.calls if len(row.sellers) == 1 and row.call_id in keys}
    return frozenset(call_id for call_id, key in keys.items() if _is_heard(key, settings, store, key in printed))


def _is_heard(key: str, settings: HearingSettings, store: Store, is_one_sellers: bool) -> bool:
    return store.has("hear", key) and not (
        settings.voiceprints and is_one_sellers and not store.has("voiceprint", voiceprint_key(key, settings))
    )


def _language(row: CallRow, settings: Settings) -> str | None:
    return row.language or settings.recognition.language


def _failure(row: CallRow, error: CallSignalsError) -> Failure:
    named = Failure.of(error, "hear", input_name=str((row.audio or row.transcript or Path(row.call_id)).name))
    return replace(named, input=row.call_id, row=row.row or None)
