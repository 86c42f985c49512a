"""Messages of threads, and the customer's answers among them as comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from callsignals.inputs.cells import Cells, Parsed, RowContext, parse_rows
from callsignals.inputs.rows import SENDERS, CommentRow, MessageRow
from callsignals.inputs.tables import Table
from callsignals.inputs.values import parse_bool, parse_choice, shown

__all__ = ["parse_message_rows", "private_replies", "reply_comments", "threads_of"]


def parse_message_rows(table: Table, context: RowContext) -> Parsed[MessageRow]:
    """Messages; one whose thread an earlier row gives to another lead is an error (``two_leads``)."""
    owners: dict[str, tuple[str, int]] = {}

    def parse(cells: Cells) -> MessageRow:
        message = _message(cells)
        lead_id, row = owners.setdefault(message.thread_id, (message.lead_id, message.row))
        if lead_id != message.lead_id:
            raise cells.error(
                f"column 'thread_id' is {shown(message.thread_id)}, in row {row} with another lead",
                "A thread belongs to one lead: correct one of the rows.",
                "two_leads",
            )
        return message

    return parse_rows(table, context, ("thread_id", "lead_id", "sender", "sent_at"), parse)


def _message(cells: Cells) -> MessageRow:
    thread_id, lead_id = cells.required("thread_id"), cells.required("lead_id")
    cells.required("sender")
    cells.required("sent_at")
    sender, sent_at = cells.read("sender", lambda text: parse_choice(text, SENDERS)), cells.moment("sent_at")
    assert sender is not None  # both are filled in
    assert sent_at is not None
    return MessageRow(
        thread_id=thread_id,
        lead_id=lead_id,
        sender=sender,
        sent_at=sent_at,
        text=cells.as_written("text") or "",
        resolved=cells.read("resolved", parse_bool),
        extra=cells.extra("messages"),
        table=cells.table.path.name,
        row=cells.raw.number,
    )


def threads_of(messages: Iterable[MessageRow]) -> dict[str, list[MessageRow]]:
    """Messages by thread, each thread by time and among equals by row."""
    ordered = sorted(messages, key=lambda message: (message.thread_id, message.sent_at, message.row))
    return {thread_id: list(several) for thread_id, several in groupby(ordered, key=lambda m: m.thread_id)}


def private_replies(thread: Sequence[MessageRow]) -> list[MessageRow]:
    """The customer's messages after one of ours, in a thread by time: answers to what we wrote."""
    ours = next((place for place, message in enumerate(thread) if message.sender == "us"), len(thread))
    return [message for message in thread[ours:] if message.sender == "customer"]


def reply_comments(messages: Iterable[MessageRow], taken: Iterable[str] = ()) -> tuple[CommentRow, ...]:
    """Private replies with a text as ``reply`` comments, named ``THREAD/NUMBER`` by their place in the thread.

    Args:
        messages: of the whole table.
        taken: ids of other comments; a reply that would have one of them gets ``~`` in front until it is free.
    """
    ids = set(taken)
    found = []
    for thread_id, thread in threads_of(messages).items():
        replies = {message.row for message in private_replies(thread) if message.text.strip()}
        for number, message in enumerate(thread, start=1):
            if message.row in replies:
                found.append(_comment(message, _free(f"{thread_id}/{number}", ids)))
    return tuple(found)


def _free(comment_id: str, ids: set[str]) -> str:
    while comment_id in ids:
        comment_id = f"~{comment_id}"
    ids.add(comment_id)
    return comment_id


def _comment(message: MessageRow, comment_id: str) -> CommentRow:
    return CommentRow(
        comment_id=comment_id,
        lead_id=message.lead_id,
        kind="reply",
        text=message.text,
        created_at=message.sent_at,
        extra=message.extra,
        table=message.table,
        row=message.row,
    )
