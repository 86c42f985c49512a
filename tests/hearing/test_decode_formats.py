"""Every format gives back what was put in: length, channels, content, place in time."""

from __future__ import annotations

import importlib.util
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from callsignals.hearing.decode import Decoder
from callsignals.hearing.recording import audio_digest

_spec = importlib.util.spec_from_file_location("hearing_media", Path(__file__).with_name("media.py"))
assert _spec is not None
assert _spec.loader is not None
media = importlib.util.module_from_spec(_spec)
sys.modules["hearing_media"] = media
_spec.loader.exec_module(media)

SECONDS = 4.0
BIT_RATES = {"wmav2": 128_000}

FORMATS = [
    # name, codec, rate, channels, least correlation, most ms off
    ("pcm16.wav", "pcm_s16le", 8000, 2, 0.999, 0.2),
    ("pcm16_44k.wav", "pcm_s16le", 44100, 2, 0.999, 0.2),
    ("pcm16_11k.wav", "pcm_s16le", 11025, 1, 0.999, 0.2),
    ("pcm8.wav", "pcm_u8", 8000, 2, 0.99, 0.2),
    ("pcm24.wav", "pcm_s24le", 48000, 2, 0.999, 0.2),
    ("pcm32.wav", "pcm_s32le", 16000, 1, 0.999, 0.2),
    ("float.wav", "pcm_f32le", 32000, 2, 0.999, 0.2),
    ("alaw.wav", "pcm_alaw", 8000, 2, 0.99, 0.2),
    ("mulaw.wav", "pcm_mulaw", 8000, 2, 0.99, 0.2),
    ("gsm.wav", "adpcm_ms", 8000, 2, 0.98, 0.2),
    ("quad.wav", "pcm_s16le", 8000, 4, 0.999, 0.2),
    ("eight.wav", "pcm_s16le", 8000, 8, 0.999, 0.2),
    ("lossless.flac", "flac", 8000, 2, 0.999, 0.2),
    ("lossless_48k.flac", "flac", 48000, 2, 0.999, 0.2),
    ("speech.mp3", "libmp3lame", 16000, 2, 0.98, 1.0),
    ("narrow.mp3", "libmp3lame", 8000, 1, 0.98, 1.0),
    ("music.mp3", "libmp3lame", 44100, 2, 0.98, 1.0),
    ("apple.m4a", "aac", 44100, 2, 0.98, 1.0),
    ("apple_8k.m4a", "aac", 8000, 2, 0.98, 1.0),
    ("adts.aac", "aac", 16000, 1, 0.97, 70.0),
    ("movie.mp4", "aac", 48000, 2, 0.98, 1.0),
    ("voice.ogg", "libopus", 48000, 2, 0.95, 1.0),
    ("voice.opus", "libopus", 16000, 1, 0.95, 1.0),
    ("old.ogg", "vorbis", 44100, 2, 0.7, 2.0),
    ("browser.webm", "libopus", 48000, 1, 0.95, 8.0),
    ("container.mkv", "pcm_s16le", 16000, 2, 0.999, 2.0),
    ("phone.amr", "libopencore_amrnb", 8000, 1, 0.7, 10.0),
    ("apple.aiff", "pcm_s16be", 22050, 2, 0.999, 0.2),
    ("sun.au", "pcm_mulaw", 8000, 2, 0.99, 0.2),
    ("windows.wma", "wmav2", 44100, 2, 0.97, 60.0),
    ("core.caf", "pcm_s16le", 16000, 2, 0.999, 0.2),
]


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "channels", "least", "most_ms"), FORMATS, ids=[row[0] for row in FORMATS]
)
def test_a_format_comes_back_as_it_went_in(
    decoder: Decoder, tmp_path: Path, name: str, codec: str, rate_hz: int, channels: int, least: float, most_ms: float
) -> None:
    put_in = media.voices(channels, SECONDS, rate_hz)
    path = media.write(tmp_path / name, put_in, rate_hz, codec, bit_rate=BIT_RATES.get(codec))
    recording = decoder.decode(path)
    assert recording.channel_count == channels
    assert recording.sample_rate_hz == 16_000
    assert recording.source_rate_hz == (48_000 if "opus" in codec else rate_hz)
    assert recording.duration_s == pytest.approx(SECONDS, abs=0.15)
    assert recording.duration_s == recording.sample_count / 16_000
    assert recording.complete
    assert recording.findings == ()
    expected = media.at_16k(put_in, rate_hz)
    for channel in range(channels):
        likeness, off_ms = media.likeness(recording.samples[channel], expected[channel])
        assert likeness > least
        assert abs(off_ms) <= most_ms


