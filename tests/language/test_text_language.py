"""The language of short texts: ours are kept, others are not taken for ours, brands have none."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from callsignals.language import text_language
from callsignals.language.text_language import detect_text_language

HERE = Path(__file__).parent
OURS = tomllib.loads((HERE / "survey_comments.toml").read_text(encoding="utf-8"))
FOREIGN = tomllib.loads((HERE / "foreign_comments.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", sorted(OURS))
def test_survey_comments_in_our_languages_are_recognised(language: str) -> None:
    found = [detect_text_language(text).language for text in OURS[language]]
    assert found.count(language) >= 0.97 * len(found)
    assert set(found) <= {language, None}


def test_comments_in_neighbouring_languages_are_not_taken_for_ours() -> None:
    texts = [text for listed in FOREIGN.values() for text in listed]
    assert len(texts) >= 125
    taken = [text for text in texts if detect_text_language(text).language in OURS]
    assert len(taken) <= 0.05 * len(texts), taken


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Jag har väntat tre veckor på svar på mitt ärende.", "sv"),
        ("Jeg har ventet tre uker på svar på saken min.", "no"),
        ("Jeg har ventet tre uger på svar på min sag.", "da"),
        ("Olen odottanut kolme viikkoa vastausta.", "fi"),
        ("Olen oodanud kolm nädalat vastust.", "et"),
        ("Ich warte seit drei Wochen auf eine Antwort.", "de"),
    ],
)
def test_neighbours_are_told_apart(text: str, language: str) -> None:
    assert detect_text_language(text).language == language


@pytest.mark.parametrize("text", ["", "  ", "10/10", "-", "👍", "Perplexity", "https://example.com/en/page", "G2"])
def test_texts_that_say_nothing_have_no_language_or_the_hint(text: str) -> None:
    assert detect_text_language(text) == (None, 0.0)
    assert detect_text_language(text, hint="sv").language == "sv"


def test_the_hint_does_not_overrule_a_clear_text() -> None:
    assert detect_text_language("Toimitus myöhästyi kaksi viikkoa, emme ole tyytyväisiä.", hint="sv").language == "fi"
    assert detect_text_language("Leider hat niemand zurückgerufen, das war enttäuschend.", hint="en").language == "de"


def test_a_long_transcript_is_detected_from_its_words() -> None:
    text = " ".join(["so we have been looking at this for a while and the team would like to see it"] * 2_000)
    language, confidence = detect_text_language(text)
    assert language == "en"
    assert 0.9 < confidence <= 1.0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Toimitusaika", "fi"),  # known only as a compound
        ("Laskutusongelma", "fi"),
        ("Leverantörsfaktura", "sv"),
        ("Långsam", "sv"),
        ("Hyvä", "fi"),
        ("Slow", "en"),
        ("tiktok", None),
        ("Nordea", None),
    ],
)
def test_one_word_has_a_language_when_its_dictionary_knows_it(text: str, language: str | None) -> None:
    assert detect_text_language(text).language == language


UNKNOWN = "zzqxa zzqxb zzqxc zzqxd"
"""Four words that no dictionary has and that tell nothing."""
Identifies = Callable[..., None]


@pytest.fixture
def identifies(monkeypatch: pytest.MonkeyPatch) -> Identifies:
    """Lets py3langid give these probabilities for any text."""

    def give(**probabilities: float) -> None:
        class Given:
            def rank(self, text: str) -> list[tuple[str, float]]:
                return sorted(probabilities.items(), key=lambda pair: -pair[1])

        monkeypatch.setattr(text_language, "_identifier", Given)

    return give


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ({"de": 0.9, "en": 0.1}, ("de", 0.9)),
        ({"de": 0.552, "en": 0.448}, ("de", 0.552)),  # certain, though under 1.25 times as probable
        ({"de": 0.548, "en": 0.452}, ("en", 1.0)),
        ({"de": 0.40, "en": 0.31, "fr": 0.29}, ("de", 0.40)),  # 1.29 times as probable
        ({"de": 0.40, "en": 0.33, "fr": 0.27}, ("en", 1.0)),  # 1.21 times
        ({"en": 0.7, "sv": 0.2, "de": 0.1}, ("en", 7 / 9)),
        ({"en": 0.61, "sv": 0.39}, ("en", 0.61)),
        ({"en": 0.59, "sv": 0.41}, (None, 0.0)),
        ({"no": 0.5, "nn": 0.4, "sv": 0.1}, ("no", 0.9)),
        ({"de": 0.45, "fr": 0.45, "en": 0.1}, ("fr", 0.45)),
        ({"fr": 0.45, "de": 0.45, "en": 0.1}, ("fr", 0.45)),
    ],
)
def test_what_is_believed_of_words_that_nobody_knows(
    probabilities: dict[str, float], expected: tuple[str | None, float], identifies: Identifies
) -> None:
    identifies(**probabilities)
    language, confidence = detect_text_language(UNKNOWN)
    assert (language, round(confidence, 6)) == (expected[0], round(expected[1], 6))


@pytest.mark.parametrize(
    ("foreign", "ours", "words", "known", "believed"),
    [
        (0.55, 0.45, 4, 1.0, True),
        (0.54, 0.45, 4, 0.0, False),
        (0.50, 0.40, 4, 1.0, True),  # 1.25 times
        (0.50, 0.41, 4, 0.0, False),
        (0.50, 0.40, 3, 0.0, False),  # of three words twice as probable, and under six tenths of them known
        (0.50, 0.25, 3, 0.5, True),
        (0.50, 0.25, 2, 0.5, True),
        (0.50, 0.26, 3, 0.0, False),
        (0.50, 0.25, 3, 0.6, False),
        (0.55, 0.45, 3, 1.0, True),
        (0.99, 0.01, 1, 0.0, False),
    ],
)
def test_how_much_more_probable_a_language_outside_ours_must_be(
    foreign: float, ours: float, words: int, known: float, believed: bool
) -> None:
    assert text_language._is_foreign(foreign, ours, words, known) is believed


def test_the_hint_counts_half() -> None:
    assert detect_text_language("10/10", hint="sv") == ("sv", 0.5)
    assert detect_text_language("Nordea", hint="sv") == ("sv", 0.5)


def test_evidence_by_hand() -> None:
    """A telling word adds 1.2, more of them less and less (never over 7.2); a dictionary's share of 1 adds 2."""
    seen = text_language._Seen({"da": 1, "sv": 6}, {"en": 0.0, "sv": 0.5, "fi": 1.0})
    assert text_language._evidence(seen) == pytest.approx(
        {"da": 7.2 * (1 - math.exp(-1 / 6)), "sv": 7.2 * (1 - math.exp(-1)) + 1.0, "fi": 2.0, "en": 0.0}
    )


