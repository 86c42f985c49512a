"""Words from speech: Whisper through faster-whisper, one channel at a time, speech only.

Always the same words from the same samples: windows are packed from the speech intervals alone, text never conditions
the next window, and decoding is beam search at temperature 0. Whisper's usual way out of a repetition loop, sampling
at a higher temperature, is random and cannot be seeded per window (CTranslate2 keeps one generator per worker
thread); here a looping window is decoded again with repeated n-grams forbidden instead.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim

from callsignals.errors import ModelError
from callsignals.hearing.hallucinations import compression_ratio, drop_hallucinations
from callsignals.hearing.packing import Window, pack, window_samples
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Int16, Interval
from callsignals.vocabulary.spoken import Dropped, Word
from callsignals.weights import WeightsFolder

__all__ = ["Recognised", "Recogniser"]

LOOP_COMPRESSION_RATIO = 2.4
"""Text that zlib shrinks further than this repeats itself (Whisper's ``compression_ratio_threshold``)."""
_NO_REPEAT_NGRAM_TOKENS = 5
_ENCODINGS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in one channel.

    Attributes:
        words: by start time, on the call's clock, with the recogniser's own probability.
        dropped: text that nobody can have said, with why.
    """

    words: tuple[Word, ...]
    dropped: tuple[Dropped, ...] = ()


class _RawWord(Protocol):
    word: str
    start: float
    end: float
    probability: float


class _Whisper(WhisperModel):  # type: ignore[misc]  # faster-whisper is untyped
    """Keeps the last encodings: what language detection encoded is not encoded again to be recognised."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._encodings: OrderedDict[bytes, Any] = OrderedDict()
        self.encoded_count = 0

    def encode(self, features: Float32) -> Any:  # noqa: ANN401
        key = hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
        known = self._encodings.get(key)
        if known is not None:
            return known
        encoded = super().encode(features)
        self.encoded_count += 1
        self._encodings[key] = encoded
        while len(self._encodings) > _ENCODINGS_KEPT:
            self._encodings.popitem(last=False)
        return encoded


class Recogniser:
    """A loaded recogniser.

    Args:
        weights: from :func:`callsignals.weights.whisper_model`.
        device: ``auto`` takes a CUDA device when there is one, else the processor.
        compute_type: None for ``int8`` on the processor and ``float16`` on CUDA.
        beam_size: hypotheses kept; 1 is greedy.
        cpu_threads: per recogniser; two one-thread workers beat one with two threads.
        hotwords: names and brands to be expected. They change what is heard, so nothing but the user's setting
            may go here.

    Raises:
        ModelError: when the device is absent or the weights cannot be loaded.
    """

    def __init__(
        self,
        weights: WeightsFolder,
        device: str = "auto",
        compute_type: str | None = None,
        beam_size: int = 5,
        cpu_threads: int = 1,
        hotwords: Sequence[str] = (),
    ) -> None:
        self.weights = weights
        self.device = _device(device)
        self.compute_type = compute_type or ("float16" if self.device == "cuda" else "int8")
        self.beam_size = beam_size
        self.hotwords = tuple(word.strip() for word in hotwords if word.strip())
        self._whisper = _load(weights, self.device, self.compute_type, cpu_threads)

    @property
    def model_name(self) -> str:
        """What records call it: the name (of a folder: its last part) and the beginning of its digest."""
        name = self.weights.path.name if self.weights.name == str(self.weights.path) else self.weights.name
        return f"{name}@{self.weights.digest[:12]}"

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes (where there is one) that these weights know."""
        return tuple(self._whisper.supported_languages)

    def recognise(
        self, samples: Int16, intervals: Sequence[Interval], language: str, *, speaker: str = ""
    ) -> Recognised:
        """The words of one channel.

        Args:
            samples: shape (n,), int16, 16 kHz; may be a memory map, of which windows are read one by one.
            intervals: when there is speech, seconds.
            language: ISO 639-1 code.
            speaker: goes into every word.

        Returns:
            Words on the call's clock; nothing when there is no speech.

        Raises:
            ModelError: when the weights do not know the language.
        """
        if language not in self.languages:
            raise ModelError(
                f"the model {self.weights.name}",
                f"does not know the language {language!r}",
                "Choose a multilingual model for it in [recognition]",
                code="model_language",
            )
        words = [
            word
            for window in pack(samples, intervals)
            for word in self._window_words(window_samples(samples, window), window, language, speaker)
        ]
        kept, dropped = drop_hallucinations(words, intervals, speaker=speaker)
        return Recognised(words=kept, dropped=dropped)

    def language_probabilities(self, samples: Int16, window: Window) -> dict[str, float]:
        """How likely each language is in one window, unrestricted; the encoding is kept for recognition."""
        if not self._whisper.model.is_multilingual:
            return {"en": 1.0}
        features = self._whisper.feature_extractor(window_samples(samples, window))
        encoded = self._whisper.encode(pad_or_trim(features[..., :-1]))
        return {token[2:-2]: float(share) for token, share in self._whisper.model.detect_language(encoded)[0]}

    def _window_words(self, audio: Float32, window: Window, language: str, speaker: str) -> list[Word]:
        raw = self._decode(audio, language, no_repeat_ngram_size=0)
        if compression_ratio("".join(word.word for word in raw)) > LOOP_COMPRESSION_RATIO:
            raw = self._decode(audio, language, no_repeat_ngram_size=_NO_REPEAT_NGRAM_TOKENS)
        return _on_call(raw, window, speaker)

    def _decode(self, audio: Float32, language: str, *, no_repeat_ngram_size: int) -> list[_RawWord]:
        segments, _ = self._whisper.transcribe(
            audio,
            language=language,
            task="transcribe",
            beam_size=self.beam_size,
            temperature=[0.0],
            no_repeat_ngram_size=no_repeat_ngram_size,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,
            hotwords=", ".join(self.hotwords) or None,
        )
        return [word for segment in segments for word in segment.words]


def _device(device: str) -> str:
    has_cuda = ctranslate2.get_cuda_device_count() > 0
    if device == "auto":
        return "cuda" if has_cuda else "cpu"
    if device == "cuda" and not has_cuda:
        raise ModelError(
            "the device cuda",
            "is not there (no CUDA device, or its driver is not installed)",
            "Use --device cpu or auto",
            code="no_cuda",
        )
    if device not in ("cpu", "cuda"):
        raise ModelError(f"the device {device}", "is unknown", "Use cpu, cuda or auto", code="unknown_device")
    return device


def _load(weights: WeightsFolder, device: str, compute_type: str, cpu_threads: int) -> _Whisper:
    try:
        # A folder with tokenizer.json: nothing is left that faster-whisper would look for on the network.
        return _Whisper(str(weights.path), device=device, compute_type=compute_type, cpu_threads=cpu_threads)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise ModelError(
            f"the model {weights.name}",
            f"cannot be loaded on {device} as {compute_type} ({reason})",
            "Try another compute type or device, or pull the model again",
            code="model_unusable",
        ) from None


def _on_call(raw: Sequence[_RawWord], window: Window, speaker: str) -> list[Word]:
    words: list[Word] = []
    for heard in raw:
        text = heard.word.strip()
        if not text:
            continue
        start_s, end_s = window.span_on_call(heard.start, heard.end)
        words.append(
            Word(
                text=text,
                start_s=start_s,
                end_s=end_s,
                speaker=speaker,
                probability=round(float(heard.probability), 4),
            )
        )
    return words
