"""Sentence vectors: multilingual-e5-small, fine-tuned on comments, on onnxruntime.

Wang et al. 2024, "Multilingual E5 Text Embeddings". 8-bit weights, vocabulary trimmed to English, Swedish and
Finnish (``models/e5``). Texts go through one at a time on one thread: activations are scaled over a whole batch, and
records must not depend on which comments happened to be neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from callsignals.errors import ModelError

__all__ = ["MAXIMUM_TOKENS", "VECTOR_SIZE", "SentenceEncoder"]

VECTOR_SIZE = 384
MAXIMUM_TOKENS = 512
_ERRORS_ONLY = 3


class SentenceEncoder:
    """Texts to unit vectors.

    Args:
        folder: verified folder with ``model.onnx`` and ``tokenizer.json``.

    Raises:
        ModelError: the files cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            # From bytes: onnxruntime's own path handling fails on some non-ASCII paths on Windows.
            model = (folder / "model.onnx").read_bytes()
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except Exception as error:  # onnxruntime and tokenizers raise their own kinds
            raise ModelError(
                str(folder), f"cannot be loaded ({error})", "Reinstall callsignals, or its onnxruntime."
            ) from error
        self._tokenizer.enable_truncation(MAXIMUM_TOKENS)

    def encode(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """``[n, 384]`` float32, rows of length 1; a row depends on its text alone.

        Args:
            texts: normalised, not empty ("" would get a vector too, a meaningless one).
        """
        rows = [self._encode_one(text) for text in texts]
        return np.array(rows, np.float32).reshape(-1, VECTOR_SIZE)

    def _encode_one(self, text: str) -> npt.NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        outputs = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(outputs[0][0], np.float32)
