"""The two tiers: who judges a comment, how sure they must be, and how their judgements become signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callsignals.comments.comment import ClassifiedComment
from callsignals.comments.decide import BRAND_ONLY_WORDS, Measured, Probabilities, decisive_labels
from callsignals.comments.fast_vectors import FastEncoder, FastWeights
from callsignals.comments.heads import Head, HeadFamily, load_families
from callsignals.comments.judge import Judge, Judgement, Unit
from callsignals.comments.prepare import Prepared
from callsignals.comments.referral import referral_signals
from callsignals.comments.reply import reply_signals
from callsignals.comments.survey import survey_signals
from callsignals.vocabulary.signal import Signal

__all__ = ["FAST_PREFIX", "TierJudge", "classified", "confidence_of", "exact_judge", "fast_judge", "is_sure"]

FAST_PREFIX = "fast-"
"""Of the file names of the fast tier's heads and measurements."""
_EXACT_NAME, _FAST_NAME = "e5-tfidf", "ngrams"
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class TierJudge:
    """One tier.

    Attributes:
        model: its name and digest, as it stands in signals.
        judge: encoder and heads.
        measured: how often its deciders were right.
    """

    model: str
    judge: Judge
    measured: Measured


def exact_judge(heads_folder: Path, encoder_folder: Path, digest: str) -> TierJudge:
    """The exact tier.

    Raises:
        ModelError: a file cannot be used.
    """
    from callsignals.comments.vectors import SentenceEncoder  # onnxruntime: not for those who only want the fast tier

    judge = Judge(load_families(heads_folder), SentenceEncoder(encoder_folder))
    return TierJudge(f"{_EXACT_NAME}-{digest}", judge, Measured.load(heads_folder))


def fast_judge(heads_folder: Path, digest: str) -> TierJudge:
    """The fast tier.

    Raises:
        ModelError: a file cannot be used.
    """
    judge = Judge(load_families(heads_folder, FAST_PREFIX), FastEncoder(FastWeights.load(heads_folder)))
    return TierJudge(f"{_FAST_NAME}-{digest}", judge, Measured.load(heads_folder, FAST_PREFIX))


def is_sure(
    prepared: Prepared, judged: Mapping[Unit, Judgement], families: Mapping[str, HeadFamily], measured: Measured
) -> bool:
    """Whether every head is at least as sure as it must be for the exact tier not to be asked (``Measured.sure``).

    So is the group's head where a score tells the group: the limits were chosen for all heads together.
    """
    if prepared.blocked is not None:
        return True
    kind = prepared.item.kind
    if prepared.word_count <= BRAND_ONLY_WORDS and len(decisive_labels(prepared.hits)) == 1 and kind == "referral":
        return True
    family = families[kind]
    judgement = judged[prepared.whole]
    return all(
        confidence_of(head, judgement[name]) >= measured.sure.get(f"{kind}.{name}", 1.01)
        for name, head in family.heads.items()
    )


def confidence_of(head: Head, probabilities: Probabilities) -> float:
    """How sure a head is: of its best class, or (``any_of``) of the class that lies nearest to the threshold.

    The latter as odds against that class crossing it, so that with a threshold of 0.5 it is the class's probability.
    """
    if head.kind == "one_of":
        return float(probabilities.max())
    distance = np.abs(_log_odds(probabilities) - _log_odds(np.array(head.threshold))).min()
    return float(1 / (1 + np.exp(-distance)))


def _log_odds(probabilities: Probabilities) -> Probabilities:
    kept = np.clip(probabilities, _TINY, 1 - _TINY)
    return np.asarray(np.log(kept) - np.log1p(-kept), np.float64)


def classified(prepared: Prepared, judged: Mapping[Unit, Judgement], tier: TierJudge) -> ClassifiedComment:
    """The signals of a comment, with its headline."""
    signals = _signals(prepared, judged, tier)
    headline = signals[0]
    return ClassifiedComment(
        kind=prepared.item.kind,
        language=prepared.language,
        label=headline.label,
        confidence=headline.confidence,
        status=headline.status,
        reason=headline.reason,
        signals=signals,
    )


def _signals(prepared: Prepared, judged: Mapping[Unit, Judgement], tier: TierJudge) -> tuple[Signal, ...]:
    kind = prepared.item.kind
    family = tier.judge.families[kind]
    build = {"referral": referral_signals, "survey": survey_signals, "reply": reply_signals}[kind]
    return build(prepared, judged, family, tier.measured, tier.model)
