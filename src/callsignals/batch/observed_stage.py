"""Signals of calls and comments as rows of sellers, segments and the company, in total and per period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callsignals.batch.provenance import Provenance
from callsignals.batch.survey_stage import Owners
from callsignals.figures.grouped import Subject
from callsignals.figures.observed import ObservationTable, ObservedFigure
from callsignals.inputs.workspace import Workspace
from callsignals.records.signal import SignalRecord, record_signal
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = ["figures_by_subject", "observation_table", "observed_row"]


def observation_table(workspace: Workspace) -> ObservationTable:
    """An empty table that knows whose each observation of the workspace is."""
    owners = Owners(workspace.calls, workspace.leads, workspace.segment_columns)
    return ObservationTable(owners.finder(workspace.comments))


def figures_by_subject(table: ObservationTable, workspace: Workspace) -> Mapping[Subject, list[ObservedFigure]]:
    """All figures, for the periods of ``[figures] every`` and in total."""
    settings = workspace.settings
    found: dict[Subject, list[ObservedFigure]] = {}
    for figure in table.figures(settings.figures.every, settings.zone):
        found.setdefault(figure.subject, []).append(figure)
    return found


def observed_row(figure: ObservedFigure, provenance: Provenance) -> SignalRecord:
    """A figure as a signal row: a category's share has the category as its label."""
    signal, definition = figure.signal, figure.definition
    if definition.kind != "number":
        definition = replace(definition, unit="share")
    phase = "" if definition.phase == DEFINITIONS[signal.name].phase else definition.phase
    part = ":".join(part for part in (phase, signal.label) if part)
    observed = replace(
        provenance.of_group(figure.subject, figure.period, figure.digest, part=part), phase=definition.phase
    )
    return record_signal(signal, observed, definition)