def test_probabilities_by_hand(identifies: Identifies) -> None:
    """Under a thousandth only ours and languages with telling words stay; both kinds of Norwegian are one."""
    identifies(sv=0.9, en=0.0974, de=0.001, da=0.0005, no=0.0004, nn=0.0003, fr=0.0002)
    seen = text_language._Seen({"da": 6, "no": 6}, {"en": 0.0, "sv": 0.5, "fi": 1.0})
    cues = math.exp(7.2 * (1 - math.exp(-1)))
    weights = {
        "en": 0.0974,
        "sv": 0.9 * math.e,
        "fi": 1e-9 * math.exp(2),
        "de": 0.001,
        "da": 0.0005 * cues,
        "no": 0.0007 * cues,
    }
    total = sum(weights.values())
    expected = {language: weight / total for language, weight in weights.items()}
    assert text_language._probabilities("any", seen) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("known", "cues", "words", "expected"),
    [
        ((0.8, 0.5, 0.0), {}, 4, "en"),  # eight tenths, three tenths more
        ((0.5, 0.8, 0.0), {}, 4, "sv"),
        ((0.0, 0.5, 0.8), {}, 4, "fi"),
        ((0.79, 0.4, 0.0), {}, 4, None),
        ((0.8, 0.51, 0.0), {}, 4, None),
        ((0.8, 0.5, 0.0), {"en": 1, "da": 2}, 4, None),
        ((0.8, 0.5, 0.0), {"en": 1, "da": 2, "no": 1}, 4, None),
        ((0.8, 0.5, 0.0), {"en": 2, "da": 2}, 4, "en"),
        ((0.8, 0.59, 0.0), {"en": 1}, 4, "en"),  # six tenths, two tenths and one telling word more
        ((0.6, 0.39, 0.0), {"en": 3, "sv": 2}, 4, "en"),
        ((0.62, 0.42, 0.0), {"en": 1}, 4, "en"),
        ((0.6, 0.39, 0.0), {"en": 2, "sv": 2}, 4, None),
        ((0.59, 0.0, 0.0), {"en": 1}, 4, None),
        ((0.6, 0.41, 0.0), {"en": 1}, 4, None),
        ((1.0, 0.0, 0.0), {}, 3, "en"),  # up to three words: all of them
        ((1.0, 0.0, 0.0), {}, 2, "en"),
        ((1.0, 0.0, 0.0), {"de": 1}, 3, None),
        ((1.0, 0.3, 0.0), {}, 3, None),
        ((1.0, 0.7, 0.0), {"en": 1}, 3, "en"),
        ((1.0, 1.0, 0.0), {"en": 1}, 3, None),
        ((0.7, 0.0, 0.0), {"en": 1}, 3, None),
        ((1.0, 0.0, 0.0), {"en": 1}, 1, None),  # one word never
    ],
)
def test_a_text_is_plainly_ours(
    known: tuple[float, float, float], cues: dict[str, int], words: int, expected: str | None
) -> None:
    seen = text_language._Seen(cues, dict(zip(("en", "sv", "fi"), known, strict=True)))
    assert text_language._plainly(["word"] * words, seen) == expected


