"""``datapackage.json``: a Data Package (Table Schema) description of the tables, for other tools.

Source: Frictionless Data Package v1 and Table Schema v1 specifications.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from callsignals.files import file_name_for
from callsignals.records.signal import SignalRecord
from callsignals.vocabulary.choices import UNNAMED_WORKSPACE
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
    own = f" of {workspace_name}" if workspace_name != UNNAMED_WORKSPACE else ""
    return {
        "profile": "data-package",
        "name": f"callsignals-{file_name_for(workspace_name).lower().replace('%', '-')}",
        "title": title or f"Trust signals{own}",
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
            "fields": [describe_column(column, _type_name(kind), name) for column, kind in frame.schema.items()],
            "primaryKey": {"signals": "key", "calls": "call_id", "comments": "comment_id"}[name],
        },
    }


def describe_column(column: str, type_name: str, table: str = "") -> dict[str, Any]:
    """The Table Schema field of one column: type and meaning; a column of the user's own has no meaning here."""
    field: dict[str, Any] = {"name": column, "type": type_name}
    definition = DEFINITIONS.get(column)
    if definition is not None:
        field["description"] = definition.formula
        if definition.unit:
            field["unit"] = definition.unit
    elif meaning := _meaning(column, table):
        field["description"] = meaning
    return field


def _meaning(column: str, table: str) -> str | None:
    texts = _column_texts()
    own = texts.get(table, {}).get(column)
    schema = SignalRecord.model_fields.get(column)
    return own or (schema.description if schema else None) or texts["any"].get(column)


@cache
def _column_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("callsignals.records").joinpath("columns.toml").read_text(encoding="utf-8"))


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
    }
    return next((name for dtype, name in named.items() if isinstance(kind, dtype)), "string")
