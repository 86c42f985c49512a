"""One lead as one row: which columns there are, and what stands in them.

The columns of signals that callsignals knows are always the same, data or not, so that an import that was set up once
goes on working. Carried metrics that the registry does not hold come after them, when there are any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definitions import CARRIED_SIGNALS, DEFINITIONS, FUNNEL_FIGURES, Kind, Phase

__all__ = ["LeadColumn", "LeadTable", "fixed_columns", "lead_table"]

Value = Literal["text", "number", "boolean", "time"]
_PHASES: tuple[Phase, ...] = ("before", "during", "after")


@dataclass(frozen=True, slots=True)
class LeadColumn:
    """One column.

    Attributes:
        name: ``lead_id``, ``seller_talk_share``, ``seller_talk_share_status``, ...
        value: what its cells hold.
        meaning: for people.
        signal, phase: where in the record's ``phases`` it comes from; None for what is known of the lead itself.
        part: which field of that signal: ``value`` (or ``label``), ``status`` or ``n``.
    """

    name: str
    value: Value
    meaning: str
    signal: str | None = None
    phase: Phase | None = None
    part: Literal["value", "status", "n"] = "value"


@dataclass(frozen=True, slots=True)
class LeadTable:
    """All leads as rows.

    Attributes:
        columns: in order.
        rows: cells in the columns' order: text, float, bool, ISO 8601 UTC time, or None.
    """

    columns: tuple[LeadColumn, ...]
    rows: Sequence[Sequence[Any]]


_ABOUT = (
    LeadColumn("lead_id", "text", "Your id of the lead: the key."),
    LeadColumn("name", "text", "From the leads table."),
    LeadColumn("segment", "text", "From the leads table."),
    LeadColumn("outcome", "text", "`won`, `lost` or `open`."),
    LeadColumn("first_seen", "time", "First dated call or comment (UTC)."),
    LeadColumn("last_seen", "time", "Last dated call or comment (UTC)."),
    LeadColumn("call_count", "number", "Calls."),
    LeadColumn("comment_count", "number", "Comments."),
)
_OF_GROUPS = frozenset(
    {
        *(name for name, metric in carried_metrics().items() if metric.levels == ("company",)),
        "nps_impact",
        *(FUNNEL_FIGURES.keys() - {"time_to_won_days", "open_age_days"}),
    }
)
"""Figures that a single lead cannot have."""


@cache
def fixed_columns() -> tuple[LeadColumn, ...]:
    """The columns that every export has: about the lead, then every signal of single leads by phase."""
    signals = [
        column
        for phase in _PHASES
        for name, definition in DEFINITIONS.items()
        if definition.phase == phase and name not in _OF_GROUPS
        for column in _signal_columns(name, phase, definition.kind, _meaning(name))
    ]
    return (*_ABOUT, *signals)


def lead_table(records: Iterable[Mapping[str, Any]]) -> LeadTable:
    """The records of ``leads.jsonl`` as rows, in their order."""
    records = list(records)
    fixed = fixed_columns()
    known = {(column.signal, column.phase) for column in fixed}
    further: dict[tuple[str, Phase], Any] = {}
    for record in records:
        for phase in _PHASES:
            for name, found in record["phases"].get(phase, {}).items():
                if (name, phase) not in known and further.get((name, phase)) is None:
                    further[(name, phase)] = _kind_of(found)
    columns = (
        *fixed,
        *(
            column
            for (name, phase), kind in sorted(further.items())
            for column in _signal_columns(_further_name(name, phase), phase, kind or "number", _meaning(name), name)
        ),
    )
    return LeadTable(columns, [_cells(record, columns) for record in records])


def _signal_columns(
    column: str, phase: Phase, kind: Kind, meaning: str, signal: str | None = None
) -> Iterator[LeadColumn]:
    value: Value = {"number": "number", "boolean": "boolean"}.get(kind, "text")  # type: ignore[assignment]
    signal = signal or column
    yield LeadColumn(column, value, meaning, signal, phase)
    if signal in CARRIED_SIGNALS or signal not in DEFINITIONS:
        return  # measured elsewhere: it is there or it is not
    yield LeadColumn(f"{column}_n", "number", f"Observations that `{column}` rests on.", signal, phase, "n")
    yield LeadColumn(
        f"{column}_status",
        "text",
        f"`ok`, `carried`, `insufficient`, `abstained` or `error`; blank when `{column}` was not looked for.",
        signal,
        phase,
        "status",
    )


def _further_name(name: str, phase: Phase) -> str:
    return f"{name}_{phase}" if name in DEFINITIONS else name


def _kind_of(found: Mapping[str, Any]) -> Kind | None:
    """Of a signal that no definition tells of, or that stands in an unusual phase; None while it has no value."""
    if found.get("label") is not None:
        return "category"
    return "number" if found.get("value") is not None else None


def _meaning(name: str) -> str:
    definition = DEFINITIONS.get(name)
    if definition is None:
        return "Measured elsewhere."
    unit = f" ({definition.unit})" if definition.unit else ""
    return f"{definition.formula}{unit}"


def _cells(record: Mapping[str, Any], columns: Sequence[LeadColumn]) -> list[Any]:
    about = {
        **{name: record.get(name) for name in ("lead_id", "name", "segment", "outcome", "first_seen", "last_seen")},
        "call_count": len(record.get("calls") or ()),
        "comment_count": len(record.get("comments") or ()),
    }
    return [about[column.name] if column.signal is None else _signal_cell(record, column) for column in columns]


def _signal_cell(record: Mapping[str, Any], column: LeadColumn) -> Any:  # noqa: ANN401 - a cell
    found = record["phases"].get(column.phase, {}).get(column.signal)
    if found is None:
        return None
    if column.part != "value":
        return found[column.part]
    if column.value == "boolean":
        return None if found.get("value") is None else bool(found["value"])
    return found.get("label") if column.value == "text" else found.get("value")
