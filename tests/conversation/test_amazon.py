"""Amazon's published example call under our definition: the figures of ``docs/talk-share.md``."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from callsignals.conversation.intervals import total_s, union
from callsignals.conversation.measures import conversation_signals
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Party, Transcript, Word

PARTIES: dict[str, Party] = {"AGENT": "seller", "CUSTOMER": "customer"}


@pytest.fixture(scope="module")
def example(data: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((data / "aws_call_analytics_words.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def call(example: dict[str, Any]) -> Transcript:
    words = [
        Word(text, begin / 1000, end / 1000, PARTIES[turn["role"]], turn["role"])
        for turn in example["turns"]
        for text, begin, end in turn["words"]
    ]
    return Transcript(
        words=tuple(sorted(words, key=lambda word: (word.start_s, word.speaker))),
        timeline=(),
        language="en",
        language_confidence=None,
        channel_mode="transcript",
        timing="words",
        duration_s=182.89,
        role_source="transcript",
        role_confidence=1.0,
    )


@pytest.fixture(scope="module")
def found(call: Transcript) -> dict[str, Signal]:
    return {signal.name: signal for signal in conversation_signals(call)[1]}


def share(seconds: dict[str, float]) -> float:
    return seconds["AGENT"] / (seconds["AGENT"] + seconds["CUSTOMER"])


def test_our_talk_share(found: dict[str, Signal]) -> None:
    signal = found["seller_talk_share"]
    assert (round(signal.numerator or 0, 2), round(signal.denominator or 0, 2)) == (92.88, 144.96)
    assert signal.value == pytest.approx(0.6407, abs=5e-5)


def test_amazons_own_share_and_that_of_whole_turns(example: dict[str, Any]) -> None:
    details = example["amazon"]["TalkTime"]["DetailsByParticipant"]
    amazon = {role: details[role]["TotalTimeMillis"] / 1000 for role in PARTIES}
    turns = {
        role: sum(turn["end_ms"] - turn["begin_ms"] for turn in example["turns"] if turn["role"] == role) / 1000
        for role in PARTIES
    }
    assert (amazon, round(share(amazon), 3)) == ({"AGENT": 104.349, "CUSTOMER": 63.79}, 0.621)
    assert (turns, round(share(turns), 4)) == ({"AGENT": 114.74, "CUSTOMER": 64.211}, 0.6412)


def test_the_difference_is_inner_pauses(example: dict[str, Any], found: dict[str, Signal]) -> None:
    """Whole turns less the pauses of 0.25 s and more inside them are our speech seconds."""
    speech = {
        "AGENT": found["seller_talk_share"].numerator,
        "CUSTOMER": found["customer_talk_share"].numerator,
    }
    for role, removed in {"AGENT": 21.86, "CUSTOMER": 12.13}.items():
        turns = [turn for turn in example["turns"] if turn["role"] == role]
        whole_s = sum(turn["end_ms"] - turn["begin_ms"] for turn in turns) / 1000
        pauses = [y[1] - x[2] for turn in turns for x, y in pairwise(turn["words"]) if y[1] - x[2] >= 250]
        assert sum(pauses) / 1000 == pytest.approx(removed)
        assert whole_s - sum(pauses) / 1000 == pytest.approx(speech[role])


def test_the_other_figures_of_the_page(example: dict[str, Any], call: Transcript, found: dict[str, Signal]) -> None:
    words = {
        role: total_s(union((w.start_s or 0, w.end_s or 0) for w in call.words if w.speaker == role))
        for role in PARTIES
    }
    counts = {role: float(sum(word.speaker == role for word in call.words)) for role in PARTIES}
    assert (round(share(words), 3), round(share(counts), 3)) == (0.638, 0.699)
    assert (counts["AGENT"], counts["CUSTOMER"]) == (323, 139)
    assert round(found["seller_words_per_minute"].value or 0) == 209
    assert round(found["customer_words_per_minute"].value or 0) == 160
    assert found["overlap_share"].reason == "needs_voice_activity"
