"""Calls made by hand: who asks where the customer heard of us, and what is taken for the answer."""

from __future__ import annotations

import pytest

from callsignals.conversation.sentences import sentences
from callsignals.language.heard_of_us import asked_referral
from callsignals.vocabulary.spoken import Word

S, C = "seller", "customer"


def call(*lines: tuple[str, str], timed: bool = True) -> list[Word]:
    """Words at two a second, a second between turns."""
    words, now = [], 0.0
    for party, text in lines:
        for word in text.split():
            times = (now, now + 0.4) if timed else (None, None)
            words.append(Word(word, *times, party=party, speaker=party))
            now += 0.5
        now += 1.0
    return words


def answer(language: str, *lines: tuple[str, str], names: tuple[str, ...] = (), timed: bool = True) -> str | None:
    found = asked_referral(sentences(call(*lines, timed=timed), language), language, names)
    return None if found is None else found.text


ASKED = {
    "en": [
        "How did you hear about us?",
        "So, may I ask how you first heard of us?",
        "And where did you hear about our company originally?",
        "I'm just curious how you found us.",
        "How did you come across us",
        "Who referred you to us?",
        "Do you remember where you heard about us?",
        "what brought you to us today?",
        "How have you heard about us before?",
        "how'd you find out about us?",
    ],
    "sv": [
        "Hur hörde ni talas om oss?",
        "Hur fick du höra talas om oss?",
        "Var hittade ni oss någonstans?",
        "Hur kom ni i kontakt med oss från början?",
        "Får jag fråga hur du hittade till oss?",
        "Jag är lite nyfiken på hur ni hittade oss.",
        "Vem tipsade er om oss?",
        "hur fick ni upp ögonen för oss",
        "Minns du var du hörde talas om oss?",
        "Hur kände ni till oss?",
    ],
    "fi": [
        "Mistä kuulitte meistä?",
        "Miten sä löysit meidät?",
        "Mitä kautta te kuulitte meistä alun perin?",
        "Muistatko mistä kuulit meistä?",
        "Saanko kysyä, mistä saitte tietää meistä?",
        "Mistäs olette kuulleet meistä?",
        "Kuka suositteli meitä?",
        "miten päädyitte meille",
        "Mistä oot kuullu meistä?",
    ],
}
ANSWERS = {
    "en": "A colleague of mine at the chamber recommended you.",
    "sv": "En kollega på handelskammaren tipsade om er.",
    "fi": "Kollega kauppakamarista suositteli teitä.",
}


@pytest.mark.parametrize(("language", "question"), [(code, text) for code, texts in ASKED.items() for text in texts])
def test_the_question_in_its_phrasings(language, question):
    said = answer(language, (C, "Hej hello moi."), (S, question), (C, ANSWERS[language]), (S, "Ok one two three four."))
    assert said == ANSWERS[language]


NOT_ASKED = {
    "en": [
        "How did you hear the noise from the engine?",
        "How did you find the demo last week?",
        "Where did you hear about the new regulation?",
        "How did you find it working with us?",
        "How did you find our service last year?",
        "You probably heard about us from the news.",
        "I know how you heard about us already.",
        "How did they hear about us?",
        "How do you know about the warranty?",
        "Can you tell us about the team?",
        "How did you come right across us?",
    ],
    "sv": [
        "Hur hörde ni ljudet från motorn?",
        "Hur hittade ni felet?",
        "Var hörde ni talas om de nya reglerna?",
        "Ni hörde nog talas om oss på mässan.",
        "Hur hörde de talas om oss?",
        "Hur kom ni i kontakt med leverantören?",
    ],
    "fi": [
        "Mistä kuulitte sen äänen?",
        "Miten löysitte vian?",
        "Kuulitte varmaan meistä messuilla.",
        "Mistä he kuulivat meistä?",
        "Mistä kuulitte uudesta laista?",
    ],
}


@pytest.mark.parametrize(("language", "line"), [(code, text) for code, texts in NOT_ASKED.items() for text in texts])
def test_what_only_sounds_like_it(language, line):
    assert answer(language, (S, line), (C, ANSWERS[language])) is None


@pytest.mark.parametrize("language", ASKED)
def test_a_customer_who_asks_is_not_the_seller(language):
    assert answer(language, (C, ASKED[language][0]), (S, ANSWERS[language])) is None


def test_no_answer():
    assert answer("en", (S, "How did you hear about us?")) is None
    assert (
        answer("en", (S, "How did you hear about us?"), (S, "Let me first " + "explain the plan again " * 12)) is None
    )
    late = "explain the plan again and again " * 8
    assert answer("en", (S, "How did you hear about us?"), (S, late), (C, "Sounds fine to me.")) is None


