"""Reads torch checkpoints (the zip format of torch 1.6 and later) into numpy arrays, without torch.

A checkpoint is a pickle, which could run anything; here it can name tensors and plain containers only, and whatever
else it names (training state, configuration objects) becomes an inert placeholder that is never imported.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "read_checkpoint"]

Array = npt.NDArray[Any]

_STORAGES: dict[str, npt.DTypeLike] = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "BoolStorage": np.bool_,
    "ByteStorage": np.uint8,
}


class _Inert:
    """Stands for an object that is of no use here."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __setstate__(self, _: object) -> None:
        pass


def _tensor(storage: Array, offset: int, size: Sequence[int], stride: Sequence[int], *_: object) -> Array:
    """``torch._utils._rebuild_tensor_v2`` on numpy, copying; strides count elements."""
    length = 1 + sum((side - 1) * step for side, step in zip(size, stride, strict=True)) if all(size) else 0
    flat = storage[offset : offset + length]
    strides = [step * flat.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(flat, tuple(size), strides).copy()


def _parameter(data: Array, *_: object) -> Array:
    return data


_SAFE: dict[tuple[str, str], Any] = {
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "Size"): tuple,
    ("collections", "OrderedDict"): OrderedDict,
} | {("builtins", kind.__name__): kind for kind in (dict, list, set, int, float, str, tuple)}


class _Reader(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, pickled: str) -> None:
        super().__init__(archive.open(pickled))
        self._archive = archive
        self._root = pickled.removesuffix("data.pkl")
        self._storages: dict[str, Array] = {}

    def persistent_load(self, pid: Any) -> Array:  # noqa: ANN401 - pickle's own signature
        _, kind, key, *_ = pid
        if key not in self._storages:
            content = self._archive.read(f"{self._root}data/{key}")
            self._storages[key] = np.frombuffer(content, dtype=_STORAGES[kind])
        return self._storages[key]

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own signature
        if module.startswith("torch") and name in _STORAGES:
            return name
        return _SAFE.get((module, name), _Inert)


def read_checkpoint(path: Path) -> dict[str, Array]:
    """The tensors of a checkpoint by name; of its ``state_dict`` when it has one."""
    with zipfile.ZipFile(path) as archive:
        pickled = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        content = _Reader(archive, pickled).load()
    tensors = content.get("state_dict", content)
    return {name: value for name, value in tensors.items() if isinstance(value, np.ndarray)}
