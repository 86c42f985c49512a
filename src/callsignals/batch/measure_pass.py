"""One pass over the heard calls: settle roles, write the transcripts that changed, measure what is not measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callsignals.batch.listener import Listener
from callsignals.batch.measure_stage import MeasuredCall, measure_call, measure_key, settle_call, settle_key
from callsignals.batch.recurring import RecurringVoice
from callsignals.batch.redacting import Redactor
from callsignals.batch.store import Store
from callsignals.batch.transcripts import TranscriptFolder
from callsignals.conversation.call_type import CallKind
from callsignals.conversation.role_cues import RoleHints
from callsignals.errors import InputError
from callsignals.inputs.rows import CallRow
from callsignals.language.heard_of_us import AskedReferral
from callsignals.language.term_list import TermList
from callsignals.vocabulary.spoken import ChannelMode, RoleSource, Transcript

__all__ = ["CallOutline", "HeardCall", "PlannedCall", "load_heard", "load_measured", "measure_calls", "planned"]


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


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A heard call with the keys of what becomes of it."""

    heard: HeardCall
    settled_key: str
    measured_key: str


@dataclass(frozen=True, slots=True)
class CallOutline:
    """What later stages need to know of all calls at once; the figures of each stay in the store.

    Attributes:
        row: of the calls table.
        key: of the measured call.
        input_digest, language, model, duration_s, channel_mode: as in ``MeasuredCall``.
        call_type, role_source: as in ``MeasuredCall``.
        lacks_roles: whether knowing the seller would give figures.
        findings, moments_s, asked: as in ``MeasuredCall``.
    """

    row: CallRow
    key: str
    input_digest: str
    language: str | None
    model: str
    duration_s: float | None
    channel_mode: ChannelMode
    call_type: CallKind
    role_source: RoleSource
    lacks_roles: bool
    findings: tuple[str, ...] = ()
    moments_s: tuple[float, ...] = ()
    asked: AskedReferral | None = None


def planned(calls: Iterable[HeardCall], terms: TermList) -> list[PlannedCall]:
    """Every call with its keys.

    Raises:
        ModelError: the weights that tell roles from the text are missing or altered.
    """
    plan = []
    for call in calls:
        settled = settle_key(call.key, call.row, call.hints, call.recurring, terms)
        plan.append(PlannedCall(call, settled, measure_key(settled, terms)))
    return plan


def measure_calls(
    calls: Sequence[PlannedCall],
    terms: TermList,
    store: Store,
    transcripts: TranscriptFolder,
    redactor: Redactor,
    listener: Listener,
) -> list[CallOutline]:
    """Settle and measure every heard call, reusing what is there.

    Raises:
        InputError: a cached transcript has vanished.
        OutputError: results cannot be written.
    """
    listener.begin("measure", len(calls))
    outlines = []
    for call in calls:
        outlines.append(_measure(call, terms, store, transcripts, redactor))
        listener.advance()
    transcripts.keep_only(call.heard.row.call_id for call in calls)
    listener.end()
    return outlines


def _measure(
    call: PlannedCall, terms: TermList, store: Store, transcripts: TranscriptFolder, redactor: Redactor
) -> CallOutline:
    row = call.heard.row
    figures = store.get("measure", call.measured_key, MeasuredCall)
    written_key = redactor.key(call.settled_key, row)
    is_written = transcripts.holds(row.call_id, written_key)
    if figures is None or not is_written:
        settled = settle_call(load_heard(call.heard, store), row, call.heard.hints, call.heard.recurring, terms)
        if not is_written:
            transcripts.write(row.call_id, written_key, redactor.copy(settled, row))
        if figures is None:
            hints = call.heard.hints
            names = (*hints.seller_names, *hints.customer_names)
            figures = measure_call(settled, terms, hints.company_names, names)
            store.put("measure", call.measured_key, figures)
    return CallOutline(
        row=row,
        key=call.measured_key,
        input_digest=figures.input_digest,
        language=figures.language,
        model=figures.model,
        duration_s=figures.duration_s,
        channel_mode=figures.channel_mode,
        call_type=figures.facts.call_type,
        role_source=figures.role_source,
        lacks_roles=_lacks_roles(figures),
        findings=figures.findings,
        moments_s=figures.moments_s,
        asked=figures.asked,
    )


def _lacks_roles(measured: MeasuredCall) -> bool:
    """Whether knowing the seller would give figures: with one voice it would not."""
    reasons = {signal.reason for signal in measured.signals}
    return "roles_unknown" in reasons and "one_speaker" not in reasons


def load_heard(call: HeardCall, store: Store) -> Transcript:
    """The transcript of a heard call, roles not settled.

    Raises:
        InputError: it has vanished from the store.
    """
    heard = store.get("hear", call.key, Transcript)
    if heard is None:
        store.remove("hear", call.key)
        raise _vanished(call.row)
    return heard


def load_measured(call: CallOutline, store: Store) -> MeasuredCall:
    """The figures of a measured call.

    Raises:
        InputError: they have vanished from the store.
    """
    measured = store.get("measure", call.key, MeasuredCall)
    if measured is None:
        raise _vanished(call.row)
    return measured


def _vanished(row: CallRow) -> InputError:
    return InputError(row.call_id, "its cached result has vanished or is damaged", "Run again.", code="cache_vanished")
