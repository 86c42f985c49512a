"""Which comments a person should label: those that the classifier is least certain of, spread over its answers.

Uncertainty sampling alone (Lewis and Gale 1994) would send a person two hundred texts of the one class that the heads
know worst. Here every stratum (kind of comment, answer, language) gives its least certain texts in turn.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from callsignals.comments.comment import ClassifiedComment
from callsignals.files import digest_of
from callsignals.vocabulary.choices import REVIEW_COUNT

__all__ = ["CERTAIN", "ReviewItem", "ReviewSample"]

CERTAIN = 0.95
"""Surer than this is not worth a person's time."""

_Stratum = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One comment for a person to label.

    Attributes:
        comment_id, text: of the comment.
        score, scale: as given, "" when there is none.
        result: what the classifier made of it.
    """

    comment_id: str
    text: str
    score: str
    scale: str
    result: ClassifiedComment

    @property
    def uncertainty(self) -> float:
        """0 for certain, 1 for no idea: one less the confidence of the least certain signal that was predicted."""
        confidences = [s.confidence for s in self.result.signals if s.confidence is not None and s.model != "score"]
        return 1 - min(confidences, default=1.0)


@dataclass(slots=True)
class ReviewSample:
    """The least certain of any number of comments, found in one pass with memory for ``count`` a stratum.

    Texts that are empty or in another language are left out, and so is the second of two equal texts.

    Args:
        count: how many in all.
    """

    count: int = REVIEW_COUNT
    _heaps: dict[_Stratum, list[tuple[float, str, ReviewItem]]] = field(default_factory=dict)

    def add(self, items: Iterable[ReviewItem]) -> None:
        """Consider more comments; their order does not matter."""
        for item in items:
            if item.uncertainty <= 1 - CERTAIN:
                continue
            heap = self._heaps.setdefault(_stratum(item), [])
            tie = digest_of([item.text, item.comment_id])
            entry = (item.uncertainty, tie, item)
            if len(heap) < self.count:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)

    def chosen(self) -> list[ReviewItem]:
        """Up to ``count`` comments: the least certain of each stratum, then the second of each, and so on."""
        ranked = [
            (place, *stratum, item)
            for stratum, heap in sorted(self._heaps.items())
            for place, (_, _, item) in enumerate(sorted(heap, key=lambda entry: entry[:2], reverse=True))
        ]
        ranked.sort(key=lambda entry: entry[:4])
        distinct: dict[tuple[str, str], ReviewItem] = {}
        for *_, item in ranked:
            distinct.setdefault((item.result.kind, " ".join(item.text.split()).casefold()), item)
        return list(distinct.values())[: self.count]


def _stratum(item: ReviewItem) -> _Stratum:
    result = item.result
    named = {"referral": "referral_source", "survey": "comment_polarity", "reply": "reply_intent"}[result.kind]
    return result.kind, result.signal(named).label or "", result.language or ""
