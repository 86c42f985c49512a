"""Any transcript file: its suffix and first words say how it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from callsignals.errors import InputError
from callsignals.inputs.delimited import decode_text
from callsignals.inputs.rows import SellerRow
from callsignals.inputs.transcripts.cues import Cue, transcript_of, transcript_of_words
from callsignals.inputs.transcripts.other_json import parse_other_json
from callsignals.inputs.transcripts.own import parse_own
from callsignals.inputs.transcripts.parties import Cast, assign_parties
from callsignals.inputs.transcripts.plain import parse_plain
from callsignals.inputs.transcripts.web_vtt import parse_web_vtt
from callsignals.inputs.transcripts.word_document import document_lines, parse_document_lines
from callsignals.inputs.values import language_code
from callsignals.vocabulary.spoken import Transcript

__all__ = ["TRANSCRIPT_SUFFIXES", "read_transcript"]

TRANSCRIPT_SUFFIXES = (".json", ".vtt", ".srt", ".txt", ".docx")

_MAX_BYTES = 64 * 1024 * 1024
"""A day of speech is about 2 MB of captions."""


def read_transcript(
    path: Path,
    *,
    sellers: Sequence[SellerRow] = (),
    call_sellers: tuple[str, ...] = (),
    customer_names: tuple[str, ...] = (),
) -> Transcript:
    """Read a transcript and tell seller from customer where names or labels do.

    Args:
        path: our own ``.json`` or another tool's (``callsignals.inputs.transcripts.other_json``), WebVTT (``.vtt``),
            SubRip (``.srt``), ``Name: text`` lines (``.txt``), or a Word document as Teams writes it (``.docx``).
        sellers: the seller table.
        call_sellers: who the call's row says is the seller.
        customer_names: names of the lead.

    Returns:
        Words, and a timeline unless ``timing`` is ``none``; ``language`` is None unless a JSON file says it.

    Raises:
        InputError: unreadable, of another format, or without any words.
    """
    data = _read(path)
    cast = Cast(tuple(sellers), call_sellers, customer_names)
    digest = hashlib.sha256(data).hexdigest()
    suffix = path.suffix.casefold()
    if suffix == ".docx":
        cues = parse_document_lines(_document(path, data), cast.known_names())
        return _written(path, cues, digest, cast, "turns")
    text, _ = decode_text(data, str(path))
    if suffix == ".json":
        return _json(path, text, digest, cast)
    if suffix in (".vtt", ".srt") or text.startswith("WEBVTT"):
        return _written(path, parse_web_vtt(text, cast.known_names()), digest, cast, "cues")
    if suffix == ".txt":
        return _written(path, parse_plain(text, cast.known_names()), digest, cast, "'Name: text' lines")
    raise InputError(
        str(path),
        f"has the suffix '{path.suffix}', which is not one of a transcript",
        f"Save it as one of: {', '.join(TRANSCRIPT_SUFFIXES)}.",
        code="unknown_transcript",
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(
                str(path),
                f"is larger than {_MAX_BYTES >> 20} MB",
                "Is it a transcript?",
                code="unknown_transcript",
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unreadable"
        raise InputError(
            str(path),
            f"cannot be read ({reason})",
            "Check that it exists and may be read.",
            code="unreadable_file",
        ) from None


def _document(path: Path, data: bytes) -> list[str]:
    try:
        return document_lines(data)
    except ValueError as error:
        raise InputError(
            str(path), f"is {error}", "Download it again, or save it as .vtt.", code="unknown_transcript"
        ) from None


def _json(path: Path, text: str, digest: str, cast: Cast) -> Transcript:
    try:
        found = parse_other_json(text)
    except ValueError as error:
        raise InputError(
            str(path), f"cannot be read {error}", "Export it again, or save it as .vtt.", code="unknown_transcript"
        ) from None
    if found is None:
        return _own(path, text, digest, cast)
    cast = replace(cast, call_sellers=(*cast.call_sellers, *found.sellers))
    if found.words:
        transcript = assign_parties(transcript_of_words(found.words, input_digest=digest), cast)
    else:
        transcript = _written(path, found.cues, digest, cast, "turns")
    return replace(transcript, language=None if found.language is None else language_code(found.language))


def _own(path: Path, text: str, digest: str, cast: Cast) -> Transcript:
    try:
        transcript = parse_own(text, input_digest=digest)
    except ValueError as error:
        raise InputError(
            str(path),
            f"is not callsignals' own transcript ({error})",
            "See 'callsignals schema transcript', or save it as .vtt or as 'Name: text' lines in .txt.",
            code="unknown_transcript",
        ) from None
    return transcript if transcript.roles_known else assign_parties(transcript, cast)


def _written(path: Path, cues: Sequence[Cue], digest: str, cast: Cast, wanted: str) -> Transcript:
    timed = any(cue.start_s is not None for cue in cues)
    transcript = transcript_of(cues, timing="cues" if timed else "none", input_digest=digest)
    if not transcript.words:
        raise InputError(
            str(path),
            f"holds no {wanted} with words",
            "Export it again, or name the recording.",
            code="empty_transcript",
        )
    return assign_parties(transcript, cast)
