"""The recurring voice: of a seller's calls, the voice that comes back in call after call is the seller.

Works on voiceprints alone (opt-in: ``[privacy] voiceprints``), over all of one seller's calls in a batch. Voices are
grouped by average-linkage clustering; a group is the seller's when it is heard in most of the calls and the other
voices in them belong to several people. A voice whose role the manifest tells is an anchor: the seller's group must
hold every anchor. Whatever is weak or contradictory decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["CallVoices", "RecurringVoice", "recurring_voices"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAME_VOICE = 0.70
"""Mean cosine similarity of one person's voiceprints. Of 400 draws of three, and 400 of four, calls among strangers
alone (readers, mostly of one sex, on one line) none gave a seller at 0.70, 4 and 8 did at 0.65, 22 and 78 at 0.60."""
CLAIM_VOICE = 0.60
"""Once the seller's voice is known from other calls, this much alike is the seller: 0.69 and more in 40 made calls of
four sellers, at most 0.58 for 270 voices of others (``benchmarks/diarization/recurring_voice.py``)."""
CLEAR_MARGIN = 0.15
"""The call's other voices must be this much less like the seller's."""
LEAST_CALLS = 3
LEAST_CALLS_ANCHORED = 2
LEAST_PARTNERS = 3
LEAST_COVERAGE = 2 / 3
"""Share of the seller's calls in which the voice is heard; less is two people under one name, or an accident."""
RIVAL_SHARE = 0.25
"""Another voice that returns in so many calls without the seller's, as a share of the seller's, is a second seller."""
MOST_CALLS = 1000
"""Clustering takes memory by the square: of more calls evenly spread ones are clustered, and all are decided."""
_UNHEARD_PARTNER = 0.5
"""How alike a partner who speaks too little for a voiceprint might be."""
_MOST_CONFIDENT = 0.97
"""No claim was wrong in those: the share of wrong ones is below 2 % or so. Lines and rooms differ more outside."""


@dataclass(frozen=True, slots=True)
class CallVoices:
    """The voiceprints of one call.

    Attributes:
        call_id: of the calls table.
        recording: digest of what was heard: copies of one recording count once.
        seller: whose call it is.
        voices: (speaker, unit voiceprint) pairs.
        known: the seller's speaker when the manifest tells it.
    """

    call_id: str
    recording: str
    seller: str
    voices: tuple[tuple[str, tuple[float, ...]], ...]
    known: str | None = None


@dataclass(frozen=True, slots=True)
class RecurringVoice:
    """The seller of one call by their voice; ``confidence`` 0..1, two decimals."""

    speaker: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Voices:
    """All voices of some calls: row ``i`` of ``prints`` is ``speakers[i]`` of call ``calls[i]``."""

    prints: Floats
    calls: Ints
    speakers: tuple[str, ...]
    anchors: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, calls: Sequence[CallVoices]) -> _Voices:
        rows = [(number, call, voice) for number, call in enumerate(calls) for voice in call.voices]
        return cls(
            prints=np.array([voice[1] for _, _, voice in rows], dtype=np.float64),
            calls=np.array([number for number, _, _ in rows], dtype=np.int64),
            speakers=tuple(voice[0] for _, _, voice in rows),
            anchors=np.array([call.known == voice[0] for _, call, voice in rows], dtype=np.bool_),
        )


def recurring_voices(calls: Iterable[CallVoices]) -> dict[str, RecurringVoice]:
    """The seller's voice in every call where it is clear enough and the manifest does not tell it.

    Args:
        calls: of any sellers, in any order (the result does not depend on it).

    Returns:
        By call id; calls that stay undecided are missing.
    """
    by_seller: dict[str, dict[str, list[CallVoices]]] = {}
    for call in sorted(calls, key=lambda call: (call.known is None, call.call_id)):
        if call.voices:
            by_seller.setdefault(call.seller, {}).setdefault(call.recording, []).append(call)
    found: dict[str, RecurringVoice] = {}
    for seller in sorted(by_seller):
        copies = by_seller[seller]
        decided = _of_one_seller([copies[recording][0] for recording in sorted(copies)])
        found.update(_to_copies(decided, copies))
    return found


def _to_copies(
    decided: Mapping[str, RecurringVoice], copies: Mapping[str, Sequence[CallVoices]]
) -> Iterable[tuple[str, RecurringVoice]]:
    for recording, voice in decided.items():
        for call in copies[recording]:
            if call.known is None:
                yield call.call_id, voice


