"""``personalisation`` of every call: how its words stand to the same seller's other calls in the same language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callsignals.batch.measure_pass import CallOutline, load_measured
from callsignals.batch.store import Store
from callsignals.files import digest_of
from callsignals.language.personalisation import NAME, personalisation_signals
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["Related", "relate_personalisation"]


@dataclass(frozen=True, slots=True)
class Related:
    """A figure that rests on other calls too.

    Attributes:
        signal: the figure.
        peers_digest: of the calls that it was compared with; "" when there were none.
    """

    signal: Signal
    peers_digest: str = ""


def relate_personalisation(
    calls: Iterable[CallOutline], originals: Mapping[str, str], store: Store
) -> dict[str, Related]:
    """The figure of every call, by call id.

    Args:
        calls: all calls.
        originals: of copies of recordings: the original's id by the copy's.
        store: where the calls' lemmas are.

    Raises:
        InputError: a result has vanished from the store.
    """
    found: dict[str, Related] = {}
    groups: dict[tuple[str, str], list[CallOutline]] = {}
    for call in calls:
        why = "duplicate_recording" if call.row.call_id in originals else _why_alone(call)
        if why is not None:
            found[call.row.call_id] = Related(Signal.insufficient(NAME, why))
        else:
            groups.setdefault((call.row.sellers[0], call.language or ""), []).append(call)
    for _, members in sorted(groups.items()):
        found |= _related(sorted(members, key=lambda call: call.row.call_id), store)
    return found


def _why_alone(call: CallOutline) -> str | None:
    """Why a call cannot be compared with others."""
    if call.language is not None and call.language not in LANGUAGES:
        return f"language_{call.language}"
    if call.call_type != "conversation":
        return call.call_type
    if call.role_source == "unknown":
        return "roles_unknown"
    if len(call.row.sellers) != 1:
        return "several_sellers" if call.row.sellers else "seller_not_named"
    return None


def _related(calls: list[CallOutline], store: Store) -> dict[str, Related]:
    lemmas = [load_measured(call, store).seller_lemmas for call in calls]
    peers = digest_of([call.key for call in calls])
    signals = personalisation_signals(lemmas)
    return {call.row.call_id: Related(signal, peers) for call, signal in zip(calls, signals, strict=True)}
