from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsignals.privacy.redaction import KINDS, find, person_names, redact_text, redacted

CARDS = ("4111 1111 1111 1111", "5555-5555-5555-4444", "4012888888881881", "3782 822463 10005")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)
SAID = (
    "Anna|Björn Lindström|noll sju noll|070-174 06 05|snabel-a|firma punkt se|a@b.se|[NAME]|AB|ring|oh double seven|"
    "nolla neljä|Mäkelälle|4111 1111 1111 1111|😀|e\u0301|１２３|\n|."
)
PIECES = st.sampled_from(SAID.split("|"))


def kinds(text: str, language: str | None) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start_char : one.end_char]) for one in find(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("sv", "Ring noll sju noll, sjuttiotre noll fem", [("phone", "noll sju noll, sjuttiotre noll fem")]),
        ("fi", "nolla viis kuus viis viis kaks yks yks", [("phone", "nolla viis kuus viis viis kaks yks yks")]),
        (
            "en",
            "oh seven seven double four nine hundred one",
            [("phone", "oh seven seven double four nine hundred one")],
        ),
        ("sv", "anna snabel-a firma punkt se", [("email", "anna snabel-a firma punkt se")]),
        ("fi", "anna ät firma piste fi", [("email", "anna ät firma piste fi")]),
        ("en", "anna at firm dot com", [("email", "anna at firm dot com")]),
        ("fi", "hetu 131052-308T", [("identity_number", "131052-308T")]),
        ("fi", "hetu 010594Y9032", [("identity_number", "010594Y9032")]),
        ("sv", "880320-0016", [("identity_number", "880320-0016")]),
        ("sv", "samordningsnummer 701063-2391", [("identity_number", "701063-2391")]),
        ("fi", "Y-tunnus 2077474-0", [("business_id", "2077474-0")]),
        ("en", "GB29 NWBK 6016 1331 9268 19", [("iban", "GB29 NWBK 6016 1331 9268 19")]),
    ],
)
def test_numbers_and_addresses_are_found_written_and_spoken(language, text, expected):
    assert kinds(text, language) == expected


@pytest.mark.parametrize("language", ["en", "sv", "fi", None])
@pytest.mark.parametrize(
    "text",
    [
        "Mark the invoice as paid",
        "Please Mark the invoice as paid",
        "Choose Mark as Paid in the menu",
        "Is there a Grace period?",
        "Payment Terms and Grace Period",
        "set up Bill Payments",
        "the Bill total was wrong",
    ],
)
def test_an_english_word_with_a_capital_is_no_name_where_only_the_word_fits(language, text):
    assert redact_text(text, language) == text


@pytest.mark.parametrize(
    "text",
    [
        "I told {} the invoice is late",
        "You sent {} the invoice",
        "the {} I know",
        "a {} from support called",
        "the {} family",
        "We have {} as our contact",
        "Hi {} the invoice is paid",
        "please ask {} to call",
        "Please {}, call me",
        "the lovely {} helped",
    ],
)
@pytest.mark.parametrize("name", ["Mark", "Grace", "Bill"])
def test_the_same_word_is_a_name_where_a_person_fits(text, name):
    assert redact_text(text.format(name), "en") == text.format("[NAME]")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "ordernummer 0701740605 kostar 4111 kronor"),
        ("sv", "björn och sten ligger per definition i skogen"),
        ("fi", "onni ja toivo elää, anna sille aikaa"),
        ("fi", "Virtanen Rakennus Oy toimittaa 17.5.2024 klo 08.00-16.00"),
        ("en", "will you mark the price in may, version 10.2.14.3, order 4471 2098 33"),
        ("en", "Johnson & Johnson and Morgan Stanley"),
    ],
)
def test_what_only_looks_like_it_is_left(language, text):
    assert find(text, language) == ()


@pytest.mark.parametrize(
    "text", ["Virtasen", "Virtaselle", "Virtaselta", "Annalle", "Mikalta", "Pekan", "Pekalle", "Niemisen"]
)
def test_finnish_names_are_found_in_their_cases(text):
    assert kinds(f"juttelin asiasta {text} kanssa", "fi") == [("name", text)]


def test_levels_leave_names_or_everything():
    text = "Anna Svensson, 070-174 06 05"
    assert redact_text(text, "sv") == "[NAME], [PHONE]"
    assert redact_text(text, "sv", level="contacts") == "Anna Svensson, [PHONE]"
    assert redact_text(text, "sv", level="off") == text


def test_a_known_name_is_found_in_part_and_inflected_and_a_company_is_no_person():
    names = person_names(["Ylvali Kortqvist", "Kortqvist Bygg AB", None, ""])
    assert names == ("Ylvali Kortqvist",)
    assert redact_text("ylvalis offert, tack kortqvist", "sv", names) == "[NAME] offert, tack [NAME]"
    assert redact_text("soitan kortqvistille", "fi", names) == "soitan [NAME]"


def test_words_of_a_lead_that_are_no_names_are_left_by_themselves():
    names = person_names(["Umbrella Archive"])
    assert redact_text("the archive sold an umbrella, says Umbrella Archive", "en", names) == (
        "the archive sold an umbrella, says [NAME]"
    )


def test_an_unknown_language_is_searched_in_all_three():
    assert redact_text("nolla neljä nolla viisi viisi viisi yksi kaksi kolme neljä", None) == "[PHONE]"


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("language", ["en", "sv", "fi"])
def test_no_digit_of_a_card_is_left(card, language):
    left = redact_text(f"x {card} y", language)
    assert left == "x [CARD] y"


@given(st.lists(st.one_of(PIECES, TEXTS), max_size=12).map(" ".join), st.sampled_from(["en", "sv", "fi", None]))
@settings(max_examples=100, deadline=None)
def test_findings_lie_in_the_text_in_order_and_redacting_twice_equals_once(text, language):
    found = find(text, language)
    assert all(0 <= one.start_char < one.end_char <= len(text) and one.kind in KINDS for one in found)
    assert all(one.end_char <= other.start_char for one, other in pairwise(found))
    once = redacted(text, found)
    assert redact_text(once, language) == once
    kept = len(text) - sum(one.end_char - one.start_char for one in found)
    assert len(once) == kept + sum(len(one.placeholder) for one in found)


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_an_e_mail_address_is_hidden_whatever_stands_around_it(before, after):
    text = f"{before} anna.berg@firma.example {after}"
    assert "anna.berg@firma" not in redact_text(text, "sv")


@pytest.mark.parametrize(
    "piece", ["1 ", "noll ", "a at b ", "a.", "Anna ", "FI12", "snabel-a x punkt ", "+", "a-", "1 Market "]
)
def test_long_hostile_texts_are_no_work_that_grows_with_their_square(piece):
    """With work that grew with the square these would not end."""
    find(piece * (60_000 // len(piece)), "sv")
