"""Stages 2 and 3, settle and measure: roles, then every figure of one call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from callsignals.batch.recurring import RecurringVoice
from callsignals.conversation.measures import CallFacts, conversation_signals
from callsignals.conversation.role_cues import RoleHints, roles_digest
from callsignals.conversation.roles import settle_roles
from callsignals.conversation.sentences import sentences
from callsignals.files import digest_of
from callsignals.inputs.rows import CallRow, SellerRow
from callsignals.inputs.workspace import Workspace
from callsignals.language.mentions import find_mentions
from callsignals.language.term_list import TermList
from callsignals.language.term_signals import term_signals, why_no_terms
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, TERM_SIGNALS, definitions_digest
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import LANGUAGES, ChannelMode, RoleSource, Timing, Transcript

__all__ = [
    "MEASURING_VERSION",
    "MeasuredCall",
    "as_duplicate",
    "measure_call",
    "measure_key",
    "role_hints",
    "settle_call",
    "without_figures",
]

MEASURING_VERSION = 1
"""Raised whenever the same words and roles would be measured differently."""


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """Everything that later stages need to know of one call; no text in it.

    Attributes:
        facts: call type, spans and speech seconds.
        signals: conversation and term signals, each once, in the registry's order.
        input_digest: of the decoded audio or the transcript's bytes.
        words, dropped: counts.
        (the rest as in ``Transcript``)
    """

    facts: CallFacts
    signals: tuple[Signal, ...]
    language: str | None
    language_confidence: float | None
    channel_mode: ChannelMode
    timing: Timing
    role_source: RoleSource
    role_confidence: float | None
    audio_complete: bool
    findings: tuple[str, ...]
    duration_s: float | None
    words: int
    dropped: int
    model: str
    input_digest: str


def role_hints(row: CallRow, workspace: Workspace) -> RoleHints:
    """The names that a call's voices may say: our company's, the call's sellers' (else all sellers'), the lead's."""
    known = {seller.seller: seller for seller in workspace.sellers}
    sellers = [known.get(name, SellerRow(name)) for name in row.sellers] or list(workspace.sellers)
    called = (name for seller in sellers for name in (seller.name or seller.seller, *seller.aliases))
    leads = (lead.name for lead in workspace.leads if lead.lead_id == row.lead_id)
    return RoleHints(
        company_names=workspace.settings.workspace.company_names,
        seller_names=tuple(dict.fromkeys(called)),
        customer_names=tuple(dict.fromkeys(name for name in leads if name)),
    )


def settle_call(
    heard: Transcript, row: CallRow, hints: RoleHints, recurring: RecurringVoice | None = None
) -> Transcript:
    """Roles of one call from what its row says, else from the seller's returning voice, else from what is said."""
    return settle_roles(
        heard,
        seller_channel=row.seller_channel,
        channel_source=row.seller_channel_source or "manifest",
        seller_speaks_at_s=row.seller_speaks_at_s,
        hints=hints,
        recurring=None if recurring is None else (recurring.speaker, recurring.confidence),
    )


def measure_key(
    hear_key: str, row: CallRow, terms: TermList, hints: RoleHints, recurring: RecurringVoice | None = None
) -> str:
    """Digest of all that a measured call depends on.

    Raises:
        ModelError: the weights that tell roles from the text are missing or altered.
    """
    return digest_of(
        [
            hear_key,
            row.seller_channel,
            row.seller_channel_source,
            row.seller_speaks_at_s,
            asdict(hints),
            None if recurring is None else [recurring.speaker, recurring.confidence],
            roles_digest(),
            terms.digest,
            definitions_digest(),
            MEASURING_VERSION,
        ]
    )


def measure_call(transcript: Transcript, terms: TermList) -> MeasuredCall:
    """All conversation and term signals of one settled call."""
    facts, conversation = conversation_signals(transcript)
    spoken = sentences(transcript.words, transcript.language or "")
    mentions = find_mentions(transcript.words, transcript.language, terms) if transcript.language in LANGUAGES else ()
    about_terms = term_signals(
        transcript,
        mentions,
        spoken,
        insufficient_reason=(
            why_no_terms(transcript.language, terms) if facts.call_type == "conversation" else facts.call_type
        ),
    )
    signals = (*conversation, *about_terms)
    refusal = _refusal(transcript)
    if refusal is not None:
        signals = without_figures(refusal)
    return MeasuredCall(
        facts=facts,
        signals=signals,
        language=transcript.language,
        language_confidence=transcript.language_confidence,
        channel_mode=transcript.channel_mode,
        timing=transcript.timing,
        role_source=transcript.role_source,
        role_confidence=transcript.role_confidence,
        audio_complete=transcript.audio_complete,
        findings=transcript.findings,
        duration_s=transcript.duration_s,
        words=len(transcript.words),
        dropped=len(transcript.dropped),
        model=transcript.model,
        input_digest=transcript.input_digest,
    )


def _refusal(transcript: Transcript) -> str | None:
    """Why nothing at all is measured: a language that is none of ours."""
    if transcript.language is not None and transcript.language not in LANGUAGES:
        return f"language_{transcript.language}"
    return None


def without_figures(reason: str) -> tuple[Signal, ...]:
    """Every call signal as insufficient, without parts that could be pooled."""
    return tuple(Signal.insufficient(name, reason) for name in (*CONVERSATION_SIGNALS, *TERM_SIGNALS))


def as_duplicate(measured: MeasuredCall) -> MeasuredCall:
    """The same call counted a second time: it says so and gives no figures."""
    return replace(measured, signals=without_figures("duplicate_recording"))
