"""Words on the call's clock, the same every time, from speech alone."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from callsignals.errors import ModelError
from callsignals.hearing.recognise import Recognised, Recogniser
from callsignals.hearing.recording import Float32, Int16, Interval
from callsignals.hearing.whisper import HeardWindow
from callsignals.weights import WeightsFolder

Side = tuple[Int16, list[Interval]]

AGENT_SAID = (
    # HarperValleyBank's human segment times on the common clock (offset_ms, duration_ms), CC BY 4.0.
    (3.92, 8.90, "hello this is harper valley national bank my name is david how can i help you today"),
    (14.79, 16.26, "i would be happy to help you with that"),
    (16.86, 18.09, "what is the company name"),
    (26.79, 28.59, "and what is the company address"),
    (66.52, 68.74, "is there anything else i can help you with today"),
    (72.09, 73.59, "thank you for calling have a great day"),
)
SECOND = 16_000


@pytest.fixture(scope="module")
def agent(bank_call: list[Side], recogniser: Recogniser) -> Recognised:
    return recogniser.recognise(*bank_call[0], "en", speaker="ch0")


@pytest.fixture(scope="module")
def caller(bank_call: list[Side], recogniser: Recogniser) -> Recognised:
    return recogniser.recognise(*bank_call[1], "en", speaker="ch1")


def plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


@pytest.mark.parametrize(("start_s", "end_s", "said"), AGENT_SAID)
def test_words_stand_where_people_heard_them(agent: Recognised, start_s: float, end_s: float, said: str) -> None:
    near = [
        word
        for word in agent.words
        if word.start_s is not None
        and word.end_s is not None
        and word.end_s > start_s - 0.5
        and word.start_s < end_s + 0.5
    ]
    assert [plain(word.text) for word in near] == said.split()
    assert near[0].start_s == pytest.approx(start_s, abs=0.5)
    assert near[-1].end_s == pytest.approx(end_s, abs=0.5)


def test_words_are_in_order_within_speech_and_named_after_their_speaker(
    agent: Recognised, bank_call: list[Side]
) -> None:
    at = 0.0
    for word in agent.words:
        assert word.start_s is not None
        assert word.end_s is not None
        assert at <= word.start_s <= word.end_s
        at = word.start_s
        assert word.text == word.text.strip() != ""
        assert word.speaker == "ch0"
        assert word.probability is not None
        assert 0.0 <= word.probability <= 1.0
        assert any(start < word.end_s + 0.4 and end > word.start_s - 0.4 for start, end in bank_call[0][1])
        gaps = [(end, start) for (_, end), (start, _) in zip(bank_call[0][1], bank_call[0][1][1:], strict=False)]
        assert not any(word.start_s < a and b < word.end_s and b - a > 0.3 for a, b in gaps)


def test_a_window_boundary_loses_no_words(caller: Recognised) -> None:
    # This side needs two windows; the amount stands at the end of the first.
    said = " ".join(plain(word.text) for word in caller.words)
    assert "the amount of the bill is 132" in said
    assert said.count("david wilson") == 1
    assert said.count("smart electric") == 1


def test_silence_before_the_call_only_moves_the_words(bank_call: list[Side], recogniser: Recogniser) -> None:
    samples, intervals = bank_call[0][0], [(start, end) for start, end in bank_call[0][1] if end < 20.0]
    usual = recogniser.recognise(samples, intervals, "en", speaker="ch0")
    later = np.concatenate([np.zeros(5 * SECOND, np.int16), samples])
    moved = recogniser.recognise(later, [(start + 5.0, end + 5.0) for start, end in intervals], "en", speaker="ch0")
    back = [
        replace(word, start_s=round((word.start_s or 0.0) - 5.0, 2), end_s=round((word.end_s or 0.0) - 5.0, 2))
        for word in moved.words
    ]
    assert back == [
        replace(word, start_s=round(word.start_s or 0.0, 2), end_s=round(word.end_s or 0.0, 2)) for word in usual.words
    ]
    assert len(back) > 20


def test_the_same_bytes_again_and_with_more_threads(
    caller: Recognised, bank_call: list[Side], recogniser: Recogniser, base_weights: WeightsFolder
) -> None:
    # The first recogniser has heard other windows in between and answers from its cache; the second is fresh.
    other = Recogniser(base_weights, cpu_threads=2)
    assert repr(recogniser.recognise(*bank_call[1], "en", speaker="ch1")).encode() == repr(caller).encode()
    assert repr(other.recognise(*bank_call[1], "en", speaker="ch1")).encode() == repr(caller).encode()


def test_a_memory_map_is_heard_like_an_array(
    caller: Recognised, bank_call: list[Side], recogniser: Recogniser, tmp_path: Path
) -> None:
    samples, intervals = bank_call[1]
    both = np.stack([samples, samples])
    np.save(tmp_path / "call.npy", both)
    mapped = np.load(tmp_path / "call.npy", mmap_mode="r")
    assert recogniser.recognise(mapped[1], intervals, "en", speaker="ch1") == caller


def test_speech_after_the_last_word_is_heard_again_though_whisper_calls_the_window_finished(
    bank_call: list[Side], base_weights: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whisper sometimes ends a window early: here its first answer breaks off after five words.
    samples, intervals = bank_call[0]
    some = [(start, end) for start, end in intervals if end < 20.0]
    recogniser = Recogniser(base_weights)
    usual = [plain(word.text) for word in recogniser.recognise(samples, some, "en").words]
    hear = recogniser._whisper.hear
    rounds = 0

    def breaks_off(audio: Float32, language: str, *, beam_size: int, hotwords: str | None) -> HeardWindow:
        nonlocal rounds
        rounds += 1
        heard = hear(audio, language, beam_size=beam_size, hotwords=hotwords)
        return replace(heard, words=heard.words[:5], finished_s=len(audio) / SECOND) if rounds == 1 else heard

    monkeypatch.setattr(recogniser._whisper, "hear", breaks_off)
    again = [plain(word.text) for word in recogniser.recognise(samples, some, "en").words]
    assert rounds > 1
    assert set(again) >= set(usual[5:])
    assert again[-5:] == usual[-5:]


def test_nothing_is_heard_where_nobody_speaks(bank_call: list[Side], recogniser: Recogniser) -> None:
    before = recogniser.encoded_count
    assert recogniser.recognise(bank_call[0][0], [], "en") == Recognised(())
    assert recogniser.encoded_count == before


def test_only_the_given_speech_is_heard(bank_call: list[Side], recogniser: Recogniser) -> None:
    samples, intervals = bank_call[0]
    heard = recogniser.recognise(samples, [(start, end) for start, end in intervals if 16.5 < start < 18.5], "en")
    assert [plain(word.text) for word in heard.words] == ["what", "is", "the", "company", "name"]


def test_no_hotwords_unless_set_and_then_they_are_heard(
    caller: Recognised, bank_call: list[Side], recogniser: Recogniser, base_weights: WeightsFolder
) -> None:
    assert recogniser.hotwords == ()
    samples, intervals = bank_call[1]
    first = [(start, end) for start, end in intervals if start < 14.0]
    usual = recogniser.recognise(samples, first, "en")
    named = Recogniser(base_weights, hotwords=["Dayvid Willsen"]).recognise(samples, first, "en")
    assert "Wilson" in " ".join(word.text for word in usual.words)
    assert "Willsen" in " ".join(word.text for word in named.words)


def test_no_network_is_touched(
    bank_call: list[Side], base_weights: WeightsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    samples, intervals = bank_call[1]
    assert Recogniser(base_weights).recognise(samples, intervals[:3], "en").words is not None


def test_the_model_is_named_with_its_digest_and_without_its_place(
    recogniser: Recogniser, base_weights: WeightsFolder
) -> None:
    assert recogniser.model_name == f"base@{base_weights.digest[:12]}"
    here = replace(base_weights, name=str(base_weights.path))
    assert str(base_weights.path.parent) not in Recogniser(here).model_name


def test_an_absent_device_is_a_clear_error(base_weights: WeightsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 0)
    with pytest.raises(ModelError, match="--device cpu"):
        Recogniser(base_weights, device="cuda")
    assert Recogniser(base_weights, device="auto").device == "cpu"


def test_weights_that_cannot_be_loaded_are_a_clear_error(base_weights: WeightsFolder, tmp_path: Path) -> None:
    for name in base_weights.files:
        (tmp_path / name).write_bytes((base_weights.path / name).read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        Recogniser(replace(base_weights, path=tmp_path))


def test_an_unknown_language_is_a_clear_error(recogniser: Recogniser) -> None:
    with pytest.raises(ModelError, match="'xx'"):
        recogniser.recognise(np.zeros(SECOND, np.int16), [(0.0, 1.0)], "xx")
