from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.comments.normalise import LENGTH_LIMIT_CHARS, fold, normalise


def test_controls_and_invisible_characters_go() -> None:
    assert normalise("a\x00b\u200bc\ufeff\u202ed").text == "abcd"


def test_lone_surrogates_go() -> None:
    assert normalise("bra \ud800pris").text == "bra pris"


def test_compatibility_forms_and_composition() -> None:
    assert normalise("ﬁrst class a\u0308r").text == "first class är"


def test_typographic_quotes_become_plain() -> None:
    assert normalise("don’t “know” – ok").text == 'don\'t "know" - ok'


def test_white_space_collapses_and_line_breaks_win() -> None:
    assert normalise("  one \t two \r\n\n three  ").text == "one two\nthree"


def test_span_leads_back_to_the_original() -> None:
    original = "\u200b  Hej\x00   ﬁn a\u0308lg!"
    plain = normalise(original)
    start = plain.text.index("fin")
    span = plain.span(start, start + 3)
    assert original[span.start_char : span.end_char] == "ﬁn"
    start = plain.text.index("älg")
    span = plain.span(start, start + 3)
    assert original[span.start_char : span.end_char] == "a\u0308lg"


def test_a_megabyte_is_cut_and_says_so() -> None:
    plain = normalise("bra support " * 90_000)
    assert len(plain.text) <= LENGTH_LIMIT_CHARS
    assert plain.truncated


def test_leading_blanks_do_not_use_up_the_limit() -> None:
    assert normalise(" " * 1_000_000 + "hej").text == "hej"


def test_short_texts_are_not_truncated() -> None:
    assert not normalise("kort").truncated


@given(st.text(st.characters(), max_size=200))
def test_offsets_are_ordered_and_inside_the_original(original: str) -> None:
    plain = normalise(original)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    assert all(0 <= a < b <= len(original) for a, b in zip(plain.starts, plain.ends, strict=True))
    assert list(plain.starts) == sorted(plain.starts)
    assert plain.text == plain.text.strip()


@given(st.text(st.characters(), max_size=200))
def test_normalising_twice_changes_nothing_of_white_space_and_controls(original: str) -> None:
    text = normalise(original).text
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in text.replace("\n", ""))
    assert "  " not in text


@given(st.text(st.characters(), max_size=100))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_folding_takes_case_and_diacritics() -> None:
    assert fold("ÅÄÖ Éø İ") == "aao eo " + fold("İ")


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.one_of(st.characters(), st.sampled_from("abc åäöÅ .,!?'`\n")), max_size=40))
def test_the_short_way_for_plain_texts_changes_nothing(text: str) -> None:
    short = normalise(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsignals.comments.normalise._is_plain", lambda _: False)
        assert normalise(text) == short
