"""Channels as recorders deliver them: copied, dead, bleeding into each other."""

from __future__ import annotations

import re

import numpy as np
import pytest

from acceptance.altered import line_noise, samples_of, spoken, with_bleed
from support import write_wav

WITHIN = 0.030
CALL = "03a17cc3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("channels")


@pytest.fixture(scope="module")
def clean(harpervalley, measure):
    return measure(harpervalley[CALL])


def seller_moment(call: str = CALL) -> float:
    """The middle of the agent's longest marked segment."""
    longest = max(
        (segment for segment in spoken(call) if segment["speaker_role"] == "agent"),
        key=lambda segment: segment["end_s"] - segment["start_s"],
    )
    return (longest["start_s"] + longest["end_s"]) / 2


def plain(words: list[str]) -> list[str]:
    return [re.sub(r"\W", "", word.lower()) for word in words]


def assert_one_speaker(measured) -> None:
    assert measured.signals["overlap_share"].value is None
    for name in (
        "seller_talk_share",
        "customer_talk_share",
        "customer_seller_talk_ratio",
        "silence_share",
        "patience_s",
    ):
        signal = measured.signals[name]
        assert (signal.status, signal.value, signal.reason) == ("insufficient", None, "one_speaker"), name


def test_both_sides_on_both_channels_are_told_apart_by_voice(folder, hear, measure, clean):
    samples, rate_hz = samples_of(CALL)
    both = samples.sum(axis=1, keepdims=True)
    heard = hear(write_wav(folder / "both.wav", np.repeat(both, 2, axis=1), rate_hz))
    assert heard.channel_mode == "mono_diarized"
    assert "one_signal_on_both_channels" in heard.findings
    told = measure(heard, seller_channel=None, seller_speaks_at_s=seller_moment())
    assert told.seller_share == pytest.approx(clean.seller_share, abs=WITHIN)
    assert told.transcript.role_source == "manifest"
    assert len(heard.words) == pytest.approx(len(clean.transcript.words), rel=0.1)
    untold = measure(heard, seller_channel=0)
    assert untold.seller_share is None
    assert untold.signals["seller_talk_share"].reason == "roles_unknown"


def test_one_side_on_both_channels_is_one_speaker(folder, hear, measure, clean):
    samples, rate_hz = samples_of(CALL)
    heard = hear(write_wav(folder / "copied.wav", np.repeat(samples[:, :1], 2, axis=1), rate_hz))
    assert heard.channel_mode == "mono_diarized"
    assert {"one_signal_on_both_channels", "one_speaker"} <= set(heard.findings)
    assert_one_speaker(measure(heard, seller_channel=None, seller_speaks_at_s=seller_moment()))
    assert len(heard.words) == pytest.approx(len(clean.words_of("seller")), rel=0.1)


@pytest.mark.parametrize(("call", "noise_db"), [(CALL, None), ("ff0296d0", -80.0)])
def test_a_dead_channel_leaves_one_speaker(folder, hear, measure, call, noise_db):
    samples, rate_hz = samples_of(call)
    samples[:, 1] = 0 if noise_db is None else line_noise(len(samples), noise_db)
    heard = hear(write_wav(folder / f"dead_{call}.wav", samples, rate_hz))
    assert heard.channel_mode == "mono_diarized"
    assert {"dead_channel", "one_speaker"} <= set(heard.findings)
    assert_one_speaker(measure(heard, seller_channel=0))
    assert_one_speaker(measure(heard, seller_channel=None, seller_speaks_at_s=seller_moment(call)))


def test_both_sides_on_the_one_channel_that_lives(folder, hear, measure, harpervalley):
    call = "00d676d7"
    samples, rate_hz = samples_of(call)
    mixed = np.column_stack([samples.sum(axis=1), np.zeros(len(samples))])
    heard = hear(write_wav(folder / "left_only.wav", mixed, rate_hz))
    assert heard.channel_mode == "mono_diarized"
    assert "dead_channel" in heard.findings
    told = measure(heard, seller_channel=None, seller_speaks_at_s=seller_moment(call))
    assert told.seller_share == pytest.approx(measure(harpervalley[call]).seller_share, abs=WITHIN)


@pytest.mark.parametrize(("call", "delay_ms"), [(CALL, (5, 20)), ("ff0296d0", (12, 8))])
def test_bleed_both_ways_neither_counts_as_speech_nor_is_written_twice(
    folder, hear, measure, harpervalley, call, delay_ms
):
    expected = measure(harpervalley[call])
    samples, rate_hz = samples_of(call)
    heard = hear(write_wav(folder / f"bleed_{call}.wav", with_bleed(samples, rate_hz, delay_ms), rate_hz))
    assert heard.channel_mode == "stereo"
    assert "bleed_suppressed" in heard.findings
    measured = measure(heard)
    assert measured.seller_share == pytest.approx(expected.seller_share, abs=WITHIN)
    for party in ("seller", "customer"):
        words, before = plain(measured.words_of(party)), plain(expected.words_of(party))
        assert len(words) == pytest.approx(len(before), rel=0.1), party
        # Half of the clean words or more, in runs of three, are the same: the party's own and not the other's.
        runs = {tuple(before[at : at + 3]) for at in range(len(before) - 2)}
        kept = sum(tuple(words[at : at + 3]) in runs for at in range(len(words) - 2))
        assert kept >= 0.5 * len(runs), party
