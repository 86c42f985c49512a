"""Stage 4, relate: what can only be said with the whole batch in view: duplicates, double bookings, unknown roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from callsignals.batch.entries import CallEntry
from callsignals.batch.measure_stage import MeasuredCall, as_duplicate
from callsignals.errors import Failure
from callsignals.inputs.rows import CallRow

__all__ = ["double_bookings", "find_duplicates", "roles_failures"]


def find_duplicates(calls: Sequence[tuple[CallRow, MeasuredCall]]) -> tuple[list[CallEntry], list[Failure]]:
    """The first of several calls with the same audio counts; the others say whose copy they are.

    Returns:
        The calls in their order, and a failure per copy.
    """
    first: dict[str, str] = {}
    entries, failures = [], []
    for row, measured in calls:
        original = first.setdefault(measured.input_digest, row.call_id) if row.audio else row.call_id
        if original == row.call_id:
            entries.append(CallEntry(row, measured))
            continue
        entries.append(CallEntry(row, as_duplicate(measured), duplicate_of=original))
        failures.append(_duplicate_failure(row, original))
    return entries, failures


def _duplicate_failure(row: CallRow, original: str) -> Failure:
    return Failure(
        input=row.call_id,
        row=row.row or None,
        stage="relate",
        error="duplicate_recording",
        message=f"is the same recording as call {original}, which counts",
        remedy="Remove one of the two, or correct its audio column.",
    )


def roles_failures(entries: Iterable[CallEntry]) -> list[Failure]:
    """A question for every conversation whose seller could not be told, with the line that answers it."""
    return [
        Failure(
            input=entry.row.call_id,
            row=entry.row.row or None,
            stage="settle",
            error="roles_unknown",
            message="it is not known which side is the seller, so that talk shares and the like are insufficient",
            remedy=_role_remedy(entry),
        )
        for entry in entries
        if entry.duplicate_of is None and _lacks_roles(entry.measured)
    ]


def _lacks_roles(measured: MeasuredCall) -> bool:
    """Whether knowing the seller would give figures: with one voice it would not."""
    reasons = {signal.reason for signal in measured.signals}
    return "roles_unknown" in reasons and "one_speaker" not in reasons


def _role_remedy(entry: CallEntry) -> str:
    call_id = entry.row.call_id
    if entry.measured.channel_mode == "stereo":
        return (
            f"In the calls table give {call_id} a seller_channel (0 = left, 1 = right), "
            "or set [calls] seller_channel for all."
        )
    if entry.measured.channel_mode == "mono_diarized":
        return f"In the calls table give {call_id} a seller_speaks_at_s: a second at which the seller is speaking."
    return f"Name the seller of {call_id} in the calls table as in the transcript, or add the name to sellers.csv."


def double_bookings(entries: Sequence[CallEntry]) -> list[str]:
    """A notice for each pair of calls of one seller that overlap in time."""
    booked: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for entry in entries:
        row, duration_s = entry.row, entry.measured.duration_s
        if row.started_at is not None and duration_s and len(row.sellers) == 1 and entry.duplicate_of is None:
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
