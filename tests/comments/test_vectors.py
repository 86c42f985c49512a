from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from callsignals.comments.vectors import VECTOR_SIZE, SentenceEncoder
from callsignals.errors import ModelError

TEXTS = ["Bra", "The support is slow and nobody calls back, ever.", "Kaveri suositteli teitä messuilla", "Bra pris"]


def test_vector_is_the_same_alone_and_among_others(encoder: SentenceEncoder) -> None:
    together = encoder.encode(TEXTS)
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert together.tobytes() == alone.tobytes() == np.ascontiguousarray(backwards).tobytes()


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), VECTOR_SIZE)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_translations_are_nearer_than_strangers(encoder: SentenceEncoder) -> None:
    en, sv, fi, other = encoder.encode(
        ["A friend recommended you", "En vän rekommenderade er", "Ystävä suositteli teitä", "The invoice was wrong"]
    )
    assert en @ sv > en @ other
    assert en @ fi > en @ other


def test_no_texts_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, VECTOR_SIZE)


def test_long_texts_are_cut_not_refused(encoder: SentenceEncoder) -> None:
    assert np.isfinite(encoder.encode(["bra " * 2000])).all()


def test_damaged_model_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not onnx")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceEncoder(tmp_path)
