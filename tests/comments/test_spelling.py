from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsignals.comments import CommentText
from callsignals.comments.normalise import fold, normalise
from callsignals.comments.prepare import Reader
from callsignals.comments.rules import load_rules
from callsignals.comments.spelling import WORDS_FILE, Spelling, words_of
from callsignals.errors import ModelError
from callsignals.weights.shipped import shipped_model

COUNTS = {
    "en": {"service": 90, "excellent": 20, "recommend": 40, "the": 400, "tea": 12, "form": 9, "from": 80},
    "sv": {"för": 300, "for": 5, "dyrt": 20, "är": 300, "år": 60, "var": 90, "vår": 70, "hjälpsam": 12},
    "fi": {"palvelu": 80, "hyvää": 40, "myyjä": 30, "kallis": 25, "osaaville": 0},
}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(COUNTS)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_rules(), Spelling.load(shipped_model("comments")))


def mended(spelling: Spelling, text: str, language: str | None) -> str:
    return spelling.mended(normalise(text), language).text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("serivce", "service"),  # neighbours swapped
        ("servce", "service"),  # one letter too few
        ("servvice", "service"),  # one too many
        ("sarvice", "service"),  # another one
        ("ervice", "service"),  # the first letter, too
    ],
)
def test_one_slip_of_the_pen_is_mended(spelling: Spelling, written: str, meant: str) -> None:
    assert mended(spelling, f"good {written} here", "en") == f"good {meant} here"


def test_what_is_longer_than_any_word_is_not_looked_up(spelling: Spelling, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(spelling, "_is_known", lambda word, _: asked.append(word) or True)
    for text in ("y" * 8_000, "z" * 41):
        assert mended(spelling, text, "fi") == text
        assert spelling.dotted(normalise(text), "fi").text == text
    assert asked == []


def test_two_slips_in_a_word_are_not_guessed(spelling: Spelling) -> None:
    assert mended(spelling, "good srvce here", "en") == "good srvce here"


def test_a_word_of_the_dictionary_stands_however_near_another_is(spelling: Spelling) -> None:
    assert mended(spelling, "the teas were served", "en") == "the teas were served"
    assert mended(spelling, "it formed over months", "en") == "it formed over months"


def test_the_first_letter_weighs_more_than_frequency() -> None:
    counts = {"en": {"xanthor": 2, "fanthom": 900}}
    assert mended(Spelling(counts), "a xanthom b", "en") == "a xanthor b"


def test_of_two_with_the_same_first_letter_the_more_frequent_is_meant() -> None:
    assert mended(Spelling({"en": {"xanthor": 2, "xanthon": 9}}), "a xanthom b", "en") == "a xanthon b"


def test_short_words_are_put_in_anothers_place_only_when_common() -> None:
    assert mended(Spelling({"en": {"zqa": 29}}), "zqx", "en") == "zqx"
    assert mended(Spelling({"en": {"zqa": 30}}), "zqx", "en") == "zqa"


def test_a_word_seen_now_and_then_stands_but_replaces_none(spelling: Spelling) -> None:
    assert mended(spelling, "annoitte osaaville ohjeet", "fi") == "annoitte osaaville ohjeet"
    assert mended(spelling, "annoitte osaavile ohjeet", "fi") == "annoitte osaavile ohjeet"


def test_names_inside_a_sentence_stand(spelling: Spelling) -> None:
    assert mended(spelling, "we met Servce there", "en") == "we met Servce there"


def test_the_case_is_kept(spelling: Spelling) -> None:
    assert mended(spelling, "Serivce was late. Excellnt though", "en") == "Service was late. Excellent though"
    assert mended(spelling, "SERIVCE!", "en") == "SERVICE!"


@pytest.mark.parametrize("text", ["servce.com", "a@servce.org", "#servce", "https://x.io/servce", "servce2"])
def test_addresses_and_marks_stand(spelling: Spelling, text: str) -> None:
    assert mended(spelling, f"see {text} now", "en") == f"see {text} now"


def test_a_text_without_dots_gets_them_back(spelling: Spelling) -> None:
    assert mended(spelling, "for dyrt men hjalpsam", "sv") == "för dyrt men hjälpsam"
    assert mended(spelling, "hyvaa palvelua, myyja auttoi", "fi") == "hyvää palvelua, myyjä auttoi"


def test_with_a_dot_somewhere_known_words_stand(spelling: Spelling) -> None:
    assert mended(spelling, "det är for dyrt", "sv") == "det är for dyrt"


def test_words_of_two_readings_stand(spelling: Spelling) -> None:
    """``ar`` is ``är`` or ``år``, and ``var`` is as common as ``vår``."""
    assert mended(spelling, "kund i tva ar", "sv") == "kund i tva ar"
    assert mended(spelling, "det var dyrt", "sv") == "det var dyrt"


def test_other_languages_and_unknown_ones_are_left_alone(spelling: Spelling) -> None:
    plain = normalise("serivce")
    assert spelling.mended(plain, None) is plain
    assert spelling.mended(plain, "de") is plain


def test_spans_point_into_the_text_as_it_was_written(spelling: Spelling) -> None:
    original = "  The  servce   was excellnt "
    text = spelling.mended(normalise(original), "en")
    assert text.text == "The service was excellent"
    for word, written in (("The", "The"), ("service", "servce"), ("excellent", "excellnt")):
        start = text.text.index(word)
        span = text.span(start, start + len(word))
        assert original[span.start_char : span.end_char] == written


LETTERS = st.text("abcåä", min_size=3, max_size=7)


def one_slip_away(word: str) -> set[str]:
    letters = "abcao"
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        *(a + c + b[1:] for a, b in cuts if b for c in letters),
        *(a + c + b for a, b in cuts for c in letters),
    }


