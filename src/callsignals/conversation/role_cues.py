"""Which of two voices is the seller, from what they say.

The evidence of a pair is the difference of both voices' figures: how often each greets, helps, asks, presents,
needs, complains and so on (lists per language in ``role_cues.toml``), who asks more questions, who introduces
themselves with a name of ours, and, weakly, who talks more. A logistic model without an intercept weighs it
(``models/roles``), so that swapping the voices turns the sign and nothing else. Who speaks first is no evidence:
customers who call us speak first as often as not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from callsignals.conversation.questions import questions
from callsignals.conversation.role_names import RoleHints, names_said
from callsignals.conversation.role_phrases import CATEGORIES, count_phrases, phrases_digest, spoken_text, tokens
from callsignals.conversation.role_sale import SALE_FEATURES, SaleWeights, sale_evidence
from callsignals.conversation.sentences import sentences
from callsignals.errors import ModelError
from callsignals.files import digest_of
from callsignals.vocabulary.spoken import Transcript, Word
from callsignals.weights.folders import digest_of_files, manifest_of
from callsignals.weights.shipped import shipped_model

__all__ = [
    "FEATURES",
    "LEAST_WORDS",
    "LEAST_WORDS_EACH",
    "THIRD_VOICE_SHARE",
    "RoleGuess",
    "RoleHints",
    "RoleWeights",
    "guess_seller",
    "pair_evidence",
    "roles_digest",
    "shipped_weights",
    "voice_figures",
]

FEATURES = (*CATEGORIES, "questions", "talk", "names_itself", "addresses", "product_mentions")
"""What is compared between two voices; each is ln(1 + count), the names' balances as they are."""

LEAST_WORDS = 12
"""Fewer words of both voices together: too little to tell."""

LEAST_WORDS_EACH = 3
"""A voice with fewer has not shown what it is."""

THIRD_VOICE_SHARE = 0.1
"""A third voice with a larger share of the words may belong to either side: the text tells only two apart."""


_NEVER = 2.0
"""No probability reaches it: in a language whose phrases are not known nobody is claimed."""


@dataclass(frozen=True, slots=True)
class RoleGuess:
    """Who the text says the seller is.

    Attributes:
        seller_speaker: the voice, None when the text is too short, too weak or contradicts itself.
        confidence: probability 0.5..1 that the likelier voice is the seller; 0.5 when nothing could be compared.
        customer_speaker: the other voice of the pair, None when the seller is.
    """

    seller_speaker: str | None
    confidence: float
    customer_speaker: str | None = None


