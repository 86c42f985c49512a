"""``--to audio``: copies of the recordings with a tone in place of what the transcripts hide.

A copy is what was heard of a recording: 16 kHz, 16 bits, WAV. All of its channels get the tone, since a voice is
faintly heard on the other's channel, too. What stands in ``transcripts/`` is redacted once more at level ``all``, so
that names go even where ``[privacy] redact`` keeps them in OUT. A recording whose words cannot be placed is left out.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from callsignals.errors import Failure, InputError, MediaError
from callsignals.exports.finished import FinishedRun
from callsignals.exports.target import ExportOptions, ExportReport, Target
from callsignals.files import file_name_for, file_names_for, replacing
from callsignals.hearing.decode import DEFAULT_MAX_HOURS, Decoder
from callsignals.hearing.recording import SAMPLE_RATE_HZ, Int16, Interval, Recording
from callsignals.inputs.transcripts.own import parse_own
from callsignals.privacy.redaction import is_placeholder, person_names, redact_transcript
from callsignals.report.presentation import load_presentation
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = ["PAD_S", "TONE_HZ", "bleeped", "export_audio", "hidden_intervals", "write_bleeped"]

PAD_S = 0.2
"""The tone starts so much before the words and ends so much after them: recognisers' word times are that good."""
TONE_HZ = 1000.0
_TONE_LEVEL = 0.1
_BLOCK = SAMPLE_RATE_HZ * 60

Row = Mapping[str, Any]


def export_audio(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``CALL_ID.wav`` (the id as ``files.file_names_for`` has it) for every call that has a recording.

    Raises:
        InputError: OUT's tables cannot be read.
        OutputError: the folder cannot be written.
    """
    shown = load_presentation(run.out)
    recordings = (run.out / (shown.audio_base or "..")).resolve()
    leads = {lead["lead_id"]: lead.get("name") for lead in run.leads()}
    file_names = file_names_for(row["call_id"] for row in run.rows("calls"))
    files: list[Path] = []
    failures: list[Failure] = []
    hidden = without_recording = 0
    with Decoder() as decoder:
        for row in run.rows("calls"):
            if not row["audio"]:
                without_recording += 1
                continue
            named = person_names((*shown.sellers, *shown.sellers.values(), leads.get(row["lead_id"])))
            path = options.place / f"{file_names[row['call_id']]}.wav"
            try:
                intervals = hidden_intervals(_transcript(run.out, row["call_id"]), named)
                write_bleeped(path, _recording(decoder, recordings / row["audio"], row), intervals)
            except (InputError, MediaError) as error:
                failures.append(Failure.of(error, "records", input_name=row["call_id"]))
                continue
            files.append(path)
            hidden += len(intervals)
    notices = [f"{without_recording} calls have no recording."] if without_recording else []
    counts = {"recordings": len(files), "hidden": hidden}
    return ExportReport(str(options.place), counts, tuple(files), tuple(notices), tuple(failures))


def hidden_intervals(transcript: Transcript, known_names: tuple[str, ...] = ()) -> tuple[Interval, ...]:
    """Where the tone goes: seconds, by time, padded, none overlapping.

    Args:
        transcript: as it stands in OUT, or as heard.
        known_names: from :func:`callsignals.privacy.redaction.person_names`.

    Raises:
        InputError: it is not known what was said, or when.
    """
    if transcript.language not in LANGUAGES and (transcript.words or transcript.timeline):
        raise _refused("is in no language that is understood here", "What is said in it cannot be found: leave it out.")
    redacted = redact_transcript(transcript, known_names)
    hidden = [word for word in redacted.words if is_placeholder(word.text)]
    if hidden and (transcript.timing in ("none", "cues") or any(word.start_s is None for word in hidden)):
        raise _refused(
            "has words to hide but no times of words", "Let callsignals transcribe it: take its transcript out."
        )
    found = [(word.start_s or 0.0, word.end_s or 0.0) for word in hidden]
    found += [(one.start_s, one.end_s) for one in redacted.dropped if is_placeholder(one.text)]
    return tuple(_joined((max(0.0, start - PAD_S), end + PAD_S) for start, end in found))


def _joined(intervals: Iterable[Interval]) -> Iterator[Interval]:
    last: Interval | None = None
    for start_s, end_s in sorted(intervals):
        if last is not None and start_s <= last[1]:
            last = (last[0], max(last[1], end_s))
            continue
        if last is not None:
            yield last
        last = (start_s, end_s)
    if last is not None:
        yield last


def bleeped(samples: Int16, first: int, intervals: Sequence[Interval]) -> Int16:
    """A stretch of a recording with the tone in every channel.

    Args:
        samples: shape (channels, n), int16, 16 kHz.
        first: where in the recording its first sample stands.
        intervals: seconds of the recording.

    Returns:
        The same shape; nothing of the hidden samples is left.
    """
    result: Int16 = np.array(samples, dtype=np.int16)
    length = result.shape[1]
    for start_s, end_s in intervals:
        begin = max(0, int(start_s * SAMPLE_RATE_HZ) - first)
        end = min(length, int(np.ceil(end_s * SAMPLE_RATE_HZ)) - first)
        if begin < end:
            places = np.arange(first + begin, first + end)
            tone = np.sin(2 * np.pi * TONE_HZ * places / SAMPLE_RATE_HZ) * _TONE_LEVEL * 32767
            result[:, begin:end] = tone.astype(np.int16)
    return result


def write_bleeped(path: Path, recording: Recording, intervals: Sequence[Interval]) -> None:
    """Write the recording as WAV with the tone in the intervals.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as part, wave.open(str(part), "wb") as out:
        out.setnchannels(recording.channel_count)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        for first in range(0, recording.sample_count, _BLOCK):
            block = bleeped(recording.samples[:, first : first + _BLOCK], first, intervals)
            out.writeframes(np.ascontiguousarray(block.T, dtype="<i2").tobytes())


def _recording(decoder: Decoder, path: Path, row: Row) -> Recording:
    hours = max(DEFAULT_MAX_HOURS, (row["duration_s"] or 0.0) / 3600 + 1)
    recording = decoder.decode(path, hours, name=row["call_id"])
    if row["channel_mode"] != "transcript" and recording.digest != row["input_digest"]:
        raise _refused("is not the recording that was heard", "Run 'callsignals run' again.")
    return recording


def _transcript(out: Path, call_id: str) -> Transcript:
    path = out / "transcripts" / f"{file_name_for(call_id)}.json"
    try:
        return parse_own(path.read_text(encoding="utf-8"), input_digest="")
    except (OSError, ValueError):
        raise InputError(
            str(path), "is missing or damaged", "Run 'callsignals run' again to write it.", code="no_transcript"
        ) from None


def _refused(problem: str, remedy: str) -> InputError:
    return InputError("the recording", problem, remedy, code="cannot_redact")
