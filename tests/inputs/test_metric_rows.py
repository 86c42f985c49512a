"""``metrics.csv``: formulas by hand, and values that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.inputs.cells import RowContext
from callsignals.inputs.metric_rows import parse_metric_rows
from callsignals.inputs.tables import COLUMNS, parse_table
from callsignals.inputs.workspace import open_workspace
from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definitions import DEFINITIONS


def parsed(**cells: object):
    row = {"observed_at": "2026-02-01", **cells}
    text = ";".join(row) + "\n" + ";".join(str(value) for value in row.values()) + "\n"
    table = parse_table(text.encode(), Path("metrics.csv"), known=COLUMNS["metrics"])
    return parse_metric_rows(table, RowContext())


def value(**cells: object) -> float | None:
    result = parsed(**cells)
    assert result.errors == ()
    return result.rows[0].value


def refusal(**cells: object) -> str:
    result = parsed(**cells)
    assert result.rows == ()
    assert result.errors[0].remedy
    return result.errors[0].code


def test_retention_is_those_kept_of_those_at_the_start():
    # S = 200, E = 210, N = 30: (210 - 30) / 200 = 90 %.
    counts = {"customers_start": 200, "customers_end": 210, "customers_new": 30}
    assert value(signal="retention_rate", **counts) == pytest.approx(90.0)
    row = parsed(signal="retention_rate", **counts).rows[0]
    assert (row.numerator, row.denominator, row.unit, row.phase) == (180.0, 200.0, "%", "after")


def test_nps_is_promoters_less_detractors_of_all():
    # 50 promoters, 30 passives, 20 detractors: +30.
    assert value(signal="nps", promoters=50, passives=30, detractors=20) == pytest.approx(30.0)


def test_a_rate_is_computed_from_its_parts():
    assert value(signal="newsletter_open_share", numerator=45, denominator=180) == pytest.approx(0.25)
    assert value(signal="resolution_rate", numerator=3, denominator=4, lead_id="acme") == pytest.approx(0.75)
    assert value(signal="session_length_s", numerator=5400, denominator=60) == pytest.approx(90.0)


def test_a_rate_of_nothing_has_no_value_and_keeps_its_parts():
    row = parsed(signal="newsletter_open_share", numerator=0, denominator=0).rows[0]
    assert (row.value, row.numerator, row.denominator) == (None, 0.0, 0.0)
    assert value(signal="retention_rate", customers_start=0, customers_end=4, customers_new=4) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"signal": "newsletter_open_share", "value": 45, "unit": "%"}, 0.45),
        ({"signal": "session_length_s", "value": 1.5, "unit": "min"}, 90.0),
        ({"signal": "retention_rate", "value": 0.9, "unit": "share"}, 90.0),
        ({"signal": "time_to_won_days", "value": 48, "unit": "hours"}, 2.0),
        ({"signal": "Session length-s", "value": 90}, 90.0),
    ],
)
def test_units_and_spellings_are_brought_to_the_registrys(cells, expected):
    assert value(**cells) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"signal": "newsletter_open_share", "value": 1.2}, "impossible"),
        ({"signal": "newsletter_open_share", "value": 45}, "impossible"),
        ({"signal": "newsletter_open_share", "numerator": 12, "denominator": 10}, "impossible"),
        ({"signal": "newsletter_open_share", "numerator": -1, "denominator": 10}, "impossible"),
        ({"signal": "forms_completed_count", "value": -3}, "impossible"),
        ({"signal": "forms_completed_count", "value": 2.5}, "impossible"),
        ({"signal": "session_length_s", "value": -1}, "impossible"),
        ({"signal": "nps", "value": 101}, "impossible"),
        ({"signal": "nps", "promoters": 5, "passives": -1, "detractors": 2}, "impossible"),
        ({"signal": "nps", "promoters": 5, "passives": 1}, "missing_detractors"),
        ({"signal": "ces_mean", "value": 8}, "impossible"),
        ({"signal": "retention_rate", "customers_start": 100, "customers_end": 120, "customers_new": 10}, "impossible"),
        ({"signal": "retention_rate", "customers_start": 100, "customers_end": 10, "customers_new": 20}, "impossible"),
        ({"signal": "retention_rate", "value": 90, "lead_id": "acme"}, "wrong_level"),
        ({"signal": "nps", "value": 60, "promoters": 50, "passives": 30, "detractors": 20}, "parts_disagree"),
        ({"signal": "session_length_s", "value": 3, "unit": "pages"}, "wrong_unit"),
        ({"signal": "session_length_s", "value": 3, "phase": "after"}, "wrong_phase"),
        ({"signal": "session_length_s", "value": ""}, "missing_value"),
        ({"signal": "newsletter_open_share", "numerator": 3}, "missing_value"),
        ({"signal": "webinar_mood", "value": 3}, "unknown_signal"),
        ({"signal": "nps", "value": 3, "period_start": "2026-01-01"}, "half_period"),
        (
            {"signal": "nps", "value": 3, "period_start": "2026-02-01", "period_end": "2026-01-01"},
            "impossible_period",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(cells, code):
    assert refusal(**cells) == code


def test_the_same_figure_twice_is_refused_once():
    text = "signal,value,observed_at\nnps,10,2026-02-01\nnps,11,2026-02-01\nnps,12,2026-03-01\n"
    table = parse_table(text.encode(), Path("metrics.csv"), known=COLUMNS["metrics"])
    result = parse_metric_rows(table, RowContext())
    assert [row.value for row in result.rows] == [10.0, 12.0]
    assert [error.code for error in result.errors] == ["duplicate_metric"]


def test_an_unknown_signal_with_a_phase_is_carried_with_a_notice(tmp_path):
    text = "signal,value,observed_at,phase,unit\nsesion_length_s,10,2026-02-01,before,s\n"
    (tmp_path / "metrics.csv").write_text(text, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    assert [(row.signal, row.value, row.unit) for row in workspace.metrics] == [("sesion_length_s", 10.0, "s")]
    (notice,) = [notice for notice in workspace.notices if "sesion_length_s" in notice]
    assert "'session_length_s'" in notice


def test_every_registered_signal_has_a_meaning_and_a_companion_that_is_no_vanity_itself():
    metrics = carried_metrics()
    assert set(metrics) <= set(DEFINITIONS)
    for metric in metrics.values():
        assert set(metric.read_beside) <= set(DEFINITIONS)
        if metric.vanity:
            assert any(
                name in DEFINITIONS and not (name in metrics and metrics[name].vanity) for name in metric.read_beside
            )


def test_the_signals_of_the_issue_are_registered():
    wanted = """session_length_s direct_traffic_share pages_per_session newsletter_signups_count
    newsletter_signoffs_count
    newsletter_open_share newsletter_click_share forms_started_count forms_completed_count page_views_before_lead_count
    video_watched_min content_shares_count backlinks_count mentions_count events_attended_count retention_rate
    resolution_rate ces_mean csat_share nps time_to_won_days activities_count followers_count sessions_count leads_count
    qualified_leads_count"""
    assert set(wanted.split()) <= set(carried_metrics())
