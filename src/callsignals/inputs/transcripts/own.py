"""Our own transcripts, in both directions: ``transcripts/CALL_ID.json`` and ``.vtt``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from callsignals.vocabulary.spoken import (
    Activity,
    ChannelMode,
    Dropped,
    Party,
    RoleSource,
    Timing,
    Transcript,
    Word,
)

__all__ = ["TranscriptRecord", "parse_own", "transcript_to_json", "transcript_to_vtt"]

_MAX_CUE_S = 10.0
_MAX_GAP_S = 3.0
_SENTENCE_ENDS = (".", "?", "!", "\u2026")

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class _Spoken(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class WordRecord(_Spoken):
    """One word."""

    text: str = Field(min_length=1, description="with its punctuation")
    start_s: Seconds | None = Field(default=None, description="seconds from the start of the recording")
    end_s: Seconds | None = None
    party: Party = "unknown"
    speaker: str = Field(default="", description="voice, channel or written name")
    probability: Share | None = Field(default=None, description="the recogniser's own figure")

    @model_validator(mode="after")
    def _ordered(self) -> WordRecord:
        _check_order(self.start_s, self.end_s)
        return self


class ActivityRecord(_Spoken):
    """A stretch in which one voice is active."""

    party: Party = "unknown"
    speaker: str = ""
    start_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> ActivityRecord:
        if not self.start_s < self.end_s:
            raise ValueError("start_s must be below end_s")
        return self


class DroppedRecord(_Spoken):
    """Recognised text that was thrown away as a hallucination."""

    text: str
    start_s: Seconds
    end_s: Seconds
    speaker: str = ""
    why: str = Field(description="repetition, silence, ...")

    @model_validator(mode="after")
    def _ordered(self) -> DroppedRecord:
        _check_order(self.start_s, self.end_s)
        return self


class TranscriptRecord(_Spoken):
    """One call as heard or imported, as it stands in ``transcripts/CALL_ID.json``."""

    schema_version: Literal["1"] = "1"
    words: Annotated[tuple[WordRecord, ...], Field(strict=False, description="by time")]
    timeline: Annotated[tuple[ActivityRecord, ...], Field(strict=False, description="voice activity by time")] = ()
    language: str | None = Field(default=None, description="ISO 639-1")
    language_confidence: Share | None = None
    channel_mode: ChannelMode = "transcript"
    timing: Timing | None = Field(default=None, description="what times rest on")
    duration_s: Seconds | None = None
    audio_complete: bool = True
    model: str = ""
    role_source: RoleSource = "unknown"
    role_confidence: Share | None = None
    dropped: Annotated[tuple[DroppedRecord, ...], Field(strict=False)] = ()
    findings: Annotated[tuple[str, ...], Field(strict=False)] = ()
    input_digest: str = ""
    talk_share_half_width: Share | None = Field(
        default=None, description="half-width of the 90 % interval of either voice's share of the talk (mono)"
    )


def _check_order(start_s: float | None, end_s: float | None) -> None:
    if (start_s is None) != (end_s is None):
        raise ValueError("start_s and end_s must both be there, or neither")
    if start_s is not None and end_s is not None and start_s > end_s:
        raise ValueError("start_s must not be above end_s")


def transcript_to_json(transcript: Transcript) -> dict[str, Any]:
    """The transcript as plain lists and dicts, fields in the order of ``TranscriptRecord``."""
    fields = asdict(transcript)
    record = {name: fields[name] for name in TranscriptRecord.model_fields if name in fields}
    lists = {name: list(record[name]) for name in ("words", "timeline", "dropped", "findings")}
    ordered = {"schema_version": "1", **record, **lists}
    ordered["timeline"] = [
        {name: activity[name] for name in ActivityRecord.model_fields} for activity in ordered["timeline"]
    ]
    return ordered


def parse_own(text: str, *, input_digest: str) -> Transcript:
    """A transcript from our own JSON; keys that are left out take their defaults, others are ignored.

    Args:
        text: JSON of one object with at least ``words``.
        input_digest: sha256 of the file, in place of what the file says of its own source.

    Raises:
        ValueError: not our JSON; the message names the first field at fault without its value.
    """
    try:
        record = TranscriptRecord.model_validate(json.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ValueError(f"'{where}': {first['msg']}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    timing = record.timing or _timing_of(record)
    words = [Word(**word.model_dump()) for word in record.words]
    timeline = [Activity(**activity.model_dump()) for activity in record.timeline]
    if timing == "words" and not timeline:
        timeline = list(_activity_of(words))
    parties = {*(word.party for word in words), *(activity.party for activity in timeline)}
    told = bool({"seller", "customer"} & parties) and record.role_source == "unknown"
    return Transcript(
        words=tuple(words if timing == "none" else _by_time(words)),
        timeline=tuple(sorted(timeline, key=lambda activity: (activity.start_s, activity.speaker))),
        language=record.language,
        language_confidence=record.language_confidence,
        channel_mode=record.channel_mode,
        timing=timing,
        duration_s=record.duration_s if record.duration_s is not None else _end_of(words, timeline),
        audio_complete=record.audio_complete,
        model=record.model,
        role_source="transcript" if told else record.role_source,
        role_confidence=1.0 if told else record.role_confidence,
        dropped=tuple(Dropped(**dropped.model_dump()) for dropped in record.dropped),
        findings=tuple(sorted(record.findings)),
        input_digest=input_digest,
        talk_share_half_width=record.talk_share_half_width,
    )


def _timing_of(record: TranscriptRecord) -> Timing:
    if record.timeline:
        return "activity"
    return "words" if any(word.start_s is not None for word in record.words) else "none"


def _activity_of(words: Iterable[Word]) -> Iterator[Activity]:
    for word in words:
        if word.start_s is not None and word.end_s is not None and word.start_s < word.end_s:
            yield Activity(word.start_s, word.end_s, word.party, word.speaker)


def _end_of(words: Sequence[Word], timeline: Sequence[Activity]) -> float | None:
    ends = [word.end_s for word in words if word.end_s is not None]
    return max([*ends, *(activity.end_s for activity in timeline)], default=None)


def _by_time(words: Sequence[Word]) -> list[Word]:
    """By start, then speaker; a word without times stays behind the one before it."""
    latest_s = 0.0
    keyed: list[tuple[tuple[float, str], Word]] = []
    speaker = ""
    for word in words:
        if word.start_s is not None:
            latest_s, speaker = word.start_s, word.speaker
        keyed.append(((latest_s, speaker), word))
    return [word for _, word in sorted(keyed, key=lambda pair: pair[0])]


def transcript_to_vtt(transcript: Transcript) -> str:
    """The transcript as WebVTT: ``<v seller>``, ``<v customer>``, or the speaker where the party is unknown.

    A cue is a sentence of one speaker, cut at 10 s and at pauses over 3 s. Cues of two speakers may overlap.
    """
    if transcript.words and all(word.start_s is None for word in transcript.words):
        return "WEBVTT\n\nNOTE The source of this transcript has no times; its words are in the JSON file.\n"
    voices = sorted({(word.party, word.speaker) for word in transcript.words})
    cues = [
        cue
        for voice in voices
        for cue in _sentences([word for word in transcript.words if (word.party, word.speaker) == voice])
    ]
    cues.sort(key=lambda cue: (cue[0].start_s or 0.0, cue[-1].end_s or 0.0, cue[0].party, cue[0].speaker))
    return "\n".join(["WEBVTT\n", *map(_cue_text, cues)])


def _sentences(words: Sequence[Word]) -> list[list[Word]]:
    """Runs of one voice's timed words."""
    timed = [word for word in words if word.start_s is not None and word.end_s is not None]
    numbers: list[int] = []
    number, opened_s = 0, 0.0
    for place, word in enumerate(timed):
        before = timed[place - 1] if place else None
        if before is None or _parted(before, word, opened_s):
            number += 1
            opened_s = word.start_s or 0.0
        numbers.append(number)
    pairs = groupby(zip(numbers, timed, strict=True), key=lambda pair: pair[0])
    return [[word for _, word in run] for _, run in pairs]


def _parted(before: Word, word: Word, opened_s: float) -> bool:
    start_s, end_s, silent_from_s = word.start_s or 0.0, word.end_s or 0.0, before.end_s or 0.0
    return before.text.endswith(_SENTENCE_ENDS) or end_s - opened_s > _MAX_CUE_S or start_s - silent_from_s > _MAX_GAP_S


def _cue_text(words: Sequence[Word]) -> str:
    start_ms = round((words[0].start_s or 0.0) * 1000)
    end_ms = max(round(max(word.end_s or 0.0 for word in words) * 1000), start_ms + 1)  # a cue may not be empty
    voice = words[0].speaker or "speaker" if words[0].party == "unknown" else words[0].party
    text = " ".join(_escaped(word.text) for word in words)
    return f"{_clock(start_ms)} --> {_clock(end_ms)}\n<v {_escaped(voice)}>{text}</v>\n"


def _escaped(text: str) -> str:
    single = " ".join(text.split())
    return single.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(total_ms: int) -> str:
    seconds, milliseconds = divmod(total_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}.{milliseconds:03d}"
