"""Words go to the voice that is active, sentences stay in one mouth, and what cannot be told is not told."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.hearing.voices.words import words_to_voices
from callsignals.vocabulary.spoken import Activity, Word


def spoken(text: str, start_s: float, each_s: float = 0.3) -> list[Word]:
    return [
        Word(word, round(start_s + at * each_s, 3), round(start_s + (at + 1) * each_s, 3), speaker="ch0")
        for at, word in enumerate(text.split())
    ]


def active(*spans: tuple[float, float, str]) -> list[Activity]:
    return [Activity(start_s, end_s, speaker=speaker) for start_s, end_s, speaker in spans]


def speakers(words: list[Word], voices: list[Activity]) -> str:
    """One letter a word: the voice's number, ``?`` where undecided."""
    return "".join(word.speaker[-1:] or "?" for word in words_to_voices(words, voices))


def test_words_go_to_the_voice_that_is_active() -> None:
    words = spoken("How can I help you?", 0.0) + spoken("I lost my card.", 2.0)
    assert speakers(words, active((0.0, 1.6, "spk0"), (1.9, 3.3, "spk1"))) == "000001111"


def test_the_end_of_a_sentence_is_taken_back_from_the_next_voice() -> None:
    words = spoken("How can I help you today?", 0.0) + spoken("I lost my card.", 1.8)
    # The change is placed two words too early.
    assert speakers(words, active((0.0, 1.2, "spk0"), (1.2, 3.0, "spk1"))) == "0000001111"


def test_the_start_of_a_sentence_is_taken_back_from_the_voice_before() -> None:
    words = spoken("How can I help you today?", 0.0) + spoken("I lost my card.", 1.8)
    assert speakers(words, active((0.0, 2.2, "spk0"), (2.2, 3.0, "spk1"))) == "0000001111"


def test_a_reply_inside_a_sentence_stays_a_reply() -> None:
    words = spoken("and then you go to the yes settings page and click", 0.0)
    voices = active((0.0, 1.8, "spk0"), (1.8, 2.1, "spk1"), (2.1, 3.3, "spk0"))
    assert speakers(words, voices) == "00000010000"


def test_a_one_word_sentence_between_two_others_stays() -> None:
    words = spoken("Is that right so far?", 0.0) + spoken("Yes.", 1.5) + spoken("Good, then we go on.", 1.8)
    voices = active((0.0, 1.5, "spk0"), (1.5, 1.8, "spk1"), (1.8, 3.3, "spk0"))
    assert speakers(words, voices) == "00000100000"


def test_a_sentence_split_evenly_is_left_as_heard() -> None:
    words = spoken("shall we say Monday", 0.0) + spoken("Monday is fine with me", 1.2)
    assert speakers(words, active((0.0, 1.2, "spk0"), (1.2, 2.7, "spk1"))) == "000011111"


def test_a_longer_part_is_not_taken_over() -> None:
    words = spoken("No.", 0.0) + spoken("I never said so and this is what we agreed on at length back then.", 0.3)
    # 1.2 s of the second sentence are with the voice before: too much for a misplaced boundary.
    assert speakers(words, active((0.0, 1.5, "spk0"), (1.5, 4.8, "spk1"))) == "00000" + "1" * 11


def test_words_in_overlap_follow_a_sentence_that_is_clear() -> None:
    words = spoken("We can send it on Friday.", 0.0)
    assert speakers(words, active((0.0, 1.8, "spk0"), (1.2, 1.8, "spk1"))) == "000000"


def test_words_in_overlap_are_nobodys_when_nothing_tells() -> None:
    words = spoken("Yes exactly.", 5.0)
    voices = active((0.0, 2.0, "spk0"), (4.9, 5.7, "spk0"), (4.9, 5.7, "spk1"))
    assert speakers(words, voices) == "??"


def test_words_between_voices_go_to_the_nearest() -> None:
    words = spoken("well", 2.1) + spoken("hm", 8.0)
    assert speakers(words, active((0.0, 2.0, "spk0"), (4.0, 5.0, "spk1"), (8.4, 9.0, "spk0"))) == "00"


def test_without_voices_or_times_nothing_changes() -> None:
    words = spoken("one two", 0.0)
    assert words_to_voices(words, []) == tuple(words)
    untimed = Word("one", None, None, speaker="ch0")
    assert words_to_voices([untimed], active((0.0, 1.0, "spk0"))) == (untimed,)


def by_hand(word: Word, voices: list[Activity]) -> str:
    """The voice that covers most of a word, looking at every voice."""
    assert word.start_s is not None
    assert word.end_s is not None
    covered = {
        voice.speaker: sum(
            max(0.0, min(word.end_s, other.end_s) - max(word.start_s, other.start_s))
            for other in voices
            if other.speaker == voice.speaker
        )
        for voice in voices
    }
    return max(sorted(covered), key=lambda speaker: covered[speaker])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 12)), min_size=1, max_size=25), st.integers(0, 99))
def test_far_apart_words_go_to_whoever_covers_them(lengths: list[tuple[int, int]], seed: int) -> None:
    voices: list[Activity] = []
    words: list[Word] = []
    start = 0
    for number, (long, gap) in enumerate(lengths):
        speaker = f"spk{(number * 7 + seed) % 3}"
        voices.append(Activity(start / 4, (start + long) / 4, speaker=speaker))
        words.append(Word("word.", start / 4, (start + 1) / 4))
        start += long + gap
    found = words_to_voices(words, voices)
    assert [word.speaker for word in found] == [by_hand(word, voices) for word in words]
