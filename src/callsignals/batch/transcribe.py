"""Transcripts of single recordings, without a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from callsignals.batch.calls import hearing_settings
from callsignals.batch.listener import Listener
from callsignals.errors import CallSignalsError, Failure, InputError
from callsignals.files import file_name_for, write_text
from callsignals.inputs.settings import Settings
from callsignals.privacy.redaction import redact_transcript
from callsignals.records.write import write_transcript
from callsignals.vocabulary.choices import RedactionLevel
from callsignals.vocabulary.spoken import Activity

__all__ = ["rttm_lines", "transcribe_files"]


def transcribe_files(
    paths: Sequence[Path],
    out: Path,
    *,
    recognition: Mapping[str, Any],
    language: str | None,
    speakers: int,
    rttm: bool,
    redact: RedactionLevel,
    listener: Listener,
) -> tuple[list[Path], list[Failure]]:
    """Write ``NAME.json`` and ``NAME.vtt`` (and ``NAME.rttm``) for each recording.

    Two recordings of one name keep their suffix in the name of the transcript.

    Args:
        paths: recordings.
        out: folder, made when missing.
        recognition: overrides of ``[recognition]``.
        language: of all recordings, None to detect it.
        speakers: voices expected in mono recordings.
        rttm: whether to write RTTM too.
        redact: what the transcripts hide.
        listener: is told of progress.

    Returns:
        The JSON files written, and what failed.
    """
    from callsignals.hearing.hear import Ears  # slow to import, and the other commands hear in processes of their own

    wanted = {"recognition": dict(recognition), "diarization": {"speakers": speakers}}
    settings = hearing_settings(Settings.model_validate(wanted))
    written: list[Path] = []
    failures: list[Failure] = []
    stems = [path.stem for path in paths]
    listener.begin("hear", len(paths))
    with Ears(settings) as ears:
        for path in paths:
            name = path.stem if stems.count(path.stem) == 1 else path.name
            try:
                if not path.is_file():
                    raise InputError(str(path), "is not a file", "Check the name.", code="missing_file")
                heard = ears.hear(path, language=language)
                write_transcript(out, name, redact_transcript(heard, level=redact))
                if rttm:
                    write_text(out / f"{file_name_for(name)}.rttm", "".join(rttm_lines(name, heard.timeline)))
                written.append(out / f"{file_name_for(name)}.json")
            except CallSignalsError as error:
                failures.append(Failure.of(error, "hear"))
            listener.advance()
    listener.end()
    return written, failures


def rttm_lines(name: str, timeline: Sequence[Activity]) -> list[str]:
    """Voice activity as RTTM (NIST Rich Transcription 2009), one SPEAKER line an interval."""
    file_id = "_".join(name.split()) or "recording"
    return [
        f"SPEAKER {file_id} 1 {activity.start_s:.3f} {activity.end_s - activity.start_s:.3f} "
        f"<NA> <NA> {activity.speaker or activity.party} <NA> <NA>\n"
        for activity in timeline
        if activity.party != "other"
    ]
