"""vCon files: one JSON container a call with its parties, its recording by hash, its redacted transcript and signals.

Source: draft-ietf-vcon-vcon-core-03 (syntax "0.4.0"); parties' ``role`` is of draft-ietf-vcon-cc-extension (``CC``).
What was said is redacted, so that these are redacted vCons: a recording has its ``content_hash`` and no ``url``
(section 4.3.10), and nothing but OUT holds the less redacted version.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from callsignals.errors import Failure, InputError
from callsignals.exports.events import signal_lines
from callsignals.exports.finished import FinishedRun
from callsignals.exports.target import ExportOptions, ExportReport, Target
from callsignals.files import canonical_json, file_name_for, file_names_for, write_text
from callsignals.inputs.checks import fold_name
from callsignals.inputs.transcripts.own import parse_own, transcript_to_json
from callsignals.inputs.transcripts.parties import LABELS
from callsignals.privacy.redaction import person_names, redact_transcript
from callsignals.records.signal import DATA_SCHEMA, iso_time
from callsignals.report.presentation import load_presentation
from callsignals.vocabulary.spoken import Activity, Dropped, Party, Transcript, Word

__all__ = ["VCON_VERSION", "export_vcon"]

VCON_VERSION = "0.4.0"
_SUFFIX = ".vcon.json"
_VENDOR = "callsignals"
_TRANSCRIPT_SCHEMA = "urn:callsignals:schema:transcript:1"
_REDACTION = "names, contact details and identifying numbers"
_ROLES: dict[Party, str] = {"seller": "agent", "customer": "customer", "other": "thirdparty"}
_PARTIES: tuple[Party, ...] = ("seller", "customer", "other", "unknown")
_MEDIA_TYPES = {
    ".wav": "audio/x-wav",
    ".mp3": "audio/x-mp3",
    ".m4a": "audio/x-mp4",
    ".mp4": "video/x-mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".webm": "audio/webm",
}
_TWO_CHANNELS = frozenset({"one_signal_on_both_channels", "both_voices_on_both_channels", "dead_channel"})
"""Findings about recordings of two channels in which the voices could not be told apart by channel."""
_COLUMNS = ("call_id", "lead_id", "started_at", "seller", "audio", "call_type", "model")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Call:
    """What a vCon is made of.

    Attributes:
        row: its row of the calls table.
        transcript: redacted.
        signals: its rows of ``signals.jsonl``.
        sha512: of the recording; None where there is none, or it is not to be found.
    """

    row: Row
    transcript: Transcript
    signals: Sequence[Row]
    sha512: bytes | None


def export_vcon(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``CALL_ID.vcon.json`` (the id as ``files.file_names_for`` has it) for every call.

    A call without ``started_at`` has none, since a vCon must say when it began; it is among the failures.

    Raises:
        InputError: OUT's files cannot be read.
        OutputError: the folder cannot be written.
    """
    rows: dict[str, Row] = {row["call_id"]: {name: row[name] for name in _COLUMNS} for row in run.rows("calls")}
    file_names = file_names_for(rows)
    shown = load_presentation(run.out)
    recordings = (run.out / (shown.audio_base or "..")).resolve()
    sellers = (*shown.sellers, *shown.sellers.values())
    leads = {lead["lead_id"]: lead.get("name") for lead in run.leads()}
    files: list[Path] = []
    failures: list[Failure] = []
    without_recording = 0
    for call_id, signals in _signals_by_call(run):
        row = rows.get(call_id)
        if row is None:
            continue
        try:
            _check(row)
            audio = row["audio"]
            sha512 = _sha512(recordings / audio) if audio else None
            without_recording += bool(audio) and sha512 is None
            transcript = _redacted(_transcript(run, call_id), (*sellers, leads.get(row["lead_id"])))
            call = _Call(row, transcript, signals, sha512)
        except InputError as error:
            failures.append(Failure.of(error, "records"))
            continue
        path = options.place / f"{file_names[call_id]}{_SUFFIX}"
        write_text(path, canonical_json(_vcon(run.source, call)) + "\n")
        files.append(path)
    notices = []
    if without_recording:
        notices.append(f"{without_recording} recordings are no longer where they were heard: their vCons have no hash.")
    return ExportReport(
        target=str(options.place),
        counts={"vcons": len(files)},
        files=tuple(files),
        notices=tuple(notices),
        failures=tuple(failures),
    )


def _redacted(transcript: Transcript, names: Iterable[str | None]) -> Transcript:
    """Without the names of the tables and those that the voices are written by, and whatever else is found."""
    spoken: tuple[Word | Activity | Dropped, ...] = (*transcript.words, *transcript.timeline, *transcript.dropped)
    is_written = transcript.channel_mode == "transcript"
    labels = [label for label in dict.fromkeys(one.speaker for one in spoken) if label] if is_written else []
    people = [label for label in labels if fold_name(label) not in LABELS]
    numbered = {label: f"voice {number}" for number, label in enumerate(labels, start=1)}
    unnamed = replace(
        transcript,
        words=tuple(replace(one, speaker=numbered.get(one.speaker, one.speaker)) for one in transcript.words),
        timeline=tuple(replace(one, speaker=numbered.get(one.speaker, one.speaker)) for one in transcript.timeline),
        dropped=tuple(replace(one, speaker=numbered.get(one.speaker, one.speaker)) for one in transcript.dropped),
    )
    return redact_transcript(unnamed, person_names([*names, *people]))


