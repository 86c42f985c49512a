"""Hold music, ringing and tones are nobody's speech, and speech is none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from callsignals.hearing.activity import speech_intervals, without
from callsignals.hearing.decode import Decoder
from callsignals.hearing.music import NonSpeech, find_non_speech, speech_and_other
from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.sides import Heard, listen
from callsignals.weights import shipped_dir

AUDIO = shipped_dir() / "fixtures" / "demo" / "audio"
RATE_HZ = 16_000
Floats = npt.NDArray[np.float64]
RNG_SEED = 3
CHORDS = [(60, 64, 67, 72), (57, 60, 64, 69), (53, 57, 60, 65), (55, 59, 62, 67)]


@pytest.fixture(scope="module")
def recordings() -> Iterator[dict[str, Recording]]:
    names = [
        "harpervalley_00d676d7.wav",
        "harpervalley_03a17cc3.flac",
        "harpervalley_eb82ec7b.mp3",
        "harpervalley_ff0296d0.ogg",
        "auto_repairs_40.m4a",
        "swedish_lines.mp3",
        "finnish_synthetic_1.flac",
        "commercial_mono.wav",
    ]
    with Decoder() as decoder:
        yield {name: decoder.decode(AUDIO / name) for name in names}


def note(midi: int, length_s: float, decay: float, vibrato: float) -> Floats:
    time = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    pitch_hz = 440 * 2 ** ((midi - 69) / 12)
    sound = sum(
        np.sin(2 * np.pi * k * (pitch_hz * time + vibrato * np.sin(2 * np.pi * 5.5 * time))) / k
        for k in range(1, 9)
        if k * pitch_hz < 3800
    )
    edges = np.minimum(1, np.minimum(time / 0.01, (length_s - time) / 0.02))
    shaped: Floats = np.asarray(sound) * np.exp(-decay * time) * edges
    return shaped


def hold_music(kind: str, length_s: float, level_db: float = -22.0) -> Floats:
    """Chords held, struck or bowed, arpeggios, with or without drums; telephone band; int16 scale."""
    step_s, decay, vibrato = {
        "organ": (2.0, 0.0, 0.0),
        "strings": (2.0, 0.0, 0.15),
        "piano": (2.0, 3.0, 0.0),
        "arpeggio": (0.25, 3.0, 0.0),
        "drums": (0.25, 3.0, 0.0),
    }[kind]
    out = np.zeros(round(length_s * RATE_HZ))
    rng = np.random.default_rng(5)
    for index, at_s in enumerate(np.arange(0, length_s, step_s)):
        chord = CHORDS[int(at_s // 2) % 4]
        for midi in chord if step_s > 1 else chord[index % 4 : index % 4 + 1]:
            add(out, note(midi, step_s * (1 if step_s > 1 else 1.5), decay, vibrato), at_s)
        if kind == "drums":
            add(out, rng.standard_normal(1600) * np.exp(-np.arange(1600) / 400), at_s)
    telephone = signal.sosfilt(signal.butter(4, [300, 3400], "band", fs=RATE_HZ, output="sos"), out)
    scaled: Floats = telephone / np.sqrt((telephone**2).mean()) * 32768 * 10 ** (level_db / 20)
    return scaled


def add(out: Floats, sound: Floats, at_s: float) -> None:
    first = round(at_s * RATE_HZ)
    part = sound[: len(out) - first]
    out[first : first + len(part)] += part


def tone(frequencies_hz: Sequence[float], length_s: float) -> Floats:
    time = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    total: Floats = np.sum([np.sin(2 * np.pi * f * time) for f in frequencies_hz], axis=0)
    return 4000 * total / len(frequencies_hz)


def cadence(frequencies_hz: Sequence[float], on_s: float, off_s: float, times: int) -> Floats:
    once = np.concatenate([tone(frequencies_hz, on_s), np.zeros(round(off_s * RATE_HZ))])
    return np.tile(once, times)


def put_into(recording: Recording, channel: int, at_s: float, sound: Floats) -> Recording:
    """The channel with ``sound`` in the middle, on a line that is never quite silent."""
    speech, cut = recording.samples[channel].astype(np.float64), round(at_s * RATE_HZ)
    whole = np.concatenate([speech[:cut], sound, speech[cut:]])
    whole += np.random.default_rng(1).normal(0, 8, len(whole))
    return Recording.from_samples(np.clip(np.round(whole), -32768, 32767).astype(np.int16))


def seconds_in(intervals: Sequence[Interval], start_s: float, end_s: float) -> float:
    return sum(max(0.0, min(end, end_s) - max(start, start_s)) for start, end in intervals)


def spans(found: Sequence[NonSpeech]) -> list[Interval]:
    return [(item.start_s, item.end_s) for item in found]


def test_speech_is_no_music(recordings: dict[str, Recording]) -> None:
    """Seven real and one machine-made recording, three languages, mono and stereo."""
    for recording in recordings.values():
        for channel in range(recording.channel_count):
            intervals = speech_intervals(recording, channel)
            left = without(intervals, spans(find_non_speech(recording, channel, intervals)))
            spoken_s = seconds_in(intervals, 0, 1e9)
            assert seconds_in(left, 0, 1e9) > 0.995 * spoken_s


@pytest.mark.parametrize(
    ("kind", "channel", "level_db"),
    [("organ", 0, -22.0), ("strings", 1, -32.0), ("piano", 0, -32.0), ("arpeggio", 1, -22.0), ("drums", 0, -27.0)],
)
def test_a_minute_of_hold_music_is_other(
    recordings: dict[str, Recording], kind: str, channel: int, level_db: float
) -> None:
    call = recordings["harpervalley_eb82ec7b.mp3"]
    held = put_into(call, channel, 26.0, hold_music(kind, 60.0, level_db))
    speech, other = speech_and_other(held, 0)
    assert seconds_in(spans(other), 26.0, 86.0) > 57.0
    assert seconds_in(spans(other), 0.0, 1e9) - seconds_in(spans(other), 26.0, 86.0) < 1.0
    assert {item.kind for item in other} == {"music"}
    assert seconds_in(speech, 26.0, 86.0) < 0.5
    undisturbed = put_into(call, channel, 26.0, np.zeros(0))
    clean_s = seconds_in(speech_intervals(undisturbed, 0), 0, 1e9)
    assert seconds_in(speech, 0, 1e9) == pytest.approx(clean_s, rel=0.06)


@pytest.mark.parametrize("kind", ["organ", "drums", "arpeggio"])
def test_a_phrase_right_after_hold_music_is_none_of_it(recordings: dict[str, Recording], kind: str) -> None:
    """Quiet for 0.7 s before the music, a second between its end and 0.65 s of speech, another pause, more speech."""
    began_s, ended_s = 34.775, 94.775
    held = put_into(recordings["harpervalley_00d676d7.wav"], 0, began_s, hold_music(kind, 60.0))
    speech, (music,) = speech_and_other(held, 0)
    assert (music.start_s, music.end_s) == (pytest.approx(began_s, abs=0.1), pytest.approx(ended_s, abs=0.1))
    assert seconds_in(speech, 95.77, 96.42) == pytest.approx(0.65, abs=0.1)


@pytest.mark.parametrize("pause_s", [0.9, 1.1, 1.3])
def test_sound_after_a_pause_is_no_music_whoever_makes_it(recordings: dict[str, Recording], pause_s: float) -> None:
    """Voice activity need not have heard it."""
    pause = np.zeros(round(pause_s * RATE_HZ))
    burst = np.random.default_rng(4).normal(0, 1500, round(0.6 * RATE_HZ))
    sound = np.concatenate([hold_music("organ", 60.0), pause, burst, np.zeros(RATE_HZ)])
    held = put_into(recordings["harpervalley_00d676d7.wav"], 0, 34.775, sound)
    (music,) = find_non_speech(held, 0)
    assert music.end_s == pytest.approx(94.775, abs=0.1)


@pytest.mark.parametrize(
    ("sound", "kind"),
    [
        (cadence([425], 1.0, 4.0, 3), "ring"),
        (cadence([440, 480], 2.0, 4.0, 3), "ring"),
        (cadence([425], 0.5, 0.5, 8), "ring"),
        (tone([350, 440], 5.0), "tone"),
        (tone([1000], 1.3), "tone"),
        (tone([697, 1209], 0.12), "tone"),
    ],
    ids=["ringing, Europe", "ringing, America", "engaged", "dial tone", "beep", "key 1"],
)
def test_tones_are_other(recordings: dict[str, Recording], sound: Floats, kind: str) -> None:
    call = recordings["harpervalley_00d676d7.wav"]
    quiet = np.zeros(RATE_HZ // 2)
    at_s = 30.0
    with_tone = put_into(call, 1, at_s, np.concatenate([quiet, sound, quiet]))
    speech, other = speech_and_other(with_tone, 0)
    sounding_s = np.flatnonzero(np.abs(sound) > 100)[-1] / RATE_HZ
    start_s, end_s = at_s + 0.5, at_s + 0.5 + sounding_s
    assert [item.kind for item in other] == [kind]
    assert other[0].start_s == pytest.approx(start_s, abs=0.1)
    assert other[0].end_s == pytest.approx(end_s, abs=0.1)
    assert seconds_in(speech, start_s, end_s) == 0


def test_each_key_press_stands_alone() -> None:
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336)]
    dialled = np.concatenate([np.concatenate([tone(key, 0.1), np.zeros(4800)]) for key in keys])
    line = np.random.default_rng(2).normal(0, 8, len(dialled))
    recording = Recording.from_samples(np.round(dialled + line).astype(np.int16))
    found = find_non_speech(recording, 0)
    assert [item.kind for item in found] == ["tone"] * 4
    for index, item in enumerate(found):
        assert item.start_s == pytest.approx(0.4 * index, abs=0.07)


def test_a_hum_on_an_idle_line_is_nothing() -> None:
    time = np.arange(30 * RATE_HZ) / RATE_HZ
    hum = sum(10 * np.sin(2 * np.pi * f * time) for f in (250, 350, 450))
    recording = Recording.from_samples(np.asarray(hum).astype(np.int16))
    assert find_non_speech(recording, 0) == []


def test_silence_and_noise_are_nothing() -> None:
    noise = np.random.default_rng(0).normal(0, 1500, 20 * RATE_HZ)
    assert find_non_speech(Recording.from_samples(noise.astype(np.int16)), 0) == []
    assert find_non_speech(Recording.from_samples(np.zeros(RATE_HZ, dtype=np.int16)), 0) == []


def test_speech_outside_music_stays_whole() -> None:
    music = [NonSpeech(2.0, 4.0, "music"), NonSpeech(3.5, 6.0, "tone")]
    assert without([(1.0, 3.0), (4.5, 5.0), (5.5, 7.0)], spans(music)) == [(1.0, 2.0), (6.0, 7.0)]


def test_long_recordings_are_heard_like_short_ones(recordings: dict[str, Recording]) -> None:
    """Chunks of the spectrogram (65 s) leave no seam: music over several of them is one stretch."""
    sound = hold_music("strings", 140.0)
    recording = Recording.from_samples(np.round(sound).astype(np.int16))
    (found,) = find_non_speech(recording, 0)
    assert (found.start_s, found.end_s) == (pytest.approx(0, abs=0.5), pytest.approx(140, abs=0.5))


def noise(kind: str, level: float, length_s: float = 20.0) -> Floats:
    """White, pink, pink that a gate opens and shuts, a mains hum, or a line that crackles; ``level`` is its RMS."""
    rng, count = np.random.default_rng(RNG_SEED), round(length_s * RATE_HZ)
    time = np.arange(count) / RATE_HZ
    sound = rng.standard_normal(count)
    if kind in ("pink", "gated"):
        spectrum = np.fft.rfft(sound)
        sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), count)
    if kind == "gated":
        sound = sound * (0.4 + 0.6 * (np.sin(2 * np.pi * 3.1 * time) > 0))
    if kind == "hum":
        sound = np.sum([np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 12)], axis=0)
    if kind == "crackle":
        for first in rng.integers(0, count - 200, 40):
            sound[first : first + 160] += 60 * rng.standard_normal(160) * np.exp(-np.arange(160) / 30)
    scaled: Floats = level * sound / sound.std()
    return scaled


def heard_alone(sound: Floats, line_noise: float = 3.0) -> Heard:
    """A mono file with nothing but ``sound`` on a line that is never quite silent."""
    whole = sound + np.random.default_rng(RNG_SEED).normal(0, line_noise, len(sound))
    samples = np.clip(np.round(whole), -32768, 32767).astype(np.int16)
    return listen(Recording.from_samples(samples), diarize_mono=True, speakers=2)


def parties(heard: Heard) -> list[Interval]:
    return [(item.start_s, item.end_s) for item in heard.timeline if item.party != "other"]


@pytest.mark.parametrize("kind", ["organ", "strings", "piano", "arpeggio", "drums"])
@pytest.mark.parametrize(("length_s", "level_db"), [(8.0, -32.0), (30.0, -12.0)])
def test_a_file_of_music_has_no_party(kind: str, length_s: float, level_db: float) -> None:
    heard = heard_alone(hold_music(kind, length_s, level_db))
    assert parties(heard) == []
    assert "one_speaker" not in heard.findings
    assert {item.speaker for item in heard.timeline} == {"music"}


@pytest.mark.parametrize(
    "sound",
    [
        cadence([425], 1.0, 4.0, 6),
        cadence([440, 480], 2.0, 4.0, 5),
        cadence([400, 450], 0.4, 0.2, 20),
        cadence([425], 0.25, 0.25, 30),
        tone([350, 440], 20.0),
        np.concatenate([np.zeros(2 * RATE_HZ), tone([1000], 1.0), np.zeros(2 * RATE_HZ)]),
        np.tile(np.concatenate([tone([697, 1209], 0.1), np.zeros(4800)]), 10),
        np.tile(np.concatenate([tone([hz], 0.33) for hz in (950, 1400, 1800)] + [np.zeros(RATE_HZ)]), 4),
    ],
    ids=["ringing, Europe", "America", "Britain", "congestion", "dial tone", "beep", "keys", "number unknown"],
)
def test_a_file_of_ringing_or_tones_has_no_party(sound: Floats) -> None:
    heard = heard_alone(sound)
    assert parties(heard) == []
    assert "one_speaker" not in heard.findings


@pytest.mark.parametrize("kind", ["white", "pink", "gated", "hum", "crackle"])
@pytest.mark.parametrize("level", [3.0, 300.0, 3000.0])
def test_a_file_of_noise_has_no_party(kind: str, level: float) -> None:
    assert parties(heard_alone(noise(kind, level))) == []


def test_a_silent_file_has_no_party_and_nothing_else_either() -> None:
    heard = heard_alone(np.zeros(20 * RATE_HZ), line_noise=0.0)
    assert (heard.timeline, heard.findings) == ((), ())


def test_ringing_then_music_has_no_party() -> None:
    heard = heard_alone(np.concatenate([cadence([425], 1.0, 4.0, 3), hold_music("piano", 40.0)]))
    assert parties(heard) == []
    assert {item.speaker for item in heard.timeline} == {"ring", "music"}
