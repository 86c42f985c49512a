"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.conversation.sentences import PAUSE_S, sentences
from callsignals.vocabulary.spoken import Word


def written(text: str, speaker: str = "a") -> list[Word]:
    return [Word(token, None, None, speaker=speaker) for token in text.split()]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Hello. Is it you? Great!", ["Hello.", "Is it you?", "Great!"]),
        (
            "en",
            "It costs 3.5 million, e.g. for Mr. Smith. Fine.",
            ["It costs 3.5 million, e.g. for Mr. Smith.", "Fine."],
        ),
        (
            "en",
            "We sell tyres etc. to shops etc. We like it.",
            ["We sell tyres etc. to shops etc.", "We like it."],
        ),
        ("en", "No. I said J. Smith. So do I. Good.", ["No.", "I said J. Smith.", "So do I.", "Good."]),
        ("en", 'He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
        ("en", "Well... maybe so... Then again.", ["Well... maybe so...", "Then again."]),
        ("sv", "Vi har t.ex. bilar osv. Det är bra.", ["Vi har t.ex. bilar osv.", "Det är bra."]),
        ("sv", "Den 3. maj kl. 10 går bra. Tack.", ["Den 3. maj kl. 10 går bra.", "Tack."]),
        ("fi", "Meillä on esim. autoja jne. Se on hyvä.", ["Meillä on esim. autoja jne.", "Se on hyvä."]),
        ("fi", "Tavataan 3. päivä klo 10. Sopiiko?", ["Tavataan 3. päivä klo 10.", "Sopiiko?"]),
    ],
)
def test_full_stops(language: str, text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(written(text), language)] == expected


def test_a_pause_or_the_others_turn_ends_a_sentence_and_a_backchannel_does_not() -> None:
    words = [
        Word("so", 0.0, 0.4, "seller", "a"),
        Word("we", 0.5, 0.8, "seller", "a"),
        Word("mm", 0.9, 1.0, "customer", "b"),
        Word("went.", 1.1, 1.5, "seller", "a"),
        Word("then", 2.0, 2.3, "seller", "a"),
        Word("oh", 2.4, 2.5, "customer", "b"),
        Word("did", 2.5, 2.6, "customer", "b"),
        Word("you", 2.6, 2.7, "customer", "b"),
        Word("yes", 2.8, 3.0, "seller", "a"),
        Word("late", 3.0 + PAUSE_S + 0.1, 5.0, "seller", "a"),
    ]
    found = sentences(words, "en")
    assert [sentence.text for sentence in found] == ["so we went.", "mm", "then", "oh did you", "yes", "late"]
    first = found[0]
    assert (first.first_word, first.last_word, first.word_indices) == (0, 3, (0, 1, 3))
    assert (first.party, first.speaker, first.start_s, first.end_s) == ("seller", "a", 0.0, 1.5)


def test_without_punctuation_shorter_pauses_end_sentences() -> None:
    def spoken(mark: str) -> list[Word]:
        words = [Word(f"w{n}", n * 0.3, n * 0.3 + 0.2) for n in range(60)]
        return [
            Word(
                w.text + (mark if n % 10 == 9 else ""),
                (w.start_s or 0) + (0.7 if n >= 35 else 0),
                (w.end_s or 0) + (0.7 if n >= 35 else 0),
            )
            for n, w in enumerate(words)
        ]

    assert len(sentences(spoken(""), "en")) == 2
    assert len(sentences(spoken("."), "en")) == 6


def test_in_a_written_transcript_the_next_name_ends_the_sentence() -> None:
    words = written("are you there", "a") + written("yes", "b") + written("good", "a")
    assert [(s.speaker, s.text) for s in sentences(words, "en")] == [
        ("a", "are you there"),
        ("b", "yes"),
        ("a", "good"),
    ]


def test_no_words_no_sentences() -> None:
    assert sentences([], "en") == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["yes", "no.", "why?", "e.g.", "3.", "so"]),
            st.sampled_from("ab"),
            st.floats(0, 2),
        ),
        max_size=30,
    ),
    st.sampled_from(["en", "sv", "fi", None]),
)
def test_every_word_is_in_exactly_one_sentence(rows: list[tuple[str, str, float]], language: str | None) -> None:
    words: list[Word] = []
    now = 0.0
    for text, speaker, gap in rows:
        words.append(Word(text, now + gap, now + gap + 0.2, speaker=speaker))
        now += gap
    found = sentences(words, language)
    assert sorted(index for sentence in found for index in sentence.word_indices) == list(range(len(words)))
    assert all(words[index].speaker == sentence.speaker for sentence in found for index in sentence.word_indices)
    starts = [sentence.start_s or 0.0 for sentence in found]
    assert starts == sorted(starts)
