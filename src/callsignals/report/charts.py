"""Charts as static SVG: Vega-Lite drawings rendered by vl-convert, offline and in this process.

Colours are CSS variables, so that a chart follows the page into dark mode and onto paper. Each chart stands beside a
table with the same figures, so the drawing itself is hidden from screen readers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from callsignals.report.chart_data import Panel, Strip

__all__ = ["strip_chart", "trend_chart"]

_VERSION = "5.21"
"""Of Vega-Lite: pinned, so that another vl-convert draws the same."""
_WIDTH = 520
_FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""Names whose letters are equally wide, so that what vl-convert measures fits what a browser draws."""
_TICKS = 6
_NAMES_WIDTH = 130
_LONGEST_NAME = 26
_LONGEST_TITLE = 80

Spec = dict[str, Any]


def strip_chart(strips: Sequence[Strip]) -> Markup:
    """Strips below each other: dots for calls, a bar for the mean's interval, a diamond for the mean."""
    return _svg({"vconcat": [_strip(strip) for strip in strips]})


def trend_chart(panels: Sequence[Panel]) -> Markup:
    """Panels below each other on one time axis: weekly means with their intervals."""
    days = sorted({_moment(week.day) for panel in panels for week in panel.weeks})
    ticks = sorted({*days[:: -(-len(days) // _TICKS)], days[-1]})
    return _svg({"vconcat": [_panel(panel, ticks) for panel in panels]})


def _moment(day: str) -> int:
    """Milliseconds since 1970 of a day's start in UTC, as Vega counts."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """Names cut to fit beside a chart, still apart. Vega's own cut can halve a character and then fails."""
    shown: dict[str, str] = {}
    for name in names:
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        taken = set(shown.values())
        apart = (short if number == 1 else f"{short} ({number})" for number in range(1, len(names) + 1))
        shown[name] = next(one for one in apart if one not in taken)
    return shown


def _axis(percent: bool, **more: object) -> Spec:
    return {"format": ".0%" if percent else ",.2~f", "tickCount": 6} | more


def _scale(percent: bool, values: Sequence[float]) -> Spec:
    top = max(values, default=1.0)
    return {"domain": [0, 1 if percent else top * 1.05 or 1.0], "nice": False, "clamp": True}


def _number(value: float) -> float:
    return round(value, 4)


def _strip(strip: Strip) -> Spec:
    along = {
        "type": "quantitative",
        "scale": _scale(strip.percent, [dot.value for dot in strip.dots] + [line.high or 0.0 for line in strip.lines]),
        "axis": _axis(strip.percent, title=strip.title),
    }
    names = _short_names(strip.rows)
    rows = {
        "field": "row",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(names.values())},
        "axis": {"minExtent": _NAMES_WIDTH},
    }
    dots = [
        {
            "row": names[dot.row],
            "value": _number(dot.value),
            "n": dot.count,
            "label": dot.label,
            "href": dot.address or None,
        }
        for dot in strip.dots
    ]
    lines = [
        {"row": names[line.row], "mean": _number(line.mean), "low": _number(line.low), "high": _number(line.high)}
        for line in strip.lines
        if line.low is not None and line.high is not None
    ]
    # One call is its own mean: its dot is enough.
    means = [{"row": line["row"], "mean": line["mean"]} for line in lines]
    layers: list[Spec] = [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "strokeWidth": 2, "color": "var(--ink)", "aria": False},
            "encoding": {"x": {"field": "low", **along}, "x2": {"field": "high"}, "y": rows},
        },
        {
            "data": {"values": dots},
            "mark": {"type": "circle", "color": "var(--dot)", "opacity": 0.7},
            "encoding": {
                "x": {"field": "value", **along},
                "y": rows,
                "size": {
                    "field": "n",
                    "type": "quantitative",
                    "scale": {"range": [45, 220], "domain": [1, 20], "clamp": True},
                    "legend": None,
                },
                "description": {"field": "label", "type": "nominal"},
                "href": {"field": "href", "type": "nominal"},
            },
        },
        {
            "data": {"values": means},
            "mark": {
                "type": "point",
                "shape": "diamond",
                "size": 90,
                "filled": True,
                "color": "var(--ink)",
                "aria": False,
            },
            "encoding": {"x": {"field": "mean", **along}, "y": rows},
        },
    ]
    if strip.reference is not None:
        layers.insert(0, _reference("x", strip.reference, along))
    return {"width": _WIDTH, "height": {"step": 30}, "layer": layers}


def _panel(panel: Panel, ends: Sequence[int]) -> Spec:
    weeks = [
        {"day": _moment(week.day), "mean": _number(week.mean)}
        | (
            {"low": _number(week.low), "high": _number(week.high)}
            if week.low is not None and week.high is not None
            else {}
        )
        for week in panel.weeks
    ]
    values = [week.mean for week in panel.weeks] + [week.high for week in panel.weeks if week.high is not None]
    across = {
        "type": "quantitative",
        "scale": _scale(panel.percent, values),
        "axis": _axis(panel.percent, title=None, tickCount=3, minExtent=_NAMES_WIDTH // 3),
    }
    day = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [ends[0], ends[-1]], "padding": 14},
        "axis": {"format": "%G-W%V", "title": None, "values": list(ends), "labelOverlap": True},
    }
    layers: list[Spec] = [
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "rule", "strokeWidth": 2, "color": "var(--dot)", "opacity": 0.7},
            "encoding": {"x": day, "y": {"field": "low", **across}, "y2": {"field": "high"}},
        },
        {
            "mark": {
                "type": "line",
                "color": "var(--ink)",
                "strokeWidth": 1.5,
                "point": {"filled": True, "color": "var(--ink)", "size": 30},
            },
            "encoding": {"x": day, "y": {"field": "mean", **across}},
        },
    ]
    if panel.reference is not None:
        layers.insert(0, _reference("y", panel.reference, across))
    title = {
        "text": panel.title[:_LONGEST_TITLE],
        "anchor": "start",
        "frame": "group",
        "fontSize": 12,
        "fontWeight": "normal",
    }
    return {"title": title, "data": {"values": weeks}, "width": _WIDTH, "height": 70, "layer": layers}


