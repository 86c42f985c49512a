"""Write the table of columns in ``docs/exports.md``: ``python docs/generate_exports.py``."""

from __future__ import annotations

from pathlib import Path

from callsignals.exports.crm import hubspot_name, salesforce_name
from callsignals.exports.lead_columns import LeadColumn, fixed_columns

PAGE = Path(__file__).with_name("exports.md")
BEGIN, END = "<!-- columns: begin -->\n", "<!-- columns: end -->\n"
HEAD = "| `leads.csv`, sheet Leads | HubSpot property | Salesforce field | type | definition |\n|---|---|---|---|---|\n"


def table() -> str:
    """A line a column; what every signal has two or three of is told in the text."""
    return HEAD + "".join(_line(column) for column in fixed_columns() if column.part != "n")


def page() -> str:
    """The page with the table of today."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


def _line(column: LeadColumn) -> str:
    name = column.name
    meaning = "status of the figure above" if column.part == "status" else column.meaning
    cells = (f"`{name}`", f"`{hubspot_name(name)}`", f"`{salesforce_name(name)}`", column.value, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
