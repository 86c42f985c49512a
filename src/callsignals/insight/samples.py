"""What is compared: one value a signal, group and lead, and beside every group its outcome."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import polars as pl

from callsignals.errors import InputError
from callsignals.figures.periods import period_of
from callsignals.insight.conversations import read_results
from callsignals.vocabulary.choices import By, Every
from callsignals.vocabulary.definitions import CARRIED_SIGNALS, DEFINITIONS, FIGURES

__all__ = ["Samples", "comparable_signals", "read_samples"]

_CLOSED = ("won", "lost")


@dataclass(frozen=True, slots=True)
class Samples:
    """The observations of one OUT by group.

    A lead's value is the mean over its observations in the group: ten calls with one customer are no ten witnesses.

    Attributes:
        values: by signal, group and lead.
        leads: of each group.
        calls: in each group.
        outcomes: won, lost or open by lead, where known.
    """

    values: Mapping[str, Mapping[str, Mapping[str, float]]]
    leads: Mapping[str, frozenset[str]]
    calls: Mapping[str, int]
    outcomes: Mapping[str, str]

    def won_and_closed(self, group: str) -> tuple[int, int]:
        """Won leads and closed leads of a group."""
        closed = [self.outcomes[lead] for lead in self.leads[group] if self.outcomes.get(lead) in _CLOSED]
        return closed.count("won"), len(closed)


def comparable_signals() -> tuple[str, ...]:
    """Signals that are observations with a mean: no figures of groups, no labels, no ratios that are not averaged."""
    return tuple(
        name
        for name, definition in DEFINITIONS.items()
        if name not in FIGURES
        and name not in CARRIED_SIGNALS
        and definition.kind in ("number", "boolean")
        and definition.averaged
    )


def read_samples(
    out: Path, by: By, *, column: str = "segment", every: Every = "month", zone: tzinfo | None = None
) -> Samples:
    """The observations of a finished OUT, grouped.

    Args:
        out: a folder that a run has filled.
        by: what groups them: the lead's outcome, the seller of the call, the stage that its row names, the lead's
            segment, or the period.
        column: for segments: ``segment`` of the lead, else a column of the calls table.
        every: for periods.
        zone: whose midnights count.

    Raises:
        InputError: OUT is no folder of results, or nothing in it says the group.
    """
    calls = read_results(out, "calls")
    leads = _leads(out)
    group_of = _grouper(by, calls, leads, column, every, zone)
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    members: dict[str, set[str]] = defaultdict(set)
    calls_in: dict[str, set[str]] = defaultdict(set)
    for row in _observations(out).iter_rows(named=True):
        group = group_of(row)
        if group:
            sums[row["signal"], group, row["lead_id"]].append(row["value"])
            members[group].add(row["lead_id"])
            if row["call_id"]:
                calls_in[group].add(row["call_id"])
    if not members:
        raise InputError(str(out), f"nothing in it has a {_NAMES[by]}", _REMEDIES[by], code="no_groups")
    values: dict[str, dict[str, dict[str, float]]] = {}
    for (signal, group, lead), found in sorted(sums.items()):
        values.setdefault(signal, {}).setdefault(group, {})[lead] = sum(found) / len(found)
    return Samples(
        values=values,
        leads={group: frozenset(members[group]) for group in sorted(members)},
        calls={group: len(calls_in[group]) for group in members},
        outcomes={lead: found["outcome"] for lead, found in leads.items() if found.get("outcome")},
    )


_NAMES: dict[By, str] = {
    "outcome": "lead whose outcome is known",
    "seller": "seller",
    "stage": "stage",
    "segment": "segment",
    "period": "date",
}
_REMEDIES: dict[By, str] = {
    "outcome": "Fill in outcome in leads.csv (won, lost, open) and run again.",
    "seller": "Fill in seller in calls.csv and run again.",
    "stage": "Fill in stage in calls.csv and run again.",
    "segment": "Fill in segment in leads.csv, or name a column of calls.csv with --column, and run again.",
    "period": "Fill in started_at in calls.csv and run again.",
}


def _leads(out: Path) -> dict[str, dict[str, Any]]:
    path = out / "leads.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        found = [json.loads(line) for line in lines if line]
    except (OSError, ValueError):
        remedy = "Name a folder that 'callsignals run' has filled."
        raise InputError(str(path), "is missing or cannot be read", remedy, code="no_results") from None
    return {lead["lead_id"]: lead for lead in found}


def _observations(out: Path) -> pl.DataFrame:
    rows = read_results(out, "signals")
    wanted = rows.filter(
        (pl.col("level") == "lead")
        & pl.col("status").is_in(["ok"])
        & pl.col("value").is_not_null()
        & pl.col("lead_id").is_not_null()
        & pl.col("signal").is_in(comparable_signals())
    )
    return wanted.select("signal", "value", "lead_id", "call_id", "seller", "time")


def _grouper(
    by: By,
    calls: pl.DataFrame,
    leads: Mapping[str, Mapping[str, Any]],
    column: str,
    every: Every,
    zone: tzinfo | None,
) -> Callable[[Mapping[str, Any]], str | None]:
    """From an observation to its group; None where it has none."""
    if by == "seller":
        return lambda row: row["seller"]
    if by == "period":
        return lambda row: _period(row["time"], every, zone)
    if by == "outcome" or (by == "segment" and column == "segment"):
        return lambda row: leads.get(row["lead_id"], {}).get("outcome" if by == "outcome" else "segment")
    name = "stage" if by == "stage" else column
    if name not in calls.columns:
        remedy = f"Columns there: {', '.join(calls.columns)}."
        raise InputError("calls.parquet", f"has no column '{name}'", remedy, code="no_column")
    of_call = dict(calls.select("call_id", pl.col(name).cast(pl.String)).iter_rows())
    return lambda row: of_call.get(row["call_id"])


def _period(time: str | None, every: Every, zone: tzinfo | None) -> str | None:
    return None if time is None else period_of(datetime.fromisoformat(time), every, zone).name
