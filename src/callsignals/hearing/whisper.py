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

from callsignals.hearing.hallucinations import LONGEST_RATE_CHARS_PER_S, compression_ratio
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32

__all__ = ["HeardWindow", "HeardWord", "Whisper"]

LOOP_COMPRESSION_RATIO = 2.4
"""Text that zlib shrinks further than this repeats itself (Whisper's ``compression_ratio_threshold``)."""
NO_REPEAT_NGRAM_TOKENS = 5
DOUBTFUL_LOG_PROBABILITY = -1.0
"""Tokens less likely than this on average make a window doubtful (Whisper's ``logprob_threshold``)."""
SQUEEZED_WORDS = 3
"""So many words in less time than anybody needs make a window doubtful, too."""
TAIL_S = 2.0
"""Silence that the encoder is given after a window's audio, instead of filling it up to 30 s: the encoder's time grows
faster than its input. Whisper was trained on 30 s, so a doubtful window is heard again at that length."""
LEAST_S = 12.0
"""The encoder is given at least so much: of less it makes neither words nor a language well."""
NO_SPEECH_PROBABILITY = 0.6
NO_SPEECH_LOG_PROBABILITY = -1.0
"""A window that Whisper both calls speechless and is unsure of holds none (Whisper's own rule)."""

_LONGEST_TOKENS = 448
_LATEST_FIRST_TIMESTAMP = 50  # steps of 0.02 s
_TOKEN_S = 0.02
_FRAMES_PER_S = 100
_WHOLE_FRAMES = 3000
_WHOLE_POSITIONS = 1500
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"
_ENCODINGS_KEPT = 16


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


@dataclass(frozen=True, slots=True)
class _Decoding:
    tokenizer: Any
    prompt: Sequence[int]
    beam_size: int


class Whisper(WhisperModel):  # type: ignore[misc]  # faster-whisper is untyped
    """A loaded model. Keeps its last encodings: what language detection encoded need not be encoded again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._encodings: OrderedDict[bytes, Any] = OrderedDict()
        self.encoded_count = 0

    def encode(self, features: Float32) -> Any:  # noqa: ANN401
        """The encoder's output for at most 30 s of features, shape (mels, frames)."""
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
        tokenizer = Tokenizer(self.hf_tokenizer, self.model.is_multilingual, task="transcribe", language=language)
        decoding = _Decoding(tokenizer, self.get_prompt(tokenizer, [], hotwords=hotwords), beam_size)
        heard = self._heard(audio, decoding, whole=False)
        if heard is None:
            heard = self._heard(audio, decoding, whole=True)
        if heard is None:
            raise RuntimeError("a window of full length is always heard")
        return heard

    def _heard(self, audio: Float32, decoding: _Decoding, *, whole: bool) -> HeardWindow | None:
        """What is heard in a window; None when it is doubtful and another result can be had at full length."""
        encoded, frames = self._encoded(audio, whole=whole)
        shortened = encoded.shape[1] < _WHOLE_POSITIONS
        result = self._generate(encoded, decoding)
        if shortened and (_loops(result, decoding) or _log_probability(result) < DOUBTFUL_LOG_PROBABILITY):
            return None
        if _loops(result, decoding):
            result = self._generate(encoded, decoding, NO_REPEAT_NGRAM_TOKENS)
        duration_s = len(audio) / SAMPLE_RATE_HZ
        segments, finished_s = _segments(result.sequences_ids[0], decoding.tokenizer.timestamp_begin, duration_s)
        self.add_word_timestamps([segments], decoding.tokenizer, encoded, frames, _PREPENDED, _APPENDED, 0.0)
        words = tuple(
            HeardWord(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
            for segment in segments
            for word in segment["words"]
        )
        if shortened and (not words or _is_squeezed(words)):
            return None
        if finished_s is None:
            finished_s = words[-1].end_s if words else duration_s
        return HeardWindow(words=words, finished_s=finished_s, speechless=_is_speechless(result))

    def _encoded(self, audio: Float32, *, whole: bool = False) -> tuple[Any, int]:
        """The encoder's output for a window, and the frames of its audio; ``whole``: filled up to 30 s."""
        features = self.feature_extractor(audio)[..., :-1]
        frames: int = features.shape[-1]
        needed = max(frames + round(TAIL_S * _FRAMES_PER_S), round(LEAST_S * _FRAMES_PER_S))
        length = _WHOLE_FRAMES if whole else min(_WHOLE_FRAMES, _even(needed))
        return self.encode(pad_or_trim(features, length)), frames

    def _generate(self, encoded: Any, decoding: _Decoding, no_repeat_ngram_size: int = 0) -> Any:  # noqa: ANN401
        return self.model.generate(
            encoded,
            [list(decoding.prompt)],
            beam_size=decoding.beam_size,
            no_repeat_ngram_size=no_repeat_ngram_size,
            max_length=_LONGEST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(decoding.tokenizer, [-1]),
            max_initial_timestamp_index=_LATEST_FIRST_TIMESTAMP,
        )[0]


def _even(frames: int) -> int:
    """Two frames make one position of the encoder."""
    return frames + frames % 2


def _loops(result: Any, decoding: _Decoding) -> bool:  # noqa: ANN401
    return compression_ratio(decoding.tokenizer.decode(result.sequences_ids[0])) > LOOP_COMPRESSION_RATIO


def _is_squeezed(words: Sequence[HeardWord]) -> bool:
    """Whether several words stand where there is no time for them, as invented ones do at a window's end."""
    return any(
        sum(len(word.text.strip()) for word in run) > LONGEST_RATE_CHARS_PER_S * (run[-1].end_s - run[0].start_s)
        for run in (words[at : at + SQUEEZED_WORDS] for at in range(len(words) - SQUEEZED_WORDS + 1))
    )


def _log_probability(result: Any) -> float:  # noqa: ANN401
    tokens = len(result.sequences_ids[0])
    return float(result.scores[0] * tokens / (tokens + 1))


def _is_speechless(result: Any) -> bool:  # noqa: ANN401
    return bool(result.no_speech_prob > NO_SPEECH_PROBABILITY and _log_probability(result) < NO_SPEECH_LOG_PROBABILITY)


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
