"""Hear one recording: decode, channels, voice activity, language, words. Roles come later.

Everything here depends on the recording and the settings alone, never on other calls of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from callsignals.files import digest_of
from callsignals.hearing.decode import Decoder
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Recording
from callsignals.hearing.settings import HearingSettings
from callsignals.hearing.sides import Side, listen
from callsignals.hearing.spoken_language import detect_language
from callsignals.hearing.voices.voiceprint import CallPrints, voice_prints
from callsignals.vocabulary.spoken import LANGUAGES, Activity, Dropped, Transcript, Word
from callsignals.weights import whisper_model

__all__ = ["Ears"]


class Ears:
    """Hears one recording after another with models that stay loaded; use it as a context manager."""

    def __init__(self, settings: HearingSettings) -> None:
        self._settings = settings
        self._decoder = Decoder()
        self._recognisers: dict[str, Recogniser] = {}

    def __enter__(self) -> Self:
        """The ears themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes them."""
        self.close()

    def close(self) -> None:
        """Ends the decoder's process."""
        self._decoder.close()

    def hear(self, path: Path, *, language: str | None = None, turns: Sequence[Activity] | None = None) -> Transcript:
        """One recording, roles unknown.

        Args:
            path: the recording.
            language: fixed by the user; detected when None.
            turns: who speaks when in mono, told by the user; told apart here when None.

        Raises:
            InputError: the turns are of another recording.
            MediaError: it cannot be heard.
            ModelError: weights are missing or altered.
        """
        recording = self._decoder.decode(path, self._settings.max_hours)
        heard = listen(recording, diarize_mono=self._settings.diarize, speakers=self._settings.speakers, turns=turns)
        spoken, confidence = (language, None) if language else self._language(recording, heard.sides)
        recogniser = self._recogniser(spoken)
        half_width = heard.talk_share_half_width
        words: list[Word] = []
        dropped: list[Dropped] = []
        if spoken in LANGUAGES:
            for side in heard.sides:
                found = recogniser.recognise(side.samples(recording), side.speech, spoken)
                words += [_rounded_word(word) for word in side.attributed(found.words)]
                dropped += [replace(item, speaker=side.name) for item in found.dropped]
        return Transcript(
            words=tuple(sorted(words, key=lambda word: (word.start_s, word.end_s, word.speaker))),
            timeline=tuple(sorted(map(_rounded_activity, heard.timeline), key=_order)),
            language=spoken,
            language_confidence=confidence,
            channel_mode=heard.channel_mode,
            timing="activity",
            duration_s=round(recording.duration_s, 3),
            audio_complete=recording.complete,
            model=recogniser.model_name,
            dropped=tuple(sorted(dropped, key=lambda item: (item.start_s, item.speaker))),
            findings=tuple(sorted({*recording.findings, *heard.findings})),
            input_digest=recording.digest if turns is None else _with_turns(recording.digest, turns),
            talk_share_half_width=None if half_width is None else round(half_width, 4),
        )

    def voiceprints(self, path: Path, heard: Transcript) -> CallPrints:
        """What each voice of a heard recording sounds like.

        Args:
            path: the recording.
            heard: what ``hear`` gave for it.

        Raises:
            MediaError: it cannot be decoded.
            ModelError: the network is missing or altered.
        """
        recording = self._decoder.decode(path, self._settings.max_hours)
        return voice_prints(recording, heard.timeline, stereo=heard.channel_mode == "stereo")

    def _language(self, recording: Recording, sides: Sequence[Side]) -> tuple[str | None, float | None]:
        found = detect_language(self._recogniser(None), [(side.samples(recording), side.speech) for side in sides])
        return found.language, found.confidence if found.language else None

    def _recogniser(self, language: str | None) -> Recogniser:
        name = dict(self._settings.models).get(language or "", self._settings.model)
        if name not in self._recognisers:
            self._recognisers[name] = Recogniser(
                whisper_model(name),
                device=self._settings.device,
                compute_type=self._settings.compute_type,
                beam_size=self._settings.beam_size,
                cpu_threads=1,
                hotwords=self._settings.hotwords,
            )
        return self._recognisers[name]


def _with_turns(digest: str, turns: Sequence[Activity]) -> str:
    return digest_of([digest, [[turn.start_s, turn.end_s, turn.speaker] for turn in turns]])


def _order(activity: Activity) -> tuple[float, str, float]:
    return (activity.start_s, activity.speaker, activity.end_s)


def _rounded_activity(activity: Activity) -> Activity:
    return replace(activity, start_s=round(activity.start_s, 3), end_s=round(activity.end_s, 3))


def _rounded_word(word: Word) -> Word:
    probability = None if word.probability is None else round(word.probability, 3)
    start_s = None if word.start_s is None else round(word.start_s, 3)
    end_s = None if word.end_s is None else round(word.end_s, 3)
    return replace(word, start_s=start_s, end_s=end_s, probability=probability)
