"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.conversation.sentences import PAUSE_S, UNPUNCTUATED_PAUSE_S, sentences
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


def texts(words: list[Word], language: str | None = "en") -> list[str]:
    return [sentence.text for sentence in sentences(words, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Well… maybe. So… Then.", ["Well… maybe.", "So…", "Then."]),
        ("en", "Really?! Oh!? yes", ["Really?!", "Oh!?", "yes"]),
        ("en", "Stop! now", ["Stop!", "now"]),
        ("en", "We sell tyres etc. and more", ["We sell tyres etc. and more"]),
        ("en", "Well... (Then he left.)", ["Well...", "(Then he left.)"]),
        ("en", "Well... “So it goes.” fine", ["Well...", "“So it goes.”", "fine"]),
        ("en", "He (Mr. Smith) left. “I.” No. Yes.", ["He (Mr. Smith) left.", "“I.”", "No.", "Yes."]),
        ("en", "At 10.30. We meet. At 11. sharp", ["At 10.30.", "We meet.", "At 11. sharp"]),
        ("en", "That is it (etc.) And on.", ["That is it (etc.)", "And on."]),
        (None, "Jag har t.ex. bilar esim. Autoja e.g. Tyres.", ["Jag har t.ex. bilar esim. Autoja e.g. Tyres."]),
        ("en", "Vi har t.ex. bilar", ["Vi har t.ex.", "bilar"]),
    ],
)
def test_marks_closers_and_abbreviations(language: str | None, text: str, expected: list[str]) -> None:
    assert texts(written(text), language) == expected


def test_a_pause_of_exactly_the_limit_ends_nothing() -> None:
    first = Word("a", 0.0, 0.0)
    assert len(sentences([first, Word("b", UNPUNCTUATED_PAUSE_S, 2.0)], "en")) == 1
    assert len(sentences([first, Word("b", UNPUNCTUATED_PAUSE_S + 0.01, 2.0)], "en")) == 2


def test_one_mark_in_forty_words_is_punctuation_and_in_forty_one_is_none() -> None:
    def call(words: int) -> list[Word]:
        found = [Word("w", n * 0.3, n * 0.3 + 0.2) for n in range(words - 1)]
        end = found[-1].end_s or 0.0
        return [*found, Word("end.", end + 1.0, end + 1.2)]

    assert len(sentences(call(40), "en")) == 1
    assert len(sentences(call(41), "en")) == 2


def test_a_word_without_an_end_or_without_a_start_is_no_pause() -> None:
    assert len(sentences([Word("a", 0.0, None), Word("b", 9.0, 9.5)], "en")) == 1
    assert len(sentences([Word("a", 0.0, 0.5), Word("b", None, None)], "en")) == 1


def test_two_words_of_another_voice_end_nothing_and_three_do() -> None:
    def between(count: int) -> list[Word]:
        inside = [Word("mm", 1.0 + n * 0.1, 1.1 + n * 0.1, speaker="b") for n in range(count)]
        return [Word("so", 0.5, 1.0, speaker="a"), *inside, Word("on", 1.5, 2.0, speaker="a")]

    assert texts(between(2))[0] == "so on"
    assert texts(between(3))[0] == "so"


def test_words_that_reach_over_the_pauses_ends_are_not_in_between() -> None:
    def call(first_s: float, last_s: float) -> list[Word]:
        inside = [Word("mm", 1.1, 1.2, speaker="b"), Word("mm", 1.2, 1.3, speaker="b")]
        third = Word("oh", first_s, last_s, speaker="b")
        words = [Word("so", 0.5, 1.0, speaker="a"), *inside, third, Word("on", 1.5, 2.0, speaker="a")]
        return sorted(words, key=lambda word: word.start_s or 0.0)

    assert texts(call(1.3, 1.5))[0] == "so"
    assert texts(call(1.3, 1.6))[0] == "so on"
    assert texts(call(1.0, 1.1))[0] == "so"
    assert texts(call(0.9, 1.1))[0] == "so on"


def test_sentences_come_by_start_whatever_the_order_of_the_words() -> None:
    words = [Word("two", 5.0, 5.5, speaker="b"), Word("one", 0.0, 0.5, speaker="a")]
    first, second = sentences(words, "en")
    assert (first.text, first.first_word, first.word_indices) == ("one", 1, (1,))
    assert (second.text, second.first_word) == ("two", 0)
    # Without a start somewhere the written order stands.
    assert texts([*words, Word("then", None, None, speaker="c")]) == ["two", "one", "then"]


def test_one_speaker_on_two_sides_is_two_voices() -> None:
    words = [Word("hello", 0.0, 0.5, "seller", "x"), Word("there", 0.6, 1.0, "customer", "x")]
    assert texts(words) == ["hello", "there"]
