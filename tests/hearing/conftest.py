"""What tests of this room share: the base recogniser, loaded once, and real speech from the example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio
from faster_whisper.vad import VadOptions, get_speech_timestamps

from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Int16, Interval
from callsignals.weights import WeightsFolder, shipped_dir, whisper_model

Side = tuple[Int16, list[Interval]]


@pytest.fixture(scope="session")
def base_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeightsFolder]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALLSIGNALS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield whisper_model("base")


@pytest.fixture(scope="session")
def recogniser(base_weights: WeightsFolder) -> Recogniser:
    return Recogniser(base_weights)


def sides_of(path: Path, *, stereo: bool = True) -> list[Side]:
    """Samples and voice activity per channel, by other means than ours."""
    channels = decode_audio(str(path), split_stereo=True) if stereo else (decode_audio(str(path)),)
    options = VadOptions(min_silence_duration_ms=100, speech_pad_ms=30)
    return [
        (
            np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16),
            [(found["start"] / 16_000, found["end"] / 16_000) for found in get_speech_timestamps(audio, options)],
        )
        for audio in channels
    ]


@pytest.fixture(scope="session")
def bank_call() -> list[Side]:
    """HarperValleyBank 03a17cc3 (CC BY 4.0), English: agent, caller."""
    return sides_of(shipped_dir() / "fixtures" / "demo" / "audio" / "harpervalley_03a17cc3.flac")


@pytest.fixture(scope="session")
def swedish_lines() -> list[Side]:
    """Swedish voice lines (MIT), one channel, the first minute."""
    ((samples, intervals),) = sides_of(
        shipped_dir() / "fixtures" / "demo" / "audio" / "swedish_lines.mp3", stereo=False
    )
    return [(samples[: 60 * 16_000], [(start, min(end, 60.0)) for start, end in intervals if start < 60.0])]


@pytest.fixture(scope="session")
def finnish_call() -> list[Side]:
    """Finnish sales call by machine voices (CC0): seller, customer."""
    return sides_of(shipped_dir() / "fixtures" / "demo" / "audio" / "finnish_synthetic_1.flac")
