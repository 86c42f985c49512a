from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.comments import fast_vectors
from callsignals.comments.fast_vectors import FAST_FILE, FAST_LIMIT_CHARS, FastEncoder, FastWeights, tokens, word_rows
from callsignals.errors import ModelError

BUCKETS, SIZE, CHANNELS, WIDTH, VECTOR = 1 << 10, 8, 7, 5, 6
TEXTS = [
    "Bra",
    "The support is slow",
    "Kaveri suositteli teitä",
    "",
    "x",
    "👍",
    "a b",
    "-",
    "not good, but cheap! 10/10",
]


def weights() -> FastWeights:
    draw = np.random.default_rng(0)
    shapes = (BUCKETS, SIZE), (WIDTH, CHANNELS, SIZE), (CHANNELS,), (VECTOR, 2 * (SIZE + CHANNELS)), (VECTOR,)
    return FastWeights(*(draw.normal(size=shape).astype(np.float32) for shape in shapes))


def encoder() -> FastEncoder:
    return FastEncoder(weights())


def by_definition(text: str) -> npt.NDArray[np.float64]:
    """One word and one filter at a time."""
    w = weights()
    words = word_rows(tokens(text), BUCKETS).toarray().astype(float) @ w.table
    found = np.array([w.filter_bias.astype(float) for _ in words])
    for place in range(len(words)):
        for tap in range(WIDTH):
            other = place + tap - WIDTH // 2
            if 0 <= other < len(words):
                found[place] += w.filters[tap] @ words[other]
    found = np.maximum(found, 0)
    root = np.sqrt(len(words))
    pooled = [words.sum(axis=0) / root, words.max(axis=0), found.sum(axis=0) / root, found.max(axis=0)]
    return np.asarray(np.maximum(w.weights @ np.concatenate(pooled) + w.bias, 0), np.float64)


@pytest.mark.parametrize("text", TEXTS)
def test_vector_is_as_defined(text: str) -> None:
    assert encoder().encode([text])[0] == pytest.approx(by_definition(text), rel=1e-4, abs=1e-4)


def test_vector_is_the_same_alone_and_among_others() -> None:
    together = encoder().encode(TEXTS * 100)
    alone = np.vstack([encoder().encode([text]) for text in TEXTS])
    assert together[: len(TEXTS)].tobytes() == alone.tobytes() == together[-len(TEXTS) :].tobytes()


def test_vector_is_the_same_when_words_had_to_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = encoder().encode(TEXTS)
    monkeypatch.setattr(fast_vectors, "KNOWN_WORDS", 12)
    small = encoder()
    for _ in range(2):
        assert small.encode(["some other words to be known"]).shape == (1, VECTOR)
        assert small.encode(TEXTS).tobytes() == expected.tobytes()


def test_more_words_at_once_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_vectors, "KNOWN_WORDS", 3)
    monkeypatch.setattr(fast_vectors, "_TOKENS_AT_ONCE", 4)
    small = encoder().encode(TEXTS)
    monkeypatch.undo()
    assert small.tobytes() == encoder().encode(TEXTS).tobytes()


def test_grams_of_a_word_are_counted_by_hand() -> None:
    # "ab" between marks has 4 characters: two runs of three, one of four, and the word itself
    assert word_rows(["ab"], BUCKETS).sum() == pytest.approx(4 / np.sqrt(4))
    # "a": one run of three and the word; no word at all: the word itself alone
    assert word_rows(["a", ""], BUCKETS).sum(axis=1).ravel().tolist()[0] == pytest.approx([2 / np.sqrt(2), 1.0])


def test_words_that_share_letters_share_rows() -> None:
    rows = word_rows(["palvelu", "palvelusta", "kallis"], 1 << 17).toarray()
    assert (rows[0] * rows[1]).sum() > 0 == (rows[0] * rows[2]).sum()


def test_tokens_are_folded_words_and_signs() -> None:
    assert tokens("Inte BRA, för 10 :)") == ["inte", "bra", ",", "for", "10", ":", ")"]
    assert tokens("") == tokens("  ") == [""]


def test_long_numbers_are_one_word() -> None:
    assert tokens("order 123456") == tokens("order 998")
    assert tokens("2/10") != tokens("9/10")


def test_word_order_does_matter() -> None:
    first, second = encoder().encode(["inte bra men dyrt ja", "dyrt men inte bra ja"])
    assert abs(first - second).max() > 1e-3


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    first, second = encoder().encode(["a" * FAST_LIMIT_CHARS, "a" * FAST_LIMIT_CHARS + "b"])
    assert first.tobytes() == second.tobytes()


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(st.characters(), max_size=40), max_size=5))
def test_any_text_gives_a_finite_vector_of_its_own(texts: list[str]) -> None:
    found = encoder().encode(texts)
    assert found.shape == (len(texts), VECTOR)
    assert np.isfinite(found).all()
    for row, text in zip(found, texts, strict=True):
        assert row.tobytes() == encoder().encode([text])[0].tobytes()


def test_saved_weights_come_back_but_for_rounding() -> None:
    first = weights()
    second = FastWeights.from_state(first.state())
    assert abs(first.table - second.table).max() <= abs(first.table).max() / 254 * 1.001
    assert second.filters.tobytes() == first.filters.tobytes()
    assert FastWeights.from_state(second.state()).table == pytest.approx(second.table, rel=1e-6)


def test_damaged_table_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / FAST_FILE).write_bytes(b"not a zip")
    with pytest.raises(ModelError, match="cannot be loaded"):
        FastWeights.load(tmp_path)
