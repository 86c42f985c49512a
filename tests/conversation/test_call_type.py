"""Voicemail, menus, nobody there, and conversations that only mention them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callsignals.conversation.call_type import classify_call
from callsignals.conversation.measures import conversation_signals
from callsignals.conversation.timeline import Timeline
from callsignals.vocabulary.spoken import Party, Transcript, Word

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
    assert kind(talk(make_call, [("customer", text)], language)) == "voicemail"
    assert kind(talk(make_call, [("customer", text), ("seller", message)], language)) == "voicemail"
    assert kind(talk(make_call, [("other", text), ("seller", message)], language)) == "voicemail"


@pytest.mark.parametrize(("language", "text"), MENU)
def test_a_menu_is_ivr(make_call: MakeCall, language: str, text: str) -> None:
    assert kind(talk(make_call, [("customer", text), ("seller", "one")], language)) == "ivr"


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
