"""Which language a call is in."""

from __future__ import annotations

from dataclasses import replace

import pytest
import soundfile

from acceptance.conftest import Call
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, TERM_SIGNALS
from support import AUDIO, write_wav


def test_english_is_detected_where_the_row_says_nothing(hear):
    heard = hear(AUDIO / "harpervalley_ff0296d0.ogg", None)
    assert heard.language == "en"
    assert heard.language_confidence > 0.9


def test_swedish_is_detected(hear, tmp_path):
    samples, rate_hz = soundfile.read(AUDIO / "swedish_lines.mp3", stop=0, always_2d=True)
    samples, rate_hz = soundfile.read(AUDIO / "swedish_lines.mp3", frames=30 * rate_hz, always_2d=True)
    heard = hear(write_wav(tmp_path / "swedish.wav", samples, rate_hz), None)
    assert heard.language == "sv"
    assert heard.language_confidence > 0.9


def test_finnish_is_detected(hear, tmp_path):
    """Two machine voices: the path is tested, not the accuracy."""
    rate_hz = soundfile.info(AUDIO / "finnish_synthetic_1.flac").samplerate
    samples, _ = soundfile.read(AUDIO / "finnish_synthetic_1.flac", frames=30 * rate_hz, always_2d=True)
    heard = hear(write_wav(tmp_path / "finnish.wav", samples, rate_hz), None)
    assert heard.language == "fi"
    assert heard.channel_mode == "stereo"


@pytest.mark.parametrize("language", ["de", "et"])
def test_a_call_in_another_language_is_insufficient_and_says_which(language, harpervalley, run_calls, tmp_path):
    (tmp_path / "foreign.wav").write_bytes(b"stands for a recording in another language")
    heard = replace(harpervalley["00d676d7"], words=(), language=language, language_confidence=0.97)
    rows = run_calls(tmp_path, [Call("foreign", tmp_path / "foreign.wav", {"language": ""}, heard)])
    row = rows.calls["foreign"]
    assert row["language"] == language
    assert all(row[name] is None for name in (*CONVERSATION_SIGNALS, *TERM_SIGNALS))
    assert set(rows.reasons("foreign").values()) == {f"language_{language}"}
