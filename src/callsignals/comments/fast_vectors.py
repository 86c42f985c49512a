"""Vectors of the fast tier: words from hashed letters, one layer of filters over them, pooled.

A word is the sum of table rows that its letters point to (Bojanowski et al. 2017, "Enriching Word Vectors with Subword
Information"); filters read each word with its neighbours (Kim 2014, "Convolutional Neural Networks for Sentence
Classification"), which tells "not good, expensive" from "good, not expensive". All of it is learned from the answers of
the exact tier. What the filters make of a word is kept, so that most words cost a look-up. numpy and scipy alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from callsignals.comments.heads import in_blocks
from callsignals.comments.normalise import fold
from callsignals.errors import ModelError

__all__ = ["FAST_FILE", "FAST_LIMIT_CHARS", "FastEncoder", "FastWeights", "tokens", "word_rows"]

FAST_FILE = "fast.skops"
FAST_LIMIT_CHARS = 1_000
"""The fast tier reads so much of a text."""
GRAM_SIZES = (3, 4, 5)
"""Letters in a row, of a word with a mark at either end."""
KNOWN_WORDS = 16_384
"""So many words are kept, then all are forgotten at once."""
_BATCH = 512
_TOKENS_AT_ONCE = 8_192

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LONG_NUMBER = re.compile(r"\d{3,}")
_BEGIN, _END = "\x02", "\x03"
_PRIME = np.uint64(0x100000001B3)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_WORD_SALT = np.uint64(0xD1B54A32D192ED03)

Matrix = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]


def tokens(text: str) -> list[str]:
    """Words and single signs of a normalised text, folded; at least one. Numbers from 100 on are all the same word."""
    return _TOKEN.findall(_LONG_NUMBER.sub("000", fold(text[:FAST_LIMIT_CHARS]))) or [""]


def word_rows(words: Sequence[str], buckets: int) -> sparse.csr_matrix:
    """``[n, buckets]`` float32: hashed letter n-grams and the word itself, divided by the root of their count.

    Args:
        words: from :func:`tokens`; at least one.
        buckets: a power of two.
    """
    joined = "".join(f"{_BEGIN}{word}{_END}" for word in words)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.array([len(word) + 2 for word in words], np.int64)
    hashes, rows = _grams(codes, np.repeat(np.arange(len(words)), lengths))
    everything = _mixed(np.concatenate([*hashes, _whole_words(codes, lengths) ^ _WORD_SALT]))
    columns = (everything & np.uint64(buckets - 1)).astype(np.int32)
    all_rows = np.concatenate([*rows, np.arange(len(words))])
    values = (1 / np.sqrt(np.bincount(all_rows)))[all_rows].astype(np.float32)
    return sparse.csr_matrix((values, (all_rows, columns)), shape=(len(words), buckets))


def _grams(codes: Hashes, word_of: Integers) -> tuple[list[Hashes], list[Integers]]:
    """Hashes of all n-grams that lie within one word, and their words."""
    hashes, rows = [], []
    rolling = codes
    for size in range(2, max(GRAM_SIZES) + 1):
        rolling = rolling[:-1] * _PRIME + codes[size - 1 :]
        if size in GRAM_SIZES:
            inside = word_of[: len(rolling)] == word_of[size - 1 :]
            hashes.append(rolling[inside] + np.uint64(size))
            rows.append(word_of[: len(rolling)][inside])
    return hashes, rows


def _whole_words(codes: Hashes, lengths: Integers) -> Hashes:
    begins = np.cumsum(lengths) - lengths
    position = np.arange(len(codes)) - np.repeat(begins, lengths)
    powers = np.cumprod(np.full(int(lengths.max()), _SPREAD))
    return np.asarray(np.add.reduceat(codes * powers[position], begins), np.uint64)


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _SPREAD
    return hashes ^ (hashes >> np.uint64(32))


@dataclass(frozen=True, slots=True)
class FastWeights:
    """What the fast tier learned.

    Attributes:
        table: ``[buckets, d]`` float32, stored as 8-bit integers.
        filters, filter_bias: ``[width, c, d]`` and ``[c]``: for each place around a word, the middle one its own.
        weights, bias: ``[v, 2 d + 2 c]`` and ``[v]`` of the layer after pooling.
    """

    table: Matrix
    filters: Matrix
    filter_bias: Matrix
    weights: Matrix
    bias: Matrix

    @classmethod
    def load(cls, folder: Path) -> FastWeights:
        """From a verified folder.

        Raises:
            ModelError: the file is missing or damaged.
        """
        import skops.io  # slow to import

        path = folder / FAST_FILE
        try:
            return cls.from_state(skops.io.loads(path.read_bytes(), trusted=[]))
        except Exception as error:  # zip, json, skops and array errors: whatever damage does to the file
            raise ModelError(
                path.name, f"cannot be loaded ({type(error).__name__})", "Reinstall callsignals."
            ) from error

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> FastWeights:
        """The inverse of :meth:`state`, up to rounding."""
        names = ("filters", "filter_bias", "weights", "bias")
        return cls(
            state["table"].astype(np.float32) * state["scale"], *(np.asarray(state[n], np.float32) for n in names)
        )

    def state(self) -> dict[str, Any]:
        """Plain arrays, to be saved: the table as 8-bit integers, one scale a column."""
        scale = np.maximum(np.abs(self.table).max(axis=0), 1e-12) / 127
        return {
            "table": np.rint(self.table / scale).astype(np.int8),
            "scale": scale.astype(np.float32),
            "filters": self.filters.astype(np.float32),
            "filter_bias": self.filter_bias.astype(np.float32),
            "weights": self.weights.astype(np.float32),
            "bias": self.bias.astype(np.float32),
        }


class FastEncoder:
    """Texts to vectors without a network."""

    def __init__(self, weights: FastWeights) -> None:
        self._weights = weights
        self._width, self._channels, self._size = weights.filters.shape
        self._filters = weights.filters.reshape(-1, self._size)
        self._forget(KNOWN_WORDS)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """``[n, v]`` float32; a row depends on its text alone."""
        parts = [self._encode(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self._weights.bias)), np.float32)

    def _encode(self, texts: Sequence[str]) -> Matrix:
        numbered = self._numbered([tokens(text) for text in texts])
        by_length: dict[int, list[int]] = {}
        for row, numbers in enumerate(numbered):
            by_length.setdefault(len(numbers), []).append(row)
        pooled = np.zeros((len(texts), 2 * (self._size + self._channels)), np.float32)
        for length, rows in by_length.items():
            step = max(1, _TOKENS_AT_ONCE // length)
            for part in (rows[start : start + step] for start in range(0, len(rows), step)):
                pooled[part] = self._pooled(np.array([numbered[row] for row in part], np.int64))
        logits = in_blocks(pooled, self._weights.weights) + self._weights.bias
        return np.asarray(np.maximum(logits, 0), np.float32)

    def _numbered(self, split: Sequence[Sequence[str]]) -> list[list[int]]:
        """Each word as its row among the known ones; new words are learned."""
        new = dict.fromkeys(word for words in split for word in words if word not in self._known)
        if len(self._known) + len(new) > len(self._words):
            new = dict.fromkeys(word for words in split for word in words)
            self._forget(max(KNOWN_WORDS, len(new)))
        if new:
            self._learn(list(new))
        known = self._known
        return [[known[word] for word in words] for words in split]

    def _forget(self, room: int) -> None:
        """Start again, with room for so many words."""
        self._known: dict[str, int] = {}
        self._words = np.empty((room, self._size), np.float32)
        self._taps = np.empty((self._width, room, self._channels), np.float32)

    def _learn(self, words: Sequence[str]) -> None:
        first = len(self._known)
        rows = np.asarray(word_rows(words, len(self._weights.table)) @ self._weights.table, np.float32)
        found = in_blocks(rows, self._filters).reshape(len(words), self._width, self._channels)
        self._words[first : first + len(words)] = rows
        self._taps[:, first : first + len(words)] = found.transpose(1, 0, 2)
        self._known.update(zip(words, range(first, first + len(words)), strict=True))

    def _pooled(self, numbers: Integers) -> Matrix:
        """``[m, 2 d + 2 c]`` of texts of one length ``[m, length]``: sum and maximum over words, and over filters."""
        length, middle = numbers.shape[1], self._width // 2
        words = self._words[numbers]
        found = self._taps[middle][numbers] + self._weights.filter_bias
        for tap in range(self._width):
            shift = tap - middle
            if shift and abs(shift) < length:
                left, right = max(0, -shift), max(0, shift)
                found[:, left : length - right] += self._taps[tap][numbers[:, right : length - left]]
        np.maximum(found, 0, out=found)
        root = np.float32(np.sqrt(length))
        parts = (words.sum(axis=1) / root, words.max(axis=1), found.sum(axis=1) / root, found.max(axis=1))
        return np.concatenate(parts, axis=1)
