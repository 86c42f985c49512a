"""The index as a workbook for people: a sheet per phase, a line per figure with a sparkline, and notes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from callsignals.figures.grouped import Subject
from callsignals.figures.periods import Period
from callsignals.index.build import Index
from callsignals.index.table import COMPOSITE, IndexRow
from callsignals.records.signal import rounded
from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["write_workbook"]

_SHEETS = (("before", "Before"), ("during", "During"), ("after", "After"), ("all", "Composite"))
_HEAD = ("Whose", "Signal", "Label", "Unit", "Good is", "Course", "Latest", "Low", "High", "n", "Change", "Reads as")
_WIDTHS = (22, 30, 18, 13, 9, 18, 10, 10, 10, 7, 10, 10)
_COURSE, _FIRST_NUMBER, _READS_AS, _FIRST_PERIOD = 5, 6, 11, len(_HEAD)
_PERIOD_WIDTH = 10
_NOTE_WIDTHS = (32, 9, 14, 70, 40, 34)
_LINE_POINTS, _LETTERS_PER_WIDTH = 15.0, 1.1
"""Height of a line of text, and how many letters go on a unit of column width, cautiously."""
_FORMATS = {"share": "0 %", "count": "0", "points": "0", "%": "0.0"}
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""The same table gives the same bytes: no clock time in the file."""
_NOTES = (
    "One line a figure and group. Latest, Low, High (95 % interval), n and Change are of the last period with a value.",
    "Change is counted from the baseline period: the one named in [index] baseline, else the figure's first.",
    "Reads as: better or worse where the change is larger than chance would make it (95 %), else unclear; blank where "
    "callsignals does not say which way is good.",
    "Shares of calls are means of the calls' shares, never pooled seconds.",
)
Line = tuple[Subject, str, str]


def write_workbook(path: Path, index: Index) -> None:
    """Write the workbook to ``path`` (a temporary sibling of where it will stand)."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Trust index", "created": _MADE.replace(tzinfo=None)})
    styles = _Styles(book)
    for phase, title in _SHEETS:
        rows = [row for row in index.rows if row.phase == phase]
        if rows:
            _phase_sheet(book.add_worksheet(title), title, rows, styles)
    _notes_sheet(book.add_worksheet("Notes"), index, styles)
    book.close()


class _Styles:
    """Cell formats, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._book = book
        self._numbers: dict[tuple[str, str], Any] = {}
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.head_right = book.add_format(
            {"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "align": "right", "valign": "top"}
        )
        self.text = book.add_format({"valign": "top"})
        self.indented = book.add_format({"valign": "top", "align": "left", "indent": 1})
        self.wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self.bold = book.add_format({"bold": True, "valign": "top"})

    def number(self, unit: str, *, signed: bool = False) -> Any:  # noqa: ANN401
        """A format with the decimals that suit a unit."""
        plain = _FORMATS.get(unit, "0.00")
        pattern = f"+{plain};-{plain};{plain}" if signed else plain
        key = (pattern, "")
        if key not in self._numbers:
            self._numbers[key] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._numbers[key]


def _phase_sheet(sheet: Any, title: str, rows: Sequence[IndexRow], styles: _Styles) -> None:  # noqa: ANN401
    periods = sorted({row.period for row in rows})
    for column, (text, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, styles.head_right if _FIRST_NUMBER <= column < _READS_AS else styles.head)
    sheet.set_column(_FIRST_PERIOD, _FIRST_PERIOD + len(periods) - 1, _PERIOD_WIDTH)
    for column, period in enumerate(periods, start=_FIRST_PERIOD):
        sheet.write_string(0, column, period.name, styles.head_right)
    lines: dict[Line, dict[Period, IndexRow]] = {}
    for row in rows:
        lines.setdefault((row.subject, row.signal, row.label), {})[row.period] = row
    for place, cells in enumerate(lines.values(), start=1):
        _line(sheet, title, place, cells, periods, styles)
    last_column = _FIRST_PERIOD + len(periods) - 1
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(lines), last_column)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _line(
    sheet: Any,  # noqa: ANN401
    title: str,
    place: int,
    cells: Mapping[Period, IndexRow],
    periods: Sequence[Period],
    styles: _Styles,
) -> None:
    valued = [row for row in cells.values() if row.value is not None]
    row = max(valued or cells.values(), key=lambda found: found.period)
    good = {"up": "more", "down": "less", "neither": ""}[row.direction]
    for column, text in enumerate((_whose(row.subject), row.signal, row.label, row.unit, good)):
        sheet.write_string(place, column, text, styles.text)
    number = styles.number(row.unit)
    for column, value in ((6, row.value), (7, row.low), (8, row.high)):
        _number(sheet, place, column, value, number)
    _number(sheet, place, 9, float(row.n), styles.number("count"))
    _number(sheet, place, 10, row.change, styles.number(row.unit, signed=True))
    sheet.write_string(place, _READS_AS, row.development or "", styles.indented)
    for column, period in enumerate(periods, start=_FIRST_PERIOD):
        found = cells.get(period)
        _number(sheet, place, column, None if found is None else found.value, number)
    course = xl_range_abs(place, _FIRST_PERIOD, place, _FIRST_PERIOD + len(periods) - 1)
    # Columns, which LibreOffice shows on paper too (lines it does not), and which show where a period has no value.
    floor = {} if any((found.value or 0.0) < 0 for found in cells.values()) else {"min": 0}
    sheet.add_sparkline(
        place, _COURSE, {"range": f"'{title}'!{course}", "type": "column", "show_hidden": True, **floor}
    )


