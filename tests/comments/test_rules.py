from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.comments.rules import RuleSet, load_rules
from callsignals.errors import SettingsError


def labels(rules: RuleSet, text: str, language: str | None, signal: str = "referral_source") -> set[str]:
    return {hit.label for hit in rules.hits(signal, text, language) if hit.decisive}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "ChatGPT", {"ai_assistant"}),
        ("en", "asked Copilot at work", {"ai_assistant"}),
        ("en", "Googled you", {"search"}),
        ("en", "saw it on Instagram", {"social"}),
        ("en", "your podcast", {"podcast"}),
        ("en", "at a trade fair in May", {"event"}),
        ("en", "your newsletter", {"newsletter"}),
        ("en", "G2", {"review_site"}),
        ("en", "Capterra reviews", {"review_site"}),
        ("en", "a Google ad", {"advertising"}),
        ("en", "Word-of-mouth", {"word_of_mouth"}),
        ("en", "one of your happy customers", {"customer_reference"}),
        ("en", "our reseller", {"partner"}),
        ("en", "cold-call", {"outbound"}),
        ("en", "existing customer", {"existing_relationship"}),
        ("sv", "googlade", {"search"}),
        ("sv", "på mässan i Göteborg", {"event"}),
        ("sv", "branschpodden", {"podcast"}),
        ("sv", "nyhetsbrevet", {"newsletter"}),
        ("sv", "facebookannons", {"advertising"}),
        ("sv", "annons på Google", {"advertising"}),
        ("sv", "en kollega på jobbet tipsade", {"word_of_mouth"}),
        ("sv", "återförsäljaren", {"partner"}),
        ("sv", "aterforsaljaren", {"partner"}),
        ("sv", "ni ringde", {"outbound"}),
        ("sv", "befintlig kund", {"existing_relationship"}),
        ("fi", "Googlesta", {"search"}),
        ("fi", "somesta", {"social"}),
        ("fi", "podista", {"podcast"}),
        ("fi", "messuilta", {"event"}),
        ("fi", "uutiskirjeestä", {"newsletter"}),
        ("fi", "radiomainoksesta", {"advertising"}),
        ("fi", "kaveri suositteli", {"word_of_mouth"}),
        ("fi", "jälleenmyyjältä", {"partner"}),
        ("fi", "te soititte", {"outbound"}),
        ("fi", "LinkedInissä", {"social"}),
        (None, "LinkedIn", {"social"}),
    ],
)
def test_stock_words(rules: RuleSet, language: str | None, text: str, expected: set[str]) -> None:
    assert labels(rules, text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "we need some help"),  # "some" is social media only in Swedish and Finnish
        ("en", "the roadshow of our adviser"),  # "ad" and "x" only as words
        ("sv", "snabb spodd"),
        ("fi", "messinki on kallista"),
        ("en", "bingo night"),
    ],
)
def test_words_inside_words_do_not_count(rules: RuleSet, language: str, text: str) -> None:
    assert labels(rules, text, language) == set()


def test_hit_points_at_the_words(rules: RuleSet) -> None:
    text = "Hej, en kollega tipsade om er podd"
    spans = {h.label: text[h.start : h.end] for h in rules.hits("referral_source", text, "sv")}
    assert spans == {"word_of_mouth": "kollega tipsade", "podcast": "podd"}


def test_gaps_do_not_cross_sentences(rules: RuleSet) -> None:
    assert "word_of_mouth" not in labels(rules, "My colleague left. We told everyone.", "en")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I would recommend you to anyone", {"yes"}),
        ("en", "I would not recommend them", {"no"}),
        ("en", "Can't recommend them enough", {"yes"}),
        ("en", "You were recommended by nobody", set()),
        ("sv", "Rekommenderar varmt!", {"yes"}),
        ("sv", "Skulle inte rekommendera er", {"no"}),
        ("fi", "Suosittelen lämpimästi", {"yes"}),
        ("fi", "En suosittele kenellekään", {"no"}),
    ],
)
def test_recommending(rules: RuleSet, language: str, text: str, expected: set[str]) -> None:
    assert labels(rules, text, language, "recommends") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Automatic reply: I am out of the office", {"out_of_office"}),
        ("sv", "Ta bort mig från listan", {"unsubscribe"}),
        ("fi", "Olen lomalla 5.8. asti", {"out_of_office"}),
    ],
)
def test_reply_stock_phrases(rules: RuleSet, language: str, text: str, expected: set[str]) -> None:
    assert labels(rules, text, language, "reply_intent") == expected


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_a_workspace_adds_its_own_rules(tmp_path: Path, rules: RuleSet) -> None:
    extra = write(tmp_path / "rules.toml", '[[rule]]\nlabel = "event"\nphrases = ["Widget Days", "prylkväll*"]\n')
    own = load_rules(extra)
    assert labels(own, "såg er på Prylkvällen", "sv") == {"event"}
    assert labels(own, "widget days", None) == {"event"}
    assert labels(rules, "såg er på Prylkvällen", "sv") == set()
    assert own.digest != rules.digest


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        ("[[rule]]\nlabel = 'nonsense'\nphrases = ['x']", "nonsense"),
        ("[[rule]]\nlabel = 'event'\nphrase = ['x']", "phrase"),
        ("[[rule]]\nlabel = 'event'", "no phrases"),
        ("[[rule]]\nlabel = 'event'\nphrases = ['*']", "phrase"),
        ("[[rule]]\nlabel = 'event'\nphrases = ['... fair']", "phrase"),
        ("[[rule]]\nlabel = 'event'\nphrases = ['x']\nlanguages = ['de']", "de"),
        ("[[rule]]\nsignal = 'weather'\nlabel = 'event'\nphrases = ['x']", "weather"),
        ("not toml", "TOML"),
    ],
)
def test_bad_rules_say_what_is_wrong(tmp_path: Path, content: str, clue: str) -> None:
    with pytest.raises(SettingsError, match=clue):
        load_rules(write(tmp_path / "rules.toml", content))


def test_missing_rules_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_rules(tmp_path / "absent.toml")
