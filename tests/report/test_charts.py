"""Charts: static, relative, quiet to screen readers, and bounded in size."""

from __future__ import annotations

import re

import pytest

from callsignals.report.chart_data import Dot, Line, Panel, Strip, Week, merged_dots
from callsignals.report.charts import strip_chart, trend_chart

ROWS = ("Anna", "Björn")


def dots(count, row="Anna"):
    return tuple(Dot(row, place / count, 1, f"call {place}", f"calls/{place}.html") for place in range(count))


@pytest.fixture(scope="module")
def chart():
    lines = (Line("Anna", 0.5, 0.4, 0.6), Line("Björn", 0.3, None, None))
    return strip_chart(
        [Strip("Talk", True, ROWS, (*dots(3), Dot("Björn", 0.3, 1, "b < c", "calls/b.html")), lines, 0.43)]
    )


def test_each_call_is_a_dot_with_a_label_and_a_relative_link(chart):
    assert re.findall(r'<a tabindex="-1" href="([^"]*)"', chart) == [
        "calls/0.html",
        "calls/1.html",
        "calls/2.html",
        "calls/b.html",
    ]
    assert re.findall(r"<title>([^<]*)</title>", chart) == ["call 0", "call 1", "call 2", "b &lt; c"]


def test_names_axis_and_reference_are_drawn(chart):
    for text in ("Anna", "Björn", "Talk", "40%"):
        assert f">{text}</text>" in chart
    assert chart.count("stroke-dasharray") >= 1


def test_a_chart_fetches_nothing_and_has_no_style_of_its_own(chart):
    outside = re.findall(r'(?:href|src)="([a-z]+:[^"]*)"|url\(', chart)
    assert outside == []
    assert "style=" not in chart
    assert chart.startswith('<svg aria-hidden="true" focusable="false"')
    assert "role=" not in chart


def test_the_same_figures_give_the_same_bytes():
    panels = [Panel("All", True, (Week("2025-09-01", 0.4, 0.3, 0.5), Week("2025-09-15", 0.5, None, None)), 0.43)]
    assert trend_chart(panels) == trend_chart(panels)
    assert ">2025-W36</text>" in trend_chart(panels)
    assert ">2025-W38</text>" in trend_chart(panels)


def test_many_calls_at_one_place_become_one_larger_dot():
    few = merged_dots(dots(100), "{n} calls")
    assert few == dots(100)
    merged = merged_dots(dots(5000), "{n} calls")
    assert len(merged) <= 151
    assert sum(dot.count for dot in merged) == 5000
    assert all(dot.label == f"{dot.count} calls" and dot.address == "" for dot in merged if dot.count > 1)


def test_a_long_name_is_cut_and_stays_apart_from_its_like():
    long = ["\U0001f4de" * 40 + "a", "\U0001f4de" * 40 + "b"]
    chart = strip_chart(
        [Strip("Talk", True, tuple(long), (Dot(long[0], 0.5, 1, "x", ""), Dot(long[1], 0.5, 1, "y", "")), ())]
    )
    assert len(re.findall(r">\U0001f4de{25}…(?: \(2\))?</text>", chart)) == 2
