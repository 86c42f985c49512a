"""Vectors of the fast tier: hashed n-grams looked up in a table, averaged, and put through one small layer.

After fastText (Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification"), with the table learned from
the answers of the exact tier. numpy and scipy alone; every step works on a whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from callsignals.comments.heads import in_blocks
from callsignals.comments.normalise import fold
from callsignals.errors import ModelError

__all__ = ["FAST_FILE", "FAST_LIMIT_CHARS", "FastEncoder", "ngram_rows"]

FAST_FILE = "fast.skops"
FAST_LIMIT_CHARS = 1_000
"""The fast tier reads so much of a text."""
CHARACTER_SIZES = (2, 3, 4, 5)
_BATCH = 512

_PRIME = np.uint64(0x100000001B3)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_WORD_SALT, _PAIR_SALT = np.uint64(0xD1B54A32D192ED03), np.uint64(0x8CB92BA72F3D8DD7)

Matrix = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]


def ngram_rows(texts: Sequence[str], buckets: int) -> sparse.csr_matrix:
    """``[n, buckets]`` float32: hashed character n-grams, words and word pairs, divided by the root of their count.

    Args:
        texts: normalised.
        buckets: a power of two.
    """
    codes = _codes([f" {fold(text[:FAST_LIMIT_CHARS])} " for text in texts])
    lengths = np.array([min(len(text), FAST_LIMIT_CHARS) + 2 for text in texts], np.int64)
    row_of = np.repeat(np.arange(len(texts)), lengths)
    hashes, rows = _character_grams(codes, row_of)
    word_hashes, word_rows = _words(codes, row_of)
    pairs = word_rows[1:] == word_rows[:-1]
    pair_hashes = (word_hashes[:-1] * _PRIME ^ word_hashes[1:] ^ _PAIR_SALT)[pairs]
    everything = _mixed(np.concatenate([*hashes, word_hashes ^ _WORD_SALT, pair_hashes]))
    columns = (everything & np.uint64(buckets - 1)).astype(np.int32)
    all_rows = np.concatenate([*rows, word_rows, word_rows[1:][pairs]])
    counts = np.bincount(all_rows, minlength=len(texts))
    values = (1 / np.sqrt(np.maximum(counts, 1)))[all_rows].astype(np.float32)
    return sparse.csr_matrix((values, (all_rows, columns)), shape=(len(texts), buckets))


def _codes(texts: Sequence[str]) -> Hashes:
    """Code points, runs of other signs than letters and digits left as they are."""
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, np.uint32).astype(np.uint64)


def _character_grams(codes: Hashes, row_of: npt.NDArray[np.int64]) -> tuple[list[Hashes], list[npt.NDArray[np.int64]]]:
    """Hashes of all n-grams that lie within one text, and their rows."""
    hashes, rows = [], []
    rolling = codes.copy()
    for size in range(2, max(CHARACTER_SIZES) + 1):
        rolling = rolling[:-1] * _PRIME + codes[size - 1 :]
        inside = row_of[: len(rolling)] == row_of[size - 1 :]
        hashes.append(rolling[inside] + np.uint64(size))
        rows.append(row_of[: len(rolling)][inside])
    return hashes, rows


def _words(codes: Hashes, row_of: npt.NDArray[np.int64]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """A hash of each run of letters and digits, and its row."""
    in_word = _is_word(codes)
    begins = np.flatnonzero(in_word & ~np.concatenate([[False], in_word[:-1]]))
    if not len(begins):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    position = (
        np.arange(len(codes)) - begins[np.maximum(np.searchsorted(begins, np.arange(len(codes)), "right") - 1, 0)]
    )
    powers = _powers(int(position.max()) + 1)
    terms = np.where(in_word, (codes + np.uint64(1)) * powers[np.maximum(position, 0)], np.uint64(0))
    return np.add.reduceat(terms, begins), row_of[begins]


def _is_word(codes: Hashes) -> npt.NDArray[np.bool_]:
    digit = (codes >= 48) & (codes <= 57)
    letter = ((codes >= 97) & (codes <= 122)) | ((codes >= 65) & (codes <= 90))
    return digit | letter | (codes >= 0xC0)


def _powers(count: int) -> Hashes:
    with np.errstate(over="ignore"):
        return np.cumprod(np.concatenate([[np.uint64(1)], np.full(count, _SPREAD | np.uint64(1))])).astype(np.uint64)


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> _SHIFT)) * _SPREAD
    return hashes ^ (hashes >> np.uint64(32))


@dataclass(frozen=True, slots=True)
class FastEncoder:
    """Texts to vectors without a network.

    Attributes:
        table: ``[buckets, d]`` float32, stored as 8-bit integers.
        weights, bias: ``[v, d]`` and ``[v]`` of the layer after the average.
    """

    table: Matrix
    weights: Matrix
    bias: Matrix

    @classmethod
    def load(cls, folder: Path) -> FastEncoder:
        """From a verified folder.

        Raises:
            ModelError: the file is missing or damaged.
        """
        import skops.io  # slow to import

        path = folder / FAST_FILE
        try:
            state = skops.io.loads(path.read_bytes(), trusted=[])
            return cls(
                state["table"].astype(np.float32) * state["scale"],
                np.asarray(state["weights"], np.float32),
                np.asarray(state["bias"], np.float32),
            )
        except Exception as error:  # zip, json, skops and array errors: whatever damage does to the file
            raise ModelError(
                path.name, f"cannot be loaded ({type(error).__name__})", "Reinstall callsignals."
            ) from error

    @staticmethod
    def state(table: Matrix, weights: Matrix, bias: Matrix) -> dict[str, Any]:
        """Plain arrays, to be saved: the table as 8-bit integers, one scale a column."""
        scale = np.maximum(np.abs(table).max(axis=0), 1e-12) / 127
        return {
            "table": np.rint(table / scale).astype(np.int8),
            "scale": scale.astype(np.float32),
            "weights": weights.astype(np.float32),
            "bias": bias.astype(np.float32),
        }

    def encode(self, texts: Sequence[str]) -> Matrix:
        """``[n, v]`` float32; a row depends on its text alone."""
        parts = [self._encode(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.bias)), np.float32)

    def _encode(self, texts: Sequence[str]) -> Matrix:
        pooled = np.asarray(ngram_rows(texts, len(self.table)) @ self.table, np.float32)
        return np.asarray(np.maximum(in_blocks(pooled, self.weights) + self.bias, 0), np.float32)
