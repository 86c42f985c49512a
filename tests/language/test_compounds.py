"""Terms are found inside compounds, and not where letters merely happen to agree."""

from __future__ import annotations

import pytest

from callsignals.language.compounds import compound_lemma, terms_in_compound

SV = frozenset(
    [
        "pris",
        "faktura",
        "problem",
        "avtal",
        "kostnad",
        "licens",
        "svar",
        "mål",
        "fel",
        "app",
        "krav",
        "utbildning",
        "rapport",
        "risk",
        "kosta",
        "tid",
        "flicka",
    ]
)
FI = frozenset(
    [
        "hinta",
        "ongelma",
        "sopimus",
        "raportti",
        "tuki",
        "ohje",
        "lisenssi",
        "laskutus",
        "toimitus",
        "tarve",
        "sähköinen",
    ]
)


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("fakturaproblem", "problem"),
        ("leverantörsfakturan", "faktura"),
        ("månadskostnaderna", "kostnad"),
        ("avtalsförslag", "avtal"),
        ("prishöjning", "pris"),
        ("treårsavtal", "avtal"),
        ("klimatmål", "mål"),
        ("felrapporter", "rapport"),
        ("utbildningspaket", "utbildning"),
        ("flickskola", "flicka"),
    ],
)
def test_swedish_compounds_contain_their_parts(word: str, term: str) -> None:
    assert terms_in_compound(word, "sv", SV)[0].term == term


@pytest.mark.parametrize(
    "word",
    [
        "prisma",
        "ansvar",
        "försvar",
        "måltid",
        "föremål",
        "ändamål",
        "alltid",
        "framtid",
        "kravall",
        "obligatorisk",
        "överlappar",
        "specialkost",
        "rapporteras",
        "demokrati",
    ],
)
def test_swedish_words_that_only_look_like_compounds_contain_nothing(word: str) -> None:
    assert terms_in_compound(word, "sv", SV) == ()


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("kuukausihinta", "hinta"),
        ("kuukausihinnan", "hinta"),
        ("kuukausihintamme", "hinta"),
        ("hinnankorotus", "hinta"),
        ("laskutusongelmia", "laskutus"),
        ("sopimusehdot", "sopimus"),
        ("käyttäjälisenssi", "lisenssi"),
        ("asiakastukeen", "tuki"),
        ("tukipyyntö", "tuki"),
        ("loppuraportin", "raportti"),
        ("sähköisallekirjoitus", "sähköinen"),
    ],
)
def test_finnish_compounds_contain_their_parts(word: str, term: str) -> None:
    assert terms_in_compound(word, "fi", FI)[0].term == term


@pytest.mark.parametrize("word", ["rahinta", "ohjelma", "tarpeeksi", "toimitusjohtaja", "toimitusjohtajamme"])
def test_finnish_words_that_only_look_like_compounds_contain_nothing(word: str) -> None:
    assert terms_in_compound(word, "fi", FI) == ()


def test_the_longest_part_comes_first_and_of_equals_the_last() -> None:
    vocabulary = frozenset(["faktura", "problem", "pris"])
    assert [part.term for part in terms_in_compound("prisproblem", "sv", vocabulary)] == ["problem", "pris"]
    assert [part.term for part in terms_in_compound("fakturaproblem", "sv", vocabulary)] == ["problem", "faktura"]


def test_english_is_not_split() -> None:
    assert terms_in_compound("workload", "en", frozenset(["work", "load"])) == ()
    assert compound_lemma("workload", "en") is None


def test_an_unknown_compound_takes_its_last_parts_lemma() -> None:
    assert compound_lemma("laskutusongelmia", "fi") == "laskutusongelma"
    assert compound_lemma("leverantörsfakturorna", "sv") == "leverantörsfaktura"
    assert compound_lemma("qwertyhinta", "fi") is None


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        ("etappmål", ["mål"]),  # a known word whose first part has five letters
        ("räknefel", ["fel"]),
        ("slutmål", []),  # ... and four
        ("stavfel", []),
        ("gatuavtal", ["avtal"]),  # gata, whose stem has three letters
        ("lampavtal", ["avtal"]),
        ("kyrkoavtal", ["avtal"]),
        ("enkavtal", ["avtal"]),  # enka
        ("qwxrtavtal", []),  # no word stands first
    ],
)
def test_swedish_first_parts(word: str, terms: list[str]) -> None:
    assert [part.term for part in terms_in_compound(word, "sv", SV)] == terms


@pytest.mark.parametrize("word", ["hevoshinta", "yleishinta", "punaishinta"])
def test_finnish_first_parts_of_words_in_nen(word: str) -> None:
    assert [(part.term, part.last) for part in terms_in_compound(word, "fi", FI)] == [("hinta", True)]


def test_a_first_part_in_a_is_found_behind_its_binding_vowel() -> None:
    vocabulary = frozenset(["kyrka", "gata"])
    assert [(part.term, part.last) for part in terms_in_compound("kyrkoavtal", "sv", vocabulary)] == [("kyrka", False)]
    assert [(part.term, part.last) for part in terms_in_compound("gatuavtal", "sv", vocabulary)] == [("gata", False)]


def test_a_first_part_may_be_two_words_and_no_more() -> None:
    assert compound_lemma("katthundavtalen", "sv") == "katthundavtal"
    assert compound_lemma("katthundkaffeavtalen", "sv") is None
