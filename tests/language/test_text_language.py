"""The language of short texts: ours are kept, others are not taken for ours, brands have none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from callsignals.language.text_language import detect_text_language

HERE = Path(__file__).parent
OURS = tomllib.loads((HERE / "survey_comments.toml").read_text(encoding="utf-8"))
FOREIGN = tomllib.loads((HERE / "foreign_comments.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", sorted(OURS))
def test_survey_comments_in_our_languages_are_recognised(language: str) -> None:
    found = [detect_text_language(text).language for text in OURS[language]]
    assert found.count(language) >= 0.97 * len(found)
    assert set(found) <= {language, None}


def test_comments_in_neighbouring_languages_are_not_taken_for_ours() -> None:
    texts = [text for listed in FOREIGN.values() for text in listed]
    assert len(texts) >= 125
    taken = [text for text in texts if detect_text_language(text).language in OURS]
    assert len(taken) <= 0.05 * len(texts), taken


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Jag har väntat tre veckor på svar på mitt ärende.", "sv"),
        ("Jeg har ventet tre uker på svar på saken min.", "no"),
        ("Jeg har ventet tre uger på svar på min sag.", "da"),
        ("Olen odottanut kolme viikkoa vastausta.", "fi"),
        ("Olen oodanud kolm nädalat vastust.", "et"),
        ("Ich warte seit drei Wochen auf eine Antwort.", "de"),
    ],
)
def test_neighbours_are_told_apart(text: str, language: str) -> None:
    assert detect_text_language(text).language == language


@pytest.mark.parametrize("text", ["", "  ", "10/10", "-", "👍", "Perplexity", "https://example.com/en/page", "G2"])
def test_texts_that_say_nothing_have_no_language_or_the_hint(text: str) -> None:
    assert detect_text_language(text) == (None, 0.0)
    assert detect_text_language(text, hint="sv").language == "sv"


def test_the_hint_does_not_overrule_a_clear_text() -> None:
    assert detect_text_language("Toimitus myöhästyi kaksi viikkoa, emme ole tyytyväisiä.", hint="sv").language == "fi"
    assert detect_text_language("Leider hat niemand zurückgerufen, das war enttäuschend.", hint="en").language == "de"


def test_a_long_transcript_is_detected_from_its_words() -> None:
    text = " ".join(["so we have been looking at this for a while and the team would like to see it"] * 2_000)
    language, confidence = detect_text_language(text)
    assert language == "en"
    assert 0.9 < confidence <= 1.0
