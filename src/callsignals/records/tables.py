"""Rows of ``calls.parquet`` and ``comments.parquet``, and the column types of every table.

Column types are fixed here, not inferred, so that a table without a single value keeps its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from callsignals.records.signal import SignalRecord, rounded
from callsignals.vocabulary.definitions import (
    CONVERSATION_SIGNALS,
    DEFINITIONS,
    RELATED_SIGNALS,
    TERM_SIGNALS,
    TEXT_SIGNALS,
    Definition,
)
from callsignals.vocabulary.signal import Signal, Status

__all__ = [
    "CALLS_SCHEMA",
    "COMMENTS_SCHEMA",
    "SIGNALS_SCHEMA",
    "calls_frame",
    "comments_frame",
    "measured_columns",
    "signal_columns",
]

_TEXT = pl.String()
_PLACE, _EMPTY = "\0place", "\0empty"
"""Columns that no table can have."""
_NUMBER = pl.Float64()
_TEXTS = pl.List(pl.String())
_TIME = pl.Datetime("us", "UTC")
_WHY = pl.List(pl.Struct({"signal": _TEXT, "status": _TEXT, "reason": _TEXT}))
_EVIDENCE = pl.List(pl.Struct({"start_s": _NUMBER, "end_s": _NUMBER, "start_char": pl.Int64(), "end_char": pl.Int64()}))

_SIGNAL_TYPES: dict[str, pl.DataType] = {
    "value": _NUMBER,
    "labels": _TEXTS,
    "numerator": _NUMBER,
    "denominator": _NUMBER,
    "n": pl.Int64(),
    "low": _NUMBER,
    "high": _NUMBER,
    "interval": _NUMBER,
    "confidence": _NUMBER,
    "evidence": _EVIDENCE,
}
SIGNALS_SCHEMA: dict[str, pl.DataType] = {name: _SIGNAL_TYPES.get(name, _TEXT) for name in SignalRecord.model_fields}
"""``signals.parquet``: the fields of :class:`SignalRecord`; times stay the texts they are in ``signals.jsonl``."""


def _signal_type(definition: Definition) -> pl.DataType:
    return {"category": _TEXT, "categories": _TEXTS}.get(definition.kind, _NUMBER)


CALLS_SCHEMA: dict[str, pl.DataType] = {
    "call_id": _TEXT,
    "lead_id": _TEXT,
    "started_at": _TIME,
    "seller": _TEXT,
    "audio": _TEXT,
    "language": _TEXT,
    "language_confidence": _NUMBER,
    "call_type": _TEXT,
    "call_type_reason": _TEXT,
    "channel_mode": _TEXT,
    "timing": _TEXT,
    "role_source": _TEXT,
    "role_confidence": _NUMBER,
    "audio_complete": pl.Boolean(),
    "duplicate_of": _TEXT,
    "findings": _TEXTS,
    "duration_s": _NUMBER,
    "call_span_s": _NUMBER,
    "seller_speech_s": _NUMBER,
    "customer_speech_s": _NUMBER,
    "overlap_s": _NUMBER,
    "silence_s": _NUMBER,
    "other_s": _NUMBER,
    "words": pl.Int64(),
    "dropped": pl.Int64(),
    "stage": _TEXT,
    "outcome": _TEXT,
    "closed_at": _TIME,
    "lawful_basis": _TEXT,
    "notice_given": pl.Boolean(),
    "retain_until": pl.Date(),
    **{
        name: _signal_type(definition)
        for name, definition in {**CONVERSATION_SIGNALS, **TERM_SIGNALS, **RELATED_SIGNALS}.items()
    },
    "without_value": _WHY,
    "model": _TEXT,
    "input_digest": _TEXT,
}
"""``calls.parquet``: one row a call; ``without_value`` lists the signals that have none, and why."""

COMMENTS_SCHEMA: dict[str, pl.DataType] = {
    "comment_id": _TEXT,
    "lead_id": _TEXT,
    "kind": _TEXT,
    "created_at": _TIME,
    "call_id": _TEXT,
    "respondent_id": _TEXT,
    "touchpoint": _TEXT,
    "score": _NUMBER,
    "scale": _TEXT,
    "language": _TEXT,
    "status": _TEXT,
    "reason": _TEXT,
    "label": _TEXT,
    "confidence": _NUMBER,
    **{name: _signal_type(definition) for name, definition in TEXT_SIGNALS.items()},
    "referral_sources": _TEXTS,
    "without_value": _WHY,
    "input_digest": _TEXT,
}
"""``comments.parquet``: one row a comment with its labels; never its text."""


def signal_columns(rows: Sequence[SignalRecord]) -> dict[str, Any]:
    """The signals of one call or comment as columns, and ``without_value`` for the rest."""
    return _columns((row.signal, row.status, row.reason, row.value, row.label, row.labels) for row in rows)


def measured_columns(signals: Sequence[Signal]) -> dict[str, Any]:
    """Like ``signal_columns``, from signals that are no rows yet."""
    return _columns(
        (signal.name, signal.status, signal.reason, rounded(signal.value), signal.label, signal.labels)
        for signal in signals
    )


def _columns(
    signals: Iterable[tuple[str, Status, str | None, float | None, str | None, tuple[str, ...]]],
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    without = []
    for name, status, reason, value, label, labels in signals:
        if status not in ("ok", "carried"):
            without.append({"signal": name, "status": status, "reason": reason})
        elif DEFINITIONS[name].kind == "categories":
            columns[name] = list(labels)
        else:
            columns[name] = value if value is not None else label
    columns["without_value"] = without
    return columns


def calls_frame(rows: Sequence[Mapping[str, Any]], extra: Sequence[str] = ()) -> pl.DataFrame:
    """``calls.parquet`` as a frame; ``extra`` names the user's own text columns."""
    return _frame(rows, {**CALLS_SCHEMA, **_extra_columns(extra, CALLS_SCHEMA)})


