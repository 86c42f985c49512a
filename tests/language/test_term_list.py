"""terms.toml: what is accepted, what is refused and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.errors import SettingsError
from callsignals.language.regex_guard import compile_safe
from callsignals.language.term_list import TermList, load_terms, parse_terms

GOOD = """
version = "7"
[need.sv]
phrases = ["krånglig", "tar  lång   tid", "Krånglig"]
regex = ['strul\\w*']
notes = "Eva"
[product.sv]
phrases = ["pris"]
[product.en]
phrases = ["pricing plan"]
"""


def test_a_list_is_read_with_white_space_and_repeats_tidied() -> None:
    terms = parse_terms(GOOD)
    assert terms.version == "7"
    assert terms.languages == ("en", "sv")
    need = terms.entries[0]
    assert (need.kind, need.language) == ("need", "sv")
    assert need.phrases == ("krånglig", "tar lång tid")
    assert need.regex == (r"strul\w*",)


def test_the_digest_follows_meaning_not_layout() -> None:
    digest = parse_terms(GOOD).digest
    assert parse_terms("# a comment\n" + GOOD.replace('notes = "Eva"', 'notes = "Kim"')).digest == digest
    assert parse_terms(GOOD.replace('"pris"', '"priset"')).digest != digest
    assert parse_terms(GOOD.replace('"7"', '"8"')).digest != digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = ", "not valid TOML"),
        ("version = true", "neither text nor number"),
        ('version = "1"', "has no terms"),
        ('version = "1"\n[needs.en]\nphrases = ["a"]', "Did you mean 'need'"),
        ('version = "1"\n[need.se]\nphrases = ["a"]', "Did you mean 'sv'"),
        ('version = "1"\n[need.de]\nphrases = ["a"]', "unknown language"),
        ('version = "1"\n[need]\nen = ["a"]', "is not a section"),
        ('version = "1"\nneed = "a"', "is not a section"),
        ('version = "1"\n[need.en]\nphrase = ["a"]', "Did you mean 'phrases'"),
        ('version = "1"\n[need.en]\nphrases = "a"', "not a list of texts"),
        ('version = "1"\n[need.en]\nphrases = [1]', "not a list of texts"),
        ('version = "1"\n[need.en]\nphrases = []', "is empty"),
        ('version = "1"\n[need.en]\nphrases = ["..."]', "has no letters"),
        (f'version = "1"\n[need.en]\nphrases = ["{"a" * 101}"]', "too long"),
        ('version = "1"\n[need.en]\nphrases = ["a"]\nnotes = 1', "'notes' is not text"),
        (
            'version = "1"\n[need.en]\nphrases = ["Cost"]\n[product.en]\nphrases = ["cost"]',
            "'cost' is in [need.en] and in",
        ),
        ("version = \"1\"\n[need.en]\nregex = ['(a']", "does not compile"),
        ("version = \"1\"\n[need.en]\nregex = ['(a+)+b']", "repeats a group"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_terms(text, "my_terms.toml")
    assert says in str(caught.value)
    assert caught.value.what.startswith("my_terms.toml")
    assert caught.value.remedy


def test_the_same_phrase_in_two_languages_is_fine() -> None:
    text = 'version = "1"\n[need.en]\nphrases = ["problem"]\n[product.sv]\nphrases = ["problem"]'
    assert parse_terms(text).languages == ("en", "sv")


def test_files_are_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    plain, marked = tmp_path / "a.toml", tmp_path / "b.toml"
    plain.write_text(GOOD, encoding="utf-8")
    marked.write_text(GOOD, encoding="utf-8-sig")
    assert load_terms(plain) == load_terms(marked)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml: cannot be read"):
        load_terms(tmp_path / "missing.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('version = "1"\n[need.sv]\nphrases = ["krånglig"]'.encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_terms(latin)


def test_the_starter_list_has_sixty_of_each_and_no_overlap(starter: TermList) -> None:
    by_entry = {(entry.kind, entry.language): set(entry.phrases) for entry in starter.entries}
    assert set(by_entry) == {(kind, language) for kind in ("need", "product") for language in ("en", "sv", "fi")}
    assert all(len(phrases) >= 60 for phrases in by_entry.values())
    for language in ("en", "sv", "fi"):
        assert not by_entry["need", language] & by_entry["product", language]


@pytest.mark.parametrize("pattern", [r"\behdi(?:tä)?\b", "pric(?:e|ing)s?", r"ROI", r"[a-z]+-plan", r"\d{2,3} %"])
def test_plain_patterns_are_accepted_and_ignore_case(pattern: str) -> None:
    assert compile_safe(pattern).flags & 2  # re.IGNORECASE


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(a+)+$",
        "(a|a)*$",
        "(?:a{2,}){3,}",
        r"(a)\1",
        "(?=a)b",
        "(?i)a",
        "a*b*c*d*",
        "x" * 201,
        "a?" * 13 + "b",
        "a*",
        "[a",
    ],
)
def test_patterns_that_could_take_for_ever_or_match_nothing_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compile_safe(pattern)
