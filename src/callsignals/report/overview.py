"""What team and seller pages share: rows of figures, strips, weeks, survey figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from callsignals.report.chart_data import Dot, Line, Panel, Strip, Week, merged_dots
from callsignals.report.estimates import Estimate, estimate
from callsignals.report.links import call_page
from callsignals.report.presentation import Presentation
from callsignals.report.references import Reference, references
from callsignals.report.wording import Wording
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["Group", "Pages", "group_of", "panel_of", "strip_of", "survey_figures", "week_of"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """What every page is written with."""

    texts: Wording
    shown: Presentation

    def time(self, moment: Any) -> str:  # noqa: ANN401 - datetime, its text, or None
        """A moment to the minute in the workspace's zone; a dash for none."""
        if moment is None:
            return "–"
        known = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
        if known.tzinfo is None:
            known = known.replace(tzinfo=UTC)
        return f"{known.astimezone(self.shown.zone):%Y-%m-%d %H:%M}"

    def reference(self, signal: str) -> Reference | None:
        """A published figure of a signal."""
        return references().get(signal)

    def note(self, reference: Reference) -> str:
        """What a reference was measured on."""
        return reference.notes[self.texts.language]


@dataclass(frozen=True, slots=True)
class Group:
    """Some calls under one name.

    Attributes:
        name: shown.
        address: of their page from the report's folder, or "".
        calls: how many count.
        estimates: by signal.
        surveys: rows of survey figures by signal.
    """

    name: str
    address: str
    calls: int
    estimates: Mapping[str, Estimate]
    surveys: Mapping[str, Sequence[Row]]


def group_of(
    name: str, address: str, calls: Sequence[Row], signals: Iterable[str], surveys: Mapping[str, Sequence[Row]]
) -> Group:
    """The figures of some calls."""
    return Group(name, address, len(calls), {signal: estimate(signal, calls) for signal in signals}, surveys)


def survey_figures(rows: Iterable[Row], level: str, subject: str) -> dict[str, list[Row]]:
    """Totals of one subject's survey figures by signal, several where there are several scales or reasons."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["level"] == level and row["subject"] == subject:
            found.setdefault(row["signal"], []).append(row)
    return found


def strip_of(pages: Pages, signal: str, groups: Sequence[tuple[str, Sequence[Row]]], to_root: str) -> Strip:
    """The calls of several groups along one signal.

    Args:
        pages: texts and names.
        signal: a column of calls.
        groups: shown name and calls of each row.
        to_root: from the page to the report's folder.
    """
    dots = [
        Dot(name, row[signal], 1, _call_label(pages, row, signal), to_root + call_page(row["call_id"]))
        for name, calls in groups
        for row in calls
        if row.get(signal) is not None
    ]
    estimates = [(name, estimate(signal, calls)) for name, calls in groups]
    reference = pages.reference(signal)
    return Strip(
        title=_axis_title(pages.texts, signal),
        percent=DEFINITIONS[signal].unit == "share" if signal in DEFINITIONS else False,
        rows=tuple(name for name, _ in groups),
        dots=merged_dots(dots, pages.texts.ui("several_calls", n="{n}")),
        lines=tuple(
            Line(name, found.mean, found.low, found.high) for name, found in estimates if found.mean is not None
        ),
        reference=reference.value if reference else None,
    )


def _axis_title(texts: Wording, signal: str) -> str:
    unit = DEFINITIONS[signal].unit if signal in DEFINITIONS else ""
    shown = texts.sections["unit"].get(unit, unit)
    return texts.signal(signal) if unit in ("share", "") or not shown else f"{texts.signal(signal)}, {shown}"


def _call_label(pages: Pages, row: Row, signal: str) -> str:
    return f"{row['call_id']}: {pages.texts.figure(row[signal], signal)}"


def week_of(pages: Pages, row: Row) -> date | None:
    """Monday of a call's ISO week in the workspace's zone; None when undated."""
    if row["started_at"] is None:
        return None
    day: date = row["started_at"].astimezone(pages.shown.zone).date()
    return day - timedelta(days=day.weekday())


def panel_of(pages: Pages, title: str, signal: str, calls: Sequence[Row]) -> tuple[Panel, list[tuple[str, Estimate]]]:
    """Weekly means of one signal: the drawing and the same figures for a table."""
    grouped: dict[date, list[Row]] = {}
    for row in calls:
        monday = week_of(pages, row)
        if monday is not None and row.get(signal) is not None:
            grouped.setdefault(monday, []).append(row)
    weeks = [(monday, estimate(signal, grouped[monday])) for monday in sorted(grouped)]
    reference = pages.reference(signal)
    panel = Panel(
        title=title,
        percent=DEFINITIONS[signal].unit == "share",
        weeks=tuple(
            Week(monday.isoformat(), found.mean, found.low, found.high)
            for monday, found in weeks
            if found.mean is not None
        ),
        reference=reference.value if reference else None,
    )
    return panel, [(f"{monday:%G}-W{monday:%V}", found) for monday, found in weeks]


def names_for(keys: Sequence[str], name_of: Callable[[str], str]) -> dict[str, str]:
    """A shown name for each key; those that share one are told apart by the key."""
    shown = {key: name_of(key) for key in keys}
    counts: dict[str, int] = {}
    for name in shown.values():
        counts[name] = counts.get(name, 0) + 1
    return {key: name if counts[name] == 1 else f"{name} ({key})" for key, name in shown.items()}
