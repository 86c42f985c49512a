"""Texts that nobody wrote, for the exact tier to answer: varied, spliced, and single words.

A student learns from the teacher's answers, so a text needs no label, only to be such as customers might write (after
Jiao et al. 2020, "TinyBERT", whose data augmentation swaps words for their neighbours). Three kinds: texts with some
words swapped for near words of the same language, texts with a clause of another text put in or added, and the words
of the encoder's vocabulary by themselves.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from corpus import Row

from callsignals.comments.reasons import clauses
from callsignals.language.dictionary import dictionary_lemma
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["Variation", "Words", "single_words", "variations"]

SWAP_SHARE = 0.3
NEIGHBOURS = 12
MINIMUM_LETTERS = 3
COPIES = {"referral": (5, 4), "survey": (5, 3), "reply": (6, 4), "polarity": (1, 1)}
"""Of each row: how often with words swapped, and how often spliced."""
MAXIMUM_CHARS = 240
_WORD = re.compile(r"[^\W\d_]{3,}")
_JOINERS = {
    "en": (" and ", ". ", ", ", ", but ", " but ", " - ", " because ", ", although ", " so "),
    "sv": (" och ", ". ", ", ", ", men ", " men ", " - ", " för att ", ", fast ", " så "),
    "fi": (" ja ", ". ", ", ", ", mutta ", " mut ", " - ", " koska ", ", vaikka ", " joten "),
}


@dataclass(frozen=True, slots=True)
class Variation:
    """A text without a label."""

    kind: str
    language: str
    text: str


class Words:
    """Words of the encoder's vocabulary by language, and which are near which.

    Args:
        folder: ``models/e5``.
    """

    def __init__(self, folder: Path) -> None:
        pieces = [p for p, _ in json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]]
        vectors = _word_vectors(folder)
        self.of: dict[str, list[str]] = {}
        self._near: dict[str, dict[str, list[str]]] = {}
        for language in LANGUAGES:
            rows = [
                row
                for row, piece in enumerate(pieces)
                if piece[:1] == "▁"
                and _WORD.fullmatch(piece[1:])
                and piece[1:].islower()
                and dictionary_lemma(piece[1:], language) is not None
            ]
            self.of[language] = [pieces[row][1:] for row in rows]
            self._near[language] = _neighbours(self.of[language], vectors[rows])

    def near(self, word: str, language: str) -> list[str]:
        """The nearest words, the nearest first; none for an unknown word."""
        return self._near[language].get(word, [])


def _word_vectors(folder: Path) -> npt.NDArray[np.float32]:
    """``[pieces, 384]`` of length 1: the encoder's 4-bit rows (order within a row is of no account here)."""
    import onnx
    from onnx import numpy_helper

    stored = {i.name: i for i in onnx.load(folder / "model.onnx").graph.initializer}
    packed, scale = numpy_helper.to_array(stored["word.q"]), numpy_helper.to_array(stored["word.d"])
    halves = np.stack([packed & 15, packed >> 4], axis=-1).astype(np.float32) - 8
    rows = halves.reshape(*packed.shape[:2], -1) * scale.reshape(*packed.shape[:2], 1).astype(np.float32)
    flat = rows.reshape(len(rows), -1)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9), np.float32)


def _neighbours(words: Sequence[str], vectors: npt.NDArray[np.float32]) -> dict[str, list[str]]:
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {}
    for start in range(0, len(words), 512):
        near = (vectors[start : start + 512] @ vectors.T).argsort(axis=1)[:, ::-1][:, : NEIGHBOURS + 1]
        for row, columns in enumerate(near, start):
            found[words[row]] = [words[c] for c in columns if c != row][:NEIGHBOURS]
    return found


def variations(rows: Sequence[Row], words: Words, seed: int) -> list[Variation]:
    """All of them, each once, in a fixed order."""
    draw = random.Random(seed)
    found: dict[Variation, None] = {}
    pools = _pools(rows)
    for row in rows:
        swaps, splices = COPIES[row.kind]
        kind = "survey" if row.kind == "polarity" else row.kind
        for _ in range(swaps):
            found[Variation(kind, row.language, _swapped(row.text, row.language, words, draw))] = None
        for _ in range(splices):
            found[Variation(kind, row.language, _spliced(row, pools[row.kind, row.language], draw))] = None
    known = {row.text for row in rows}
    return [v for v in found if v.text not in known and len(v.text) <= MAXIMUM_CHARS]


def _pools(rows: Sequence[Row]) -> Mapping[tuple[str, str], list[str]]:
    pools: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        pool = pools.setdefault((row.kind, row.language), {})
        pool.update(dict.fromkeys(c.text for c in clauses(row.text) if len(c.text) < MAXIMUM_CHARS // 2))
    return {key: list(pool) for key, pool in pools.items()}


def _swapped(text: str, language: str, words: Words, draw: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        near = words.near(word.lower(), language)
        if not near or draw.random() >= SWAP_SHARE:
            return word
        new = near[min(int(draw.expovariate(0.35)), len(near) - 1)]
        return new.capitalize() if word[0].isupper() else new

    return _WORD.sub(other, text)


def _spliced(row: Row, pool: Sequence[str], draw: random.Random) -> str:
    """A clause put in the place of one of the text's own, or before or after the text."""
    other = pool[draw.randrange(len(pool))]
    parts = clauses(row.text)
    if len(parts) > 1 and draw.random() < 0.5:
        cut = parts[draw.randrange(len(parts))]
        return row.text[: cut.start] + other + row.text[cut.end :]
    first, second = (row.text, other) if draw.random() < 0.5 else (other, row.text)
    joiner = draw.choice(_JOINERS[row.language])
    if "." not in joiner and second[1:2].islower():
        second = second[:1].lower() + second[1:]
    return first.rstrip(" .!?,") + joiner + second


def single_words(words: Words) -> Iterator[tuple[str, str]]:
    """(language, word) of every word of the vocabulary."""
    for language in LANGUAGES:
        yield from ((language, word) for word in words.of[language])
