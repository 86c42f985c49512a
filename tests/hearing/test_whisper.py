"""A window is encoded at its own length, and at full length when what it gives is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from callsignals.hearing.packing import pack, window_samples
from callsignals.hearing.recording import Float32, Int16, Interval
from callsignals.hearing.whisper import TAIL_S, HeardWindow, HeardWord, Whisper
from callsignals.weights import WeightsFolder

Side = tuple[Int16, list[Interval]]


@pytest.fixture
def whisper(base_weights: WeightsFolder) -> Whisper:
    return Whisper(str(base_weights.path), device="cpu", compute_type="int8", cpu_threads=1)


@pytest.fixture(scope="module")
def window(bank_call: list[Side]) -> Float32:
    samples, intervals = bank_call[0]
    return window_samples(samples, pack(samples, intervals)[0])


def hear(whisper: Whisper, audio: Float32, beam_size: int = 2) -> HeardWindow:
    return whisper.hear(audio, "en", beam_size=beam_size, hotwords=None)


class Lengths:
    """Records how long each window was that went into the encoder, in seconds."""

    def __init__(self, whisper: Whisper, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        usual = whisper.encode

        def encode(features: Float32) -> Any:
            self.seconds.append(features.shape[-1] / 100)
            return usual(features)

        monkeypatch.setattr(whisper, "encode", encode)


def test_no_more_is_encoded_than_the_window_holds(
    whisper: Whisper, window: Float32, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = Lengths(whisper, monkeypatch)
    heard = hear(whisper, window)
    assert lengths.seconds == [pytest.approx(len(window) / 16_000 + TAIL_S, abs=0.02)]
    assert heard.words[0].text.strip().casefold().startswith("hello")


def test_the_language_costs_no_second_encoding(whisper: Whisper, window: Float32) -> None:
    assert whisper.language_probabilities(window)["en"] > 0.9
    hear(whisper, window)
    assert whisper.encoded_count == 1


def test_words_of_a_window_and_of_a_full_length_one_stand_alike(whisper: Whisper, window: Float32) -> None:
    short = {word.text.strip().casefold(): word for word in hear(whisper, window).words}
    silence = np.zeros(30 * 16_000 - len(window), np.float32)
    full = {word.text.strip().casefold(): word for word in hear(whisper, np.concatenate([window, silence])).words}
    once = [text for text in short if text in full and text in ("harper", "valley", "david", "happy", "company")]
    assert len(once) >= 4
    for text in once:
        assert short[text].start_s == pytest.approx(full[text].start_s, abs=0.2)
        assert short[text].end_s == pytest.approx(full[text].end_s, abs=0.2)


@dataclass
class Result:
    """What CTranslate2 gives for a window."""

    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float = 0.0


@pytest.fixture
def answers(whisper: Whisper, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Result | None]]:
    """Answers of the decoder, one after the other; None lets it answer itself."""
    queue: list[Result | None] = []
    usual = whisper._generate

    def generate(*args: Any, **kwargs: Any) -> Any:
        answer = queue.pop(0)
        return usual(*args, **kwargs) if answer is None else answer

    monkeypatch.setattr(whisper, "_generate", generate)
    yield queue
    assert queue == []


def tokens(whisper: Whisper, text: str) -> list[int]:
    found: Sequence[int] = whisper.hf_tokenizer.encode(text, add_special_tokens=False).ids
    return list(found)


@pytest.mark.parametrize("trouble", ["loop", "unlikely", "squeezed"])
def test_a_doubtful_window_is_heard_again_at_full_length(
    whisper: Whisper, window: Float32, answers: list[Result | None], monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    lengths = Lengths(whisper, monkeypatch)
    text = " thank you very much" * 40 if trouble == "loop" else " hello this is somebody else on the line"
    log_probability = -1.5 if trouble == "unlikely" else -0.1
    answers += [Result([tokens(whisper, text)], [log_probability]), None]
    if trouble == "squeezed":
        crammed = [{"word": f" word{n}", "start": 5.0, "end": 5.0, "probability": 0.9} for n in range(5)]
        usual = whisper.add_word_timestamps

        def align(segments: list[list[dict[str, Any]]], *args: Any) -> Any:
            if len(lengths.seconds) > 1:
                return usual(segments, *args)
            segments[0][0]["words"] = crammed
            return 0.0

        monkeypatch.setattr(whisper, "add_word_timestamps", align)
    heard = hear(whisper, window)
    assert lengths.seconds[1] == 30.0
    said = " ".join(word.text.strip() for word in heard.words).casefold()
    assert "harper valley national bank" in said
    assert "word0" not in said


def test_what_still_loops_at_full_length_is_decoded_without_repeats(
    whisper: Whisper, window: Float32, answers: list[Result | None]
) -> None:
    loop = Result([tokens(whisper, " thank you very much" * 40)], [-0.1])
    answers += [loop, loop, None]
    said = " ".join(word.text.strip() for word in hear(whisper, window).words).casefold()
    assert "harper valley" in said
    assert "thank you very much thank you" not in said


def test_words_of_any_window_are_the_same_again(whisper: Whisper, window: Float32) -> None:
    first = hear(whisper, window)
    hear(whisper, window[: len(window) // 2])
    whisper._encodings.clear()
    assert hear(whisper, window) == first
    assert all(isinstance(word, HeardWord) for word in first.words)