@settings(max_examples=300, deadline=None)
@given(word=LETTERS, known=LETTERS)
@example("abcab", "bacab")
def test_mends_just_what_one_slip_away_means(word: str, known: str) -> None:
    """Norvig's edits of one, as reference; words as dictionaries do not have them."""
    word, known = f"zq{word}", f"zq{known}"
    expected = known if fold(known) == fold(word) or fold(known) in one_slip_away(fold(word)) else word
    assert mended(Spelling({"fi": {known: 500}}), f"{word} ä", "fi") == f"{expected} ä"


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60), language=st.sampled_from(["en", "sv", "fi", None]))
def test_any_text_keeps_its_words_and_its_spans(text: str, language: str | None) -> None:
    plain = normalise(text)
    found = Spelling(COUNTS).mended(plain, language)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)
    assert len(words_of(found.text)) == len(words_of(plain.text))


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.sampled_from(["for", "dyrt", "hjalpsam", "ar", "x1"]), max_size=8))
def test_dots_change_no_letter(words: list[str]) -> None:
    plain = normalise(" ".join(words))
    assert fold(Spelling(COUNTS).dotted(plain, "sv").text) == plain.text


def test_a_damaged_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / WORDS_FILE).write_text("[1, 2", encoding="utf-8")
    with pytest.raises(ModelError, match=WORDS_FILE):
        Spelling.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("Sag skylten pa er bil i rondellen", "sv", "Såg skylten på er bil i rondellen"),
        ("Laste om er i Dagens Industri", "sv", "Läste om er i Dagens Industri"),
        ("tosi hyvaa palvelua", "fi", "tosi hyvää palvelua"),
        ("Great suport and freindly staff", "en", "Great support and friendly staff"),
    ],
)
def test_customers_words_are_read_as_meant(reader: Reader, text: str, language: str, read: str) -> None:
    """The first two look Norwegian until the dots are back."""
    prepared = reader.prepared(CommentText(text, "referral"))
    assert (prepared.language, prepared.blocked, prepared.plain.text) == (language, None, read)


def test_words_that_a_rule_knows_are_not_misspelt(tmp_path: Path, reader: Reader) -> None:
    own = tmp_path / "rules.toml"
    own.write_text('[[rule]]\nlabel = "event"\nphrases = ["suport*"]\n', encoding="utf-8")
    item = CommentText("met you at suport fair", "referral")
    assert "support" in reader.prepared(item).plain.text
    prepared = Reader(load_rules(own), reader.spelling).prepared(item)
    assert prepared.plain.text == item.text
    assert [hit.label for hit in prepared.hits][:1] == ["event"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vores revisor anbefalede jer i foråret", "da"),
        ("Jeg fant dere gjennom en venn på jobben", "no"),
        ("Ein Kollege hat Sie mir empfohlen", "de"),
        ("Über Google gefunden", "de"),
        ("Sõber soovitas teie ettevõtet mulle", "et"),
    ],
)
def test_neighbours_of_our_languages_stay_foreign(reader: Reader, text: str, language: str) -> None:
    assert reader.prepared(CommentText(text, "referral")).blocked == f"language_{language}"
