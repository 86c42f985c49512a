"""Voicemail, menus, nobody there, and conversations that only mention them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from callsignals.conversation.call_type import CallType, classify_call
from callsignals.conversation.measures import conversation_signals
from callsignals.conversation.timeline import Timeline
from callsignals.vocabulary.spoken import Activity, Party, Transcript, Word

MakeCall = Callable[..., Transcript]
Say = Callable[..., list[Word]]

VOICEMAIL = [
    ("en", "Hi, you have reached Bob Smith. Please leave a message after the tone."),
    ("en", "I can't come to the phone right now, leave your name and number after the beep."),
    ("en", "Your call has been forwarded to an automated voice messaging system."),
    ("sv", "Hej, du har kommit till Annas röstbrevlåda. Lämna ett meddelande efter tonen."),
    ("sv", "Jag kan inte svara just nu, tala in ett meddelande efter pipet."),
    ("fi", "Olet soittanut Matille. Jätä viesti äänimerkin jälkeen."),
    ("fi", "En voi nyt vastata, tämä on Liisan puhelinvastaaja."),
]
MENU = [
    ("en", "Welcome to Acme. For sales press one. For support press two."),
    ("sv", "Välkommen. För försäljning tryck ett, för support tryck 2."),
    ("fi", "Tervetuloa. Myynti, paina yksi. Tuki, paina kaksi."),
]


def kind(call: Transcript) -> str:
    return classify_call(call, Timeline.of(call)).kind


def talk(make_call: MakeCall, lines: list[tuple[Party, str]], language: str = "en") -> Transcript:
    words: list[Word] = []
    spans: dict[Party, list[tuple[float, float]]] = {"seller": [], "customer": [], "other": []}
    now = 0.0
    for party, text in lines:
        tokens = text.split()
        for number, token in enumerate(tokens):
            start = now + number * 0.4
            words.append(Word(token, start, start + 0.4, party, {"seller": "ch0"}.get(party, "ch1")))
        spans[party].append((now, now + len(tokens) * 0.4))
        now += len(tokens) * 0.4 + 0.5
    return make_call(spans["seller"], spans["customer"], spans["other"], words, language=language)


@pytest.mark.parametrize(("language", "text"), VOICEMAIL)
def test_a_greeting_with_or_without_a_message_left_is_voicemail(make_call: MakeCall, language: str, text: str) -> None:
    message = "Hello this is Anna from Acme please call me back when you can"
    greeting = talk(make_call, [("customer", text)], language)
    assert classify_call(greeting, Timeline.of(greeting)) == CallType("voicemail", "greeting_phrase")
    assert kind(talk(make_call, [("customer", text), ("seller", message)], language)) == "voicemail"
    assert kind(talk(make_call, [("other", text), ("seller", message)], language)) == "voicemail"


@pytest.mark.parametrize(("language", "text"), MENU)
def test_a_menu_is_ivr(make_call: MakeCall, language: str, text: str) -> None:
    call = talk(make_call, [("customer", text), ("seller", "one")], language)
    assert classify_call(call, Timeline.of(call)) == CallType("ivr", "menu_phrase")


@pytest.mark.parametrize("text", [VOICEMAIL[0][1], MENU[0][1]])
@pytest.mark.parametrize("voice", ["customer", "other"])
def test_a_recording_before_a_person_answers_is_a_conversation(make_call: MakeCall, text: str, voice: Party) -> None:
    people: list[tuple[Party, str]] = [
        (voice, text),
        ("seller", "Hello this is Anna from Acme"),
        ("customer", "Oh hello Anna I am here after all"),
        ("seller", "Good to hear shall we go through it"),
        ("customer", "Yes please go ahead with it"),
    ]
    assert kind(talk(make_call, people)) == "conversation"


def test_saying_leave_me_a_message_in_a_conversation_changes_nothing(make_call: MakeCall) -> None:
    lines: list[tuple[Party, str]] = [
        ("customer", "Acme this is Bob speaking"),
        ("seller", "Hi Bob if I do not answer leave me a message after the tone"),
        ("customer", "Alright I will do that then"),
        ("seller", "And how are things with you"),
        ("customer", "Quite busy at the moment actually"),
    ]
    assert kind(talk(make_call, lines)) == "conversation"


def test_a_long_talk_with_short_answers_stays_a_conversation(make_call: MakeCall) -> None:
    lines: list[tuple[Party, str]] = [
        ("seller", "we have done this for many years and it works"),
        ("customer", "mm"),
    ] * 20
    lines.append(("seller", "and then people leave a message after the tone"))
    assert kind(talk(make_call, lines)) == "conversation"


def test_nobody_or_only_hello_is_no_answer(make_call: MakeCall) -> None:
    assert classify_call(make_call(), Timeline.of(make_call())).reason == "nobody_spoke"
    hello = talk(make_call, [("seller", "Hello? Hello, can you hear me?")])
    assert classify_call(hello, Timeline.of(hello)).reason == "few_words_unanswered"
    assert kind(talk(make_call, [("other", "ring ring")])) == "no_answer"
    assert kind(make_call(seller=[(0.0, 2.0)])) == "no_answer"


def test_one_side_talking_at_length_is_no_missed_call(make_call: MakeCall) -> None:
    assert kind(make_call(seller=[(0.0, 60.0)])) == "conversation"
    assert kind(talk(make_call, [("customer", "Hello is anybody there")])) == "conversation"


@pytest.mark.parametrize("text", [VOICEMAIL[0][1], MENU[0][1]])
def test_without_a_conversation_every_signal_says_why(make_call: MakeCall, say: Say, text: str) -> None:
    words = say(text, 0.0, 20.0, "customer") + say("this is Anna please call me back " * 5, 21.0, 80.0, "seller")
    facts, signals = conversation_signals(make_call([(21.0, 80.0)], [(0.0, 20.0)], words=words))
    assert facts.call_type in ("voicemail", "ivr")
    assert {(signal.status, signal.reason, signal.value) for signal in signals} == {
        ("insufficient", facts.call_type, None)
    }
    share = next(signal for signal in signals if signal.name == "seller_talk_share")
    # Nothing to pool: only conversations enter averages.
    assert (share.numerator, share.denominator) == (None, None)


def said(*lines: tuple[str, str]) -> Transcript:
    """A call without times, by voice."""
    words = [Word(token, None, None, "unknown", voice) for voice, text in lines for token in text.split()]
    return Transcript(tuple(words), (), "en", 1.0, "transcript", timing="none", duration_s=None)


GREETING = "please leave a message after the tone"
TALK = "we talk about this"


def test_a_greeting_after_three_turns_still_opens_the_call_and_after_four_no_more() -> None:
    before = [("a", TALK), ("b", TALK), ("a", TALK)]
    # Beside it three turns: not yet a conversation.
    assert kind(said(*before, ("b", GREETING))) == "voicemail"
    assert kind(said(("b", TALK), *before, ("b", GREETING))) == "conversation"


def test_a_greeting_comes_within_the_first_120_words() -> None:
    assert kind(said(("a", f"{'word ' * 120}leave a message after the tone"))) == "voicemail"
    assert kind(said(("a", f"{'word ' * 121}leave a message after the tone"))) == "conversation"
    assert kind(said(("b", "word " * 60), ("a", f"{'word ' * 60}leave a message after the tone"))) == "voicemail"
    assert kind(said(("b", "word " * 61), ("a", f"{'word ' * 60}leave a message after the tone"))) == "conversation"


def test_four_turns_of_two_voices_beside_the_greeting_are_a_conversation() -> None:
    four = [("a", TALK), ("b", TALK), ("a", TALK), ("b", TALK)]
    assert kind(said(("c", GREETING), *four)) == "conversation"
    assert kind(said(("c", GREETING), *four[:3])) == "voicemail"
    # However often one voice alone goes on after it.
    alone = [("a", TALK), ("b", "mm"), ("c", GREETING)] * 5
    assert kind(said(*alone)) == "voicemail"


def test_runs_under_three_words_are_no_turns() -> None:
    short = [("a", "yes well"), ("b", "oh no")] * 4
    assert kind(said(("c", GREETING), *short)) == "voicemail"
    three = [("a", "yes well then"), ("b", "oh no please")] * 4
    assert kind(said(("c", GREETING), *three)) == "conversation"


def test_words_count_by_time_where_all_of_them_have_one() -> None:
    words = [Word(text, float(n), n + 0.5, "unknown", "a") for n, text in enumerate(GREETING.split())]
    call = Transcript(tuple(reversed(words)), (), "en", 1.0, "stereo", timing="words", duration_s=9.0)
    assert kind(call) == "voicemail"
    untimed = replace(call, words=(Word("uh", None, None, "unknown", "a"), *reversed(words)))
    assert kind(untimed) != "voicemail"


def test_a_greeting_is_found_whatever_its_marks_and_apostrophes() -> None:
    assert kind(said(("a", "“I can’t come to the phone,” he said."))) == "voicemail"


def alone(words: int, speech_s: float, party: Party = "seller") -> tuple[str, str]:
    spoken = tuple(Word("hello", None, None, party, "x") for _ in range(words))
    active = (Activity(0.0, speech_s, party, "x"),) if speech_s else ()
    call = Transcript(spoken, active, "en", 1.0, "stereo", timing="activity", duration_s=60.0, role_source="manifest")
    found = classify_call(call, Timeline.of(call))
    return found.kind, found.reason


def test_up_to_twelve_words_without_an_answer_are_a_call_nobody_took() -> None:
    assert alone(12, 50.0) == ("no_answer", "few_words_unanswered")
    assert alone(13, 1.0) == ("conversation", "one_party")
    assert alone(12, 0.0) == ("no_answer", "few_words_unanswered")


def test_without_words_under_three_seconds_are() -> None:
    assert alone(0, 2.99) == ("no_answer", "few_words_unanswered")
    assert alone(0, 3.0) == ("conversation", "one_party")


def test_a_customer_alone_has_answered() -> None:
    assert alone(1, 1.0, "customer") == ("conversation", "one_party")
    assert alone(1, 0.0, "customer") == ("conversation", "one_party")
    # Without roles nobody knows whose voice it is.
    assert alone(1, 1.0, "other") == ("no_answer", "nobody_spoke")


def test_two_voices_are_two_parties_by_their_words_or_their_activity() -> None:
    spoken = (Word("hello", None, None, "seller", "x"), Word("hi", None, None, "customer", "y"))
    call = Transcript(spoken, (), "en", 1.0, "transcript", timing="none", duration_s=None, role_source="transcript")
    found = classify_call(call, Timeline.of(call))
    assert (found.kind, found.reason) == ("conversation", "two_parties")
