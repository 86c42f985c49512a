"""How far a talk share may be off, by hand and on a real call."""

from __future__ import annotations

import math

import numpy as np
import pytest

from callsignals.hearing import sides
from callsignals.hearing.recording import Recording
from callsignals.hearing.voices import Diarized
from callsignals.hearing.voices.second_pass import voice_margins
from callsignals.hearing.voices.uncertainty import (
    ALWAYS,
    PER_DOUBT,
    PER_TURN_END_S,
    STEEPNESS,
    share_half_width,
)
from callsignals.hearing.voices.windows import WINDOW_FRAMES, WindowPrints
from callsignals.vocabulary.spoken import Activity

FRAMES = 10_000
CLEAR = np.full(FRAMES, 10.0)


def alternating(turn_frames: int) -> np.ndarray:
    """100 s of two voices that take turns, one after the other."""
    first = np.arange(FRAMES) // turn_frames % 2 == 0
    return np.stack([first, ~first], axis=1)


def test_clear_voices_leave_the_ends_of_turns_and_what_is_always_there() -> None:
    """Four turns in 100 s of talk: sqrt(4) / 100; a hundred: sqrt(100) / 100."""
    few, many = (share_half_width(alternating(frames), CLEAR) for frames in (2500, 100))
    assert few == pytest.approx(math.hypot(ALWAYS, PER_TURN_END_S * 0.02))
    assert many == pytest.approx(math.hypot(ALWAYS, PER_TURN_END_S * 0.1))


def test_overlap_counts_as_talk_of_both() -> None:
    """60 s and 60 s with 20 s together: 120 s of talk in two turns."""
    voices = np.zeros((FRAMES, 2), dtype=bool)
    voices[:6000, 0] = voices[4000:, 1] = True
    assert share_half_width(voices, CLEAR) == pytest.approx(math.hypot(ALWAYS, PER_TURN_END_S * math.sqrt(2) / 120))


def test_doubt_is_that_of_speech_alone() -> None:
    """A tenth of the speech sounds like both (a doubt of a half), the rest is clear; silence does not count."""
    voices = alternating(2500)
    voices[5000:] = False
    margins = np.where(np.arange(FRAMES) % 10 == 0, 0.0, 10.0)
    margins[5000:] = 0.0
    expected = math.sqrt(ALWAYS**2 + (PER_TURN_END_S * math.sqrt(2) / 50) ** 2 + (PER_DOUBT * 0.05) ** 2)
    assert share_half_width(voices, margins) == pytest.approx(expected)


def test_which_voice_it_is_does_not_matter_and_less_margin_is_more_doubt() -> None:
    voices = alternating(2500)
    sizes = [share_half_width(voices, np.full(FRAMES, margin)) for margin in (0.5, 0.3, 0.1, 0.0)]
    assert sizes == sorted(sizes)
    assert share_half_width(voices, np.full(FRAMES, -0.1)) == pytest.approx(sizes[2])
    assert share_half_width(voices[:, ::-1], np.full(FRAMES, 0.1)) == pytest.approx(sizes[2])
    assert PER_DOUBT / (1 + math.exp(STEEPNESS * 0.1)) < sizes[2] < 1


def test_voices_that_sound_alike_may_be_anything() -> None:
    """A half of a second of doubt in every second; never more than all of the talk."""
    voices = np.zeros((FRAMES, 2), dtype=bool)
    voices[0, 0] = True
    assert share_half_width(voices, np.zeros(FRAMES)) == 1.0


def test_margins_are_differences_of_cosine_similarities() -> None:
    """Two voices at right angles: 1 in the middle of the one's turn, -1 in that of the other."""
    starts = np.arange(0, 3000 - WINDOW_FRAMES + 1, 75)
    prints = np.zeros((len(starts), 192), dtype=np.float32)
    late = starts + WINDOW_FRAMES / 2 > 1500
    prints[~late, 0] = prints[late, 1] = 1.0
    voices = np.stack([np.arange(3000) < 1500, np.arange(3000) >= 1500], axis=1)
    margins = voice_margins(voices, WindowPrints(starts, prints))
    assert margins[700] == pytest.approx(1.0)
    assert margins[2300] == pytest.approx(-1.0)
    assert abs(margins[1500]) < 0.8


def test_a_voice_nobody_knows_leaves_no_margin() -> None:
    """No window lies in the second voice's moment."""
    starts = np.array([0, 75], dtype=np.int64)
    prints = np.zeros((2, 192), dtype=np.float32)
    prints[:, 0] = 1.0
    voices = np.zeros((1000, 2), dtype=bool)
    voices[:225, 0] = voices[900:910, 1] = True
    assert not voice_margins(voices, WindowPrints(starts, prints)).any()


@pytest.mark.parametrize("beep_s", [0.0, 3.0])
def test_what_is_heard_carries_it_music_or_not(monkeypatch: pytest.MonkeyPatch, beep_s: float) -> None:
    voices = (Activity(0.0, 4.0, speaker="spk0"), Activity(4.0, 9.0, speaker="spk1"))
    monkeypatch.setattr(sides, "diarize", lambda *_, **__: Diarized(voices, ("overlap_aware",), 0.031))
    samples = np.random.default_rng(0).normal(0, 500, 16_000 * 10)
    samples[: round(16_000 * beep_s)] += 8000 * np.sin(2 * np.pi * 1000 * np.arange(round(16_000 * beep_s)) / 16_000)
    heard = sides.listen(Recording.from_samples(samples.astype(np.int16)), diarize_mono=True, speakers=2)
    assert heard.talk_share_half_width == 0.031
    assert any(item.party == "other" for item in heard.timeline) == (beep_s > 0)
    assert {*voices} <= {*heard.timeline}