def _check(row: Row) -> None:
    if row["started_at"] is None:
        raise InputError(
            row["call_id"],
            "has no start time, which a vCon must have",
            "Fill in started_at in the calls table and run again.",
            code="no_started_at",
        )


def _signals_by_call(run: FinishedRun) -> Iterator[tuple[str, list[Row]]]:
    """The signal rows of each call; those of a lead lie together, comments after a call are not the call's."""
    rows = (json.loads(line) for line in signal_lines(run))
    of_calls = (row for row in rows if row["level"] == "lead" and row["call_id"] and not row["comment_id"])
    for _, of_lead in groupby(of_calls, key=lambda row: row["lead_id"]):
        by_call: dict[str, list[Row]] = {}
        for row in of_lead:
            by_call.setdefault(row["call_id"], []).append(row)
        yield from by_call.items()


def _transcript(run: FinishedRun, call_id: str) -> Transcript:
    path = run.out / "transcripts" / f"{file_name_for(call_id)}.json"
    try:
        return parse_own(path.read_text(encoding="utf-8"), input_digest="")
    except (OSError, ValueError):
        raise InputError(
            str(path), "is missing or damaged", "Run 'callsignals run' again to write it.", code="no_transcript"
        ) from None


def _sha512(path: Path) -> bytes | None:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha512").digest()
    except OSError:
        return None


def _vcon(source: str, call: _Call) -> dict[str, Any]:
    row, transcript = call.row, call.transcript
    started_at = iso_time(row["started_at"])
    voices = _voices(transcript)
    about = {"vendor": _VENDOR, "dialog": 0, "mediatype": "application/json", "encoding": "json"}
    product = {"product": transcript.model} if transcript.model else {}
    return {
        "vcon": VCON_VERSION,
        "uuid": str(_uuid8(source, "call", row["call_id"])),
        "extensions": ["CC"],
        "created_at": started_at,
        "redacted": {"type": _REDACTION},
        "parties": [_party(source, row, party, speaker) for party, speaker in voices],
        "dialog": [{"start": started_at, **_dialog(call, voices)}],
        "analysis": [
            {
                **about,
                **product,
                "type": "transcript",
                "schema": _TRANSCRIPT_SCHEMA,
                "body": transcript_to_json(transcript),
            },
            {**about, "type": "report", "schema": DATA_SCHEMA, "body": list(call.signals)},
        ],
    }


def _uuid8(source: str, kind: str, identifier: str) -> uuid.UUID:
    """A version 8 UUID (RFC 9562, section 5.8) of 122 bits of a digest: the same call has the same in every export."""
    digest = hashlib.sha256("\0".join((source, kind, identifier)).encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:16]) & ~(0xF << 76) & ~(0x3 << 62)
    return uuid.UUID(int=number | 0x8 << 76 | 0x2 << 62)


def _voices(transcript: Transcript) -> list[tuple[Party, str]]:
    """Party and speaker of every voice, sellers first; ringing and music are no parties."""
    heard = {(word.party, word.speaker) for word in transcript.words}
    heard |= {(one.party, one.speaker) for one in transcript.timeline if one.party != "other"}
    return sorted(heard, key=lambda voice: (_PARTIES.index(voice[0]), voice[1]))


def _party(source: str, row: Row, party: Party, speaker: str) -> dict[str, Any]:
    """A voice: its label in the transcript is its name; a seller who is known has an id that stays the same."""
    seller = row["seller"] if party == "seller" and row["seller"] and ";" not in row["seller"] else None
    return {
        "name": speaker or "anonymous",
        "validation": "none",
        **({"role": _ROLES[party]} if party in _ROLES else {}),
        **({"uuid": str(_uuid8(source, "seller", seller))} if seller else {}),
    }


def _dialog(call: _Call, voices: Sequence[tuple[Party, str]]) -> dict[str, Any]:
    transcript, audio = call.transcript, call.row["audio"]
    if call.row["call_type"] == "no_answer":
        return {"type": "incomplete", "disposition": "no-answer", "parties": list(range(len(voices)))}
    found: dict[str, Any] = {"type": "recording", "parties": _channels(transcript, voices)}
    if transcript.duration_s is not None:
        found["duration"] = transcript.duration_s
    media_type = _MEDIA_TYPES.get(Path(audio).suffix.casefold()) if audio else None
    if media_type is not None:
        found["mediatype"] = media_type
    if call.sha512 is not None:
        found["content_hash"] = "sha512-" + base64.urlsafe_b64encode(call.sha512).rstrip(b"=").decode("ascii")
    return found


def _channels(transcript: Transcript, voices: Sequence[tuple[Party, str]]) -> list[Any]:
    """Who is in which channel of a recording, null for nobody; all of them together where they share one."""
    everyone = list(range(len(voices)))
    if transcript.channel_mode != "stereo":
        return [everyone, everyone] if _TWO_CHANNELS & set(transcript.findings) else everyone
    found: dict[int, list[int]] = {0: [], 1: []}
    for place, (_, speaker) in enumerate(voices):
        if speaker.startswith("ch") and speaker[2:].isdecimal():
            found.setdefault(int(speaker[2:]), []).append(place)
    return [_one_or_all(found.get(channel, [])) for channel in range(max(found) + 1)]


def _one_or_all(places: list[int]) -> int | list[int] | None:
    return places[0] if len(places) == 1 else places or None
