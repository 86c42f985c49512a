"""How far a call's seller-side words stand from the same seller's other calls: variety, not quality.

    personalisation = 1 - cos(own, centroid of the others)

over TF-IDF vectors of content lemmas, names and numbers removed, as the mean of 50 seeded draws. A draw is a stretch of
200 lemmas that begins at the same part of every call (a third of the way through, say), so that openings meet
openings. Every call gives 200 lemmas to every draw, whatever its length, and the IDF is that of the draw: a short call
is not compared by a shorter vector, neither as the one that is judged nor among the others. Drawing single lemmas
instead makes calls that follow one script to the word look the more varied the longer they are. What was tried and
measured: docs/personalisation.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from callsignals.conversation.sentences import Sentence
from callsignals.language.content import content_runs
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = [
    "DRAWS",
    "DRAW_LEMMAS",
    "MINIMUM_OTHERS",
    "SEED",
    "personalisation_scores",
    "personalisation_signals",
    "seller_lemmas",
]

DRAWS = 50
DRAW_LEMMAS = 200
MINIMUM_OTHERS = 3
SEED = 20261122

NAME = "personalisation"
UNDER_200_LEMMAS = "under_200_lemmas"
UNDER_3_OTHER_CALLS = "under_3_other_calls"


def seller_lemmas(
    transcript: Transcript, spoken: Sequence[Sentence] | None = None, names: Sequence[str] = ()
) -> tuple[str, ...]:
    """The seller's content lemmas in the order in which they were said; none when roles or language are unknown.

    Args:
        transcript: roles settled.
        spoken: its sentences, when they are known already.
        names: people and companies that may be named.
    """
    if transcript.language not in LANGUAGES or not transcript.roles_known:
        return ()
    runs = content_runs(transcript.words, transcript.language, spoken, names)
    return tuple(word.lemma for sentence, found in runs if sentence.party == "seller" for run in found for word in run)


def personalisation_scores(calls: Sequence[Sequence[str]]) -> npt.NDArray[np.float64]:
    """The score of each call, ``[n]``, 0 (the others' words) to 1 (none of them).

    Args:
        calls: content lemmas of at least two calls of one seller in one language, each at least ``DRAW_LEMMAS`` long.
    """
    from scipy.sparse import csr_matrix  # these two take a second to import, and most commands need neither
    from sklearn.feature_extraction.text import TfidfTransformer

    known: dict[str, int] = {}
    numbered = [np.array([known.setdefault(lemma, len(known)) for lemma in call], np.int32) for call in calls]
    starts = np.arange(len(calls) + 1) * DRAW_LEMMAS
    totals = np.zeros(len(calls))
    for part in np.random.default_rng(SEED).random(DRAWS):
        drawn = np.concatenate([_stretch(call, float(part)) for call in numbered])
        counts = csr_matrix((np.ones(drawn.size), drawn, starts), shape=(len(calls), len(known)))
        counts.sum_duplicates()
        vectors = TfidfTransformer().fit_transform(counts)  # smooth IDF, each vector of length 1
        whole = np.asarray(vectors.sum(axis=0)).ravel()
        # Of the others: own . (whole - own) = own . whole - 1, and |whole - own|^2 = |whole|^2 - 2 own . whole + 1.
        along = vectors @ whole
        lengths = np.sqrt(np.maximum(whole @ whole - 2 * along + 1, np.finfo(float).tiny))
        totals += 1 - (along - 1) / lengths
    return np.clip(totals / DRAWS, 0.0, 1.0)


def _stretch(call: npt.NDArray[np.int32], part: float) -> npt.NDArray[np.int32]:
    start = int(part * (len(call) - DRAW_LEMMAS + 1))
    return call[start : start + DRAW_LEMMAS]


def personalisation_signals(calls: Sequence[Sequence[str]]) -> list[Signal]:
    """``personalisation`` of each call of one seller in one language; ``n`` is the number of other calls.

    Calls under ``DRAW_LEMMAS`` lemmas are insufficient and are nobody's other calls.
    """
    long_enough = [place for place, call in enumerate(calls) if len(call) >= DRAW_LEMMAS]
    others = len(long_enough) - 1
    signals = [Signal.insufficient(NAME, UNDER_200_LEMMAS, n=max(0, others + 1)) for _ in calls]
    scores = personalisation_scores([calls[place] for place in long_enough]) if others >= MINIMUM_OTHERS else None
    for at, place in enumerate(long_enough):
        if scores is None:
            signals[place] = Signal.insufficient(NAME, UNDER_3_OTHER_CALLS, n=others)
        else:
            signals[place] = Signal(NAME, value=float(scores[at]), n=others)
    return signals
