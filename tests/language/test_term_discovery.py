"""Candidates for the lists of terms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from callsignals.language.term_discovery import SpokenCall, suggest_terms
from callsignals.language.term_list import parse_terms
from callsignals.vocabulary.spoken import Transcript
from language.conftest import words_of_turns

TERMS = parse_terms(
    '[need.en]\nphrases = ["spreadsheet", "backlog"]\n[product.en]\nphrases = ["platform"]\n', "terms.toml"
)
CUSTOMER = [
    "Manual data entry eats our mornings.",
    "Our spreadsheet breaks and manual data entry again.",
    "Drivers phone the warehouse about pallets.",
]
SELLER = [
    "Our dashboard shows every shipment.",
    "The platform has a dashboard with colours.",
    "Rollout takes weeks and Brackwater liked it.",
]


def call(call_id, lead_id, times=20, language="en", party_known=True):
    turns = [
        turn
        for customer, seller in zip(CUSTOMER, SELLER, strict=True)
        for turn in (("customer", customer), ("seller", seller))
    ] * times
    words = words_of_turns(turns, word_s=0.5)
    source = "transcript" if party_known else "unknown"
    transcript = Transcript(
        words, (), language, None, "transcript", timing="words", duration_s=None, role_source=source
    )
    return SpokenCall(call_id, lead_id, transcript)


def suggested(*calls, **options):
    options = {"parser": lambda _: None, **options}
    return suggest_terms(lambda: calls, TERMS, **options)


@pytest.fixture(scope="module")
def found():
    return suggested(call("a/1", "a"), call("b/1", "b"))


def test_what_customers_say_is_proposed_as_need_and_what_sellers_say_as_product(found):
    phrases = {kind: [one.phrase for one in found.candidates if one.kind == kind] for kind in ("need", "product")}
    assert "manual data entry" in phrases["need"]
    assert "pallets" in phrases["need"]
    assert "dashboard" in phrases["product"]
    assert not set(phrases["need"]) & set(phrases["product"])
    assert all(one.z > 1.96 if one.kind == "need" else one.z < -1.96 for one in found.candidates)


def test_names_listed_terms_and_parts_of_phrases_are_not_proposed(found):
    phrases = {one.phrase for one in found.candidates}
    assert not phrases & {"brackwater", "platform", "spreadsheet", "data", "entry", "data entry"}


def test_a_candidate_says_how_often_by_whom_and_where(found):
    entry = next(one for one in found.candidates if one.phrase == "manual data entry")
    assert (entry.customer_count, entry.seller_count, entry.lead_count) == (80, 0, 2)
    assert [(example.call_id, example.start_s) for example in entry.examples] == [("a/1", 0.0), ("b/1", 0.0)]


def test_listed_terms_that_nobody_says_are_named(found):
    assert [(one.kind, one.term) for one in found.unused] == [("need", "backlog")]
    assert found.calls == {"en": 2}
    assert found.methods == {"en": "collocations"}


def test_what_only_one_lead_says_is_not_proposed():
    assert suggested(call("a/1", "a"), call("a/2", "a")).candidates == ()


def test_too_little_talk_gives_no_candidates_but_a_word_about_it():
    result = suggested(call("a/1", "a", times=1), call("b/1", "b", times=1))
    assert (result.candidates, result.too_little) == ((), ("en",))


@pytest.mark.parametrize(("times", "too_little"), [(100, ()), (99, ("en",))])
def test_two_hundred_content_lemmas_of_each_side_are_enough(times, too_little):
    turns = [("customer", "Invoices."), ("seller", "Our dashboard shows every shipment.")] * times
    result = suggested(talk("a/1", "a", turns), talk("b/1", "b", turns))
    assert result.too_little == too_little
    assert any(one.phrase == "invoices" for one in result.candidates) is (not too_little)


def test_calls_without_roles_or_in_other_languages_do_not_count():
    result = suggested(call("a/1", "a", party_known=False), call("b/1", "b", language="de"))
    assert (result.calls, result.candidates, result.unused) == ({}, (), ())


def test_a_call_that_does_not_count_does_not_end_the_counting():
    others = (call("c/1", "c", language="de"), call("d/1", "d", party_known=False))
    result = suggested(*others, call("a/1", "a"), call("b/1", "b"))
    assert (result.calls, result.candidates) == ({"en": 2}, suggested(call("a/1", "a"), call("b/1", "b")).candidates)


def test_the_most_telling_of_a_kind_comes_first(found):
    for kind in ("need", "product"):
        listed = [(-abs(one.z), one.phrase) for one in found.candidates if one.kind == kind]
        assert len(listed) > 2
        assert listed == sorted(listed)
        assert [phrase for _, phrase in listed] != sorted(phrase for _, phrase in listed)


def test_at_most_so_many_of_each_kind():
    result = suggested(call("a/1", "a"), call("b/1", "b"), top=2)
    assert [one.kind for one in result.candidates] == ["need", "need", "product", "product"]


def test_the_order_of_calls_does_not_change_the_scores():
    calls = [call("a/1", "a"), call("b/1", "b"), call("c/1", "c", times=30)]
    results = [suggested(*order) for order in itertools.permutations(calls)]
    assert len({tuple((one.phrase, one.z) for one in result.candidates) for result in results}) == 1


def talk(call_id: str, lead_id: str, turns: list[tuple[str, str]]) -> SpokenCall:
    words = words_of_turns(turns, word_s=0.5)
    transcript = Transcript(
        words, (), "en", None, "transcript", timing="words", duration_s=None, role_source="transcript"
    )
    return SpokenCall(call_id, lead_id, transcript)


def test_a_part_that_its_side_also_says_alone_is_proposed_beside_the_phrase():
    turns = [("customer", "Duplicate invoices."), ("customer", "Invoices vanish."), ("seller", SELLER[0])] * 70
    result = suggested(talk("a/1", "a", turns), talk("b/1", "b", turns))
    needs = {one.phrase: one.customer_count for one in result.candidates if one.kind == "need"}
    assert needs["invoices"] == 280
    assert needs["duplicate invoices"] == 140
    assert "duplicate" not in needs
    products = {one.phrase: one.seller_count for one in result.candidates if one.kind == "product"}
    assert all(count == 140 for count in products.values())
    assert products


def test_a_voice_that_is_neither_side_is_passed_over():
    turns = [("customer", CUSTOMER[0]), ("other", "Please hold."), ("seller", SELLER[0])] * 70
    result = suggested(talk("a/1", "a", turns), talk("b/1", "b", turns))
    assert {one.kind for one in result.candidates} == {"need", "product"}
    assert not any("hold" in one.phrase for one in result.candidates)


def test_three_calls_serve_as_examples():
    result = suggested(*(call(f"{lead}/1", lead) for lead in "abcd"))
    entry = next(one for one in result.candidates if one.phrase == "manual data entry")
    assert entry.lead_count == 4
    assert [example.call_id for example in entry.examples] == ["a/1", "b/1", "c/1"]


def test_five_times_the_wanted_number_are_looked_at_closely():
    """Words of one lead alone, which are more telling, stand before the one that two leads share."""
    for alone, expected in ((4, ["invoices"]), (5, [])):
        rare = [("customer", f"{word}. " * 5) for word in ("Apple", "Brick", "Cloth", "Drill", "Engine")][:alone]
        both = [("customer", "Invoices. Invoices."), ("seller", "Platform. Platform. Platform.")]
        first, second = talk("a/1", "a", (both + rare) * 70), talk("b/1", "b", both * 70)
        result = suggested(first, second, top=1)
        assert [one.phrase for one in result.candidates if one.kind == "need"] == expected


@dataclass
class Span:
    start_char: int
    end_char: int


@dataclass
class Parsed:
    """What a spaCy pipeline gives: one noun chunk, wherever the text has it."""

    text: str

    @property
    def noun_chunks(self):
        at = self.text.find("manual data")
        return [Span(at, at + len("manual data"))] if at >= 0 else []


def test_noun_chunks_take_the_place_of_collocations_where_there_is_a_pipeline():
    result = suggested(call("a/1", "a"), call("b/1", "b"), parser=lambda _: Parsed)
    phrases = {one.phrase for one in result.candidates}
    assert result.methods == {"en": "noun_chunks"}
    assert "manual data" in phrases
    assert "manual data entry" not in phrases