def _of_one_seller(calls: Sequence[CallVoices]) -> dict[str, RecurringVoice]:
    """By recording."""
    voices = _Voices.of(calls)
    members = _seller_group(voices)
    if members is None:
        return {}
    total = voices.prints[members].sum(axis=0)
    found = {}
    for number, call in enumerate(calls):
        rows = np.flatnonzero(voices.calls == number)
        inside = rows[members[rows]]
        others = members.sum() - len(inside)
        if call.known is not None or others < 1:
            continue
        alike = voices.prints[rows] @ ((total - voices.prints[inside].sum(axis=0)) / others)
        decision = _decision([voices.speakers[row] for row in rows], alike)
        if decision is not None:
            found[call.recording] = decision
    return found


def _decision(speakers: Sequence[str], alike: Floats) -> RecurringVoice | None:
    """Which of a call's voices is the seller's, from their mean similarity to the seller's in the other calls."""
    order = np.argsort(-alike, kind="stable")
    best = float(alike[order[0]])
    second = float(alike[order[1]]) if len(order) > 1 else _UNHEARD_PARTNER
    margin = best - second
    if best < CLAIM_VOICE or margin < CLEAR_MARGIN:
        return None
    return RecurringVoice(speakers[int(order[0])], _confidence(best, margin))


def _confidence(best: float, margin: float) -> float:
    """About 0.8 at both limits, 0.97 from where the middle of the measured calls lies."""
    logit = 1.4 + 10 * (best - CLAIM_VOICE) + 6 * (margin - CLEAR_MARGIN)
    return round(min(_MOST_CONFIDENT, float(1 / (1 + np.exp(-logit)))), 2)


def _seller_group(voices: _Voices) -> npt.NDArray[np.bool_] | None:
    """Which voices are the seller's; None when no group is, or more than one could be."""
    chosen = _spread(voices)
    if chosen.sum() < LEAST_CALLS_ANCHORED:
        return None
    labels = np.zeros(len(chosen), dtype=np.int64)
    labels[chosen] = _clusters(voices.prints[chosen], voices.calls[chosen])
    groups = [labels == label for label in range(1, int(labels.max()) + 1)]
    fitting = [group for group in groups if _is_sellers(group, labels, voices)]
    return fitting[0] if len(fitting) == 1 else None


def _is_sellers(group: npt.NDArray[np.bool_], labels: Ints, voices: _Voices) -> bool:
    looked_at = labels > 0
    anchors = voices.anchors & looked_at
    if np.any(anchors & ~group):
        return False
    heard = np.unique(voices.calls[group])
    if len(heard) < LEAST_COVERAGE * len(np.unique(voices.calls[looked_at])):
        return False
    if _has_rival(heard, labels, voices):
        return False
    if np.any(anchors):
        return len(heard) >= LEAST_CALLS_ANCHORED
    partners = np.unique(labels[np.isin(voices.calls, heard) & ~group & looked_at])
    return len(heard) >= LEAST_CALLS and len(partners) >= LEAST_PARTNERS


def _has_rival(heard: Ints, labels: Ints, voices: _Voices) -> bool:
    """Whether somebody else returns in the calls where the voice heard in ``heard`` is missing."""
    missing = (labels > 0) & ~np.isin(voices.calls, heard)
    elsewhere = [len(np.unique(voices.calls[missing & (labels == label)])) for label in np.unique(labels[missing])]
    return max(elsewhere, default=0) >= max(LEAST_CALLS, RIVAL_SHARE * len(heard))


def _spread(voices: _Voices) -> npt.NDArray[np.bool_]:
    """Voices of anchored calls and of evenly spread others, at most those of ``MOST_CALLS`` calls or so."""
    anchored = np.unique(voices.calls[voices.anchors])[:MOST_CALLS]
    others = np.setdiff1d(np.unique(voices.calls), anchored)
    every = 1 + len(others) // MOST_CALLS
    kept: npt.NDArray[np.bool_] = np.isin(voices.calls, np.concatenate([anchored, others[::every]]))
    return kept


def _clusters(prints: Floats, calls: Ints) -> Ints:
    """Labels from 1; two voices of one call are two people, however alike."""
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import, and voiceprints are opt-in
    from scipy.spatial.distance import squareform

    distance = 1.0 - prints @ prints.T
    distance = np.clip((distance + distance.T) / 2, 0.0, 2.0)
    distance[calls[:, None] == calls[None]] = 2.0
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average")
    labels: Ints = fcluster(tree, 1.0 - SAME_VOICE, "distance").astype(np.int64)
    return labels
