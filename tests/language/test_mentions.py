"""Finding terms in talk: inflection, compounds, longest match, sentences, speakers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.language.mentions import Mention, find_mentions
from callsignals.language.term_index import index_of
from callsignals.language.term_list import TermList, parse_terms
from callsignals.vocabulary.spoken import Word

WordsOf = Callable[..., tuple[Word, ...]]

TERMS = parse_terms(
    """
version = "test"
[need.en]
phrases = ["manual work", "work", "takes too long", "doesn't work", "time-consuming", "struggle"]
[product.en]
phrases = ["price", "price list", "training", "invoices", "follow-up meeting", "broken promise", "morn"]
[need.sv]
phrases = ["problem", "krångla", "hinner inte", "tar lång tid", "mål", "krångel"]
[product.sv]
phrases = ["pris", "faktura", "e-signering", "dashboard"]
[need.fi]
phrases = ["ongelma", "käsityö", "vie aikaa", "ei toimi"]
regex = ['\\behdi(?:tä)?\\b']
[product.fi]
phrases = ["hinta", "palvelu", "kuukausihinta", "tuki", "api"]
"""
)


def said(words: tuple[Word, ...], mentions: tuple[Mention, ...]) -> list[tuple[str, str, str]]:
    """Kind, term and the words as spoken."""
    return [
        (one.kind, one.term, " ".join(word.text for word in words[one.first_word : one.last_word + 1]))
        for one in mentions
    ]


def terms_of(line: str, language: str, words_of: WordsOf, terms: TermList = TERMS) -> list[str]:
    return [mention.term for mention in find_mentions(words_of([("customer", line)]), language, terms)]


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("en", "We struggled with PRICES and an invoice.", ["struggle", "price", "invoices"]),
        ("en", "The trains are late.", []),
        ("en", "It took, uh, too long.", ["takes too long"]),
        ("en", "It takes us too long", ["takes too long"]),
        ("en", "It didn’t work", ["doesn't work"]),
        ("en", "a time consuming follow up meeting", ["time-consuming", "follow-up meeting"]),
        ("en", "They broke a promise", []),
        ("en", "Every morning", []),  # a word of its own, no form of the listed morn
        ("en", "It takes us so too long", []),  # two words inside the phrase
        ("en", "It takes too us long", ["takes too long"]),
        ("en", "us takes too long so", ["takes too long"]),
        ("fi", "Ehdi nyt", [r"\behdi(?:tä)?\b"]),
        ("sv", "Det krånglade med fakturornas priser", ["krångla", "faktura", "pris"]),
        ("sv", "Ett evigt krångel", ["krångel"]),
        ("sv", "Då hinner vi inte", ["hinner inte"]),
        ("sv", "Prisma ansvarar för målningen", []),
        ("sv", "Dashboardens e-signering", ["dashboard", "e-signering"]),
        ("sv", "försäljningsmålet", ["mål"]),
        ("fi", "Onko teillä ongelmia hinnassakin?", ["ongelma", "hinta"]),
        ("fi", "Käsityöhön ei ehditä", ["käsityö", r"\behdi(?:tä)?\b"]),
        ("fi", "Se vie meiltä aikaa, API:n tuki eivät toimi", ["vie aikaa", "api", "tuki", "ei toimi"]),
        ("fi", "Luotan et se toimii", []),
        ("fi", "Asiakaspalvelusta tukea", ["palvelu", "tuki"]),
        ("fi", "CRM-hinta", ["hinta"]),
    ],
)
def test_terms_are_found_in_their_inflected_forms(
    language: str, line: str, expected: list[str], words_of: WordsOf
) -> None:
    assert terms_of(line, language, words_of) == expected


def test_the_longest_phrase_wins_and_takes_its_words(words_of: WordsOf) -> None:
    words = words_of([("customer", "Manual work, work and your price list price")])
    assert said(words, find_mentions(words, "en", TERMS)) == [
        ("need", "manual work", "Manual work,"),
        ("need", "work", "work"),
        ("product", "price list", "price list"),
        ("product", "price", "price"),
    ]


def test_a_listed_compound_wins_over_its_part_and_a_problem_over_a_shorter_product(words_of: WordsOf) -> None:
    assert terms_of("kuukausihintaan", "fi", words_of) == ["kuukausihinta"]
    assert terms_of("vuosihintaan", "fi", words_of) == ["hinta"]
    assert terms_of("prisproblem och leverantörsfakturor", "sv", words_of) == ["problem", "faktura"]


def test_phrases_do_not_cross_sentences_or_speakers(words_of: WordsOf) -> None:
    assert terms_of("It is manual. Work on it", "en", words_of) == ["work"]
    words = words_of([("customer", "it is manual"), ("seller", "work")])
    assert [mention.term for mention in find_mentions(words, "en", TERMS)] == ["work"]


def test_a_backchannel_does_not_break_a_phrase() -> None:
    words = (
        Word("manual", 0.0, 0.5, "customer", "c"),
        Word("mhm", 0.4, 0.6, "seller", "s"),
        Word("work", 0.7, 1.0, "customer", "c"),
    )
    (mention,) = find_mentions(words, "en", TERMS)
    assert (mention.first_word, mention.last_word, mention.start_s, mention.end_s) == (0, 2, 0.0, 1.0)
    assert (mention.party, mention.speaker) == ("customer", "c")


def test_the_party_other_is_not_searched(words_of: WordsOf) -> None:
    words = words_of([("other", "our price"), ("unknown", "our price")])
    assert [mention.party for mention in find_mentions(words, "en", TERMS)] == ["unknown"]


def test_set_phrases_are_no_mentions(starter: TermList, words_of: WordsOf) -> None:
    assert terms_of("No problem. Not a problem at all, no worries", "en", words_of, starter) == []
    assert terms_of("Inga problem, det löser vi", "sv", words_of, starter) == []
    assert terms_of("Ei ongelmaa", "fi", words_of, starter) == []
    assert terms_of("Ei tästä ongelmaa tule", "fi", words_of, starter) == ["ongelma"]


def test_patterns_are_found_late_in_a_long_sentence_without_punctuation(words_of: WordsOf) -> None:
    line = " ".join(["joo"] * 150 + ["ehdi"] + ["joo"] * 20)
    words = words_of([("customer", line)])
    (mention,) = find_mentions(words, "fi", TERMS)
    assert mention.first_word == mention.last_word == 150


def test_without_a_language_or_terms_for_it_there_are_none(words_of: WordsOf) -> None:
    words = words_of([("seller", "price price")])
    assert find_mentions(words, None, TERMS) == ()
    assert find_mentions(words, "de", TERMS) == ()


FILLER = st.lists(st.sampled_from(["blue", "house", "seven", "walks", "green", "and", "tomorrow", "very"]), max_size=8)
MIXED = st.lists(
    st.sampled_from(
        [
            "manual",
            "work",
            "price",
            "list",
            "takes",
            "too",
            "long",
            "uh",
            "doesn't",
            "training",
            "the",
            "struggle,",
            "meeting",
            "follow-up",
        ]
    ),
    max_size=30,
)


@given(spoken=MIXED, parties=st.lists(st.sampled_from(["seller", "customer"]), min_size=30, max_size=30))
def test_mentions_never_overlap_within_a_voice(spoken: list[str], parties: list[str]) -> None:
    words = tuple(Word(text, None, None, party, party) for text, party in zip(spoken, parties, strict=False))  # type: ignore[arg-type]
    taken: set[int] = set()
    for mention in find_mentions(words, "en", TERMS):
        own = {
            index
            for index in range(mention.first_word, mention.last_word + 1)
            if words[index].speaker == mention.speaker
        }
        assert own
        assert taken.isdisjoint(own)
        taken |= own


@given(spoken=MIXED, appended=FILLER)
def test_appending_words_that_are_no_terms_changes_nothing(spoken: list[str], appended: list[str]) -> None:
    def words(texts: list[str]) -> tuple[Word, ...]:
        return tuple(Word(text, None, None, "customer", "c") for text in texts)

    assert find_mentions(words([*spoken, *appended]), "en", TERMS) == find_mentions(words(spoken), "en", TERMS)


def test_a_listed_word_keeps_its_own_name_beside_a_form_listed_earlier(words_of: WordsOf) -> None:
    terms = parse_terms('[need.en]\nphrases = ["invoices"]\n[product.en]\nphrases = ["invoice"]\n')
    assert terms_of("An invoice and more invoices", "en", words_of, terms) == ["invoice", "invoices"]


def test_a_set_phrase_takes_its_words_only_as_written(words_of: WordsOf) -> None:
    terms = parse_terms('[product.en]\nphrases = ["cost"]\n')
    assert terms_of("We looked at all cost figures", "en", words_of, terms) == ["cost"]
    assert terms_of("We win at all costs", "en", words_of, terms) == []


def test_of_an_unknown_words_stems_the_longest_that_is_listed_counts() -> None:
    index = index_of(parse_terms('[product.sv]\nphrases = ["brizz", "brizza"]\n'), "sv")
    assert [(hit.term, hit.rank) for hit in index.hits(["brizzen"])] == [("brizza", 1)]