@dataclass(frozen=True, slots=True)
class RoleWeights:
    """The fitted model.

    Attributes:
        coefficients: one for each of ``FEATURES``.
        temperature: divides the sum before it becomes a probability.
        thresholds: per language, the probability from which on a voice is claimed.
        sale: tells whether anybody sells at all.
    """

    coefficients: Mapping[str, float]
    temperature: float
    thresholds: Mapping[str, float]
    sale: SaleWeights

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Probability 0..1 that the first voice of ``pair_evidence`` is the seller."""
        total = 0.0
        for name in FEATURES:  # in one order, so that a swapped pair sums to exactly the negative
            total += self.coefficients[name] * evidence[name]
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total / self.temperature))))


def guess_seller(
    transcript: Transcript,
    hints: RoleHints | None = None,
    *,
    product_mentions: Mapping[str, int] | None = None,
    weights: RoleWeights | None = None,
) -> RoleGuess:
    """Tell the seller from the customer.

    Args:
        transcript: with two voices (``Word.speaker``); words whose party is ``other`` do not count.
        hints: names known of the call.
        product_mentions: product terms said, by voice, when they have been counted.
        weights: the shipped ones by default.

    Returns:
        The guess. It does not depend on the order of the voices' names or on who speaks first.

    Raises:
        ModelError: the shipped weights are missing or altered.
    """
    pair = _two_voices(transcript.words)
    if pair is None:
        return RoleGuess(None, 0.5)
    weights = weights or shipped_weights()
    hints = hints or RoleHints()
    figures = voice_figures(transcript, pair, hints, product_mentions)
    evidence = _difference(figures)
    introduce_us = [names_said(_turns(transcript.words, voice), hints).itself_ours for voice in pair]
    first = weights.probability(evidence)
    if first == 0.5 or all(introduce_us):  # with both of ours, voices got mixed up, or two of ours talk
        return RoleGuess(None, 0.5)
    if first < 0.5:
        pair, first = (pair[1], pair[0]), weights.probability({name: -value for name, value in evidence.items()})
    if first < weights.thresholds.get(transcript.language or "", _NEVER):
        return RoleGuess(None, first)
    if not any(introduce_us) and weights.sale.nobody_sells(sale_evidence(figures), transcript.language):
        return RoleGuess(None, first)
    return RoleGuess(pair[0], first, customer_speaker=pair[1])


def pair_evidence(
    transcript: Transcript,
    pair: tuple[str, str],
    hints: RoleHints,
    product_mentions: Mapping[str, int] | None = None,
) -> dict[str, float]:
    """What the first voice shows more of than the second, by name of ``FEATURES``."""
    return _difference(voice_figures(transcript, pair, hints, product_mentions))


def voice_figures(
    transcript: Transcript,
    pair: tuple[str, str],
    hints: RoleHints,
    product_mentions: Mapping[str, int] | None = None,
) -> tuple[dict[str, float], dict[str, float]]:
    """What each of two voices shows, by name of ``FEATURES``."""
    asked = questions(sentences(transcript.words, transcript.language), transcript.language)
    sides = []
    for voice in pair:
        turns = _turns(transcript.words, voice)
        counts: dict[str, int] = count_phrases(spoken_text(turns), transcript.language)
        counts["questions"] = sum(question.speaker == voice for question in asked)
        counts["talk"] = sum(map(len, turns))
        counts["product_mentions"] = (product_mentions or {}).get(voice, 0)
        side = {name: math.log1p(count) for name, count in counts.items()}
        said = names_said(turns, hints)
        side["names_itself"] = float(said.itself_ours - said.itself_theirs)
        side["addresses"] = float(said.addresses_theirs - said.addresses_ours)
        sides.append(side)
    return sides[0], sides[1]


def _difference(figures: tuple[Mapping[str, float], Mapping[str, float]]) -> dict[str, float]:
    first, second = figures
    return {name: first[name] - second[name] for name in FEATURES}


def _two_voices(words: Sequence[Word]) -> tuple[str, str] | None:
    """The two voices of a call by name, or None when there are not two, or too little is said."""
    said: dict[str, int] = {}
    for word in words:
        if word.speaker and word.party != "other":
            said[word.speaker] = said.get(word.speaker, 0) + len(tokens(word.text))
    most = sorted(said, key=lambda voice: (-said[voice], voice))
    if len(most) < 2 or said[most[1]] < LEAST_WORDS_EACH:
        return None
    total = sum(said.values())
    if total < LEAST_WORDS or sum(said[voice] for voice in most[2:]) > THIRD_VOICE_SHARE * total:
        return None
    first, second = sorted(most[:2])
    return first, second


def _turns(words: Sequence[Word], voice: str) -> list[list[str]]:
    """Tokens of one voice, split where another speaks in between."""
    turns: list[list[str]] = []
    before = ""
    for word in words:
        if word.speaker == voice and word.party != "other":
            if before != voice:
                turns.append([])
            turns[-1] += tokens(word.text)
        before = word.speaker
    return [turn for turn in turns if turn]


@lru_cache(maxsize=1)
def shipped_weights() -> RoleWeights:
    """The weights that come with callsignals.

    Raises:
        ModelError: missing or altered.
    """
    return load_weights(shipped_model("roles") / "weights.json")


def load_weights(path: Path) -> RoleWeights:
    """Read weights as ``models/roles/train.py`` writes them.

    Raises:
        ModelError: the file is not such weights, or of another set of features.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        coefficients = {str(name): float(value) for name, value in stored["coefficients"].items()}
        thresholds = {str(language): float(value) for language, value in stored["thresholds"].items()}
        sale = SaleWeights(
            {str(name): float(value) for name, value in stored["sale"]["coefficients"].items()},
            float(stored["sale"]["intercept"]),
            {str(language): float(value) for language, value in stored["sale"]["thresholds"].items()},
        )
        weights = RoleWeights(coefficients, float(stored["temperature"]), thresholds, sale)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ModelError("the shipped model roles", f"{path} is unreadable", "Reinstall callsignals") from None
    if set(weights.coefficients) != set(FEATURES) or set(sale.coefficients) != set(SALE_FEATURES):
        raise ModelError("the shipped model roles", f"{path} is of another version", "Reinstall callsignals")
    return weights


@lru_cache(maxsize=1)
def roles_digest() -> str:
    """sha256 over weights and phrases: part of the key of what rests on roles.

    Raises:
        ModelError: the shipped weights are missing or altered.
    """
    folder = shipped_model("roles")
    manifest = manifest_of(folder, what="the shipped model roles", remedy="Reinstall callsignals")
    return digest_of([digest_of_files(manifest.files), phrases_digest(), LEAST_WORDS, LEAST_WORDS_EACH])
