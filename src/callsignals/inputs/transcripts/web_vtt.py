"""WebVTT as tools write it: voice tags, ``Name:`` prefixes, odd times. SubRip differs in a comma.

The webvtt package skips cues with odd times and keeps one voice a cue, so it only serves as a check in tests.
Format: https://www.w3.org/TR/webvtt1/.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from callsignals.inputs.transcripts.cues import Cue, Piece, named_speakers, split_name

__all__ = ["parse_web_vtt"]

_TIME = r"-?[0-9]{1,9}(?::[0-9]{1,9}){1,2}(?:[.,][0-9]{0,12})?"
_TIMING = re.compile(rf"\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?:\s.*)?")
_TAG = re.compile(r"<(?P<closing>/?)(?P<name>[a-z]*)(?P<rest>[^<>]*)>")
_NAME_MAX_CHARS = 200
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def parse_web_vtt(text: str, known: Collection[str]) -> list[Cue]:
    """The cues of a WebVTT (or SubRip) text, in order.

    A time below zero counts as zero. A cue that ends before it starts has no length.

    Args:
        text: decoded, without a byte-order mark.
        known: folded names and labels that certainly are speakers.
    """
    raw = list(_raw_cues(text))
    if any(re.search(r"<v[ .\t]", payload) for _, _, payload in raw):
        return [Cue(start_s, end_s, _voices(payload)) for start_s, end_s, payload in raw]
    return _carried([Cue(start_s, end_s, _plain(payload)) for start_s, end_s, payload in raw], known)


def _raw_cues(text: str) -> Iterator[tuple[float, float, str]]:
    """Start, end and payload lines of each cue."""
    times: tuple[float, float] | None = None
    payload: list[str] = []
    skipping = False
    for line in [*re.split(r"\r\n|\r|\n", text), ""]:
        timing = _TIMING.fullmatch(line)
        if times is not None and (timing or not line.strip()):
            yield *times, "\n".join(payload)
            times = None
        if timing:
            times, payload, skipping = _times(timing), [], False
        elif times is not None:
            payload.append(line)
        elif not line.strip():
            skipping = False
        elif not skipping:
            skipping = _BLOCK.match(line) is not None  # other lines here are the header and cue ids


def _times(timing: re.Match[str]) -> tuple[float, float]:
    start_s, end_s = max(0.0, _seconds(timing["start"])), max(0.0, _seconds(timing["end"]))
    return start_s, max(start_s, end_s)


def _seconds(text: str) -> float:
    """``H:M:S.f`` or ``M:S.f``, ``.`` or ``,``; digits need no padding (Microsoft Graph: 0:0:5.320)."""
    sign = -1.0 if text.startswith("-") else 1.0
    total = 0.0
    for part in text.lstrip("-").replace(",", ".").split(":"):
        total = total * 60.0 + float(part)
    return sign * round(total, 6)


def _voices(payload: str) -> tuple[Piece, ...]:
    """Text by ``<v Name>``; ``</v>`` ends a voice, a cue's end does too."""
    pieces: list[Piece] = []
    speaker, since = "", 0
    for tag in _TAG.finditer(payload):
        if tag["name"] != "v":
            continue
        pieces.append(Piece(speaker, _clean(payload[since : tag.start()])))
        since = tag.end()
        speaker = "" if tag["closing"] else _voice_name(tag["rest"])
    pieces.append(Piece(speaker, _clean(payload[since:])))
    return tuple(piece for piece in pieces if piece.text)


def _voice_name(rest: str) -> str:
    """The annotation after ``<v``, whose classes (``.loud``) come first."""
    annotation = re.sub(r"^(?:\.[^\s.]+)*", "", rest)
    return " ".join(html.unescape(annotation).split())[:_NAME_MAX_CHARS]


def _plain(payload: str) -> tuple[Piece, ...]:
    """One piece a line, unnamed; or what Microsoft Graph's metadata cue says."""
    if payload.lstrip().startswith("{"):
        try:
            found = json.loads(payload)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and "spokenText" in found:
            return (Piece(" ".join(str(found.get("speakerName") or "").split()), str(found["spokenText"])),)
    return tuple(Piece("", cleaned) for line in payload.split("\n") if (cleaned := _clean(line)))


def _clean(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def _carried(cues: Sequence[Cue], known: Collection[str]) -> list[Cue]:
    """``Name:`` prefixes become speakers; what has none goes on with the last one."""
    candidates = [split[0] for cue in cues for piece in cue.pieces if (split := split_name(piece.text))]
    names = named_speakers(candidates, known)
    speaker = ""
    carried: list[Cue] = []
    for cue in cues:
        pieces: list[Piece] = []
        for piece in cue.pieces:
            split = split_name(piece.text)
            if piece.speaker or split is None or split[0] not in names:
                speaker = piece.speaker or speaker
                pieces.append(replace(piece, speaker=speaker))
            else:
                speaker = split[0]
                pieces.append(Piece(speaker, split[1]))
        carried.append(replace(cue, pieces=_joined(pieces)))
    return carried


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one speaker as one piece."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].speaker == piece.speaker:
            joined[-1] = Piece(piece.speaker, f"{joined[-1].text} {piece.text}")
        else:
            joined.append(piece)
    return tuple(joined)
