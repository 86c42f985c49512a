"""What every signal means: the registry that code, docs, report tooltips and schemas share.

The arithmetic itself lives beside its function (``conversation``, ``language``, ``comments``); this table says what
each figure is called, in which phase and unit it stands, which way is good, and how its parts are pooled over
several observations: ``pooled = scale * sum(numerators) / sum(denominators)``, null below ``minimum_denominator``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache

from callsignals.vocabulary.call_signals import CONVERSATION_SIGNALS, RELATED_SIGNALS, TERM_SIGNALS
from callsignals.vocabulary.carried import carried_metrics
from callsignals.vocabulary.definition import Definition, Direction, Kind, Phase
from callsignals.vocabulary.funnel_figures import FUNNEL_FIGURES
from callsignals.vocabulary.survey_figures import SURVEY_FIGURES
from callsignals.vocabulary.text_signals import TEXT_SIGNALS
from callsignals.vocabulary.thread_figures import THREAD_FIGURES

__all__ = [
    "CARRIED_SIGNALS",
    "CONVERSATION_SIGNALS",
    "DEFINITIONS",
    "FIGURES",
    "FUNNEL_FIGURES",
    "RELATED_SIGNALS",
    "SURVEY_FIGURES",
    "TERM_SIGNALS",
    "TEXT_SIGNALS",
    "THREAD_FIGURES",
    "Definition",
    "Direction",
    "Kind",
    "Phase",
    "definitions_digest",
]

CARRIED_SIGNALS = {name: metric.definition for name, metric in carried_metrics().items() if metric.definition}
"""What only ``metrics.csv`` gives (``callsignals.vocabulary.carried``)."""

FIGURES: dict[str, Definition] = {**SURVEY_FIGURES, **THREAD_FIGURES, **FUNNEL_FIGURES}
"""Signals that rest on several observations of a group; the others are observations."""

DEFINITIONS: dict[str, Definition] = {
    **CONVERSATION_SIGNALS,
    **TERM_SIGNALS,
    **RELATED_SIGNALS,
    **TEXT_SIGNALS,
    **CARRIED_SIGNALS,
    **FIGURES,
}


@cache
def definitions_digest() -> str:
    """sha256 over all definitions: part of a signal's ``id``, so that a changed formula changes it."""
    rows = [asdict(DEFINITIONS[name]) for name in sorted(DEFINITIONS)]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
