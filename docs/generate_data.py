"""Write docs/your-data.md from the tables' own rows and words: ``python docs/generate_data.py``."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from importlib.resources import files
from pathlib import Path

from callsignals.inputs.admission import LAWFUL_BASES
from callsignals.inputs.headings import synonyms
from callsignals.inputs.rows import (
    COMMENT_KINDS,
    OUTCOMES,
    SCALES,
    SENDERS,
    CallRow,
    CommentRow,
    LeadRow,
    MessageRow,
    MetricRow,
    SellerRow,
)
from callsignals.inputs.scan import AUDIO_SUFFIXES
from callsignals.inputs.tables import COLUMNS, TABLE_SUFFIXES

PAGE = Path(__file__).with_name("your-data.md")

_ROWS = {
    "calls": CallRow,
    "comments": CommentRow,
    "leads": LeadRow,
    "sellers": SellerRow,
    "messages": MessageRow,
    "metrics": MetricRow,
}
_ABOUT = {
    "calls": "One row a call. `audio` or `transcript` must be filled in, too.",
    "comments": "One row an answer. A score needs a `scale`, in the row or as `[comments] default_scale`. "
    "[Exports of survey tools](#exports-of-survey-tools) do too.",
    "leads": "Optional: what is known of a lead; it wins over what call rows say, and conflicts are reported.",
    "sellers": "Optional: our own people.",
    "messages": "Optional: one row a message of an e-mail, chat or ticket thread.",
    "metrics": "Optional: figures measured elsewhere, checked and carried into the records "
    "([which](elsewhere.md#metrics-metricscsv)).",
}
_ASKED = {
    "referral": "a `referral` comment",
    "nps": "the `score` of a `survey` comment, scale `nps`",
    "survey": "its text; several are put together",
}
_SURVEYS = """
## Exports of survey tools

A table of comments without a column `kind` may have a row for each respondent and a column for each question, as
survey tools export it: save it as `comments.xlsx` or `comments.csv`, or give it to `callsignals classify`. Each row
becomes the comments `ID/referral` and `ID/survey`, where ID is the respondent's `comment_id`, or the row's number where
there is no such column. The lead has to be named (`lead_id`, `Kund`, `Asiakas`); other columns are kept. Questions are
known by these words in their heading (`...`: anything between; one word alone: that word and nothing else), and a
notice says what was read as what. Where a heading is not known, put one of these in its place.

"""
_GUIDE = files("callsignals.inputs").joinpath("templates", "README.txt")
_COLUMN = re.compile(r"([a-z_]+)\*? {2,}(.+)")

_HEAD = f"""# Your data

Generated from the code's own tables by `python docs/generate_data.py`; a test keeps the two together.

A workspace is a folder. Recordings alone are enough: without a `calls` table every recording below the folder is a
call, named by its path, and the folder that it lies in is its lead. Spaces, å and ä in names are fine. Tables say
more, and each is optional:

- **Tables** come as {", ".join(f"`{suffix}`" for suffix in TABLE_SUFFIXES)}, and are known by their names:
  {", ".join(f"`{name}`" for name in COLUMNS)}. A table of another name
  (`Samtal.xlsx`) is not read, and a notice says so. CSV may be parted by comma, semicolon or tab, in UTF-8 or as
  Windows saves it; in Excel the sheet named like the file counts, else the first.
- **Recordings** found by themselves: {", ".join(f"`{suffix}`" for suffix in sorted(AUDIO_SUFFIXES))}.
- **Transcripts** instead of recordings: [transcripts from elsewhere](elsewhere.md).
- **Times** are ISO 8601 (`2026-03-31 14:05`, `2026-03-31T14:05:00+02:00`), or day, month and year with dots
  (`31.3.2026 klo 14.05`). Without an offset they are in `[workspace] timezone`, else UTC, and a notice says so.
- **Numbers** may have a comma for decimals and spaces between thousands. **Yes and no** may be Swedish or Finnish.
- **Headings** may be ours, or the Swedish and Finnish words in the tables below; letter case, spaces and hyphens do
  not matter. A notice says which heading was read as what. Of several headings for one column ours wins, then the word
  named first; the others stay columns of your own.
- **Other columns** are kept; those named in `[segments] columns` group the figures.
- **Calls without a lead**: fill in an id of the call's own, or set `[calls] own_lead_when_blank = true` in
  `callsignals.toml` (`callsignals init DIR` writes one beside your files), and each is a lead of its own; otherwise
  such rows are refused.
- **A bad row** costs only itself: file, row (the first below the headings is 1) and remedy are in `failures.jsonl`.
  `callsignals run DIR --dry-run` checks the tables before anything is heard.

What cells may say: `outcome` {", ".join(OUTCOMES)}; `kind` {", ".join(COMMENT_KINDS)}; `sender` {", ".join(SENDERS)};
`seller_channel` 0 or left, 1 or right; `lawful_basis` {", ".join(LAWFUL_BASES)}; and the scales
{", ".join(f"`{name}` ({low} to {high})" for name, (low, high) in SCALES.items())}, of which those with
`effort` are high when it was hard. Words for some of these:

"""


def page() -> str:
    """The whole page."""
    return _HEAD + _values() + "".join(_table(name, columns) for name, columns in COLUMNS.items()) + _questions()


def _questions() -> str:
    """The questions that tell a survey tool's export."""
    lines = [
        f"| {meaning} | {', '.join(f'`{phrase}`' for phrase in synonyms('questions')[kind])} |\n"
        for kind, meaning in _ASKED.items()
    ]
    return _SURVEYS + "| read as | a heading that contains |\n|---|---|\n" + "".join(lines)


def _values() -> str:
    lines = [f"| {name} | {', '.join(words)} |\n" for name, words in synonyms("values").items()]
    return "| ours | Swedish and Finnish |\n|---|---|\n" + "".join(lines)


def _table(name: str, columns: tuple[str, ...]) -> str:
    meanings, required = _meanings(name), _required(name)
    lines = [f"\n## {name}\n\n{_ABOUT[name]}\n\n| column | meaning | Swedish | Finnish |\n|---|---|---|---|\n"]
    for column in columns:
        mark = " **(required)**" if column in required else ""
        swedish, finnish = (", ".join(f"`{word}`" for word in synonyms(code).get(column, ())) for code in ("sv", "fi"))
        lines.append(f"| `{column}`{mark} | {meanings[column]} | {swedish} | {finnish} |\n")
    return "".join(lines)


def _required(name: str) -> set[str]:
    return {field.name for field in fields(_ROWS[name]) if field.default is MISSING}


def _meanings(name: str) -> dict[str, str]:
    """What the guide of ``callsignals init`` says of each column of a table."""
    section = _GUIDE.read_text(encoding="utf-8").partition(f"\n{name}.csv: ")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    for line in section.splitlines()[2:]:
        column = _COLUMN.fullmatch(line)
        if column:
            found[column[1]] = column[2]
        else:
            found[list(found)[-1]] += f" {line.strip()}"
    return {column: text.replace("*", "").replace("|", "\\|") for column, text in found.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
