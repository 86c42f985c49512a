"""In a dialogue between equals nobody is the seller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callsignals.conversation.role_cues import RoleHints, guess_seller, shipped_weights, voice_figures
from callsignals.conversation.role_sale import SALE_FEATURES, SaleWeights, sale_evidence
from callsignals.vocabulary.spoken import Transcript, Word

SHARED_FLAT = """
A: I need the big room because I work from home. Could you take the small one?
B: I need it too, I have the piano. How about I pay a little more?
A: I would like that, but I also need the balcony. How many shelves do you want?
B: I want three shelves and I need the parking space. What do you think?
A: I think I could give you two, if I get the parking space. Would that work for you?
B: Maybe. I would need the cellar then. Could you live with that?
"""
HELP_DESK = """
A: How may I help you today?
B: My router does not work and I need it for my job.
A: I am sorry to hear that. Can I have your account number please?
B: It is four four one nine.
A: Let me check that for you. I have sent a reset. Would you like a new cable as well?
B: Yes please.
"""


def call(text: str, language: str = "en") -> Transcript:
    voice = {"A": "v0", "B": "v1"}
    words = tuple(
        Word(word, None, None, speaker=voice[line[0]])
        for line in text.strip().splitlines()
        for word in line[3:].split()
    )
    return Transcript(
        words=words,
        timeline=(),
        language=language,
        language_confidence=None,
        channel_mode="transcript",
        timing="none",
        duration_s=None,
    )


def evidence_of(transcript: Transcript, pair: tuple[str, str] = ("v0", "v1")) -> dict[str, float]:
    return sale_evidence(voice_figures(transcript, pair, RoleHints()))


def test_the_evidence_is_the_same_whoever_is_named_first() -> None:
    transcript = call(HELP_DESK)
    assert evidence_of(transcript) == evidence_of(transcript, ("v1", "v0"))
    assert set(evidence_of(transcript)) == set(SALE_FEATURES)


def test_what_both_do_and_what_one_does_more_add_up_to_the_larger_figure() -> None:
    evidence = sale_evidence(voice_figures(call(SHARED_FLAT), ("v0", "v1"), RoleHints()))
    figures = voice_figures(call(SHARED_FLAT), ("v0", "v1"), RoleHints())
    for name in ("needs", "questions", "own"):
        larger = max(one[name] for one in figures)
        assert evidence[f"both_{name}"] + evidence[f"one_{name}"] == pytest.approx(larger)


def test_people_who_share_things_out_are_less_likely_a_sale_than_a_help_desk() -> None:
    sale = shipped_weights().sale
    assert sale.probability(evidence_of(call(SHARED_FLAT))) < 0.5 < sale.probability(evidence_of(call(HELP_DESK)))


def test_nobody_is_claimed_where_nobody_sells_unless_one_introduces_themselves_as_ours() -> None:
    never = SaleWeights(dict.fromkeys(SALE_FEATURES, 0.0), -5.0, {"en": 0.5})
    weights = replace(shipped_weights(), sale=never)
    assert guess_seller(call(HELP_DESK)).seller_speaker == "v0"
    assert guess_seller(call(HELP_DESK), weights=weights).seller_speaker is None
    ours = call("A: Hi, this is Grace from Northwind. How may I help you?" + HELP_DESK)
    assert guess_seller(ours, RoleHints(("Northwind",)), weights=weights).seller_speaker == "v0"


def test_a_language_without_enough_examples_is_not_asked() -> None:
    never = SaleWeights(dict.fromkeys(SALE_FEATURES, 0.0), -5.0, {"en": 0.5})
    evidence = dict.fromkeys(SALE_FEATURES, 0.0)
    assert never.nobody_sells(evidence, "en")
    assert not never.nobody_sells(evidence, "sv")
    assert not never.nobody_sells(evidence, None)
