"""terms.toml: what is accepted, what is refused and in which words."""

from __future__ import annotations

import hashlib
import re
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


def test_the_digest_is_that_of_version_and_terms_as_json_whatever_made_it() -> None:
    text = '["7", [{"kind": "need", "language": "sv", "phrases": ["krånglig"], "regex": ["strul"]}]]'
    terms = parse_terms('version = "7"\n[need.sv]\nphrases = ["krånglig"]\nregex = ["strul"]\nnotes = "Eva"')
    assert terms.digest == hashlib.sha256(text.encode("utf-8")).hexdigest()


TEXTS = """'phrases' is not a list of texts. Write phrases = ["...", "..."]"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = ", ": is not valid TOML (Invalid value (at end of document)). Correct the line"),
        (
            "version = true",
            ': has a version that is neither text nor number. Write version = "1", or leave it out',
        ),
        ('version = "1"', ': has no terms. Add a section such as [need.en] with phrases = ["..."]'),
        (
            '[needs.en]\nphrases = ["a"]',
            ": unknown section 'needs'. Did you mean 'need'? Known: version, need, product",
        ),
        ("[quux]", ": unknown section 'quux'. Known: version, need, product"),
        ('[need.se]\nphrases = ["a"]', ": [need.se]: unknown language. Did you mean 'sv'? Known: en, sv, fi"),
        ('[need.zh]\nphrases = ["a"]', ": [need.zh]: unknown language. Known: en, sv, fi"),
        ('[need]\nen = ["a"]', ' [need.en]: is not a section. Write phrases = ["..."] below it'),
        ('need = "a"', ": 'need' is not a section. Write [need.en], [need.sv] or [need.fi]"),
        (
            '[need.en]\nphrase = ["a"]',
            " [need.en]: unknown key 'phrase'. Did you mean 'phrases'? Known: phrases, regex, notes",
        ),
        ('[need.en]\nphrases = "a"', f" [need.en]: {TEXTS}"),
        ("[need.en]\nphrases = [1]", f" [need.en]: {TEXTS}"),
        ("[need.en]\nphrases = []", " [need.en]: is empty. Add phrases, or remove the section"),
        ('[need.en]\nphrases = ["..."]', " [need.en]: phrase '...' has no letters. Remove it"),
        (
            f'[need.en]\nphrases = ["{"a" * 101}"]',
            f" [need.en]: phrase '{'a' * 60}...' is too long. Keep to 100 characters",
        ),
        ('[need.en]\nphrases = ["a"]\nnotes = 1', """ [need.en]: 'notes' is not text. Write notes = "...\""""),
        (
            '[need.en]\nphrases = ["Cost"]\n[product.en]\nphrases = ["cost"]',
            ": 'cost' is in [need.en] and in [product.en]. Keep it in one of them",
        ),
        (
            "[need.en]\nregex = ['(a']",
            " [need.en]: regex '(a' cannot be used: it does not compile: missing ), unterminated subpattern at "
            "position 0. Correct or remove it",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_terms(text, "my_terms.toml")
    assert str(caught.value) == f"my_terms.toml{says}"


def test_a_list_may_leave_out_its_version_and_hold_patterns_alone() -> None:
    terms = parse_terms("[product.fi]\nregex = ['hin\\w+', 'hin\\w+']")
    assert terms.version == ""
    (entry,) = terms.entries
    assert (entry.phrases, entry.regex, entry.notes) == ((), (r"hin\w+",), "")
    assert parse_terms("version = 2.5\n[need.en]\nphrases = ['a']").version == "2.5"


def test_a_phrase_of_a_hundred_characters_is_kept() -> None:
    assert parse_terms(f"[need.en]\nphrases = ['{'a' * 100}']").entries[0].phrases == ("a" * 100,)


def test_entries_stand_by_kind_and_language_whatever_the_files_order() -> None:
    text = "[product.en]\nphrases=['b']\n[need.sv]\nphrases=['c']\n[need.en]\nphrases=['a']"
    found = [(entry.kind, entry.language) for entry in parse_terms(text).entries]
    assert found == [("need", "en"), ("need", "sv"), ("product", "en")]


def test_a_file_of_four_million_bytes_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    text = "[need.en]\nphrases = ['a']\n#"
    path = tmp_path / "terms.toml"
    path.write_text(text + "x" * (4_000_000 - len(text)), encoding="utf-8", newline="\n")
    assert load_terms(path).languages == ("en",)
    path.write_text(text + "x" * (4_000_001 - len(text)), encoding="utf-8", newline="\n")
    with pytest.raises(SettingsError) as caught:
        load_terms(path)
    assert str(caught.value) == "terms.toml: is larger than 4 MB. A term list has a few thousand lines at most"


def test_the_same_phrase_in_two_languages_is_fine() -> None:
    text = 'version = "1"\n[need.en]\nphrases = ["problem"]\n[product.sv]\nphrases = ["problem"]'
    assert parse_terms(text).languages == ("en", "sv")


def test_files_are_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    plain, marked = tmp_path / "a.toml", tmp_path / "b.toml"
    plain.write_text(GOOD, encoding="utf-8")
    marked.write_text(GOOD, encoding="utf-8-sig")
    assert load_terms(plain) == load_terms(marked)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"^missing\.toml: cannot be read \(.+\)\. Check the path and its permissions$"
    ):
        load_terms(tmp_path / "missing.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('version = "1"\n[need.sv]\nphrases = ["krånglig"]'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"^latin\.toml: is not UTF-8 text\. Save it as UTF-8$"):
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


GROUP = "it repeats a group, which can take for ever; repeat single characters or classes only"
LOOK = "it has a look-around or an inline flag"
BACK = "it has a back-reference"
MANY = "it has too many alternatives; list them as several patterns or phrases"
EMPTY = "it matches the empty text"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (" ", "it is empty"),
        ("x" * 201, "it is longer than 200 characters"),
        ("(a+)+$", GROUP),
        ("(a|a)*$", GROUP),
        ("(?:a{2,}){3,}", GROUP),
        ("a|*", GROUP),
        (r"(a)\1", BACK),
        (r"(a)\9", BACK),
        ("(?=a)b", LOOK),
        ("(?i)a", LOOK),
        ("a*b*c*d", "it has more than 2 repetitions"),
        ("a?" * 13 + "b", MANY),
        ("a?" * 9 + "b*c", MANY),
        ("a?" * 5 + "b*c+d", MANY),
        ("a|" * 13 + "b", MANY),
        ("a*", EMPTY),
        ("(?:a|)", EMPTY),
        ("[a", "it does not compile: unterminated character set at position 0"),
    ],
)
def test_patterns_that_could_take_for_ever_or_match_nothing_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(why)}$"):
        compile_safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["x" * 200, "a*b*c", "a?" * 12 + "b", "a?" * 8 + "b*c", "a?" * 4 + "b*c+d", r"a\0", r"a\d+", "[a-z]+x", "a.+b"],
)
def test_patterns_at_the_bounds_are_accepted(pattern: str) -> None:
    assert compile_safe(pattern).pattern == pattern
