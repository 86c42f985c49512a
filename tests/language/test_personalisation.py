"""How far a call's words stand from the same seller's other calls."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from callsignals.language.content import content_runs
from callsignals.language.personalisation import (
    DRAW_LEMMAS,
    personalisation_scores,
    personalisation_signals,
    seller_lemmas,
)
from callsignals.vocabulary.spoken import Transcript
from language.conftest import words_of_turns
from support import ROOT

CALL_LEMMAS = 240
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
BLOCK_LEMMAS = 10


def transcript(words, language="en"):
    return Transcript(words, (), language, None, "transcript", timing="none", duration_s=None, role_source="transcript")


def test_two_kinds_of_words_by_hand():
    # 200 lemmas a call, so that every draw is the whole call: 100 times a common word, 100 times one's own.
    calls = [["common"] * 100 + [f"own{call}"] * 100 for call in range(4)]
    rare = math.log(5 / 2) + 1  # of 4 calls 1 has it; a word that all have weighs 1
    unit = 1 / math.hypot(1, rare)
    expected = 1 - 3 * unit**2 / math.hypot(3 * unit, *[rare * unit] * 3)
    assert personalisation_scores(calls) == pytest.approx([expected] * 4, abs=1e-12)


def test_the_same_words_score_nothing_and_other_words_all():
    same = [["a", "b", "c", "d"] * 60] * 4
    assert personalisation_scores(same) == pytest.approx([0.0] * 4, abs=1e-9)
    others = [[f"{call}{word}" for word in range(240)] for call in range(4)]
    assert personalisation_scores(others) == pytest.approx([1.0] * 4, abs=1e-9)


def test_neither_order_nor_repetition_of_the_question_changes_an_answer():
    generator = random.Random(1)
    calls = [[f"w{generator.randrange(150)}" for _ in range(260 + 10 * call)] for call in range(5)]
    scores = personalisation_scores(calls)
    assert personalisation_scores(calls) == pytest.approx(scores, abs=0)
    assert personalisation_scores(calls[::-1])[::-1] == pytest.approx(scores, abs=1e-12)
    assert all(0 <= score <= 1 for score in scores)


@pytest.fixture(scope="module", params=["en", "sv", "fi"])
def varied(request):
    """Calls of ``CALL_LEMMAS`` lemmas each, cut from talk that was written for these tests; the first is the script."""
    files = sorted((ROOT / "tests" / "language" / "marked").glob(f"{request.param}_*.json"))
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    talk = [
        one.lemma
        for document in documents
        if "written" in document["origin"]
        for _, runs in content_runs(words_of_turns(document["turns"]), request.param)
        for run in runs
        for one in run
    ]
    calls = [talk[at : at + CALL_LEMMAS] for at in range(0, len(talk) - CALL_LEMMAS + 1, CALL_LEMMAS)]
    assert len(calls) >= 5
    return calls


def in_blocks(call, seed):
    """The call's lemmas in another order, ten at a time."""
    blocks = [call[at : at + BLOCK_LEMMAS] for at in range(0, len(call), BLOCK_LEMMAS)]
    random.Random(seed).shuffle(blocks)
    return [lemma for block in blocks for lemma in block]


@pytest.mark.parametrize("is_mixed", [False, True], ids=["one part", "mixed"])
def test_the_more_of_a_script_calls_share_the_lower_they_score(varied, is_mixed):
    script, *own = varied
    means = []
    for share in SHARES:
        kept = round(share * CALL_LEMMAS)
        calls = [script[:kept] + call[kept:] for call in own]
        if is_mixed:
            calls = [in_blocks(call, seed) for seed, call in enumerate(calls)]
        means.append(float(np.mean(personalisation_scores(calls))))
    assert means == sorted(means, reverse=True)
    assert all(before - after > 0.03 for before, after in pairwise(means))


def test_length_alone_hardly_matters():
    """Six sellers' topics, words by Zipf's law: calls of 300 lemmas against calls of 3,000 of the same kind."""
    generator = np.random.default_rng(7)
    words = np.arange(1, 3001)

    def call(length):
        topic = generator.permutation(words)[:300]
        common = generator.zipf(1.3, 4 * length)
        common = common[common <= 3000][:length]
        return [f"t{topic[at % 300]}" if at % 4 == 0 else f"w{word}" for at, word in enumerate(common)]

    def mean(length):
        return np.mean([personalisation_scores([call(length) for _ in range(6)]).mean() for _ in range(8)])

    assert abs(mean(300) - mean(3000)) < 0.02


def test_under_200_lemmas_or_3_others_there_is_no_figure():
    long, short = ["a", "b"] * 100, ["a"] * (DRAW_LEMMAS - 1)
    few = personalisation_signals([long, long, long, short])
    assert [(one.status, one.reason, one.n) for one in few] == [
        *[("insufficient", "under_3_other_calls", 2)] * 3,
        ("insufficient", "under_200_lemmas", 3),
    ]
    enough = personalisation_signals([long, short, long, long, long])
    assert [(one.status, one.n) for one in enough] == [("ok", 3), ("insufficient", 4), *[("ok", 3)] * 3]
    assert enough[0].value == pytest.approx(0.0, abs=1e-9)


def test_a_short_call_counts_for_nobody():
    calls = [[f"{call}{word}" for word in range(220)] for call in range(4)]
    alone = personalisation_signals(calls)
    beside = personalisation_signals([*calls, ["00"] * 150])
    assert [one.value for one in beside[:4]] == [one.value for one in alone]


def test_only_what_the_seller_says_counts_and_only_where_the_seller_is_known(words_of):
    words = words_of([("seller", "Invoices bounce."), ("customer", "Spreadsheets are slow."), ("seller", "Daily?")])
    assert seller_lemmas(transcript(words)) == ("invoice", "bounce", "daily")
    assert seller_lemmas(replace(transcript(words), role_source="unknown")) == ()
    assert seller_lemmas(transcript(words, "de")) == ()
    assert seller_lemmas(transcript(words), names=["Daily Foods"]) == ("invoice", "bounce")