def test_a_plain_text_is_certain_and_py3langid_is_not_asked(identifies: Identifies) -> None:
    identifies(de=1.0)
    assert detect_text_language("Jag har väntat tre veckor på svar.") == ("sv", 1.0)


def test_forty_words_are_looked_up() -> None:
    assert text_language._seen(["the"] * 40 + ["zzqxa"]).known["en"] == 1.0
    assert text_language._seen(["the"] * 39 + ["zzqxa"]).known["en"] == 39 / 40


def test_telling_words_and_letters_count_once_a_word() -> None:
    seen = text_language._seen(["jag", "och", "hjärtligt", "zzæ"])
    assert (seen.cues["sv"], seen.cues["no"], seen.cues["da"]) == (3, 1, 1)
    assert set(seen.cues) == {"sv", "no", "da"}


@pytest.mark.parametrize(
    ("words", "probability", "enough"),
    [
        ("slow", 0.1, True),
        ("taxi", 0.55, True),  # Swedish and Finnish know it, too
        ("taxi", 0.54, False),
        ("slow zzqxa", 0.1, True),
        ("slow zzqxa zzqxb", 0.9, False),
        ("zzqxa", 0.9, False),
        ("zzqxa zzqxb zzqxc", 0.9, False),
        (UNKNOWN, 0.1, True),
    ],
)
def test_half_of_a_short_text_must_be_words(words: str, probability: float, enough: bool) -> None:
    assert text_language._says_enough(words.split(), "en", probability) is enough


@pytest.mark.parametrize(("word", "language"), [("katthund", "sv"), ("bilhund", None)])
def test_a_compound_that_the_dictionary_lacks_is_known_from_eight_letters(
    word: str, language: str | None, identifies: Identifies
) -> None:
    identifies(sv=0.9, en=0.1)
    assert detect_text_language(word).language == language


def test_twenty_thousand_characters_are_read() -> None:
    assert detect_text_language(" " * 19_996 + "hyvä").language == "fi"
    assert detect_text_language(" " * 19_997 + "hyvä").language != "fi"


@pytest.mark.parametrize(
    "text", ["#hyvä", "@hyvä", "hyvä@hyvä.fi", "https://hyvä.fi/hyvä", "#hyvä @hyvä https://hyvä.fi"]
)
def test_addresses_and_marked_names_have_no_language(text: str) -> None:
    assert detect_text_language(text) == (None, 0.0)
    assert detect_text_language(f"{text} hitaasti").language == "fi"


def test_py3langid_answers_in_the_languages_considered_alone() -> None:
    answers = [language for language, _ in text_language._identifier().rank("dyr")]
    assert sorted(answers) == sorted(text_language.CONSIDERED)
