"""Rows of ``calls.parquet`` and ``comments.parquet``, and the column types of every table.

Column types are fixed here, not inferred, so that a table without a single value keeps its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from callsignals.records.signal import SignalRecord
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, TERM_SIGNALS, TEXT_SIGNALS, Definition

__all__ = [
    "CALLS_SCHEMA",
    "COMMENTS_SCHEMA",
    "SIGNALS_SCHEMA",
    "calls_frame",
    "comments_frame",
    "signal_columns",
    "signals_frame",
]

_TEXT = pl.String()
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
    **{name: _signal_type(definition) for name, definition in {**CONVERSATION_SIGNALS, **TERM_SIGNALS}.items()},
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
    columns: dict[str, Any] = {}
    without = []
    for row in rows:
        if row.status in ("ok", "carried"):
            columns[row.signal] = row.value if row.value is not None else (row.label or list(row.labels))
        else:
            without.append({"signal": row.signal, "status": row.status, "reason": row.reason})
    columns["without_value"] = without
    return columns


def signals_frame(rows: Sequence[SignalRecord]) -> pl.DataFrame:
    """``signals.parquet`` as a frame, in the given order."""
    return _frame([row.model_dump(mode="json") for row in rows], SIGNALS_SCHEMA)


def calls_frame(rows: Sequence[Mapping[str, Any]], extra: Sequence[str] = ()) -> pl.DataFrame:
    """``calls.parquet`` as a frame; ``extra`` names the user's own text columns."""
    return _frame(rows, {**CALLS_SCHEMA, **_extra_columns(extra, CALLS_SCHEMA)})


def comments_frame(rows: Sequence[Mapping[str, Any]], extra: Sequence[str] = ()) -> pl.DataFrame:
    """``comments.parquet`` as a frame; ``extra`` names the user's own text columns."""
    return _frame(rows, {**COMMENTS_SCHEMA, **_extra_columns(extra, COMMENTS_SCHEMA)})


def _extra_columns(names: Sequence[str], schema: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    return {name: _TEXT for name in names if name not in schema}


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = {
        name: pl.Series(name, [_shaped(row.get(name), kind) for row in rows], dtype=kind, strict=False)
        for name, kind in schema.items()
    }
    return pl.DataFrame(columns)


def _shaped(value: Any, kind: pl.DataType) -> Any:  # noqa: ANN401 - a cell
    """Give list-of-struct cells every field of their struct, so that the missing ones are null."""
    if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct) and value is not None:
        return [{field.name: item.get(field.name) for field in kind.inner.fields} for item in value]
    return value
