"""The published JSON Schemas, generated from the models that write, and the check of records against them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ValidationError

from callsignals.errors import InputError
from callsignals.inputs.transcripts.own import TranscriptRecord
from callsignals.records.lead import PHASES, LeadRecord, LeadSignal
from callsignals.records.signal import SignalRecord
from callsignals.vocabulary.choices import RecordKind
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["RECORD_KINDS", "Finding", "json_schema", "validate_file"]

RECORD_KINDS: dict[RecordKind, type[BaseModel]] = {
    "signal": SignalRecord,
    "lead": LeadRecord,
    "transcript": TranscriptRecord,
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: RecordKind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of record; it names the signals that are known, and allows others."""
    schema = RECORD_KINDS[kind].model_json_schema(mode="serialization")
    if kind == "signal":
        schema["properties"]["signal"]["examples"] = list(DEFINITIONS)
    if kind == "lead":
        # what a wrapping serializer gives is any object to pydantic
        schema["$defs"]["LeadSignal"] = LeadSignal.model_json_schema()
        schema["properties"]["phases"] = _phases()
    return {"$schema": _DIALECT, "$id": f"urn:callsignals:schema:{kind}:1", **schema}


def _phases() -> dict[str, Any]:
    """Each phase with its known signals and their formulas."""
    one = {"$ref": "#/$defs/LeadSignal"}
    phases = {
        phase: {
            "type": "object",
            "properties": {
                name: {**one, "description": definition.formula}
                for name, definition in DEFINITIONS.items()
                if definition.phase == phase
            },
            "additionalProperties": one,
        }
        for phase in PHASES
    }
    return {"type": "object", "properties": phases, "additionalProperties": False, "title": "Phases"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One record that does not fit its schema.

    Attributes:
        file: which file.
        record: 1-based position in it.
        problem: field and what is wrong, without the offending value (it may be personal).
    """

    file: str
    record: int
    problem: str


def validate_file(path: Path) -> tuple[int, list[Finding]]:
    """Check every record of a ``.jsonl``, ``.json`` or ``.parquet`` file.

    Returns:
        How many records were read, and what does not fit.

    Raises:
        InputError: the file is missing, unreadable or not a file of records.
    """
    count = 0
    findings = []
    for count, record in enumerate(_records(path), start=1):
        problem = record if isinstance(record, str) else _problem(record)
        if problem:
            findings.append(Finding(str(path), count, problem))
    return count, findings


def _records(path: Path) -> Iterator[dict[str, Any] | str]:
    """Each record as a dict, or a text that says why it is none."""
    if not path.is_file():
        raise InputError(
            str(path), "is not a file", "Name signals.jsonl, leads.jsonl, signals.parquet or a transcript."
        )
    if path.suffix == ".parquet":
        yield from _parquet_records(path)
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "is not readable UTF-8 text", "Name a .jsonl, .json or .parquet file.") from error
    lines = [text] if path.suffix == ".json" else [line for line in text.split("\n") if line.strip()]
    for line in lines:
        yield _parsed(line)


def _parsed(line: str) -> dict[str, Any] | str:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        return f"is not JSON ({error.msg} at column {error.colno})"
    return record if isinstance(record, dict) else "is not a JSON object"


def _parquet_records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(str(path), "is not a Parquet file", "Name a .jsonl, .json or .parquet file.") from error
    if "signal" not in frame.columns:
        raise InputError(
            str(path),
            "holds no signal records",
            "Only signals.parquet has a published schema; see datapackage.json.",
        )
    for row in frame.iter_rows(named=True):
        spans = [{key: value for key, value in span.items() if value is not None} for span in row.get("evidence") or []]
        yield {**row, "evidence": spans}


def _problem(record: dict[str, Any]) -> str:
    try:
        RECORD_KINDS[_kind_of(record)].model_validate_json(json.dumps(record))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "record"
        return f"{place}: {first['msg']}"
    return ""


def _kind_of(record: dict[str, Any]) -> RecordKind:
    if "words" in record and "timeline" in record:
        return "transcript"
    return "lead" if "phases" in record else "signal"
