"""``datapackage.json``: a Data Package (Table Schema) description of the tables, for other tools.

Source: Frictionless Data Package v1 and Table Schema v1 specifications.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from callsignals.files import file_name_for
from callsignals.records.signal import SignalRecord
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["describe_column", "describe_package", "package_head"]


def describe_package(
    workspace_name: str, version: str, frames: Mapping[str, pl.DataFrame], *, title: str | None = None
) -> dict[str, Any]:
    """The descriptor of OUT.

    Args:
        workspace_name: ``[workspace] name``.
        version: of callsignals.
        title: of the report and the package; made from the name when None.
        frames: table name (``signals``, ``calls``, ``comments``) to what was written as ``NAME.parquet``.
    """
    head = package_head(workspace_name, version, title=title)
    return {**head, "resources": [_resource(name, frame) for name, frame in frames.items()]}


def package_head(workspace_name: str, version: str, *, title: str | None = None) -> dict[str, Any]:
    """Everything of a descriptor but its resources."""
    return {
        "profile": "data-package",
        "name": f"callsignals-{file_name_for(workspace_name).lower().replace('%', '-')}",
        "title": title or f"Trust signals of {workspace_name}",
        "created_by": f"callsignals {version}",
    }


def _resource(name: str, frame: pl.DataFrame) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.parquet",
        "profile": "tabular-data-resource",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {
            "fields": [describe_column(column, _type_name(kind)) for column, kind in frame.schema.items()],
            "primaryKey": {"signals": "key", "calls": "call_id", "comments": "comment_id"}[name],
        },
    }


def describe_column(column: str, type_name: str) -> dict[str, Any]:
    """The Table Schema field of one column: type, and what the registry knows of it."""
    field: dict[str, Any] = {"name": column, "type": type_name}
    definition = DEFINITIONS.get(column)
    if definition is not None:
        field["description"] = definition.formula
        if definition.unit:
            field["unit"] = definition.unit
    elif column in SignalRecord.model_fields and SignalRecord.model_fields[column].description:
        field["description"] = SignalRecord.model_fields[column].description
    return field


def _type_name(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "number"
    named = {
        pl.Boolean: "boolean",
        pl.Date: "date",
        pl.Datetime: "datetime",
        pl.List: "any",  # "array" is for JSON in a text; frictionless refuses it for lists of a Parquet file
        pl.Struct: "any",
    }
    return next((name for dtype, name in named.items() if isinstance(kind, dtype)), "string")
