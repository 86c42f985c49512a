"""Write docs/columns.md from the tables' own schemas: ``python docs/generate_columns.py``."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from callsignals.records.datapackage import describe_package
from callsignals.records.tables import CALLS_SCHEMA, COMMENTS_SCHEMA, SIGNALS_SCHEMA

PAGE = Path(__file__).with_name("columns.md")

_HEAD = """# Columns of the tables

Generated from the code's own tables by `python docs/generate_columns.py`; a test keeps the two together. The same is in
`datapackage.json` of every OUT, where columns of your own follow. `any` is a list, or a list of structs. A null is "not
known" or "does not apply", never 0; in `calls.parquet` and `comments.parquet` the column `without_value` says which
signals have none and [why](signals.md#why-there-is-no-value). All three tables join by `lead_id`, and by `call_id` and
`comment_id`. Times in `signals.parquet` are ISO 8601 texts, as in `signals.jsonl`; in the other two timestamps.
"""


def page() -> str:
    """The whole page."""
    schemas = {"signals": SIGNALS_SCHEMA, "calls": CALLS_SCHEMA, "comments": COMMENTS_SCHEMA}
    package = describe_package("x", "", {name: pl.DataFrame(schema=schema) for name, schema in schemas.items()})
    return _HEAD + "".join(_table(resource) for resource in package["resources"])


def _table(resource: dict[str, object]) -> str:
    schema = resource["schema"]
    assert isinstance(schema, dict)
    rows = []
    for field in schema["fields"]:
        meaning = field["description"].replace("|", "\\|")
        rows.append(f"| `{field['name']}` | {field['type']} | {field.get('unit', '')} | {meaning} |\n")
    return f"\n## {resource['path']}\n\n| column | type | unit | meaning |\n|---|---|---|---|\n{''.join(rows)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
