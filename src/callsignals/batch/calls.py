"""From rows of the calls table to heard and measured calls, reusing what the store has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from callsignals.batch.hear_stage import HearTask, hear_all, hear_key, voiceprint_key
from callsignals.batch.listener import Listener
from callsignals.batch.measure_stage import MeasuredCall, measure_call, measure_key, role_hints, settle_call
from callsignals.batch.recurring import CallVoices, RecurringVoice, recurring_voices
from callsignals.batch.store import Store
from callsignals.conversation.role_cues import RoleHints
from callsignals.conversation.roles import settle_roles
from callsignals.errors import CallSignalsError, Failure, InputError
from callsignals.files import digest_of, file_digest
from callsignals.hearing.hear import HearingSettings
from callsignals.hearing.voices.voiceprint import CallPrints
from callsignals.inputs.rows import CallRow
from callsignals.inputs.rttm import read_rttm
from callsignals.inputs.settings import Settings
from callsignals.inputs.transcripts import read_transcript
from callsignals.inputs.workspace import Workspace
from callsignals.language.term_list import TermList
from callsignals.language.text_language import detect_text_language
from callsignals.vocabulary.spoken import Activity, Transcript

__all__ = [
    "HeardBatch",
    "HeardCall",
    "hear_calls",
    "hearing_settings",
    "import_transcript",
    "load_settled",
    "measure_calls",
]


@dataclass(frozen=True, slots=True)
class HeardCall:
    """A call whose transcript is in the store under ``key``.

    Attributes:
        row: of the calls table.
        key: of the transcript.
        hints: the names that may be said in it.
        recurring: the seller's voice, where it is known from their other calls.
    """

    row: CallRow
    key: str
    hints: RoleHints
    recurring: RecurringVoice | None = None


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


def hear_calls(workspace: Workspace, store: Store, workers: int, listener: Listener) -> HeardBatch:
    """Hear or import every call of the workspace."""
    settings = hearing_settings(workspace.settings) if any(row.audio for row in workspace.calls) else None
    keys: dict[str, str] = {}
    turns: dict[str, tuple[Activity, ...]] = {}
    errors: dict[str, CallSignalsError] = {}
    for row in workspace.calls:
        try:
            keys[row.call_id] = (
                _hear_key(row.audio, row, workspace.settings, settings, store)
                if row.audio and settings
                else _import(row, workspace, store)
            )
            if row.rttm:
                turns[row.call_id] = read_rttm(row.rttm)
        except CallSignalsError as error:
            errors[row.call_id] = error
    tasks = _missing(workspace, {id_: key for id_, key in keys.items() if id_ not in errors}, turns, settings, store)
    failed: dict[str, CallSignalsError] = {}
    peaks: list[int] = []
    if tasks and settings:
        listener.begin("hear", len(tasks))
        for heard in hear_all(tasks, settings, store, workers):
            listener.advance()
            peaks.append(heard.peak_bytes or 0)
            if heard.error is not None:
                failed[heard.task.key] = heard.error
        listener.end()
    for call_id, key in keys.items():
        if key in failed:
            errors[call_id] = failed[key]
    calls = [
        HeardCall(row, keys[row.call_id], role_hints(row, workspace))
        for row in workspace.calls
        if row.call_id not in errors
    ]
    calls = _with_recurring_voices(calls, settings, store)
    failures = [_failure(row, errors[row.call_id]) for row in workspace.calls if row.call_id in errors]
    return HeardBatch(calls, failures, max(peaks, default=0) or None)


def _with_recurring_voices(
    calls: Sequence[HeardCall], settings: HearingSettings | None, store: Store
) -> list[HeardCall]:
    """Calls with the seller's voice where their other calls tell it; voiceprints that are not needed are removed."""
    if settings is None or not settings.voiceprints:
        store.forget("voiceprint")
        return list(calls)
    keys = {call.row.call_id: voiceprint_key(call.key, settings) for call in calls if call.row.audio}
    store.forget("voiceprint", keep=keys.values())
    found = recurring_voices(
        voices
        for call in calls
        if call.row.call_id in keys
        and (prints := store.get("voiceprint", keys[call.row.call_id], CallPrints)) is not None
        and (voices := _voices_of(call, prints, store)) is not None
    )
    return [replace(call, recurring=found.get(call.row.call_id)) for call in calls]


def _voices_of(call: HeardCall, prints: CallPrints, store: Store) -> CallVoices | None:
    """None for calls that are not one seller's alone."""
    if len(call.row.sellers) != 1:
        return None
    heard = _heard(call, store)
    told = settle_roles(
        heard,
        seller_channel=call.row.seller_channel,
        channel_source=call.row.seller_channel_source or "manifest",
        seller_speaks_at_s=call.row.seller_speaks_at_s,
    )
    sellers = {item.speaker for item in told.timeline if item.party == "seller"}
    return CallVoices(
        call_id=call.row.call_id,
        recording=heard.input_digest,
        seller=call.row.sellers[0],
        voices=tuple((voice.speaker, voice.vector) for voice in prints.voices),
        known=min(sellers, default=None),
    )


