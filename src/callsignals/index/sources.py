"""What the index is made of: observations with their owners, and figures of groups, from the files in OUT."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from callsignals.batch.survey_stage import Owners
from callsignals.comments.scores import is_on_scale
from callsignals.errors import InputError
from callsignals.figures.observed import OBSERVED_COLUMNS, ObservationTable
from callsignals.figures.survey import SurveyAnswer
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow
from callsignals.vocabulary.definitions import FIGURES, SURVEY_FIGURES

__all__ = ["GroupRow", "IndexSettings", "IndexSources", "open_index_sources"]

_RECOMPUTED = frozenset(SURVEY_FIGURES) - {"nps_impact"}
"""Figures that are computed anew for any length of period."""

_COLUMNS = (*OBSERVED_COLUMNS, "subject", "period_end", "labels", "n", "low", "high", "interval", "key")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What ``run.json`` says of how to group.

    Attributes:
        zone: whose midnights count; None for UTC.
        columns: segment columns.
        weights: of the composite by signal; empty for none.
        baseline: name of the period that changes are counted from; None for each signal's first.
    """

    zone: ZoneInfo | None = None
    columns: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    baseline: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A figure of a group as it stands in ``signals``: of a period, or carried at a moment."""

    row: Mapping[str, Any]
    start: datetime | None
    end: datetime | None
    time: datetime | None


@dataclass(frozen=True)
class IndexSources:
    """The files of one OUT.

    Attributes:
        out: the folder.
        settings: of ``run.json``.
    """

    out: Path
    settings: IndexSettings

    @cached_property
    def _signals(self) -> pl.DataFrame:
        return _read(self.out / "signals.parquet", columns=list(_COLUMNS))

    @cached_property
    def _comments(self) -> list[CommentRow]:
        return [_comment(row) for row in _read(self.out / "comments.parquet").iter_rows(named=True)]

    @cached_property
    def _owners(self) -> Owners:
        calls = [_call(row) for row in _read(self.out / "calls.parquet").iter_rows(named=True)]
        return Owners(calls, _leads(self.out / "leads.jsonl"), self.settings.columns)

    def observations(self) -> ObservationTable:
        """Usable values of single calls and comments, and carried values of single leads."""
        table = ObservationTable(self._owners.finder(self._comments), ("ok", "carried"))
        table.add(self._signals)
        return table

    def answers(self) -> Iterator[SurveyAnswer]:
        """Survey answers with a score."""
        for row in self._comments:
            if row.kind == "survey" and row.score is not None and row.scale and is_on_scale(row.score, row.scale):
                owner = self._owners.of_comment(row)
                yield SurveyAnswer(row.comment_id, owner, row.score, row.scale, row.created_at, row.respondent_id)

    def group_rows(self) -> Iterator[GroupRow]:
        """Figures of sellers, segments and the company that are not computed anew, and carried ones of the company."""
        known = pl.col("signal").is_in([*FIGURES.keys() - _RECOMPUTED]) & pl.col("period_start").is_not_null()
        found = self._signals.filter(pl.col("level") != "lead", known | (pl.col("status") == "carried"))
        for row in found.iter_rows(named=True):
            start, end, time = (_moment(row[name]) for name in ("period_start", "period_end", "time"))
            yield GroupRow(row, start, end, time)


def open_index_sources(out: Path) -> IndexSources:
    """The files of OUT.

    Raises:
        InputError: OUT holds no finished run, or one of an earlier version.
    """
    try:
        described = json.loads((out / "run.json").read_text(encoding="utf-8"))["index"]
        zone = described["timezone"]
        settings = IndexSettings(
            zone=ZoneInfo(zone) if zone else None,
            columns=tuple(described["segment_columns"]),
            weights=described["weights"],
            baseline=described["baseline"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise _no_run(out) from None
    return IndexSources(out, settings)


def _no_run(out: Path) -> InputError:
    return InputError(
        str(out), "holds no finished run of this version", "Run 'callsignals run' first.", code="no_results"
    )


def _read(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns)
    except (OSError, pl.exceptions.PolarsError):
        raise _no_run(path.parent) from None


def _leads(path: Path) -> list[LeadRow]:
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return [
            LeadRow(record["lead_id"], segment=record["segment"], extra=tuple(record["segments"].items()))
            for record in records
        ]
    except (OSError, ValueError, KeyError):
        raise _no_run(path.parent) from None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _extra(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in row.items() if isinstance(value, str))


def _call(row: Mapping[str, Any]) -> CallRow:
    sellers = tuple((row["seller"] or "").split(";")) if row["seller"] else ()
    return CallRow(row["call_id"], row["lead_id"], sellers=sellers, extra=_extra(row))


def _comment(row: Mapping[str, Any]) -> CommentRow:
    return CommentRow(
        comment_id=row["comment_id"],
        lead_id=row["lead_id"],
        kind=row["kind"],
        score=row["score"],
        scale=row["scale"],
        created_at=row["created_at"],
        call_id=row["call_id"],
        respondent_id=row["respondent_id"],
        extra=_extra(row),
    )
