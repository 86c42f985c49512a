"""Head probabilities for many texts, each computed on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsignals.comments.features import rule_columns
from callsignals.comments.heads import HeadFamily
from callsignals.comments.vectors import SentenceEncoder

__all__ = ["Judge", "Judgement", "Unit"]

Judgement = Mapping[str, npt.NDArray[np.float64]]
"""Head name to calibrated probabilities ``[k]``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A text or clause to judge with one family of heads.

    Attributes:
        family: ``referral``, ``survey`` or ``reply``.
        text: normalised.
        language: en, sv, fi or None when unknown.
        rule_labels: labels that rules found in it.
    """

    family: str
    text: str
    language: str | None
    rule_labels: tuple[str, ...] = ()


class Judge:
    """Encoder and heads together."""

    def __init__(self, families: Mapping[str, HeadFamily], encoder: SentenceEncoder) -> None:
        self.families = families
        self._encoder = encoder

    def judge(self, units: Iterable[Unit]) -> dict[Unit, Judgement]:
        """Probabilities of every head of each unit's family; equal units are judged once."""
        wanted = list(dict.fromkeys(units))
        texts = list(dict.fromkeys(unit.text for unit in wanted))
        vectors = dict(zip(texts, self._encoder.encode(texts), strict=True))
        judged: dict[Unit, Judgement] = {}
        for name, family in self.families.items():
            members = [unit for unit in wanted if unit.family == name]
            if members:
                judged.update(_judge_family(family, members, vectors))
        return judged


def _judge_family(
    family: HeadFamily, units: list[Unit], vectors: Mapping[str, npt.NDArray[np.float32]]
) -> dict[Unit, Judgement]:
    tfidf = family.features.sparse([unit.text for unit in units])
    stacked = np.array([vectors[unit.text] for unit in units], np.float32)
    dense = family.features.dense(stacked, [unit.language for unit in units])
    by_head = {}
    for name, head in family.heads.items():
        rules = rule_columns([unit.rule_labels for unit in units], head.rule_labels)
        by_head[name] = head.probabilities(tfidf, dense, rules)
    return {unit: {name: rows[i] for name, rows in by_head.items()} for i, unit in enumerate(units)}
