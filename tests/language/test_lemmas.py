"""Lemmas by hand-made inflection tables, and tokens that point back into the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.language.lemmas import lemma_of, lemmatise

TABLES = {
    "en": {
        "invoice": "invoice invoices",
        "struggle": "struggle struggles struggled struggling",
        "slow": "slow slower slowest",
        "worry": "worries worried",
        "take": "takes took taken taking",
    },
    "sv": {
        "faktura": "faktura fakturan fakturor fakturorna fakturans",
        "avtal": "avtal avtalet avtalen avtalets",
        "krånglig": "krånglig krångligt krångliga krångligare krångligaste",
        "strula": "strula strular strulade strulat",
        "leverantörsfaktura": "leverantörsfakturan leverantörsfakturorna",
        "dyr": "dyrt dyra dyrare dyrast",
    },
    "fi": {
        "hinta": "hinta hinnan hinnat hintaa hinnassa hintoja hinnassakin hintamme hintako",
        "ongelma": "ongelman ongelmat ongelmia ongelmaa ongelmamme ongelmii ongelmasta",
        "sopimus": "sopimuksen sopimukset sopimuksesta sopimuksemme sopimuksensa",
        "vaikea": "vaikeaa vaikeita vaikee vaikeeta",
        "ylityö": "ylityöt ylitöitä ylitöistä",
        "kuukausihinta": "kuukausihinnan kuukausihintaan",
        "tehostaa": "tehostaa tehostetaan tehostettu",
        "automatisoida": "automatisoidaan automatisoida",
        "ei": "ei en emme eivät",
    },
}


@pytest.mark.parametrize(
    ("language", "lemma", "form"),
    [(lang, lemma, form) for lang, table in TABLES.items() for lemma, forms in table.items() for form in forms.split()],
)
def test_inflected_forms_go_back_to_their_lemma(language: str, lemma: str, form: str) -> None:
    assert lemma_of(form, language) == lemma
    assert lemma_of(form.upper(), language) == lemma


def test_a_contracted_negation_is_not() -> None:
    assert [token.lemma for token in lemmatise("It doesn't work", "en")] == ["it", "do", "not", "work"]


def test_colon_endings_are_taken_off_in_swedish_and_finnish() -> None:
    assert lemma_of("API:et", "sv") == "api"
    assert lemma_of("API:n", "fi") == "api"
    assert lemma_of("10:30", "fi") == "10:30"


def test_unknown_words_and_other_languages_stay_as_they_are() -> None:
    assert lemma_of("Qxzqvw", "fi") == "qxzqvw"
    assert lemma_of("Rechnungen", "de") == "rechnungen"


def test_punctuation_is_no_word() -> None:
    tokens = lemmatise("Ja, visst!", "sv")
    assert [(token.text, token.is_word) for token in tokens] == [
        ("Ja", True),
        (",", False),
        ("visst", True),
        ("!", False),
    ]


@given(text=st.text(max_size=80), language=st.sampled_from(["en", "sv", "fi", "de"]))
def test_tokens_are_where_they_say_and_leave_out_only_white_space(text: str, language: str) -> None:
    tokens = lemmatise(text, language)
    for token in tokens:
        assert text[token.start_char : token.end_char] == token.text
    ends = [0, *(token.end_char for token in tokens)]
    starts = [*(token.start_char for token in tokens), len(text)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    assert all(gap == "" or gap.isspace() for gap in gaps)