def test_a_seller_who_adds_a_word_still_gets_the_answer():
    said = answer("en", (S, "How did you hear about us? Just for our records."), (C, "Through a podcast."))
    assert said == "Through a podcast."


def test_the_answer_goes_on_over_backchannels_and_ends_where_the_seller_takes_over():
    said = answer(
        "sv",
        (S, "Hur hörde ni talas om oss?"),
        (C, "Ja det var på mässan i Älvsjö."),
        (S, "Okej."),
        (C, "Och sen läste jag ert nyhetsbrev."),
        (S, "Vad roligt att höra det."),
        (C, "Vi har tolv anställda."),
    )
    assert said == "Ja det var på mässan i Älvsjö. Och sen läste jag ert nyhetsbrev."


def test_asked_again_after_sorry():
    lines = [(S, "How did you hear about us?"), (C, "Sorry?"), (S, "How did you hear about us?"), (C, "From LinkedIn.")]
    assert answer("en", *lines) == "From LinkedIn."
    assert answer("en", *lines[:2], (S, "Never mind, let us go on with the plan."), (C, "Great.")) is None


def test_our_name_stands_for_us_inflected_too():
    assert (
        answer("en", (S, "How did you hear about Acme Nordic?"), (C, "On Google."), names=("Acme Nordic",))
        == "On Google."
    )
    assert answer("fi", (S, "Mistä kuulitte Acmesta?"), (C, "Googlesta."), names=("Acme",)) == "Googlesta."
    assert answer("en", (S, "How did you hear about Acme?"), (C, "On Google.")) is None


def test_times_are_those_of_the_answer_and_absent_without_times():
    lines = [(S, "How did you hear about us?"), (C, "From a friend."), (S, "That is very good.")]
    found = asked_referral(sentences(call(*lines), "en"), "en")
    assert (found.start_s, found.end_s) == (4.0, 5.4)
    untimed = asked_referral(sentences(call(*lines, timed=False), "en"), "en")
    assert (untimed.text, untimed.start_s, untimed.end_s) == ("From a friend.", None, None)


def test_another_language_and_unknown_roles_give_nothing():
    assert answer("de", (S, "How did you hear about us?"), (C, "From a friend.")) is None
    assert answer("en", ("unknown", "How did you hear about us?"), (C, "From a friend.")) is None


def test_a_long_answer_is_cut():
    said = answer("en", (S, "How did you hear about us?"), *[(C, "We talked about it for quite a while then.")] * 30)
    assert 80 <= len(said.split()) < 100


ASKS = (S, "How did you hear about us?")


@pytest.mark.parametrize(("added", "expected"), [(40, "From a friend."), (41, None)])
def test_the_seller_may_add_forty_words(added, expected):
    assert answer("en", ASKS, (S, "word " * added), (C, "From a friend.")) == expected
    assert (
        answer("en", ASKS, (S, "word " * 20 + "end."), (S, "word " * (added - 21)), (C, "From a friend.")) == expected
    )


def test_an_answer_ends_with_the_sentence_that_brings_it_to_eighty_words():
    for first, expected in ((79, 80), (80, 80)):
        said = answer("en", ASKS, (C, "word " * (first - 1) + "end. Yes. Really."))
        assert len(said.split()) == expected


@pytest.mark.parametrize(("said", "expected"), [("TV", "TV"), ("X", None)])
def test_an_answer_has_two_characters(said, expected):
    assert answer("en", ASKS, (C, said)) == expected


def test_a_question_of_three_words_asks_to_say_it_again_and_a_longer_one_may_be_the_answer():
    assert answer("en", ASKS, (C, "What was that?"), (C, "From a friend.")) is None
    assert answer("en", ASKS, (C, "Was it on Google?")) == "Was it on Google?"
    assert answer("en", ASKS, (C, "From a friend. Okay?")) == "From a friend. Okay?"


def test_a_question_of_sixty_words_is_heard_and_a_longer_one_is_not():
    for length, expected in ((60, "From a friend."), (61, None)):
        asked = " ".join(["how did you hear about us", *["word"] * (length - 6)]) + "?"
        assert answer("en", (S, asked), (C, "From a friend.")) == expected


def test_times_span_the_whole_answer_and_are_absent_when_one_is_missing():
    words = call(ASKS, (C, "From a friend. And from the radio."))
    found = asked_referral(sentences(words, "en"), "en")
    assert (found.start_s, found.end_s) == (words[6].start_s, words[-1].end_s)
    for start_s, end_s in ((words[-1].start_s, None), (None, words[-1].end_s), (None, None)):
        less = [*words[:-4], *(Word(word.text, start_s, end_s, party=C, speaker=C) for word in words[-4:])]
        untimed = asked_referral(sentences(less, "en"), "en")
        assert (untimed.text, untimed.start_s, untimed.end_s) == (found.text, None, None)