def comments_frame(rows: Sequence[Mapping[str, Any]], extra: Sequence[str] = ()) -> pl.DataFrame:
    """``comments.parquet`` as a frame; ``extra`` names the user's own text columns."""
    return _frame(rows, {**COMMENTS_SCHEMA, **_extra_columns(extra, COMMENTS_SCHEMA)})


def _extra_columns(names: Sequence[str], schema: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    return {name: _TEXT for name in names if name not in schema}


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = [_series(name, [row.get(name) for row in rows], kind) for name, kind in schema.items()]
    return pl.DataFrame(columns)


def _series(name: str, cells: list[Any], kind: pl.DataType) -> pl.Series:
    if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
        return _struct_lists(name, cells, kind, kind.inner)
    return pl.Series(name, cells, dtype=kind, strict=False)


def _struct_lists(name: str, cells: list[Any], kind: pl.List, struct: pl.Struct) -> pl.Series:
    """Lists of records, by field: polars takes a hundred times as long for them cell by cell."""
    place = [at for at, cell in enumerate(cells) for _ in cell or ()]
    fields = {
        field.name: pl.Series([item.get(field.name) for cell in cells for item in cell or ()], dtype=field.dtype)
        for field in struct.fields
    }
    filled = pl.DataFrame({_PLACE: place, **fields}, schema_overrides={_PLACE: pl.Int64})
    lists = filled.group_by(_PLACE, maintain_order=True).agg(pl.struct(list(fields)).alias(name))
    whole = pl.DataFrame({_PLACE: range(len(cells)), _EMPTY: [cell is not None for cell in cells]})
    joined = whole.with_columns(pl.col(_PLACE).cast(pl.Int64)).join(lists, on=_PLACE, how="left", maintain_order="left")
    empty = pl.lit(pl.Series([[]], dtype=kind))
    return joined.select(
        pl.when(pl.col(name).is_null() & pl.col(_EMPTY)).then(empty).otherwise(pl.col(name)).alias(name)
    )[name].cast(kind)
