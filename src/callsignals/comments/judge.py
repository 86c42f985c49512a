"""Head probabilities for many texts, each computed on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from callsignals.comments.features import rule_columns
from callsignals.comments.heads import HeadFamily, HeadInputs

__all__ = ["Encoder", "Judge", "Judgement", "Unit"]

Judgement = Mapping[str, npt.NDArray[np.float64]]
"""Head name to calibrated probabilities ``[k]``."""


class Encoder(Protocol):
    """Texts to vectors."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """``[n, d]``, one row a text; a row depends on its text alone."""


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
    """An encoder and the heads over its vectors."""

    def __init__(self, families: Mapping[str, HeadFamily], encoder: Encoder) -> None:
        self.families = families
        self._encoder = encoder

    def judge(self, units: Iterable[Unit]) -> dict[Unit, Judgement]:
        """Probabilities of every head of each unit's family; equal units are judged once."""
        wanted = list(dict.fromkeys(units))
        texts = list(dict.fromkeys(unit.text for unit in wanted))
        rows = {text: row for row, text in enumerate(texts)}
        vectors = self._encoder.encode(texts)
        judged: dict[Unit, Judgement] = {}
        for name, family in self.families.items():
            members = [unit for unit in wanted if unit.family == name]
            if members:
                judged.update(_judge_family(family, members, vectors[[rows[unit.text] for unit in members]]))
        return judged


def _judge_family(family: HeadFamily, units: list[Unit], vectors: npt.NDArray[np.float32]) -> dict[Unit, Judgement]:
    texts, languages, hits = zip(*((u.text, u.language, u.rule_labels) for u in units), strict=True)
    inputs = HeadInputs.of(family.features, texts, languages, vectors, rule_columns(hits, ()))
    by_head = {
        name: head.probabilities(inputs.with_rules(hits, head.rule_labels)) for name, head in family.heads.items()
    }
    return {unit: {name: rows[i] for name, rows in by_head.items()} for i, unit in enumerate(units)}
