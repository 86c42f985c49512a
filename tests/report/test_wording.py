"""The texts of the interface in three languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from callsignals.comments.labels import NPS_GROUPS, POLARITIES, REASONS, REFERRAL_SOURCES, REPLY_INTENTS
from callsignals.report import build
from callsignals.report.wording import wording
from callsignals.vocabulary.definitions import (
    CONVERSATION_SIGNALS,
    DEFINITIONS,
    SURVEY_FIGURES,
    TERM_SIGNALS,
    TEXT_SIGNALS,
)
from callsignals.vocabulary.spoken import LANGUAGES

ROOM = Path(build.__file__).parent
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_key_and_every_place_is_in_all_languages(language):
    english, other = wording("en").sections, wording(language).sections
    assert other.keys() == english.keys()
    for name in english.keys() - {"formula"}:
        assert other[name].keys() == english[name].keys(), name
        for key, text in english[name].items():
            assert _places(other[name][key]) == _places(text), (name, key)


def _places(text):
    return sorted(place for _, place, _, _ in string.Formatter().parse(text) if place is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_every_signal_and_label_has_one(language):
    sections = wording(language).sections
    assert all(text.strip() for section in sections.values() for text in section.values())
    assert DEFINITIONS.keys() - sections["signal"].keys() == set()
    labels = {*REFERRAL_SOURCES, *REASONS, *POLARITIES, *NPS_GROUPS, *REPLY_INTENTS}
    assert labels - sections["label"].keys() == set()
    bare = {"", "boolean", "count", "amount", "%"}
    assert {definition.unit for definition in DEFINITIONS.values()} - bare <= sections["unit"].keys()


@pytest.mark.parametrize("language", OTHERS)
def test_formulas_of_calls_and_comments_are_translated(language):
    per_call_or_comment = {**CONVERSATION_SIGNALS, **TERM_SIGNALS, **TEXT_SIGNALS, **SURVEY_FIGURES}
    assert per_call_or_comment.keys() - wording(language).sections["formula"].keys() == set()
    assert wording("en").formula("patience_s") == DEFINITIONS["patience_s"].formula


def test_every_text_that_a_page_asks_for_exists_and_no_other():
    source = "".join(path.read_text(encoding="utf-8") for path in [*ROOM.glob("*.py"), *ROOM.glob("templates/*")])
    asked = {*re.findall(r'\b(?:t|ui)\(\s*"([a-z0-9_]+)"\s*[,)]', source)}
    asked |= {f"phase_{phase}" for phase in ("before", "during", "after")}
    asked |= {f"{name}{end}" for name in ("", "why_") for end in ("highest", "lowest")} | {"yes", "no"}
    assert asked == wording("en").sections["ui"].keys()


def test_reasons_that_calls_give_have_a_text():
    texts = wording("en").sections["reason"]
    source = "".join(
        path.read_text(encoding="utf-8")
        for room in ("conversation", "language")
        for path in (ROOM.parent / room).glob("*.py")
    )
    given = {
        *re.findall(
            r'"(under_\d+_[a-z_]+|span_under_\w+|no_[a-z_]+_turn|roles_unknown|one_speaker|no_times|no_words)"', source
        )
    }
    assert len(given) > 10
    assert given - texts.keys() == set()
    assert wording("en").reason("no_times") == "No word times in this transcript"
    assert wording("en").reason("language_de") == "Written in another language (de)"
    assert wording("en").reason("a_new_reason") == "A new reason"


def test_labels_as_people_read_them():
    assert wording("en").label("existing_relationship") == "Existing relationship"
    assert wording("sv").label("price:negative") == "Pris (negativ)"
    assert wording("fi").labels(["podcast", "search"]) == "Podcast, Hakukone"


@pytest.mark.parametrize(
    ("value", "signal", "shown"),
    [
        (0.434, "seller_talk_share", "43 %"),
        (1.318, "customer_seller_talk_ratio", "1.32"),
        (12.34, "patience_s", "12.3 s"),
        (79.4, "longest_monologue_s", "1 min 19 s"),
        (1.0, "referral_personal", "yes"),
        (0.0, "recommends", "no"),
        (None, "patience_s", "–"),
        ("podcast", "referral_source", "Podcast"),
        (32.4, "nps", "+32"),
        (-8.6, "nps", "-9"),
        (162.2, "seller_questions_per_hour", "162 per hour"),
    ],
)
def test_figures_as_people_read_them(value, signal, shown):
    assert wording("en").figure(value, signal) == shown


def test_swedish_and_finnish_write_a_decimal_comma():
    assert wording("sv").figure(12.34, "patience_s") == "12,3 s"
    assert wording("fi").plain(43.4) == "43,40"
    assert wording("fi").plain(12.0) == "12"


def test_intervals_name_their_unit_once():
    assert wording("en").bounds(0.38, 0.48, "seller_talk_share") == "38 to 48 %"
    assert wording("en").bounds(14.2, 79.0, "longest_monologue_s") == "14.2 s to 1 min 19 s"
    assert wording("en").bounds(None, 1.0, "patience_s") == ""


def test_shares_are_never_a_bare_ratio():
    assert wording("en").shares(0.434) == "seller 43 % : customer 57 %"
    assert wording("fi").shares(0.434) == "myyjä 43 % : asiakas 57 %"
    assert wording("en").shares(None) == "–"


def test_no_classifier_is_fully_sure():
    assert wording("en").sureness(0.999) == ">99 % sure"
    assert wording("en").sureness(0.912) == "91 % sure"


def test_an_unknown_language_is_english():
    assert wording("de").language == "en"
