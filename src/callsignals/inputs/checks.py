"""What only shows when tables are seen together: conflicts, aliases, references that lead nowhere."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from callsignals.inputs.rows import CallRow, CommentRow, LeadRow, SellerRow

__all__ = [
    "alias_notices",
    "alike_notices",
    "comment_notices",
    "conflict_notices",
    "counted",
    "fold_name",
    "listed",
    "name_sellers",
    "segment_columns",
    "seller_names",
]

_LISTED = 5
_SHARED_COLUMNS = ("stage", "outcome", "closed_at")
"""Columns that both calls and leads have."""


def fold_name(name: str) -> str:
    """A name for comparison: letter case and white space do not matter."""
    return " ".join(name.split()).casefold()


def seller_names(seller: SellerRow) -> tuple[str, ...]:
    """Everything that one seller is called, folded, each once."""
    names = (seller.seller, seller.name or "", *seller.aliases)
    return tuple(dict.fromkeys(folded for name in names if (folded := fold_name(name))))


def _owners(sellers: Sequence[SellerRow]) -> dict[str, list[str]]:
    owners: dict[str, list[str]] = defaultdict(list)
    for seller in sellers:
        for name in seller_names(seller):
            owners[name].append(seller.seller)
    return owners


def alias_notices(sellers: Sequence[SellerRow]) -> list[str]:
    """One notice for each name that several sellers share."""
    return [
        f"{sellers[0].table}: the name '{name}' stands for {listed(ids)}; it tells none of them."
        for name, ids in sorted(_owners(sellers).items())
        if len(ids) > 1
    ]


def name_sellers(calls: Sequence[CallRow], sellers: Sequence[SellerRow]) -> tuple[tuple[CallRow, ...], list[str]]:
    """Calls with ids of the seller table in place of names, and a notice of names that it does not hold."""
    if not sellers:
        return tuple(calls), []
    ids = {fold_name(seller.seller): seller.seller for seller in reversed(sellers)}
    known = {name: owners[0] for name, owners in _owners(sellers).items() if len(owners) == 1} | ids
    named = tuple(
        replace(call, sellers=tuple(dict.fromkeys(known.get(fold_name(name), name) for name in call.sellers)))
        for call in calls
    )
    unknown = sorted({name for call in calls for name in call.sellers if fold_name(name) not in known})
    if not unknown:
        return named, []
    return named, [f"{sellers[0].table} does not hold {listed(unknown)}; such calls keep the name as written."]


def conflict_notices(calls: Sequence[CallRow], leads: Sequence[LeadRow]) -> list[str]:
    """One notice for each lead and column where calls contradict the lead table, which counts."""
    table = {lead.lead_id: lead for lead in leads}
    conflicts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for call in calls:
        lead = table.get(call.lead_id)
        for column in _SHARED_COLUMNS if lead else ():
            own, other = getattr(lead, column), getattr(call, column)
            if own is not None and other is not None and own != other:
                conflicts[call.lead_id, column].append(call.call_id)
    return [
        f"{table[lead_id].table} and {calls[0].table} disagree on '{column}' of lead '{lead_id}' "
        f"(calls {listed(ids)}): {table[lead_id].table} counts."
        for (lead_id, column), ids in conflicts.items()
    ]


def alike_notices(calls: Sequence[CallRow]) -> list[str]:
    """A notice of call ids that differ in letter case alone."""
    ids: dict[str, list[str]] = defaultdict(list)
    for call in calls:
        ids[call.call_id.casefold()].append(call.call_id)
    return [
        f"{calls[0].table}: the ids {listed(alike)} differ in letter case alone: on Windows and macOS their "
        "transcripts would be one file. Give one another id."
        for alike in ids.values()
        if len(set(alike)) > 1
    ]


def comment_notices(comments: Sequence[CommentRow], calls: Sequence[CallRow]) -> list[str]:
    """A notice of comments that name a call which is not there."""
    ids = {call.call_id for call in calls}
    lost = [comment.comment_id for comment in comments if comment.call_id and comment.call_id not in ids]
    if not calls or not lost:
        return []
    return [f"{comments[0].table}: {len(lost)} comments name a call that is not among the calls: {listed(lost)}."]


def segment_columns(wanted: Sequence[str], columns: Collection[str]) -> tuple[tuple[str, ...], list[str]]:
    """``[segments] columns`` as the tables spell them, and a notice for each that no table has."""
    found: list[str] = []
    notices: list[str] = []
    spelt = {fold_name(column): column for column in sorted(columns, reverse=True)}
    for name in wanted:
        column = spelt.get(fold_name(name))
        if column is not None:
            found.append(column)
            continue
        near = difflib.get_close_matches(fold_name(name), sorted(spelt), n=1, cutoff=0.6)
        hint = f"; did you mean '{spelt[near[0]]}'?" if near else "."
        notices.append(f"[segments] columns: no table has a column '{name}'{hint}")
    return tuple(dict.fromkeys(found)), notices


def counted(number: int, noun: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Iterable[str]) -> str:
    """The first few names, quoted, and how many more there are."""
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(f"'{name}'" for name in names[:_LISTED]) + more
