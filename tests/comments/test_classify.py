from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsignals.comments import ClassifiedComment, CommentClassifier, CommentText
from callsignals.inputs.rows import COMMENT_KINDS, CommentKind
from callsignals.vocabulary.definitions import TEXT_SIGNALS
from callsignals.vocabulary.signal import CharSpan

SIGNALS_OF_KIND: dict[CommentKind, tuple[str, ...]] = {
    "referral": ("referral_source", "referral_personal", "relationship_months"),
    "survey": ("nps_group", "comment_polarity", "comment_reasons", "recommends", "score_text_mismatch"),
    "reply": ("reply_intent", "comment_polarity"),
}
"""In registry order, the headline first."""


def one(classifier: CommentClassifier, text: str, kind: CommentKind, **columns: object) -> ClassifiedComment:
    return classifier.classify([CommentText(text, kind, **columns)])[0]  # type: ignore[arg-type]


def quotes(result: ClassifiedComment, name: str, text: str) -> list[str]:
    spans = [s for s in result.signal(name).evidence if isinstance(s, CharSpan)]
    return [text[s.start_char : s.end_char] for s in spans]


def is_consistent(result: ClassifiedComment, text: str) -> bool:
    """What must hold for every comment whatever it says."""
    assert tuple(s.name for s in result.signals) == SIGNALS_OF_KIND[result.kind]
    headline = result.signals[0]
    assert (result.label, result.confidence) == (headline.label, headline.confidence)
    assert (result.status, result.reason) == (headline.status, headline.reason)
    for signal in result.signals:
        assert signal.name in TEXT_SIGNALS
        has_answer = signal.value is not None or signal.label is not None
        assert has_answer == (signal.status == "ok")
        assert signal.reason is None if has_answer else signal.reason
        assert signal.confidence is None or 0 <= signal.confidence <= 1
        assert not has_answer or signal.confidence is not None
        assert not has_answer or signal.model
        for span in signal.evidence:
            assert isinstance(span, CharSpan)
            assert 0 <= span.start_char < span.end_char <= len(text)
    return True


def test_the_example_of_the_contract(classifier: CommentClassifier) -> None:
    text = "En kollega tipsade om er podd"
    result = one(classifier, text, "referral")
    assert result.language == "sv"
    assert result.label in {"word_of_mouth", "podcast"}
    assert set(result.signal("referral_source").labels) == {"word_of_mouth", "podcast"}
    assert result.signal("referral_personal").value == 1.0
    assert quotes(result, "referral_source", text) == ["kollega tipsade", "podd"]


@pytest.mark.parametrize(
    ("text", "label"), [("Instagram", "social"), ("G2", "review_site"), ("chatgpt", "ai_assistant")]
)
def test_brand_alone_has_no_language_but_a_source(classifier: CommentClassifier, text: str, label: str) -> None:
    result = one(classifier, text, "referral", language_hint="sv")
    assert (result.label, result.language) == (label, "sv")
    assert result.signal("referral_source").model == "rules"
    assert result.signal("referral_source").basis == "text"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\x00", "empty"),
        ("-", "too_short"),
        ("n/a", "too_short"),
        ("vet ej", "too_short"),
        ("en tiedä", "too_short"),
        ("👍", "emoji_only"),
        ("10/10", "number_only"),
        (
            "Wir haben Sie auf der Messe in Hannover kennengelernt und waren sehr zufrieden mit der Beratung",
            "language_de",
        ),
        ("Nous avons entendu parler de vous par un collègue qui était très satisfait de vos services", "language_fr"),
    ],
)
@pytest.mark.parametrize("kind", COMMENT_KINDS)
def test_texts_that_say_nothing_abstain_everywhere(
    classifier: CommentClassifier, kind: CommentKind, text: str, reason: str
) -> None:
    result = one(classifier, text, kind)
    assert result.label is None
    abstained = [s for s in result.signals if s.name != "score_text_mismatch"]
    assert {(s.status, s.reason) for s in abstained} == {("abstained", reason)}
    assert is_consistent(result, text)


@pytest.mark.parametrize(
    "text", ["", "Alles war wirklich sehr schlecht und viel zu teuer für unsere Firma", "👍", "hyvä"]
)
def test_a_score_decides_the_group_whatever_the_text(classifier: CommentClassifier, text: str) -> None:
    result = one(classifier, text, "survey", score=9, scale="nps")
    group = result.signal("nps_group")
    assert (group.label, group.basis, group.confidence, group.model) == ("promoter", "score", 1.0, "score")


def test_score_on_another_scale_gives_no_group_by_score(classifier: CommentClassifier) -> None:
    group = one(classifier, "", "survey", score=5, scale="csat5").signal("nps_group")
    assert (group.label, group.status, group.reason) == (None, "abstained", "empty")
    group = one(
        classifier, "Fantastic support, always answers within minutes.", "survey", score=5, scale="csat5"
    ).signal("nps_group")
    assert (group.label, group.basis) == ("promoter", "text")


def test_score_off_its_scale_is_not_used(classifier: CommentClassifier) -> None:
    result = one(classifier, "Dålig service och ingen ringer tillbaka", "survey", score=11, scale="nps")
    assert result.signal("nps_group").basis != "score"
    assert result.signal("score_text_mismatch").reason == "score_off_scale"


