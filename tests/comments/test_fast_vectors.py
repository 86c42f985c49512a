from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.comments.fast_vectors import FAST_FILE, FAST_LIMIT_CHARS, FastEncoder, ngram_rows
from callsignals.errors import ModelError

BUCKETS = 1 << 10
TEXTS = ["Bra", "The support is slow", "Kaveri suositteli teitä", "", "x", "👍", "a b", "-"]


def encoder() -> FastEncoder:
    draw = np.random.default_rng(0)
    return FastEncoder(
        draw.normal(size=(BUCKETS, 8)).astype(np.float32),
        draw.normal(size=(6, 8)).astype(np.float32),
        np.zeros(6, np.float32),
    )


def test_vector_is_the_same_alone_and_among_others() -> None:
    together = encoder().encode(TEXTS * 100)
    alone = np.vstack([encoder().encode([text]) for text in TEXTS])
    assert together[: len(TEXTS)].tobytes() == alone.tobytes() == together[-len(TEXTS) :].tobytes()


def test_grams_of_a_short_text_are_counted_by_hand() -> None:
    # " ab ": pairs " a", "ab", "b "; triples " ab", "ab "; one run of four; one word; no word pair
    row = ngram_rows(["ab"], BUCKETS)
    assert row.sum() == pytest.approx(7 / np.sqrt(7))
    # two words: 5 characters with the outer spaces give 4 + 3 + 2 + 1 runs, two words and one pair
    assert ngram_rows(["a b"], BUCKETS).sum() == pytest.approx(13 / np.sqrt(13))


def test_case_and_diacritics_do_not_matter() -> None:
    rows = ngram_rows(["Tack för hjälpen", "TACK FOR HJALPEN"], BUCKETS)
    assert abs(rows[0] - rows[1]).sum() == 0


def test_word_order_does_matter() -> None:
    rows = ngram_rows(["inte bra men dyrt", "dyrt men inte bra"], 1 << 17)
    assert abs(rows[0] - rows[1]).sum() > 0


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    rows = ngram_rows(["a" * FAST_LIMIT_CHARS, "a" * FAST_LIMIT_CHARS + "b"], BUCKETS)
    assert abs(rows[0] - rows[1]).sum() == 0


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(st.characters(), max_size=40), max_size=5))
def test_any_text_gives_a_finite_vector_of_its_own(texts: list[str]) -> None:
    found = encoder().encode(texts)
    assert found.shape == (len(texts), 6)
    assert np.isfinite(found).all()
    for row, text in zip(found, texts, strict=True):
        assert row.tobytes() == encoder().encode([text])[0].tobytes()


def test_damaged_table_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / FAST_FILE).write_bytes(b"not a zip")
    with pytest.raises(ModelError, match="cannot be loaded"):
        FastEncoder.load(tmp_path)
