"""From a lead, a seller or a day to the plan of an erasure: which rows go, and what must not be found afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.batch.transcripts import stamps_of
from callsignals.erasure.needles import IdKind, phrases_of
from callsignals.erasure.others import Others, heard_texts, transcript_text
from callsignals.erasure.plan import Plan
from callsignals.errors import InputError
from callsignals.files import file_name_for, path_from
from callsignals.inputs.checks import fold_name
from callsignals.inputs.settings_checks import nearest_name
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.tombstones import Tombstones, purged_call, same_id
from callsignals.records.tables import CALLS_SCHEMA, COMMENTS_SCHEMA
from callsignals.report.links import call_page, lead_page, seller_page
from callsignals.report.presentation import load_presentation

__all__ = ["plan_lead", "plan_purge", "plan_seller"]

_LEAST_PARTICULAR = 4
"""A particular of fewer characters is found by chance."""
_LEGAL_FORMS = frozenset(
    ["oy", "oyj", "ky", "ab", "abp", "hb", "kb", "publ", "as", "aps", "ltd", "limited", "plc", "inc", "llc", "gmbh"]
)
_NO_PARTICULAR = re.compile(r"[\d.,:\s/-]{0,7}|\d{4}-\d{2}-\d{2}.*|true|false|yes|no", re.IGNORECASE)
"""Small numbers, dates and answers."""


def plan_lead(out: Path, workspace: Workspace | None, lead_id: str, known: Tombstones) -> Plan:
    """Everything of one lead; ids that differ in how Unicode composes letters alone are one lead.

    Raises:
        InputError: nothing of that lead is in OUT or in the tables, and it was not erased before.
    """
    tables = _Tables.of(out)
    wanted = same_id(lead_id)
    of_tables = {row["lead_id"] for row in (*tables.calls, *tables.comments, *tables.leads)}
    of_rows = {row.lead_id for row in _lead_rows(workspace)}
    leads = {found for found in of_tables | of_rows if same_id(found) == wanted}
    if not leads and not known.holds("lead", lead_id):
        raise _unknown("lead", lead_id, tuple(sorted(of_tables | of_rows)))
    leads.add(lead_id.strip())
    calls = [row for row in tables.calls if row["lead_id"] in leads]
    digests = {row["input_digest"] for row in calls if row["input_digest"]}
    files = {path for row in (workspace.calls if workspace else ()) if row.lead_id in leads for path in _files(row)}
    own = {row["call_id"] for row in calls} | {row.call_id for row in _calls(workspace) if row.lead_id in leads}
    shared = {row["call_id"] for row in tables.calls if row["input_digest"] in digests} - own
    shared |= {row.call_id for row in _calls(workspace) if files & set(_files(row))} - own
    comments = {row["comment_id"] for row in tables.comments if row["lead_id"] in leads}
    comments |= {row.comment_id for row in (workspace.comments if workspace else ()) if row.lead_id in leads}
    plan = Plan(
        "erase --lead",
        tuple(sorted(leads)),
        tuple(sorted(own | shared)),
        tuple(sorted(comments)),
        buried=(("lead", wanted), *(("call", call_id) for call_id in sorted(shared))),
        digests=tuple(sorted(digests)),
        shared=len(shared),
    )
    return _with_needles(plan, out, workspace, tables)


def plan_purge(out: Path, workspace: Workspace | None, as_of: date) -> Plan:
    """All calls that were to be kept until a day before ``as_of``."""
    tables = _Tables.of(out)
    dates: dict[str, date] = {row["call_id"]: row["retain_until"] for row in tables.calls if row.get("retain_until")}
    dates |= {row.call_id: row.retain_until for row in _calls(workspace) if row.retain_until}
    past = {call_id: until for call_id, until in dates.items() if until < as_of}
    plan = Plan(
        "purge",
        calls=tuple(sorted(past)),
        buried=tuple(("purged", purged_call(call_id, until)) for call_id, until in sorted(past.items())),
        digests=tuple(sorted({row["input_digest"] or "" for row in tables.calls if row["call_id"] in past} - {""})),
        as_of=as_of.isoformat(),
    )
    kept = {row["input_digest"] for row in tables.calls if row["call_id"] not in past}
    plan = replace(plan, digests=tuple(digest for digest in plan.digests if digest not in kept))
    return _with_needles(plan, out, workspace, tables) if past else plan


def plan_seller(out: Path, workspace: Workspace | None, name: str, known: Tombstones) -> Plan:
    """A seller's voiceprints and rows, and their name on the calls; the calls stay, they are the leads'.

    Raises:
        InputError: nobody of that name is in OUT or in the tables, and nobody was erased before.
    """
    tables = _Tables.of(out)
    wanted = fold_name(name)
    in_calls = {one for row in tables.calls for one in (row["seller"] or "").split(";") if one}
    shown = load_presentation(out).sellers
    called = {one: {one, shown.get(one, one)} for one in (*in_calls, *shown)}
    for row in workspace.sellers if workspace else ():
        called.setdefault(row.seller, {row.seller}).update(filter(None, (row.name, *row.aliases)))
    for call in _calls(workspace):
        for one in call.sellers:
            called.setdefault(one, {one})
    ids = [one for one, names in called.items() if wanted in map(fold_name, names)]
    if not ids and not known.holds("seller", name):
        raise _unknown("seller", name, tuple(sorted(called)))
    if len(ids) > 1:
        listed = ", ".join(f"'{one}'" for one in sorted(ids))
        raise InputError(
            name, f"is what several sellers are called: {listed}", "Name one by that id.", code="two_sellers"
        )
    theirs = {name.strip(), *ids, *(one for known_id in ids for one in called[known_id])}
    elsewhere = {fold_name(one) for other, names in called.items() if other not in ids for one in names}
    own = tuple(sorted(one for one in theirs if fold_name(one) not in elsewhere))
    plan = Plan("erase --seller", sellers=own, buried=tuple(("seller", one) for one in own))
    others = Others.of(out, workspace, plan)
    return replace(
        plan, needles=others.needles([("seller", one) for one in own], [], [seller_page(one) for one in own])
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    """Rows of OUT; empty where no run has finished."""

    calls: Sequence[Mapping[str, Any]]
    comments: Sequence[Mapping[str, Any]]
    leads: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, out: Path) -> _Tables:
        path = out / "leads.jsonl"
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
        leads = [json.loads(line) for line in lines if line]
        return cls(_rows(out / "calls.parquet"), _rows(out / "comments.parquet"), leads)


def _rows(path: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(path).to_dicts() if path.is_file() else []


def _calls(workspace: Workspace | None) -> Sequence[Any]:
    return workspace.calls if workspace else ()


def _lead_rows(workspace: Workspace | None) -> Iterator[Any]:
    """Every row of the tables that belongs to a lead."""
    if workspace is not None:
        for rows in (workspace.calls, workspace.comments, workspace.leads, workspace.messages, workspace.metrics):
            yield from (row for row in rows if row.lead_id)


def _files(call: Any) -> list[Path]:  # noqa: ANN401 - a row of the calls table
    return [path for path in (call.audio, call.transcript) if path is not None]


def _with_needles(plan: Plan, out: Path, workspace: Workspace | None, tables: _Tables) -> Plan:
    """The plan with all that must not be found."""
    others = Others.of(out, workspace, plan)
    calls, comments, leads = set(plan.calls), set(plan.comments), set(plan.leads)
    ids: list[tuple[IdKind, str]] = [
        *(("lead", one) for one in plan.leads),
        *(("call", one) for one in plan.calls),
        *(("comment", one) for one in plan.comments),
    ]
    derived = [*map(lead_page, plan.leads), *map(call_page, plan.calls), *plan.digests]
    derived += [file_name_for(call_id) for call_id in plan.calls if len(call_id) > 40]
    names: list[str] = []
    particulars: list[str] = []
    rows = [row for row in tables.calls if row["call_id"] in calls]
    rows += [row for row in tables.comments if row["comment_id"] in comments]
    kept = {row["input_digest"] for row in tables.comments if row["comment_id"] not in comments}
    derived += [row["input_digest"] for row in rows if "score" in row and row["input_digest"] not in kept]
    texts = [
        transcript_text(out / "transcripts" / file) for file in stamps_of(out / "transcripts") if _is_of(file, calls)
    ]
    texts += heard_texts(out, plan.digests)
    for row in rows:
        own_columns = row.keys() - CALLS_SCHEMA.keys() - COMMENTS_SCHEMA.keys()
        particulars += _telling(row.get(name) for name in ("audio", "respondent_id", *sorted(own_columns)))
    names += [
        name for one in tables.leads if one["lead_id"] in leads and one.get("name") for name in _said(one["name"])
    ]
    if workspace is not None:
        own = [row for row in _lead_rows(workspace) if row.lead_id in leads]
        own += [row for row in workspace.calls if row.call_id in calls and row.lead_id not in leads]
        for row in own:
            names += _said(getattr(row, "name", None) or "")
            particulars += _particulars(row, workspace)
            texts.append(getattr(row, "text", ""))
    phrases = {phrase for text in texts for phrase in phrases_of(text)}
    return replace(plan, needles=others.needles(ids, names, derived, phrases, particulars))


def _particulars(row: Any, workspace: Workspace) -> list[str]:  # noqa: ANN401 - a row of any table
    """What a row says of a person besides ids and text."""
    found = [getattr(row, name, None) for name in ("respondent_id", "thread_id", "lost_reason")]
    found += [value for _, value in row.extra]
    found += [path_from(workspace.root, path) for path in (_files(row) if hasattr(row, "audio") else ())]
    return _telling(found)


def _telling(texts: Iterable[object]) -> list[str]:
    """Those that say something of one person."""
    found = [text for text in texts if isinstance(text, str) and len(text) >= _LEAST_PARTICULAR]
    return [text for text in found if not _NO_PARTICULAR.fullmatch(text)]


def _said(name: str) -> list[str]:
    """A name as it is written and, of a company, as people say it: without its legal form."""
    words = name.split()
    while len(words) > 1 and words[-1].strip("().,").casefold() in _LEGAL_FORMS:
        words.pop()
    return [one for one in dict.fromkeys((name, " ".join(words))) if one]


def _is_of(file: str, calls: Iterable[str]) -> bool:
    return file.endswith(".json") and file[:-5] in {file_name_for(call_id) for call_id in calls}


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> InputError:
    near = nearest_name(name, known) if known else ""
    problem = f"is no {kind} of these results or of their tables, so nothing was removed"
    return InputError(name, problem, f"{near}Ids are taken exactly as they stand.", code=f"unknown_{kind}")