def test_channels_keep_their_order(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(8, 2.0, 16000)
    recording = decoder.decode(media.write(tmp_path / "eight.flac", put_in, 16000, "flac"))
    for channel in range(8):
        expected = np.round(put_in[channel] * 32767)
        np.testing.assert_allclose(recording.samples[channel], expected, atol=1)


def test_sixteen_channels_without_a_layout_are_kept(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "many.wav"
    put_in = (np.arange(4000)[:, None] % 50 * 10 * (1 + np.arange(16))).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(16)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(put_in.tobytes())
    recording = decoder.decode(path)
    np.testing.assert_array_equal(recording.samples, put_in.T)


def test_the_same_audio_in_another_container_has_the_same_digest(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(2, 1.0, 8000)
    wav = decoder.decode(media.write(tmp_path / "a.wav", put_in, 8000, "pcm_s16le"))
    flac = decoder.decode(media.write(tmp_path / "b.flac", put_in, 8000, "flac"))
    swapped = decoder.decode(media.write(tmp_path / "c.wav", put_in[::-1], 8000, "pcm_s16le"))
    assert wav.digest == flac.digest
    assert wav.digest != swapped.digest
    assert wav.digest == audio_digest(wav.samples)


def test_mono_and_two_equal_channels_differ(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(1, 1.0, 8000)
    mono = decoder.decode(media.write(tmp_path / "mono.wav", put_in, 8000, "pcm_s16le"))
    both = decoder.decode(media.write(tmp_path / "both.wav", np.repeat(put_in, 2, axis=0), 8000, "pcm_s16le"))
    assert mono.digest != both.digest


@pytest.mark.parametrize("container", ["matroska", "mp4"])
def test_a_gap_in_the_time_stamps_stays_a_gap(decoder: Decoder, tmp_path: Path, container: str) -> None:
    put_in = media.voices(2, 4.0, 16000)
    codec = {"matroska": "pcm_s16le", "mp4": "aac"}[container]
    path = media.write(
        tmp_path / "gap.bin",
        put_in,
        16000,
        codec,
        container=container,
        starts_s=[(0.0, 2.048, 0.0), (2.048, 4.0, 5.048)],
    )
    recording = decoder.decode(path)
    assert "gap" in recording.findings
    assert recording.duration_s == pytest.approx(7.0, abs=0.1)
    assert np.abs(recording.samples[:, round(2.3 * 16000) : round(4.8 * 16000)]).max() <= 1
    after = recording.samples[0, round(5.3 * 16000) : round(6.7 * 16000)]
    likeness, off_ms = media.likeness(after, 32767 * put_in[0, round(2.3 * 16000) : round(3.7 * 16000)])
    assert likeness > 0.97
    assert abs(off_ms) < 5


def test_an_overlap_is_heard_once(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(1, 4.0, 16000)
    parts = [(0.0, 2.0, 0.0), (1.6, 4.0, 1.6)]  # 0.4 s twice, as it should have been sent once
    path = media.write(tmp_path / "twice.mkv", put_in, 16000, "pcm_s16le", starts_s=parts, frame_s=2.0)
    recording = decoder.decode(path)
    assert recording.findings == ("overlap_trimmed",)
    assert recording.duration_s == pytest.approx(4.0, abs=0.01)
    np.testing.assert_allclose(recording.samples[0], np.round(put_in[0] * 32767), atol=1)


def test_a_clock_that_starts_anew_loses_nothing(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(1, 3.0, 16000)
    first = media.write(tmp_path / "one.ogg", put_in, 16000, "libopus")
    second = media.write(tmp_path / "two.ogg", put_in, 16000, "libopus")
    chained = tmp_path / "chained.ogg"
    chained.write_bytes(first.read_bytes() + second.read_bytes())
    recording = decoder.decode(chained)
    assert recording.duration_s == pytest.approx(6.0, abs=0.15)
    assert recording.complete


def test_video_gives_its_sound(decoder: Decoder, tmp_path: Path) -> None:
    import av

    path = tmp_path / "meeting.mp4"
    put_in = media.voices(2, 2.0, 16000)
    with av.open(str(path), "w") as file:
        video = file.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = file.add_stream("aac", rate=16000, layout="stereo")
        for _ in range(20):
            file.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        samples = np.round(put_in * 32767).astype(np.int16)
        for first in range(0, samples.shape[1], 1024):
            block = np.ascontiguousarray(samples[:, first : first + 1024].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = 16000, first
            file.mux(audio.encode(frame))
        file.mux(video.encode(None))
        file.mux(audio.encode(None))
    recording = decoder.decode(path)
    assert recording.channel_count == 2
    assert media.likeness(recording.samples[1], put_in[1])[0] > 0.97
