"""Which words of a call carry content."""

from __future__ import annotations

import pytest

from callsignals.language.content import content_runs


def lemmas(words, language, **options):
    return [[[one.lemma for one in run] for run in runs] for _, runs in content_runs(words, language, **options)]


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("en", "We send forty invoices a day, and 12 of them bounce.", [["send"], ["invoice"], ["day"], ["bounce"]]),
        ("sv", "Vi skickar fyrtio fakturor och de saknas.", [["skicka"], ["faktura"], ["sakna"]]),
        ("fi", "Me lähetämme kolme laskua ja ne viipyvät.", [["lähettää"], ["lasku"], ["viipyä"]]),
    ],
)
def test_function_words_and_numbers_end_a_run_and_are_left_out(words_of, language, line, expected):
    assert lemmas(words_of([("seller", line)]), language) == [expected]


def test_adjacent_content_words_are_one_run(words_of):
    assert lemmas(words_of([("seller", "Manual data entry costs money.")]), "en") == [
        [["manual", "data", "entry", "cost", "money"]]
    ]


def test_a_quotation_mark_does_not_end_a_run(words_of):
    assert lemmas(words_of([("seller", 'Manual "data" entry.')]), "en") == [[["manual", "data", "entry"]]]


def test_names_inside_a_sentence_are_left_out_and_acronyms_and_openings_stay(words_of):
    words = words_of([("seller", "Invoices reach Brackwater by EDI.")])
    assert lemmas(words, "en") == [[["invoice", "reach"], ["edi"]]]


def test_a_word_that_also_stands_without_a_capital_is_no_name(words_of):
    words = words_of([("seller", "Open the Report."), ("seller", "The report is late.")])
    assert "report" in [lemma for runs in lemmas(words, "en") for run in runs for lemma in run]


def test_names_that_the_caller_knows_are_left_out_without_capitals(words_of):
    words = words_of([("seller", "invoices reach brackwater daily")])
    assert lemmas(words, "en", names=["Brackwater Foods Ltd"]) == [[["invoice", "reach"], ["daily"]]]


def test_each_word_says_where_it_was_said(words_of):
    words = words_of([("customer", "Well, the invoices bounce.")])
    found = [one for _, runs in content_runs(words, "en") for run in runs for one in run]
    assert [(one.said, one.word) for one in found if one.lemma == "invoice"] == [("invoices", 2)]
