"""``--to hubspot`` and ``--to salesforce``: one row a lead, under the names that the products' imports ask for.

Sources: HubSpot Knowledge Base, "Set up import files" (UTF-8, one header row, fewer than 1,000 columns; a single
checkbox is true or false; ISO 8601 times); Salesforce Data Loader Guide, "Data Types Supported by Data Loader" (true or
false, ``yyyy-MM-dd'T'HH:mm:ss.SSS'Z'``); API names of Salesforce's custom fields have 40 characters at most before
``__c``, begin with a letter, and have no two underscores in a row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from callsignals.exports.finished import FinishedRun
from callsignals.exports.lead_columns import LeadColumn, lead_table
from callsignals.exports.target import ExportOptions, ExportReport, Target
from callsignals.records.spreadsheet import write_csv

__all__ = ["CrmField", "crm_fields", "export_hubspot", "export_salesforce", "hubspot_name", "salesforce_name"]

_LONGEST_HUBSPOT, _LONGEST_SALESFORCE = 100, 40
_DIGITS = 6
_EMAIL = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s.,;<>\"']+")
_SHORTER = (
    ("Customer", "Cust"),
    ("Interruptions", "Interrupts"),
    ("Questions", "Quest"),
    ("Automatic", "Auto"),
    ("Seller", "Sell"),
    ("Interactivity", "Interact"),
    ("Per_Hour", "Ph"),
)
"""How a name that is too long for Salesforce is cut, one word after the other until it fits."""


@dataclass(frozen=True, slots=True)
class CrmField:
    """One column of the file.

    Attributes:
        column: what it comes from; None for the e-mail address.
        name: in the CRM.
    """

    column: LeadColumn | None
    name: str


def export_hubspot(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``hubspot.csv``.

    Raises:
        InputError: ``leads.jsonl`` cannot be read.
        OutputError: the file cannot be written.
    """
    return _export(run, options, "hubspot.csv", hubspot_name, email="email")


def export_salesforce(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Write ``salesforce.csv``; errors as ``export_hubspot``."""
    return _export(run, options, "salesforce.csv", salesforce_name, email=None)


def crm_fields(columns: Sequence[LeadColumn], named: Callable[[str], str], email: str | None) -> tuple[CrmField, ...]:
    """The columns of a file: every figure and its status; how many observations it rests on stays in ``leads.csv``."""
    chosen = [column for column in columns if column.part != "n"]
    head = [CrmField(None, email)] if email else []
    return (*head, *(CrmField(column, named(column.name)) for column in chosen))


def hubspot_name(column: str) -> str:
    """Internal name of a property: lower case letters, digits and underscores."""
    name = "callsignals_" + _plain(column.lower())
    return name if len(name) <= _LONGEST_HUBSPOT else _cut(name, column, _LONGEST_HUBSPOT)


def salesforce_name(column: str) -> str:
    """API name of a custom field."""
    name = "Callsignals_" + "_".join(word.capitalize() for word in _plain(column.lower()).split("_"))
    for word, shorter in _SHORTER:
        if len(name) <= _LONGEST_SALESFORCE:
            break
        name = name.replace(word, shorter)
    return (name if len(name) <= _LONGEST_SALESFORCE else _cut(name, column, _LONGEST_SALESFORCE)) + "__c"


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", column).strip("_") or "x"


def _cut(name: str, column: str, longest: int) -> str:
    digest = hashlib.sha256(column.encode("utf-8")).hexdigest()[:_DIGITS]
    return f"{name[: longest - _DIGITS - 1].rstrip('_')}_{digest}"


def _export(
    run: FinishedRun, options: ExportOptions, file_name: str, named: Callable[[str], str], email: str | None
) -> ExportReport:
    table = lead_table(run.leads())
    fields = crm_fields(table.columns, named, email)
    places = {column.name: place for place, column in enumerate(table.columns)}

    def rows() -> Iterator[Sequence[Any]]:
        for row in table.rows:
            yield [
                _address(row[0]) if field.column is None else _cell(field.column, row[places[field.column.name]])
                for field in fields
            ]

    path = options.place / file_name
    write_csv(path, [field.name for field in fields], rows(), mark=b"")
    return ExportReport(str(options.place), {"leads": len(table.rows), "columns": len(fields)}, (path,))


def _address(lead_id: str) -> str | None:
    """Contacts are imported by their e-mail address: the lead's id, where it is one."""
    return lead_id if _EMAIL.fullmatch(lead_id) else None


def _cell(column: LeadColumn, value: Any) -> Any:  # noqa: ANN401 - a cell
    if value is None or column.value != "time":
        return value
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
