"""Each rule of what asks, on a sentence or a pair that the rule alone tells apart (``data/question_forms.tsv``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.conversation.questions import is_question, questions
from callsignals.conversation.sentences import Sentence, sentences
from callsignals.vocabulary.spoken import Word

LINES = (Path(__file__).parent / "data" / "question_forms.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("language", "label", "text"), ROWS)
def test_form(language: str, label: str, text: str) -> None:
    assert is_question(text, language) is (label == "q")
    assert is_question(text.replace(".", "?"), language) is True


@pytest.mark.parametrize("language", ["en", "sv", "fi", "de", None])
@pytest.mark.parametrize("text", ["", "...", " - , "])
def test_no_word_asks_nothing(language: str | None, text: str) -> None:
    assert is_question(text, language) is False


def test_in_another_language_no_form_asks() -> None:
    assert is_question("Do you use it.", None) is False
    assert is_question("Do you use it.", "de") is False


def asked(language: str | None, *said: tuple[str, str]) -> list[str]:
    """The questions among what was said, given as (speaker, text)."""
    words = [Word(token, None, None, speaker=speaker) for speaker, text in said for token in text.split()]
    found: list[Sentence] = questions(sentences(words, language), language)
    return [sentence.text for sentence in found]


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", [("a", "Do you use it? Right?")], ["Do you use it?"]),
        ("en", [("a", "Do you use it? We do. Right?")], ["Do you use it?", "Right?"]),
        ("en", [("a", "We use it. Right? Okay?")], ["Right?"]),
        ("en", [("a", "Right? Do you use it?")], ["Right?", "Do you use it?"]),
        ("en", [("a", "Do you use it?"), ("b", "Right?")], ["Do you use it?", "Right?"]),
        ("en", [("a", "Do you use it? Do you like it?")], ["Do you use it?", "Do you like it?"]),
        ("en", [("a", "We use it.")], []),
        ("sv", [("a", "Har ni det? Inte sant?")], ["Har ni det?"]),
        ("fi", [("a", "Onko se hyvä? Eikö niin?")], ["Onko se hyvä?"]),
        (None, [("a", "Benutzen Sie es? Right?")], ["Benutzen Sie es?", "Right?"]),
    ],
)
def test_a_bare_tag_counts_unless_it_repeats_the_voices_own_question(
    language: str | None, said: list[tuple[str, str]], expected: list[str]
) -> None:
    assert asked(language, *said) == expected