def _reference(channel: str, value: float, along: Spec) -> Spec:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "strokeWidth": 1, "strokeDash": [3, 3], "color": "var(--quiet)", "aria": False},
        "encoding": {channel: {"datum": value, **along}},
    }


_CONFIG: Spec = {
    "font": _FONT,
    "view": {"stroke": None},
    "aria": True,
    "title": {"color": "var(--ink)"},
    "concat": {"spacing": 18},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--quiet)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelLimit": 0,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
    },
}

_BASE = re.compile(r'xlink:href="https://vega\.github\.io/vega-datasets/')
_LINK = re.compile(r"<a ")
_LABELLED = re.compile(r'<path aria-label="([^"]*)"([^>]*?)/>')
_ROLES = re.compile(r' (?:role|aria-roledescription|aria-label|aria-hidden|pointer-events)="[^"]*"')
_LONG_NUMBER = re.compile(r"(\d+\.\d\d)\d+")


def _svg(drawing: Spec) -> Markup:
    import vl_convert  # starts a JavaScript engine: only when a chart is drawn

    spec = {"background": None, "config": _CONFIG, "padding": 4, **drawing}
    return _tidied(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION))


def _tidied(svg: str) -> Markup:
    """Links relative again and out of the tab order, labels as tooltips, no more digits than anyone can see."""
    text = _LINK.sub('<a tabindex="-1" ', _BASE.sub('href="', svg))
    text = _LABELLED.sub(r"<path\2><title>\1</title></path>", text)
    text = _LONG_NUMBER.sub(r"\1", _ROLES.sub("", text))
    # vl-convert escapes every text and attribute; tests/report/test_injection.py tries it.
    return Markup(text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))