def _number(sheet: Any, row: int, column: int, value: float | None, style: Any) -> None:  # noqa: ANN401
    if value is not None:
        sheet.write_number(row, column, rounded(value), style)


def _whose(subject: Subject) -> str:
    return {"company": "Company", "seller": f"Seller {subject.name}"}.get(subject.level, subject.name)


def _notes_sheet(sheet: Any, index: Index, styles: _Styles) -> None:  # noqa: ANN401
    head = ("Signal", "Phase", "Unit", "Meaning", "No value when", "Read beside")
    for column, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(column, column, width)
    texts = [*_NOTES, *index.notices]
    for place, text in enumerate(texts):
        sheet.set_row(place, _height((text,), (sum(_NOTE_WIDTHS),)))
        sheet.merge_range(place, 0, place, len(head) - 1, "", styles.wrapped)
        sheet.write_string(place, 0, text, styles.wrapped)
    first = len(texts) + 1
    for column, title in enumerate(head):
        sheet.write_string(first, column, title, styles.head)
    names = dict.fromkeys(row.signal for row in index.rows)
    for place, name in enumerate(names, start=first + 1):
        meaning = _meaning(name)
        sheet.set_row(place, _height(meaning, _NOTE_WIDTHS))
        for column, text in enumerate(meaning):
            sheet.write_string(place, column, text, styles.bold if column == 0 else styles.wrapped)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Of a row whose texts are wrapped; without it LibreOffice leaves them one line high."""
    lines = (math.ceil(len(text) / (width * _LETTERS_PER_WIDTH)) for text, width in zip(texts, widths, strict=True))
    return _LINE_POINTS * max(1, *lines)


def _meaning(name: str) -> tuple[str, ...]:
    definition, metric = DEFINITIONS.get(name), carried_metrics().get(name)
    beside = ", ".join(metric.read_beside) if metric is not None else ""
    if metric is not None and metric.vanity:
        beside = f"says little alone: {beside}"
    if name == COMPOSITE:
        meaning = "weighted mean of z-scores against the baseline; n = signals in it, see docs/trust-index.md"
        return name, "all", "z", meaning, "no weighted signal has an interval", beside
    if definition is None:
        return name, "", "", "measured elsewhere", "", beside
    return name, definition.phase, definition.unit, definition.formula, definition.insufficient_when, beside
