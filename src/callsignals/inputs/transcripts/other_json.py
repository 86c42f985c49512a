"""JSON transcripts of other tools, told apart by their fields.

* Amazon Transcribe: https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html (speaker or channel labels);
* Amazon Transcribe Call Analytics: https://docs.aws.amazon.com/transcribe/latest/dg/tca-output-batch.html;
* WhisperX: ``segments`` with aligned ``words`` and a ``speaker``;
* whisper.cpp (``-oj``, ``-ojf``): ``transcription`` with ``offsets`` in ms, speakers of ``--diarize`` in front;
* Gong ``POST /v2/calls/transcript``: ``callTranscripts``; the ``parties`` of ``/v2/calls/extensive``, put beside them,
  give names, affiliations and e-mail addresses;
* podcast namespace 1.0: ``segments`` with ``startTime`` and ``body``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel, to_pascal

from callsignals.inputs.transcripts.cues import Cue, Piece
from callsignals.vocabulary.spoken import Word

__all__ = ["OtherTranscript", "parse_other_json"]

_MAX_S = 1_000_000.0
_SPOKEN_BY = re.compile(r"\s*\((speaker [0-9?]+)\)\s*")


@dataclass(frozen=True, slots=True)
class OtherTranscript:
    """What a file of another tool says.

    Attributes:
        words: with times of their own; empty when only ``cues`` are known.
        cues: stretches of text with one start and end.
        language: as the tool names it, None when it does not.
        sellers: speakers that the tool knows to be our own people.
    """

    words: tuple[Word, ...] = ()
    cues: tuple[Cue, ...] = ()
    language: str | None = None
    sellers: tuple[str, ...] = ()


def _seconds(value: Any) -> Any:  # noqa: ANN401 - whatever JSON held
    """Numbers as they are; Amazon writes them as texts."""
    if isinstance(value, str):
        return float(value)
    return value


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=-_MAX_S, le=_MAX_S, allow_inf_nan=False)]
Millis = Annotated[float, Field(ge=-_MAX_S * 1000, le=_MAX_S * 1000, allow_inf_nan=False)]
Name = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _CamelPart(_Part):
    model_config = ConfigDict(alias_generator=to_camel)


class _PascalPart(_Part):
    model_config = ConfigDict(alias_generator=to_pascal)


class _Alternative(_Part):
    content: str


class _TranscribeItem(_Part):
    type: str
    alternatives: list[_Alternative] = Field(min_length=1)
    start_time: Seconds | None = None
    end_time: Seconds | None = None
    speaker_label: Name = ""
    channel_label: Name = ""


class _LabelledItem(_Part):
    start_time: Seconds
    speaker_label: Name = ""


class _LabelledSegment(_Part):
    items: list[_LabelledItem] = []


class _SpeakerLabels(_Part):
    segments: list[_LabelledSegment] = []


class _Channel(_Part):
    channel_label: Name = ""
    items: list[_TranscribeItem] = []


class _ChannelLabels(_Part):
    channels: list[_Channel] = []


class _Results(_Part):
    items: list[_TranscribeItem] = []
    speaker_labels: _SpeakerLabels | None = None
    channel_labels: _ChannelLabels | None = None
    language_code: str | None = None


class _Transcribe(_Part):
    results: _Results

    def read(self) -> OtherTranscript:
        """Words by channel where there are channels, else by speaker label."""
        channels = self.results.channel_labels.channels if self.results.channel_labels else []
        runs = [(channel.channel_label, channel.items) for channel in channels] or [("", self.results.items)]
        words = [word for label, items in runs for word in self._words(label, items)]
        return OtherTranscript(words=tuple(words), language=self.results.language_code)

    def _words(self, label: str, items: Iterable[_TranscribeItem]) -> list[Word]:
        labels = self.results.speaker_labels
        speakers = {
            item.start_time: item.speaker_label for part in (labels.segments if labels else []) for item in part.items
        }
        words: list[Word] = []
        for item in items:
            text = item.alternatives[0].content
            if item.start_time is None or item.end_time is None:
                _punctuate(words, text)
            else:
                speaker = label or item.speaker_label or speakers.get(item.start_time, "") or item.channel_label
                words += _word(text, item.start_time, item.end_time, speaker)
        return words


class _AnalyticsItem(_PascalPart):
    content: str
    type: str = "pronunciation"
    begin_offset_millis: Millis | None = None
    end_offset_millis: Millis | None = None


class _AnalyticsTurn(_PascalPart):
    participant_role: Name = ""
    content: str = ""
    begin_offset_millis: Millis
    end_offset_millis: Millis
    items: list[_AnalyticsItem] = []


class _CallAnalytics(_PascalPart):
    transcript: list[_AnalyticsTurn]
    language_code: str | None = None

    def read(self) -> OtherTranscript:
        """Words where every turn has items, else the turns; the speaker is the role, AGENT or CUSTOMER."""
        if all(turn.items for turn in self.transcript):
            words = tuple(word for turn in self.transcript for word in self._words(turn))
            return OtherTranscript(words=words, language=self.language_code)
        cues = tuple(
            _cue(turn.begin_offset_millis / 1000, turn.end_offset_millis / 1000, turn.participant_role, turn.content)
            for turn in self.transcript
        )
        return OtherTranscript(cues=cues, language=self.language_code)

    def _words(self, turn: _AnalyticsTurn) -> list[Word]:
        words: list[Word] = []
        for item in turn.items:
            begin, end = item.begin_offset_millis, item.end_offset_millis
            if begin is None or end is None:
                _punctuate(words, item.content)
            else:
                words += _word(item.content, begin / 1000, end / 1000, turn.participant_role)
        return words


class _WhisperXWord(_Part):
    word: str
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: Name = ""


class _WhisperXSegment(_Part):
    text: str
    start: Seconds
    end: Seconds
    speaker: Name = ""
    words: list[_WhisperXWord] = []


class _WhisperX(_Part):
    segments: list[_WhisperXSegment]
    language: str | None = None

    def read(self) -> OtherTranscript:
        """Words where all segments are aligned, else the segments; figures that were not aligned take no time."""
        if not all(segment.words for segment in self.segments):
            cues = tuple(_cue(part.start, part.end, part.speaker, part.text) for part in self.segments)
            return OtherTranscript(cues=cues, language=self.language)
        words: list[Word] = []
        for segment in self.segments:
            latest_s = segment.start
            for word in segment.words:
                start_s = latest_s if word.start is None else word.start
                end_s = start_s if word.end is None else word.end
                words += _word(word.word, start_s, end_s, word.speaker or segment.speaker)
                latest_s = max(latest_s, end_s)
        return OtherTranscript(words=tuple(words), language=self.language)


class _Offsets(_Part):
    from_: Millis = Field(alias="from")
    to: Millis


class _CppSegment(_Part):
    offsets: _Offsets
    text: str
    speaker: Name = ""


class _CppResult(_Part):
    language: str | None = None


class _WhisperCpp(_Part):
    transcription: list[_CppSegment]
    result: _CppResult | None = None

    def read(self) -> OtherTranscript:
        """Segments; the speaker is a field, or stands in parentheses before the text."""
        cues = []
        for part in self.transcription:
            found = _SPOKEN_BY.match(part.text)
            speaker = part.speaker or (found[1] if found else "")
            text = part.text[found.end() :] if found else part.text
            cues.append(_cue(part.offsets.from_ / 1000, part.offsets.to / 1000, speaker, text))
        return OtherTranscript(cues=tuple(cues), language=self.result.language if self.result else None)


class _GongSentence(_CamelPart):
    start: Millis
    end: Millis
    text: str


class _GongMonologue(_CamelPart):
    speaker_id: Name = ""
    sentences: list[_GongSentence]


class _GongCall(_CamelPart):
    transcript: list[_GongMonologue]


class _GongParty(_CamelPart):
    speaker_id: Name = ""
    name: Name = ""
    email_address: Name = ""
    affiliation: Name = ""


class _Gong(_CamelPart):
    call_transcripts: list[_GongCall] = Field(min_length=1, max_length=1)
    parties: list[_GongParty] = []

    def read(self) -> OtherTranscript:
        """Sentences by speaker; named where ``parties`` are there."""
        names = {
            party.speaker_id: " ".join(f"{party.name} ({party.email_address})".split())
            if party.email_address
            else party.name
            for party in self.parties
        }
        ours = [names[party.speaker_id] for party in self.parties if party.affiliation.casefold() == "internal"]
        cues = [
            _cue(said.start / 1000, said.end / 1000, names.get(part.speaker_id) or part.speaker_id, said.text)
            for part in self.call_transcripts[0].transcript
            for said in part.sentences
        ]
        return OtherTranscript(cues=tuple(cues), sellers=tuple(name for name in ours if name))


class _PodcastSegment(_CamelPart):
    start_time: Seconds
    end_time: Seconds | None = None
    body: str
    speaker: Name = ""


class _Podcast(_CamelPart):
    segments: list[_PodcastSegment]

    def read(self) -> OtherTranscript:
        """Segments; one without an end lasts until the next."""
        ends = [part.start_time for part in self.segments[1:]] + [None]
        cues = [
            _cue(part.start_time, _first(part.end_time, following, part.start_time), part.speaker, part.body)
            for part, following in zip(self.segments, ends, strict=True)
        ]
        return OtherTranscript(cues=tuple(cues))


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _punctuate(words: list[Word], mark: str) -> None:
    """A mark joins the word before it."""
    if words and mark.strip():
        words[-1] = replace(words[-1], text=words[-1].text + "".join(mark.split()))


def _word(text: str, start_s: float, end_s: float, speaker: str) -> list[Word]:
    """One word, none when its text is blank, several with the same times when it holds blanks (``[PII NAME]``).

    A time below 0 counts as 0, an end before the start as the start.
    """
    start_s = max(0.0, start_s)
    times = round(start_s, 3), round(max(start_s, end_s), 3)
    return [Word(token, *times, speaker=_spoken_by(speaker)) for token in text.split()]


def _cue(start_s: float, end_s: float, speaker: str, text: str) -> Cue:
    start_s = max(0.0, start_s)
    return Cue(start_s, max(start_s, end_s), (Piece(_spoken_by(speaker), text),))


def _spoken_by(name: str) -> str:
    return " ".join(name.split())


_Format = type[_Transcribe | _CallAnalytics | _WhisperX | _WhisperCpp | _Gong | _Podcast]
_FORMATS: tuple[tuple[str, Callable[[dict[str, Any]], bool], _Format], ...] = (
    ("Amazon Transcribe Call Analytics", lambda found: isinstance(found.get("Transcript"), list), _CallAnalytics),
    ("Amazon Transcribe", lambda found: isinstance(found.get("results"), dict), _Transcribe),
    ("Gong", lambda found: "callTranscripts" in found, _Gong),
    ("whisper.cpp", lambda found: "transcription" in found, _WhisperCpp),
    ("podcast", lambda found: _first_segment_has(found, "body"), _Podcast),
    ("WhisperX", lambda found: _first_segment_has(found, "text"), _WhisperX),
)


def _first_segment_has(found: dict[str, Any], name: str) -> bool:
    segments = found.get("segments")
    return isinstance(segments, list) and bool(segments) and isinstance(segments[0], dict) and name in segments[0]


def parse_other_json(text: str) -> OtherTranscript | None:
    """The transcript in JSON of another tool; None when it is none of theirs.

    Raises:
        ValueError: it looks like one of them but is not sound; the message names the field without its value.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    for tool, fits, kind in _FORMATS:
        if fits(found):
            try:
                return kind.model_validate(found).read()
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"]) or "the whole"
                raise ValueError(f"as a transcript of {tool}: '{where}': {first['msg']}") from None
    return None
