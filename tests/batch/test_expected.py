"""What a user is told before the first call is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from callsignals.batch.expected import SECONDS_PER_AUDIO_SECOND, hearing_notice, shown_duration, wall_s, weighed_s


@pytest.fixture
def ten_minutes(tmp_path: Path) -> Path:
    path = tmp_path / "call.flac"
    soundfile.write(path, np.random.default_rng(1).integers(-8, 8, 600 * 8000, np.int16), 8000)
    return path


def test_work_is_shared_by_no_more_workers_than_there_are_recordings():
    assert wall_s(1000.0, 10, 2) == 1000.0 * SECONDS_PER_AUDIO_SECOND / 2
    assert wall_s(1000.0, 1, 2) == 1000.0 * SECONDS_PER_AUDIO_SECOND


def test_a_call_of_seconds_takes_as_long_as_the_shortest_window():
    assert [weighed_s(length_s) for length_s in (None, 0.0, 3.0, 12.0, 13.0)] == [0.0, 0.0, 12.0, 12.0, 13.0]


def test_hundreds_of_tiny_calls_are_worth_a_notice(tmp_path):
    path = tmp_path / "call.wav"
    soundfile.write(path, np.zeros(3 * 8000, np.int16), 8000)
    notice = hearing_notice([path] * 300, 1)
    assert notice is not None
    assert notice.startswith("About 15 minutes of audio to hear, about 4 minutes with 1 worker")  # 300 x 12 s x 0.07


def test_hours_are_told_from_a_sample_of_the_headers(ten_minutes):
    """41 recordings of ten minutes; every second one is looked at."""
    notice = hearing_notice([ten_minutes] * 41, 2)
    assert notice is not None
    assert notice.startswith("About 6.8 hours of audio to hear, about 14 minutes with 2 workers on the machine of ")


def test_what_cannot_be_read_takes_no_time_and_what_takes_no_minute_is_not_told(ten_minutes):
    broken = ten_minutes.with_name("broken.wav")
    broken.write_bytes(b"")
    assert hearing_notice([ten_minutes, ten_minutes, broken, broken], 1) == (
        "About 20 minutes of audio to hear, about 1 minute with 1 worker on the machine of benchmarks/RESULTS.md; mono "
        "takes up to twice as long."
    )
    assert hearing_notice([ten_minutes], 1) is None
    assert hearing_notice([broken, broken.with_name("gone.wav")], 1) is None


def test_durations_in_plain_words():
    assert [shown_duration(s) for s in (1.0, 59.0, 60.0, 5399.0, 5400.0)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "90 minutes",
        "1.5 hours",
    ]
