"""Whisper, one window at a time: encode once, decode by beam search, align words.

The steps are faster-whisper's own (``WhisperModel.generate_segments``), taken apart so that a window is
encoded once, that what it leaves unfinished can be heard again together with what follows, and that nothing
is random: Whisper's usual way out of a repetition loop, sampling at a higher temperature, cannot be made
repeatable (CTranslate2 keeps one random generator per worker thread, seeded once), so a looping window is
decoded again with repeats forbidden.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from callsignals.hearing.hallucinations import compression_ratio
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32

__all__ = ["HeardWindow", "HeardWord", "Whisper"]

LOOP_COMPRESSION_RATIO = 2.4
"""Text that zlib shrinks further than this repeats itself (Whisper's ``compression_ratio_threshold``)."""
NO_REPEAT_NGRAM_TOKENS = 5
NO_SPEECH_PROBABILITY = 0.6
NO_SPEECH_LOG_PROBABILITY = -1.0
"""A window that Whisper both calls speechless and is unsure of holds none (Whisper's own rule)."""

_LONGEST_TOKENS = 448
_LATEST_FIRST_TIMESTAMP = 50  # steps of 0.02 s
_TOKEN_S = 0.02
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"
_ENCODINGS_KEPT = 8


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its time in the window and white space as the model writes it."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """What was heard in one window.

    Attributes:
        words: in order.
        finished_s: up to where the window is done with; speech after it is still to be heard.
        speechless: Whisper takes the whole window for something else than speech.
    """

    words: tuple[HeardWord, ...]
    finished_s: float
    speechless: bool = False


class Whisper(WhisperModel):  # type: ignore[misc]  # faster-whisper is untyped
    """A loaded model. Keeps its last encodings: what language detection encoded need not be encoded again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._encodings: OrderedDict[bytes, Any] = OrderedDict()
        self.encoded_count = 0

    def encode(self, features: Float32) -> Any:  # noqa: ANN401
        """The encoder's output for 30 s of features, shape (mels, 3000)."""
        key = hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
        if key not in self._encodings:
            self._encodings[key] = super().encode(features)
            self.encoded_count += 1
        self._encodings.move_to_end(key)
        while len(self._encodings) > _ENCODINGS_KEPT:
            self._encodings.popitem(last=False)
        return self._encodings[key]

    def language_probabilities(self, audio: Float32) -> dict[str, float]:
        """How likely each language is; ``audio`` has shape (n,), at most 30 s at 16 kHz, -1..1."""
        if not self.model.is_multilingual:
            return {"en": 1.0}
        encoded, _ = self._encoded(audio)
        return {token[2:-2]: float(share) for token, share in self.model.detect_language(encoded)[0]}

    def hear(self, audio: Float32, language: str, *, beam_size: int, hotwords: str | None) -> HeardWindow:
        """Recognise at most 30 s of audio, shape (n,), 16 kHz, -1..1."""
        encoded, frames = self._encoded(audio)
        tokenizer = Tokenizer(self.hf_tokenizer, self.model.is_multilingual, task="transcribe", language=language)
        prompt = self.get_prompt(tokenizer, [], hotwords=hotwords)
        result = self._generate(encoded, prompt, tokenizer, beam_size, no_repeat_ngram_size=0)
        if compression_ratio(tokenizer.decode(result.sequences_ids[0])) > LOOP_COMPRESSION_RATIO:
            result = self._generate(encoded, prompt, tokenizer, beam_size, NO_REPEAT_NGRAM_TOKENS)
        segments, finished_s = _segments(
            result.sequences_ids[0], tokenizer.timestamp_begin, len(audio) / SAMPLE_RATE_HZ
        )
        self.add_word_timestamps([segments], tokenizer, encoded, frames, _PREPENDED, _APPENDED, 0.0)
        words = tuple(
            HeardWord(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
            for segment in segments
            for word in segment["words"]
        )
        if finished_s is None:
            finished_s = words[-1].end_s if words else len(audio) / SAMPLE_RATE_HZ
        return HeardWindow(words=words, finished_s=finished_s, speechless=_is_speechless(result))

    def _encoded(self, audio: Float32) -> tuple[Any, int]:
        features = self.feature_extractor(audio)[..., :-1]
        return self.encode(pad_or_trim(features)), features.shape[-1]

    def _generate(
        self,
        encoded: Any,  # noqa: ANN401
        prompt: Sequence[int],
        tokenizer: Any,  # noqa: ANN401
        beam_size: int,
        no_repeat_ngram_size: int,
    ) -> Any:  # noqa: ANN401
        return self.model.generate(
            encoded,
            [list(prompt)],
            beam_size=beam_size,
            no_repeat_ngram_size=no_repeat_ngram_size,
            max_length=_LONGEST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            max_initial_timestamp_index=_LATEST_FIRST_TIMESTAMP,
        )[0]


def _is_speechless(result: Any) -> bool:  # noqa: ANN401
    tokens = len(result.sequences_ids[0])
    log_probability = result.scores[0] * tokens / (tokens + 1)
    return bool(result.no_speech_prob > NO_SPEECH_PROBABILITY and log_probability < NO_SPEECH_LOG_PROBABILITY)


def _segments(
    tokens: Sequence[int], first_timestamp: int, duration_s: float
) -> tuple[list[dict[str, Any]], float | None]:
    """Token runs between time stamps, and up to where the window is done with (None: up to the last word).

    Between two segments Whisper writes two time stamps. After the last pair an unfinished segment may follow,
    which is left for the next window; one time stamp at the very end says that nothing follows.
    """
    pairs = [n + 1 for n, (one, two) in enumerate(pairwise(tokens)) if min(one, two) >= first_timestamp]
    ended = len(tokens) >= 2 and tokens[-2] < first_timestamp <= tokens[-1]
    if not pairs:
        stamps = [token for token in tokens if token > first_timestamp]
        end_s = (stamps[-1] - first_timestamp) * _TOKEN_S if stamps else duration_s
        return [_segment(tokens, 0.0, end_s)], duration_s if ended else None
    cuts = [0, *pairs, len(tokens)] if ended else [0, *pairs]
    runs = [tokens[start:end] for start, end in pairwise(cuts)]
    segments = [
        _segment(run, (run[0] - first_timestamp) * _TOKEN_S, (run[-1] - first_timestamp) * _TOKEN_S) for run in runs
    ]
    return segments, duration_s if ended else None


def _segment(tokens: Sequence[int], start_s: float, end_s: float) -> dict[str, Any]:
    return {"seek": 0, "start": start_s, "end": end_s, "tokens": list(tokens)}
