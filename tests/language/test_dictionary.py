"""Lemmas of single words, and what is left of words that the dictionary lacks."""

from __future__ import annotations

import pytest

from callsignals.language.dictionary import inflection_stems, simple_lemma


@pytest.mark.parametrize(
    ("word", "language", "stem"),
    [
        ("chromlies", "en", "chromly"),
        ("chromes", "en", "chrome"),
        ("dashboarden", "sv", "dashboard"),
        ("dashboarden", "sv", "dashboarda"),
        ("dashboardeja", "fi", "dashboardi"),
        ("dashboardeja", "fi", "dashboard"),
    ],
)
def test_an_ending_taken_off_leaves_the_listed_word(word: str, language: str, stem: str) -> None:
    assert stem in inflection_stems(word, language)


def test_stems_have_three_characters_and_the_longest_comes_first() -> None:
    assert inflection_stems("apps", "en") == ("appe", "app")
    assert inflection_stems("aps", "en") == ()
    assert inflection_stems("apps", "de") == ()


def test_an_unknown_finnish_word_stays_itself_and_is_not_its_first_part() -> None:
    assert simple_lemma("kuukausihinta", "fi") == "kuukausihinta"
    assert simple_lemma("vuosimaksu", "fi") == "vuosimaksu"


@pytest.mark.parametrize(
    ("word", "language", "stems"),
    [
        ("dashboarden", "sv", ["dashboardea", "dashboarda", "dashboarde", "dashboard"]),  # -n, -en
        ("dashboardin", "fi", ["dashboardi", "dashboard"]),  # -n, -in
        (
            "dashboardilta",
            "fi",
            ["dashboardilti", "dashboardili", "dashboardilt", "dashboardil", "dashboardi", "dashboard"],
        ),
        ("chromlies", "en", ["chromliee", "chromlie", "chromli", "chromly", "chroml"]),  # -s, -es, -ies
    ],
)
def test_each_ending_is_taken_off_with_the_vowel_that_it_may_have_replaced(
    word: str, language: str, stems: list[str]
) -> None:
    assert list(inflection_stems(word, language)) == stems
