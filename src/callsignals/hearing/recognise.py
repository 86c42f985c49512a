"""Words from speech, one channel at a time, speech only.

Always the same words from the same samples: windows are packed from the speech intervals alone, text never
conditions the next window, and decoding is beam search at temperature 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callsignals.errors import ModelError
from callsignals.hearing.device import choose_compute_type, choose_device
from callsignals.hearing.hallucinations import drop_hallucinations
from callsignals.hearing.packing import SpeechQueue, Window, window_samples
from callsignals.hearing.recording import Int16, Interval
from callsignals.hearing.whisper import HeardWindow, HeardWord, Whisper
from callsignals.vocabulary.spoken import Dropped, Word
from callsignals.weights import WeightsFolder

__all__ = ["Recognised", "Recogniser"]

UNHEARD_S = 0.6
"""So much speech after a window's last word is heard again together with what follows, whatever Whisper says."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in one channel.

    Attributes:
        words: by start time, on the call's clock, with the recogniser's own probability.
        dropped: text that nobody can have said, with why.
    """

    words: tuple[Word, ...]
    dropped: tuple[Dropped, ...] = ()


class Recogniser:
    """A loaded recogniser.

    Args:
        weights: from :func:`callsignals.weights.whisper_model`.
        device: ``auto`` takes a CUDA device when there is one, else the processor.
        compute_type: None for the device's default (:func:`~callsignals.hearing.device.choose_compute_type`).
        beam_size: hypotheses kept; 1 is greedy. Two make no more errors than five here (benchmarks/RESULTS.md).
        cpu_threads: per recogniser; two one-thread workers beat one with two threads.
        hotwords: names and brands to be expected. They change what is heard, so nothing but the user's
        setting
            may go here.

    Raises:
        ModelError: when the device is absent or the weights cannot be loaded.
    """

    def __init__(
        self,
        weights: WeightsFolder,
        device: str = "auto",
        compute_type: str | None = None,
        beam_size: int = 2,
        cpu_threads: int = 1,
        hotwords: Sequence[str] = (),
    ) -> None:
        self.weights = weights
        self.device = choose_device(device)
        self.compute_type = choose_compute_type(self.device, compute_type)
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

    @property
    def encoded_count(self) -> int:
        """How many windows have been encoded so far; nearly all of the time goes there."""
        return self._whisper.encoded_count

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
        words: list[Word] = []
        speechless: list[Dropped] = []
        for said, is_speechless in self._hear(samples, intervals, language, speaker):
            if is_speechless:
                speechless += _not_speech(said, speaker)
            else:
                words += said
        kept, dropped = drop_hallucinations(words, intervals, speaker=speaker)
        return Recognised(words=kept, dropped=tuple(sorted((*dropped, *speechless), key=lambda gone: gone.start_s)))

    def language_probabilities(self, samples: Int16, window: Window) -> dict[str, float]:
        """How likely each language is in one window, unrestricted; the encoding is kept for recognition."""
        return self._whisper.language_probabilities(window_samples(samples, window))

    def _hear(
        self, samples: Int16, intervals: Sequence[Interval], language: str, speaker: str
    ) -> Iterator[tuple[list[Word], bool]]:
        queue = SpeechQueue(samples, intervals)
        while (window := queue.next_window()) is not None:
            heard = self._whisper.hear(
                window_samples(samples, window),
                language,
                beam_size=self.beam_size,
                hotwords=", ".join(self.hotwords) or None,
            )
            words = _on_call(heard.words, window, speaker)
            again_s = queue.put_back(window, _finished_s(heard, window))
            if again_s is not None:
                words = [word for word in words if word.start_s is not None and word.start_s < again_s]
            yield words, heard.speechless


def _finished_s(heard: HeardWindow, window: Window) -> float:
    """Up to where a window is done with: not beyond its last word when more is spoken after it."""
    if heard.words and window.speech_after_s(heard.words[-1].end_s) >= UNHEARD_S:
        return min(heard.finished_s, heard.words[-1].end_s)
    return heard.finished_s


def _load(weights: WeightsFolder, device: str, compute_type: str, cpu_threads: int) -> Whisper:
    try:
        # A folder with tokenizer.json: nothing is left that faster-whisper would look for on the network.
        return Whisper(str(weights.path), device=device, compute_type=compute_type, cpu_threads=cpu_threads)
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise ModelError(
            f"the model {weights.name}",
            f"cannot be loaded on {device} as {compute_type} ({reason})",
            "Try another compute type or device, or pull the model again",
            code="model_unusable",
        ) from None


def _on_call(heard: Sequence[HeardWord], window: Window, speaker: str) -> list[Word]:
    words: list[Word] = []
    for word in heard:
        if word.text.strip():
            start_s, end_s = window.span_on_call(word.start_s, word.end_s)
            words.append(
                Word(
                    text=word.text.strip(),
                    start_s=start_s,
                    end_s=end_s,
                    speaker=speaker,
                    probability=round(word.probability, 4),
                )
            )
    return words


def _not_speech(words: Sequence[Word], speaker: str) -> list[Dropped]:
    if not words:
        return []
    text = " ".join(word.text for word in words)
    return [Dropped(text, words[0].start_s or 0.0, words[-1].end_s or 0.0, speaker, "no_speech")]
