"""Stages 2 and 3, settle and measure: roles, then every figure of one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from callsignals.batch.recurring import RecurringVoice
from callsignals.conversation.measures import CallFacts, conversation_signals
from callsignals.conversation.role_cues import RoleHints, roles_digest
from callsignals.conversation.roles import settle_roles, speaking_moments
from callsignals.conversation.sentences import sentences
from callsignals.files import digest_of
from callsignals.inputs.rows import CallRow, SellerRow
from callsignals.inputs.workspace import Workspace
from callsignals.language.heard_of_us import AskedReferral, asked_referral
from callsignals.language.mentions import find_mentions
from callsignals.language.personalisation import seller_lemmas
from callsignals.language.term_list import TermList
from callsignals.language.term_signals import term_signals, why_no_terms
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, TERM_SIGNALS, definitions_digest
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import LANGUAGES, ChannelMode, RoleSource, Timing, Transcript

__all__ = [
    "MEASURING_VERSION",
    "MeasuredCall",
    "RoleHinter",
    "as_duplicate",
    "measure_call",
    "measure_key",
    "product_mentions",
    "settle_call",
    "settle_key",
    "without_figures",
]

MEASURING_VERSION = 5
"""Raised whenever the same words and roles would be measured differently."""


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """Everything that later stages need to know of one call; no text in it but ``asked`` and ``seller_lemmas``.

    Attributes:
        facts: call type, spans and speech seconds.
        signals: conversation and term signals, each once, in the registry's order.
        input_digest: of the decoded audio or the transcript's bytes.
        words, dropped: counts.
        asked: what the customer says to "How did you hear about us?"; stays in the store.
        moments_s: where roles are unknown, a second for each voice at which it speaks alone.
        seller_lemmas: the seller's content lemmas as said, for ``personalisation``; they stay in the store.
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
    moments_s: tuple[float, ...] = ()
    asked: AskedReferral | None = None
    seller_lemmas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleHinter:
    """Knows the names that the voices of a workspace's calls may say.

    Attributes:
        company_names: what our people call our company.
        sellers: by id.
        lead_names: by lead id.
    """

    company_names: tuple[str, ...]
    sellers: Mapping[str, SellerRow]
    lead_names: Mapping[str, str]
    _known: dict[tuple[tuple[str, ...], str | None], RoleHints] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, workspace: Workspace) -> RoleHinter:
        """The names of a workspace."""
        return cls(
            company_names=workspace.settings.workspace.company_names,
            sellers={seller.seller: seller for seller in workspace.sellers},
            lead_names={lead.lead_id: lead.name for lead in workspace.leads if lead.name},
        )

    def hints(self, row: CallRow) -> RoleHints:
        """For one call: our company's names, the call's sellers' (else all sellers'), the lead's."""
        lead_name = self.lead_names.get(row.lead_id)
        group = (row.sellers, lead_name)
        if group not in self._known:
            sellers = [self.sellers.get(name, SellerRow(name)) for name in row.sellers] or self.sellers.values()
            called = (name for seller in sellers for name in (seller.name or seller.seller, *seller.aliases))
            self._known[group] = RoleHints(
                company_names=self.company_names,
                seller_names=tuple(dict.fromkeys(called)),
                customer_names=(lead_name,) if lead_name else (),
            )
        return self._known[group]


def settle_call(
    heard: Transcript,
    row: CallRow,
    hints: RoleHints,
    recurring: RecurringVoice | None = None,
    terms: TermList | None = None,
) -> Transcript:
    """Roles of one call from what its row says, else from the seller's returning voice, else from what is said.

    Args:
        heard: roles not settled.
        row: of the calls table.
        hints: names that may be said.
        recurring: the seller's voice, where it is known.
        terms: who says the product terms is evidence; None when there is no list.
    """
    return settle_roles(
        heard,
        seller_channel=row.seller_channel,
        channel_source=row.seller_channel_source or "manifest",
        seller_speaks_at_s=row.seller_speaks_at_s,
        hints=hints,
        recurring=None if recurring is None else (recurring.speaker, recurring.confidence),
        product_mentions=None if terms is None else lambda: product_mentions(heard, terms),
    )


def product_mentions(transcript: Transcript, terms: TermList) -> dict[str, int]:
    """How often each voice says a product term."""
    if transcript.language not in LANGUAGES:
        return {}
    mentions = find_mentions(transcript.words, transcript.language, terms)
    return dict(Counter(mention.speaker for mention in mentions if mention.kind == "product"))


def settle_key(
    hear_key: str,
    row: CallRow,
    hints: RoleHints,
    recurring: RecurringVoice | None = None,
    terms: TermList | None = None,
) -> str:
    """Digest of all that a settled transcript depends on.

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
            None if terms is None else terms.digest,
            roles_digest(),
        ]
    )


def measure_key(settle_key: str, terms: TermList) -> str:
    """Digest of all that a measured call depends on."""
    return digest_of([settle_key, terms.digest, definitions_digest(), MEASURING_VERSION])


def measure_call(
    transcript: Transcript, terms: TermList, company_names: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> MeasuredCall:
    """All conversation and term signals of one settled call.

    Args:
        transcript: roles settled.
        terms: need and product terms.
        company_names: what our people call our company.
        names: of people and customers who may be in the call.
    """
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
        moments_s=() if transcript.roles_known else tuple(sorted(speaking_moments(transcript).values())),
        asked=asked_referral(spoken, transcript.language, company_names) if facts.call_type == "conversation" else None,
        seller_lemmas=(
            seller_lemmas(transcript, spoken, (*company_names, *names)) if facts.call_type == "conversation" else ()
        ),
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
