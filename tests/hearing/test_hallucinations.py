"""What nobody can have said goes, with a reason; what people do say stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.hearing.hallucinations import compression_ratio, drop_hallucinations, find_loops
from callsignals.vocabulary.spoken import Word


def spoken(text: str, start_s: float = 0.0, word_s: float = 0.4) -> list[Word]:
    """Words of equal length, one after the other."""
    return [
        Word(part, start_s + n * word_s, start_s + (n + 1) * word_s - 0.05, speaker="ch0")
        for n, part in enumerate(text.split())
    ]


def kept_and_why(
    words: list[Word], voice: list[tuple[float, float]] | None = None
) -> tuple[str, list[tuple[str, str]]]:
    voiced = [(words[0].start_s or 0.0, words[-1].end_s or 0.0)] if voice is None else voice
    kept, dropped = drop_hallucinations(words, voiced, speaker="ch0")
    return " ".join(word.text for word in kept), [(gone.why, gone.text) for gone in dropped]


@pytest.mark.parametrize(
    "said",
    [
        "Thank you. Thank you.",
        "thank you, thank you so much, thank you",
        "Yes yes yes yes.",
        "Joo joo joo joo joo, kyllä.",
        "Ja ja ja ja, precis.",
        "No, no, no, no, no, no, not that one.",
        "Can you hear me? Can you hear me? Can you hear me now?",
        "It is zero zero zero zero four five.",
        "That was really good, really good, really good work.",
        "I work with music and subtitles.",
        "Thanks for watching the demo with us, Anna.",
        "Vi textar möten.",
        "Kiitos.",
        "Music.",
        "Subtitles matter to our customers.",
        "Översättning av avtalet tar tid.",
        "Tekstitys on meille tärkeä.",
        "Textning tar tid.",
        "Tack för att ni ringde.",
    ],
)
def test_what_people_say_stays(said: str) -> None:
    assert kept_and_why(spoken(said)) == (said, [])


@pytest.mark.parametrize(
    "invented",
    [
        "Thanks for watching!",
        "Thank you for watching.",
        "Please subscribe to my channel.",
        "Subtitles by the Amara.org community",
        "Undertexter från Amara.org-gemenskapen",
        "Textning: Anna Andersson",
        "Svensktextning.nu",
        "Tack till er som tittade",
        "Tekstitys: Matti Meikäläinen",
        "Kiitos kun katsoit!",
        "[Music]",
        "♪ ♪",
        "*applåder*",
    ],
)
def test_stock_phrases_of_subtitles_go_whatever_voice_there_is(invented: str) -> None:
    words = [*spoken("How are you?"), *spoken(invented, 5.0), *spoken("Fine.", 12.0)]
    kept, dropped = kept_and_why(words)
    assert kept == "How are you? Fine."
    assert dropped == [("stock_phrase", invented)]


def test_a_loop_goes_but_for_its_first_round() -> None:
    words = [*spoken("We ship on Monday."), *spoken("I'm going to go. " * 9, 2.0), *spoken("Good.", 30.0)]
    kept, dropped = kept_and_why(words)
    assert kept == "We ship on Monday. I'm going to go. Good."
    assert dropped == [("repetition", "I'm going to go. " * 7 + "I'm going to go.")]


def test_a_one_word_loop_goes() -> None:
    kept, dropped = kept_and_why(spoken("so " * 30))
    assert kept == "so"
    assert [why for why, _ in dropped] == ["repetition"]


def test_a_cut_off_last_round_belongs_to_the_loop() -> None:
    assert find_loops(["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "d"]) == [
        (0, 3, 16)
    ]


def test_words_away_from_all_voice_go_and_words_near_it_stay() -> None:
    words = [*spoken("Hello there.", 1.0), *spoken("I will be back.", 10.0), *spoken("Bye.", 20.0)]
    kept, dropped = kept_and_why(words, [(1.0, 2.0), (20.6, 20.9)])
    assert kept == "Hello there. Bye."
    assert dropped == [("silence", "I will be back.")]


def test_a_thank_you_over_a_click_goes_and_over_voice_stays() -> None:
    words = spoken("Thank you.", 10.0)
    assert kept_and_why(words, [(10.1, 10.15)]) == ("", [("silence", "Thank you.")])
    assert kept_and_why(words, [(10.1, 10.6)]) == ("Thank you.", [])


def test_many_words_in_no_time_go() -> None:
    rushed = [*spoken("and this is one of the things", 3.0, word_s=0.06), *spoken("here.", 4.0)]
    words = [*spoken("That is right."), *rushed]
    kept, dropped = kept_and_why(words)
    assert kept == "That is right."
    assert dropped == [("speaking_rate", "and this is one of the things here.")]


def test_fast_speech_stays() -> None:
    said = "and then we can get you the price by the end of this week if that is okay"
    assert kept_and_why(spoken(said, word_s=0.15)) == (said, [])


def test_dropped_text_says_when() -> None:
    _, dropped = drop_hallucinations(spoken("one two", 5.0), [(0.0, 1.0)], speaker="ch1")
    assert [(gone.start_s, gone.end_s, gone.speaker) for gone in dropped] == [(5.0, 5.75, "ch1")]


def test_compression_ratio_is_high_for_loops_and_low_for_speech() -> None:
    assert compression_ratio("hello hello hello hello " * 20) > 2.4
    assert compression_ratio("We would like to know what it costs per month for ten people.") < 2.4
    assert compression_ratio("") == 0.0


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "Thank", "you.", "♪", "ok?"]), st.floats(0.0, 1.0)), max_size=60),
    st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(0.01, 5.0)), max_size=5),
)
def test_every_word_is_either_kept_or_dropped_once(
    parts: list[tuple[str, float]], voice: list[tuple[float, float]]
) -> None:
    at, words = 0.0, []
    for text, pause in parts:
        words.append(Word(text, at, at + 0.3))
        at += 0.3 + pause
    kept, dropped = drop_hallucinations(words, [(start, start + length) for start, length in voice])
    texts = [word.text for word in kept] + [part for gone in dropped for part in gone.text.split()]
    assert sorted(texts) == sorted(word.text for word in words)
    starts = [word.start_s for word in kept]
    assert starts == sorted(starts, key=lambda start: start or 0.0)
