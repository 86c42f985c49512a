from __future__ import annotations

from callsignals.privacy.redaction import redact_transcript, redact_words, spans_of
from callsignals.vocabulary.spoken import Activity, Dropped, Transcript, Word


def said(text: str, party: str = "customer", speaker: str = "ch1", start_s: float = 0.0) -> list[Word]:
    return [
        Word(word, start_s + place / 2, start_s + place / 2 + 0.4, party, speaker, 0.9)
        for place, word in enumerate(text.split())
    ]


def by_time(*voices: list[Word]) -> list[Word]:
    return sorted((word for voice in voices for word in voice), key=lambda word: word.start_s)


def test_a_number_of_many_words_becomes_one_word_over_their_time():
    words = said("ring noll sju noll ett sju fyra noll sex noll fem, tack")
    result = redact_words(words, "sv")
    assert [word.text for word in result] == ["ring", "[PHONE],", "tack"]
    assert (result[1].start_s, result[1].end_s) == (words[1].start_s, words[10].end_s)
    (span,) = spans_of(words, "sv")
    assert (span.start_s, span.end_s, span.kind, span.speaker) == (0.5, 5.4, "phone", "ch1")


def test_a_number_is_found_though_the_other_says_something_in_between():
    dictated = said("noll sju noll ett sju fyra noll sex noll fem")
    heard = said("mm", party="seller", speaker="ch0", start_s=1.2)
    result = redact_words(by_time(dictated, heard), "sv")
    assert sorted(word.text for word in result) == ["[PHONE]", "mm"]


def test_a_number_that_two_voices_share_is_hidden_in_both():
    first = said("noll sju noll ett sju")
    second = said("fyra noll sex noll fem", speaker="ch0", party="seller", start_s=2.6)
    assert all("[PHONE]" in word.text for word in redact_words([*first, *second], "sv"))


def test_other_words_are_the_same_objects():
    words = said("priset är bra")
    assert redact_words(words, "sv") == tuple(words)
    assert redact_words(words, "sv", level="off") == tuple(words)


def test_signs_around_a_name_stay_and_words_without_times_are_redacted_too():
    words = [Word("(Anna", None, None), Word("Svensson)?", None, None)]
    assert [word.text for word in redact_words(words, "sv")] == ["([NAME])?"]
    assert spans_of(words, "sv") == ()


def test_a_transcript_loses_speakers_names_and_dropped_texts_too():
    words = tuple(said("hej Anna", speaker="Anna Svensson"))
    transcript = Transcript(
        words=words,
        timeline=(Activity(0.0, 1.0, "customer", "Anna Svensson"),),
        language="sv",
        language_confidence=None,
        channel_mode="transcript",
        timing="words",
        duration_s=1.0,
        dropped=(Dropped("ring 070-174 06 05", 0.0, 1.0, "ch0", "silence"),),
    )
    redacted = redact_transcript(transcript)
    assert [word.text for word in redacted.words] == ["hej", "[NAME]"]
    assert {word.speaker for word in redacted.words} == {redacted.timeline[0].speaker} == {"[NAME 1]"}
    assert redacted.dropped[0].text == "ring [PHONE]"
    assert redact_transcript(redacted) == redacted
    assert redact_transcript(transcript, level="off") is transcript