def _missing(
    workspace: Workspace,
    keys: dict[str, str],
    turns: dict[str, tuple[Activity, ...]],
    settings: HearingSettings | None,
    store: Store,
) -> list[HearTask]:
    """Recordings to hear: each content once, the longest files first so that no worker idles at the end."""
    tasks: dict[str, HearTask] = {}
    for row in workspace.calls:
        key = keys.get(row.call_id)
        if row.audio and key and settings and not _is_heard(key, settings, store):
            tasks.setdefault(key, HearTask(key, row.audio, _language(row, workspace.settings), turns.get(row.call_id)))
    return sorted(tasks.values(), key=lambda task: (-task.audio.stat().st_size, task.key))


def _hear_key(audio: Path, row: CallRow, settings: Settings, hearing: HearingSettings, store: Store) -> str:
    rttm_digest = _known_digest(row.rttm, store) if row.rttm else None
    return hear_key(_known_digest(audio, store), _language(row, settings), hearing, rttm_digest)


def _is_heard(key: str, settings: HearingSettings, store: Store) -> bool:
    return store.has("hear", key) and (
        not settings.voiceprints or store.has("voiceprint", voiceprint_key(key, settings))
    )


def _language(row: CallRow, settings: Settings) -> str | None:
    return row.language or settings.recognition.language


def _known_digest(path: Path, store: Store) -> str:
    """sha256 of a file, read again only when its size or time stamp has changed."""
    try:
        stat = path.stat()
        key = digest_of([str(path), stat.st_size, stat.st_mtime_ns])
        known = store.get("digest", key, str)
        if known is None:
            known = file_digest(path)
            store.put("digest", key, known)
    except OSError as error:
        raise InputError(
            str(path),
            f"cannot be read ({error.strerror or error})",
            "Check that the file exists and may be read.",
        ) from error
    return known


def _import(row: CallRow, workspace: Workspace, store: Store) -> str:
    """Bring a transcript from elsewhere into the store; returns its key."""
    if row.transcript is None:
        raise InputError(row.call_id, "names neither a recording nor a transcript", "Fill in audio or transcript.")
    transcript = import_transcript(row, workspace)
    key = digest_of(["transcript", transcript.input_digest, repr(transcript.role_source), _text_digest(transcript)])
    if not store.has("hear", key):
        store.put("hear", key, transcript)
    return key


def _text_digest(transcript: Transcript) -> str:
    return digest_of(
        [
            transcript.language,
            [[word.text, word.start_s, word.end_s, word.party, word.speaker] for word in transcript.words],
        ]
    )


def import_transcript(row: CallRow, workspace: Workspace) -> Transcript:
    """The transcript that a row names, with parties by name and language by its words.

    Raises:
        InputError: it cannot be read.
    """
    names = tuple(lead.name for lead in workspace.leads if lead.lead_id == row.lead_id and lead.name)
    if row.transcript is None:
        raise InputError(row.call_id, "names no transcript", "Fill in the transcript column.")
    transcript = read_transcript(
        row.transcript, sellers=workspace.sellers, call_sellers=row.sellers, customer_names=names
    )
    if row.language or transcript.language is None:
        language = _language(row, workspace.settings)
        confidence = None
        if language is None:
            text = " ".join(word.text for word in transcript.words)
            language, confidence = detect_text_language(text)
        transcript = replace(transcript, language=language, language_confidence=confidence)
    return transcript


def _failure(row: CallRow, error: CallSignalsError) -> Failure:
    named = Failure.of(error, "hear", input_name=str((row.audio or row.transcript or Path(row.call_id)).name))
    return replace(named, input=row.call_id, row=row.row or None)


def measure_calls(
    calls: Sequence[HeardCall], terms: TermList, store: Store, listener: Listener
) -> list[tuple[CallRow, MeasuredCall]]:
    """Settle and measure every heard call, reusing what is in the store."""
    listener.begin("measure", len(calls))
    measured = []
    for call in calls:
        key = measure_key(call.key, call.row, terms, call.hints, call.recurring)
        figures = store.get("measure", key, MeasuredCall)
        if figures is None:
            figures = measure_call(load_settled(call, store), terms)
            store.put("measure", key, figures)
        measured.append((call.row, figures))
        listener.advance()
    listener.end()
    return measured


def load_settled(call: HeardCall, store: Store) -> Transcript:
    """The transcript of a heard call with its roles settled.

    Raises:
        InputError: it has vanished from the store.
    """
    return settle_call(_heard(call, store), call.row, call.hints, call.recurring)


def _heard(call: HeardCall, store: Store) -> Transcript:
    heard = store.get("hear", call.key, Transcript)
    if heard is None:
        raise InputError(call.row.call_id, "its cached transcript has vanished", "Run again.", code="cache_vanished")
    return heard