@pytest.mark.parametrize(
    ("score", "scale", "value"),
    [(10, "nps", 1.0), (1, "nps", 0.0), (7, "nps", 0.0), (1, "ces5_effort", 1.0), (5, "ces5_effort", 0.0)],
)
def test_mismatch_of_score_and_complaint(classifier: CommentClassifier, score: int, scale: str, value: float) -> None:
    text = "Terrible service, we have been waiting for three weeks and nobody answers."
    result = one(classifier, text, "survey", score=score, scale=scale)
    assert result.signal("comment_polarity").label == "negative"
    assert result.signal("score_text_mismatch").value == value


def test_no_score_no_mismatch(classifier: CommentClassifier) -> None:
    signal = one(classifier, "Bra pris", "survey").signal("score_text_mismatch")
    assert (signal.status, signal.reason) == ("insufficient", "no_score")


def test_reasons_have_their_own_polarity_and_quote(classifier: CommentClassifier) -> None:
    text = "  Great support.  But far too expensive!"
    result = one(classifier, text, "survey")
    reasons = dict(zip(result.signal("comment_reasons").labels, quotes(result, "comment_reasons", text), strict=True))
    assert reasons["support:positive"] == "Great support."
    assert reasons["price:negative"] == "But far too expensive!"
    assert result.signal("comment_polarity").label in {"mixed", None}


def test_recommending_is_said_or_not(classifier: CommentClassifier) -> None:
    assert one(classifier, "Rekommenderar er varmt till alla", "survey").signal("recommends").value == 1.0
    assert one(classifier, "En suosittele kenellekään", "survey").signal("recommends").value == 0.0
    unsaid = one(classifier, "Bra pris", "survey").signal("recommends")
    assert (unsaid.status, unsaid.reason) == ("insufficient", "unsaid")


def test_relationship_months(classifier: CommentClassifier) -> None:
    text = "Lyssnat på er podd i ett halvår"
    signal = one(classifier, text, "referral").signal("relationship_months")
    assert (signal.value, signal.model) == (6.0, "rules")
    undated = one(classifier, "Vi har varit kunder sedan 2019", "referral").signal("relationship_months")
    assert (undated.status, undated.reason) == ("insufficient", "undated")
    dated = one(classifier, "Vi har varit kunder sedan 2019", "referral", created_at=date(2024, 6, 1))
    assert dated.signal("relationship_months").value == 60.0


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Please remove me from your mailing list.", "unsubscribe"),
        ("Automatiskt svar: jag är på semester till den 12 augusti", "out_of_office"),
        ("Kiitos, tämä kiinnostaa. Voidaanko sopia tapaaminen ensi viikolle?", "interest"),
    ],
)
def test_reply_intents(classifier: CommentClassifier, text: str, intent: str) -> None:
    assert one(classifier, text, "reply").label == intent


MIXED = [
    CommentText("En kollega tipsade om er podd", "referral"),
    CommentText("Googled it", "referral"),
    CommentText("Great support but too expensive", "survey", score=7, scale="nps"),
    CommentText("Suosittelen lämpimästi, nopea toimitus", "survey"),
    CommentText("Nej tack", "reply"),
    CommentText("", "survey"),
    CommentText("Jag hittade er när jag letade efter ett nytt lönesystem", "referral"),
]


def test_a_result_does_not_depend_on_its_neighbours(classifier: CommentClassifier) -> None:
    together = classifier.classify(MIXED)
    assert classifier.classify(MIXED[::-1])[::-1] == together
    assert [classifier.classify([item])[0] for item in MIXED] == together


def test_a_second_classifier_says_the_same(classifier: CommentClassifier) -> None:
    again = CommentClassifier.load()
    assert again.digest == classifier.digest
    assert again.classify(MIXED) == classifier.classify(MIXED)


def test_digest_names_the_rules(classifier: CommentClassifier, tmp_path: Path) -> None:
    extra = tmp_path / "rules.toml"
    extra.write_text('[[rule]]\nlabel = "event"\nphrases = ["Prylkvällen"]\n', encoding="utf-8")
    own = CommentClassifier.load(rules_extra=extra)
    assert own.digest != classifier.digest
    assert own.classify([CommentText("Prylkvällen", "referral")])[0].label == "event"


def test_progress_counts_to_the_end(classifier: CommentClassifier) -> None:
    seen: list[tuple[int, int]] = []
    classifier.classify([CommentText("", "survey")] * 70, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (70, 70)
    assert seen == sorted(seen)


def test_nothing_in_nothing_out(classifier: CommentClassifier) -> None:
    assert classifier.classify([]) == []


@pytest.mark.parametrize("kind", COMMENT_KINDS)
def test_a_megabyte_is_one_result(classifier: CommentClassifier, kind: CommentKind) -> None:
    text = "Supporten svarar aldrig och priset är för högt. " * 22_000
    assert len(text) > 1_000_000
    assert is_consistent(one(classifier, text, kind), text)


ODD = st.one_of(
    st.text(st.characters(), max_size=120),
    st.text(st.characters(categories=("Cc", "Cf", "Zs", "Mn", "So", "Lo")), max_size=60),
    st.sampled_from(["\x00", "\u202eabc\u202c מה נשמע", "مرحبا", "a\u0300" * 200, "\ud83d", "🏳️‍🌈", "ﷺ" * 50, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ODD, kind=st.sampled_from(COMMENT_KINDS), score=st.one_of(st.none(), st.floats()))
def test_anything_gives_one_consistent_result(
    classifier: CommentClassifier, text: str, kind: CommentKind, score: float | None
) -> None:
    scale = None if score is None else "nps"
    results = classifier.classify([CommentText(text, kind, score=score, scale=scale)])  # type: ignore[arg-type]
    assert len(results) == 1
    assert is_consistent(results[0], text)
