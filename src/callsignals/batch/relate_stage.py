"""Stage 4, relate: what can only be said with the whole batch in view: duplicates, double bookings, unknown roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from callsignals.batch.measure_pass import CallOutline
from callsignals.errors import Failure
from callsignals.inputs.rows import CallRow

__all__ = ["double_bookings", "find_duplicates", "roles_failures"]

_TWO_VOICES = 2
_WHY_UNKNOWN = {
    "roles_conflict": "seller_channel and seller_speaks_at_s name different voices as the seller's",
    "voice_and_text_disagree": "the voice that returns in the seller's calls is one's, but what is said makes the "
    "other the seller",
    "seller_moment_unclear": "nobody, or more than one, speaks at the seller_speaks_at_s given",
}


def find_duplicates(calls: Sequence[CallOutline]) -> tuple[dict[str, str], list[Failure]]:
    """The first of several calls with the same audio counts; the others say whose copy they are.

    Returns:
        The original's call id for each copy's, and a failure per copy.
    """
    first: dict[str, str] = {}
    originals: dict[str, str] = {}
    failures = []
    for call in calls:
        call_id = call.row.call_id
        original = first.setdefault(call.input_digest, call_id) if call.row.audio else call_id
        if original != call_id:
            originals[call_id] = original
            failures.append(_duplicate_failure(call.row, original))
    return originals, failures


def _duplicate_failure(row: CallRow, original: str) -> Failure:
    return Failure(
        input=row.call_id,
        row=row.row or None,
        stage="relate",
        error="duplicate_recording",
        message=f"is the same recording as call {original}, which counts",
        remedy="Remove one of the two, or correct its audio column.",
    )


def roles_failures(calls: Iterable[CallOutline], copies: Collection[str]) -> list[Failure]:
    """A question for every conversation whose seller could not be told, with the line that answers it.

    Args:
        calls: all calls.
        copies: ids of those that are copies of others and are not asked about.
    """
    return [
        Failure(
            input=call.row.call_id,
            row=call.row.row or None,
            stage="settle",
            error="roles_unknown",
            message=f"{_why_unknown(call)}, so that talk shares and the like are insufficient",
            remedy=_role_remedy(call),
        )
        for call in calls
        if call.lacks_roles and call.row.call_id not in copies
    ]


def _why_unknown(call: CallOutline) -> str:
    """What stood in the way, for whoever has to answer."""
    for finding, why in _WHY_UNKNOWN.items():
        if finding in call.findings:
            return why
    return "it is not known which side is the seller"


def _role_remedy(call: CallOutline) -> str:
    call_id = call.row.call_id
    if call.channel_mode == "stereo":
        return (
            f"In the calls table give {call_id} a seller_channel (0 = left, 1 = right), "
            "or set [calls] seller_channel for all in callsignals.toml."
        )
    if call.channel_mode == "mono_diarized":
        if len(call.moments_s) < _TWO_VOICES:
            return f"In the calls table give {call_id} a seller_speaks_at_s: a second at which the seller is speaking."
        *others, last = (f"{moment_s:g}" for moment_s in call.moments_s)
        return (
            f"In the calls table give {call_id} a seller_speaks_at_s of {', '.join(others)} or {last}: "
            "at each of them another voice speaks; listen which is the seller."
        )
    return f"Name the seller of {call_id} in the calls table as in the transcript, or add the name to sellers.csv."


def double_bookings(calls: Iterable[CallOutline], copies: Collection[str]) -> list[str]:
    """A notice for each pair of calls of one seller that overlap in time; ``copies`` of others left out."""
    booked: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for call in calls:
        row, duration_s = call.row, call.duration_s
        if row.started_at is not None and duration_s and len(row.sellers) == 1 and row.call_id not in copies:
            end = row.started_at + timedelta(seconds=duration_s)
            booked.setdefault(row.sellers[0], []).append((row.started_at, end, row.call_id))
    notices = []
    for seller in sorted(booked):
        spans = sorted(booked[seller])
        for (_, end, one), (start, _, other) in pairwise(spans):
            if start < end:
                notices.append(
                    f"Seller {seller} is in two calls at once: {one} and {other}. Check started_at and seller."
                )
    return notices
