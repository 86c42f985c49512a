"""Who spoke when, from somebody else's diarization: RTTM.

NIST Rich Transcription 2009 evaluation plan, appendix A: lines of blank-separated fields ``type file channel start
duration orthography subtype name confidence lookahead``; only ``SPEAKER`` lines are turns. ``;;`` begins a comment.
"""

from __future__ import annotations

import math
from pathlib import Path

from callsignals.errors import InputError
from callsignals.vocabulary.spoken import Activity

__all__ = ["parse_rttm", "read_rttm"]

_TYPES = frozenset(
    (
        "SPEAKER", "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX", "NON-SPEECH", "FILLER", "EDIT", "IP",
        "SU", "CB", "A/P", "SPKR-INFO",
    )
)  # fmt: skip
_LEAST_FIELDS = 8


def read_rttm(path: Path) -> tuple[Activity, ...]:
    """The turns of one recording, by start and speaker; speakers are named as in the file.

    Raises:
        InputError: it cannot be read, is not RTTM, holds no turn, or speaks of several recordings.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise InputError(path.name, f"cannot be read ({reason})", "Check that it may be read.") from None
    except UnicodeDecodeError:
        raise InputError(path.name, "is not UTF-8 text", "Save the file as UTF-8.", code="not_utf8") from None
    return parse_rttm(text, path.name)


def parse_rttm(text: str, name: str) -> tuple[Activity, ...]:
    """The turns in the text of an RTTM file.

    Args:
        text: its content.
        name: what errors call it.

    Raises:
        InputError: as :func:`read_rttm`.
    """
    turns: list[Activity] = []
    files: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0].startswith(";;"):
            continue
        if fields[0] not in _TYPES:
            raise _error(f"{name} line {number}", f"begins with '{fields[0][:20]}', which RTTM does not know")
        if fields[0] != "SPEAKER":
            continue
        turn = _turn(fields, f"{name} line {number}")
        files.setdefault(fields[1])
        if turn is not None:
            turns.append(turn)
    if len(files) > 1:
        raise InputError(
            name,
            f"holds turns of {len(files)} recordings ({', '.join(list(files)[:3])}{', ...' if len(files) > 3 else ''})",
            "Put each recording's lines into a file of its own.",
            code="several_recordings",
        )
    if not turns:
        raise _error(name, "holds no SPEAKER line")
    return tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.speaker, turn.end_s)))


def _turn(fields: list[str], where: str) -> Activity | None:
    """None for a turn of no length."""
    if len(fields) < _LEAST_FIELDS:
        raise _error(where, f"has {len(fields)} fields, RTTM needs at least {_LEAST_FIELDS}")
    start_s, lasts_s = _seconds(fields[3], where, "start"), _seconds(fields[4], where, "duration")
    return Activity(start_s, start_s + lasts_s, speaker=fields[7]) if lasts_s > 0 else None


def _seconds(text: str, where: str, what: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds) or seconds < 0:
        raise _error(where, f"has '{text[:20]}' as {what}, which is not a number of seconds")
    return seconds


def _error(where: str, problem: str) -> InputError:
    return InputError(
        where,
        problem,
        "A turn is written: SPEAKER name 1 START DURATION <NA> <NA> WHO <NA> <NA>",
        code="bad_rttm",
    )
