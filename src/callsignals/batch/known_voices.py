"""The seller's returning voice in the calls of a batch, from the voiceprints in the store (opt-in)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from callsignals.batch.hearing_work import voiceprint_key
from callsignals.batch.measure_pass import HeardCall, load_heard
from callsignals.batch.recurring import CallVoices, RecurringVoice, recurring_voices
from callsignals.batch.store import Store
from callsignals.conversation.roles import settle_roles
from callsignals.files import digest_of, sources_digest
from callsignals.hearing.settings import HearingSettings

if TYPE_CHECKING:
    from callsignals.hearing.voices.voiceprint import CallPrints

__all__ = ["returning_voices"]


def returning_voices(
    calls: Sequence[HeardCall], settings: HearingSettings | None, store: Store
) -> Mapping[str, RecurringVoice]:
    """The seller's voice by call id, where their other calls tell it; voiceprints that are not needed are removed.

    Args:
        calls: all heard calls.
        settings: None when nothing is heard in this workspace.
        store: of the run.
    """
    if settings is None or not settings.voiceprints:
        store.forget("voiceprint")
        store.forget("recurring")
        return {}
    keys = {
        call.row.call_id: voiceprint_key(call.key, settings)
        for call in calls
        if call.row.audio and len(call.row.sellers) == 1
    }
    store.forget("voiceprint", keep=keys.values())
    recorded = [call for call in calls if call.row.call_id in keys]
    batch_key = _batch_key(recorded, keys)
    store.forget("recurring", keep=[batch_key])
    known = store.get("recurring", batch_key, dict[int, RecurringVoice])
    if known is None:
        found = recurring_voices(_voices(recorded, keys, store))
        known = {at: found[call.row.call_id] for at, call in enumerate(recorded) if call.row.call_id in found}
        store.put("recurring", batch_key, known)
    return {recorded[at].row.call_id: voice for at, voice in known.items()}


def _batch_key(calls: Sequence[HeardCall], keys: Mapping[str, str]) -> str:
    told = [
        [
            keys[call.row.call_id],
            call.row.sellers,
            call.row.seller_channel,
            call.row.seller_channel_source,
            call.row.seller_speaks_at_s,
        ]
        for call in calls
    ]
    return digest_of([told, sources_digest("callsignals.batch", "callsignals.conversation")])


def _voices(calls: Sequence[HeardCall], keys: Mapping[str, str], store: Store) -> Iterator[CallVoices]:
    from callsignals.hearing.voices.voiceprint import CallPrints  # slow to import, and voiceprints are opt-in

    for call in calls:
        prints = store.get("voiceprint", keys[call.row.call_id], CallPrints)
        if prints is not None and (voices := _voices_of(call, prints, store)) is not None:
            yield voices


def _voices_of(call: HeardCall, prints: CallPrints, store: Store) -> CallVoices | None:
    """None for calls that are not one seller's alone."""
    if len(call.row.sellers) != 1:
        return None
    heard = load_heard(call, store)
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
