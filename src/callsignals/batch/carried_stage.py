"""Figures measured elsewhere (``metrics.csv``) as signal rows of status ``carried``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from callsignals.batch.provenance import Provenance
from callsignals.figures.estimates import LEVEL, wilson_interval
from callsignals.figures.grouped import COMPANY, Subject
from callsignals.files import digest_of
from callsignals.inputs.rows import MetricRow
from callsignals.records.signal import SignalRecord, iso_time, record_signal
from callsignals.vocabulary.carried import carried_definition, carried_metrics
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Signal

__all__ = ["carried_rows"]


def carried_rows(metrics: Iterable[MetricRow], provenance: Provenance) -> list[SignalRecord]:
    """One row a metric, at its lead or the company; insufficient when its denominator is 0."""
    return [_row(metric, provenance) for metric in metrics]


def _row(metric: MetricRow, provenance: Provenance) -> SignalRecord:
    definition = DEFINITIONS.get(metric.signal) or carried_definition(metric.signal, metric.phase, metric.unit)
    observed_at, start, end = (iso_time(at) for at in (metric.observed_at, metric.period_start, metric.period_end))
    about = [metric.signal, metric.value, metric.numerator, metric.denominator, metric.unit, observed_at, start, end]
    subject = Subject("lead", metric.lead_id) if metric.lead_id else Subject("company", COMPANY)
    observed = replace(
        provenance.of_subject(subject, digest_of(about)),
        time=metric.observed_at,
        period_start=metric.period_start,
        period_end=metric.period_end,
        phase=metric.phase,
        part=f"carried:{observed_at}",
    )
    return record_signal(_signal(metric), observed, definition)


def _signal(metric: MetricRow) -> Signal:
    numerator, denominator = metric.numerator, metric.denominator
    if metric.value is None:
        return Signal.insufficient(metric.signal, "denominator_is_zero", numerator=numerator, denominator=denominator)
    low, high = _interval(metric) or (None, None)
    return Signal(
        metric.signal,
        value=metric.value,
        numerator=numerator,
        denominator=denominator,
        n=max(1, int(denominator)) if low is not None and denominator else 1,
        status="carried",
        low=low,
        high=high,
        interval=None if low is None else LEVEL,
    )


def _interval(metric: MetricRow) -> tuple[float, float] | None:
    """Wilson's of a share of whole counts; None for other figures, whose spread their parts do not tell."""
    part, whole = metric.numerator, metric.denominator
    registered = carried_metrics().get(metric.signal)
    if registered is None or part is None or not whole or not (part.is_integer() and whole.is_integer()):
        return None
    if registered.parts == "net_promoters" or metric.unit not in ("share", "%"):
        return None
    scale = DEFINITIONS[metric.signal].scale
    low, high = wilson_interval(int(part), int(whole))
    return scale * low, scale * high
