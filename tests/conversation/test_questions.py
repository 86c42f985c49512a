"""Questions against a hand-made set (``data/questions.tsv``), with and without punctuation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callsignals.conversation.questions import is_question, questions
from callsignals.conversation.sentences import sentences
from callsignals.vocabulary.spoken import Word


def rows(data: Path, language: str, split: str) -> list[tuple[str, str]]:
    lines = (data / "questions.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(label, text) for lang, part, label, text in cells if (lang, part) == (language, split)]


def scores(cases: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Precision and recall of (said to be one, is one)."""
    hits = sum(said and true for said, true in cases)
    return hits / sum(said for said, _ in cases), hits / sum(true for _, true in cases)


def bare(text: str) -> str:
    return re.sub(r"[^\w\s']", "", text).lower()


@pytest.mark.parametrize("language", ["en", "sv", "fi"])
@pytest.mark.parametrize("split", ["dev", "kept"])
@pytest.mark.parametrize("form", ["as written", "full stops", "bare"])
def test_precision_and_recall(data: Path, language: str, split: str, form: str) -> None:
    cases: list[tuple[bool, bool]] = []
    for label, text in rows(data, language, split):
        if form == "as written":
            cases.append((is_question(text, language), label in "qm"))
        elif label != "m":  # without its mark such a sentence is none to anybody
            shown = text.replace("?", ".") if form == "full stops" else bare(text)
            cases.append((is_question(shown, language), label == "q"))
    precision, recall = scores(cases)
    assert len(cases) >= 22
    assert precision >= 0.95
    assert recall >= 0.9


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I don't know what you mean"),
        ("en", "what a nice day"),
        ("en", "the woman who called me"),
        ("en", "could be"),
        ("sv", "jag vet inte vad du menar"),
        ("sv", "då kan vi börja"),
        ("fi", "en tiedä mitä"),
        ("fi", "viikko sitten"),
        ("de", "wie geht es Ihnen"),
    ],
)
def test_embedded_and_lookalike_clauses_do_not_ask(language: str, text: str) -> None:
    assert not is_question(text, language)


def test_in_any_language_a_question_mark_asks() -> None:
    assert is_question("Wie geht es Ihnen?", "de")
    assert is_question("Ah?", None)


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "You use it. Right?", 1),
        ("en", "Do you use it? Right?", 1),
        ("en", "It is good, isn't it? Right?", 1),
        ("en", "Do you use it? Why?", 2),
        ("sv", "Ni använder det. Eller hur?", 1),
        ("sv", "Använder ni det? Eller hur?", 1),
        ("fi", "Te käytätte sitä. Eikö niin?", 1),
        ("fi", "Käytättekö te sitä? Eikö niin?", 1),
    ],
)
def test_a_tag_counts_once(language: str, text: str, count: int) -> None:
    words = [Word(token, None, None, speaker="a") for token in text.split()]
    assert len(questions(sentences(words, language), language)) == count


def test_the_others_right_is_a_question_of_its_own() -> None:
    words = [Word(token, None, None, speaker="a") for token in ("Do", "you", "use", "it?")]
    words.append(Word("Right?", None, None, speaker="b"))
    assert len(questions(sentences(words, "en"), "en")) == 2
