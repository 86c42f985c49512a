"""One table of comments, classified without a workspace, a part at a time."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from callsignals.batch.comment_stage import comment_digest, comment_text, language_hints
from callsignals.batch.entries import CommentEntry, comment_row
from callsignals.batch.label_files import check_label_suffix, label_writer
from callsignals.batch.listener import Listener, counting
from callsignals.batch.survey_stage import SURVEY_MEASURES, Owners, survey_answer, surveyed
from callsignals.comments.classify import CommentClassifier
from callsignals.comments.review import ReviewItem, ReviewSample
from callsignals.errors import Failure, InputError
from callsignals.figures.follow_up import FollowUp, Surveyed, follow_up_list, why_follow_up
from callsignals.figures.grouped import Figure, figures_of
from callsignals.figures.survey import SurveyAnswer
from callsignals.inputs.cells import RowContext
from callsignals.inputs.checks import listed, segment_columns
from callsignals.inputs.own_comments import OwnComments, own_comments
from callsignals.inputs.questionnaires import answers_apart, find_questions
from callsignals.inputs.raw_rows import Table
from callsignals.inputs.row_parsers import parse_comment_rows
from callsignals.inputs.settings import Settings
from callsignals.inputs.table_stream import TableSource, table_parts
from callsignals.inputs.tables import COLUMNS
from callsignals.inputs.values import language_code
from callsignals.privacy.redaction import redact_text
from callsignals.records.tables import comments_frame
from callsignals.vocabulary.choices import REVIEW_COUNT, Every
from callsignals.vocabulary.signal import Level

__all__ = ["ClassifiedTable", "TableTask", "classify_table"]

PART_ROWS = 2000
"""Comments in memory at a time."""

_KNOWN = frozenset((*COLUMNS["comments"], "seller"))
"""A column of another table must not take a heading such as ``Datum`` away; a follow-up names the seller."""

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TableTask:
    """What to do with a table.

    Attributes:
        source: the table.
        settings: default scale, time zone, segment columns, models.
        out: file for the labels, or None.
        every: periods of the figures; None for totals alone.
        with_text: whether the follow-up list holds what customers wrote.
        review_count: how many comments to choose for a person; 0 for none.
    """

    source: TableSource
    settings: Settings
    out: Path | None = None
    every: Every | None = None
    with_text: bool = False
    review_count: int = 0


@dataclass(slots=True)
class ClassifiedTable:
    """What a table says.

    Attributes:
        count: classified comments.
        kinds: how many of each kind.
        labels: signal to label to how many; ``comment_reasons`` as ``reason:polarity``; "" for those without a value.
        figures: NPS, what moves it, CSAT, CES of the company and each segment.
        follow_up: whom to call, most urgent first.
        review: comments for a person to label.
        failures: rows that could not be used.
    """

    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    figures: tuple[Figure[SurveyAnswer], ...] = ()
    follow_up: list[FollowUp] = field(default_factory=list)
    review: list[ReviewItem] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What one look at the whole table tells: its length, the user's own columns, leads' languages, its questions."""

    rows: int
    extra: tuple[str, ...]
    hints: dict[str, str]
    notices: tuple[str, ...]


def classify_table(task: TableTask, listener: Listener, show: Callable[[Rows], None] | None = None) -> ClassifiedTable:
    """Classify every comment of a table; ids, lead ids and kinds may be missing.

    Args:
        task: what to do.
        listener: is told of progress.
        show: is given the label rows, part by part.

    Raises:
        InputError: the table cannot be read at all.
        UsageError: ``out`` has a suffix that is not one of labels.
        OutputError: ``out`` cannot be written.
    """
    if task.out is not None:
        check_label_suffix(task.out)
    shape = _shape(task.source)
    work = _Work(task, shape)
    for notice in (*shape.notices, *work.notices):
        listener.notice(notice)
    listener.begin("classify", shape.rows)
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(label_writer(task.out)) if task.out is not None else None
        progress = counting(listener)
        for table in map(answers_apart, table_parts(task.source, PART_ROWS, known=_KNOWN)):
            rows = work.classify(table, lambda done, total: progress(work.result.count + done, total))
            if write is not None:
                write(comments_frame(rows, shape.extra))
            if show is not None:
                show(rows)
    listener.end()
    return work.finished()


def _shape(source: TableSource) -> _Shape:
    rows, columns = 0, dict[str, None]()
    notices: dict[str, None] = {}
    languages: dict[str, list[str]] = {}
    for whole in table_parts(source, PART_ROWS, known=_KNOWN):
        if whole.notice:
            notices[whole.notice] = None
        if (questions := find_questions(whole.columns)) is not None:
            notices[questions.notice(source.path.name)] = None
        table = answers_apart(whole)
        rows += len(table.rows)
        columns.update(dict.fromkeys(table.columns))
        if "language" in table.columns and "lead_id" in table.columns:
            for row in table.rows:
                lead_id, language = row.cells.get("lead_id"), language_code(row.cells.get("language") or "")
                if lead_id and language:
                    languages.setdefault(lead_id.strip(), []).append(language)
    _check_has_answers(source.path, rows, columns)
    extra = tuple(name for name in columns if name not in COLUMNS["comments"])
    return _Shape(rows, extra, language_hints((), languages), tuple(notices))


def _check_has_answers(path: Path, rows: int, columns: Iterable[str]) -> None:
    columns = tuple(columns)
    if rows and not {"text", "score"}.intersection(columns):
        raise InputError(
            str(path),
            f"has neither a column 'text' nor 'score'; its columns are {listed(columns)}",
            "Name the column with what customers wrote 'text'; docs/your-data.md has other names that are known.",
            code="missing_text",
        )


class _Work:
    """A table on its way through the classifier."""

    def __init__(self, task: TableTask, shape: _Shape) -> None:
        self.result = ClassifiedTable()
        self._task, self._shape = task, shape
        settings = task.settings
        self._context = RowContext(settings.zone, default_scale=settings.comments.default_scale, ids_required=False)
        self._ids: dict[str, int] = {}
        columns, self.notices = segment_columns(settings.segments.columns, {*COLUMNS["comments"], *shape.extra})
        self._owners = Owners(columns=columns)
        root = None if task.source.content is not None else task.source.path.parent
        own = own_comments(root, settings) if root is not None else OwnComments()
        self._classifier = CommentClassifier.load(own.rules, own.models, settings.comments.tier)
        self._answers: list[SurveyAnswer] = []
        self._surveyed: list[Surveyed] = []
        self._sample = ReviewSample(task.review_count or REVIEW_COUNT)

    def classify(self, table: Table, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
        parsed = parse_comment_rows(table, self._context, self._ids)
        name = self._task.source.path.name
        self.result.failures += [Failure.of(error, "inputs", input_name=name) for error in parsed.errors]
        texts = [comment_text(row, self._shape.hints) for row in parsed.rows]
        results = self._classifier.classify(texts, progress)
        entries = [
            CommentEntry(row, result, comment_digest(row)) for row, result in zip(parsed.rows, results, strict=True)
        ]
        self._note(entries)
        return [comment_row(entry) for entry in entries]

    def _note(self, entries: Iterable[CommentEntry]) -> None:
        result = self.result
        for entry in entries:
            result.count += 1
            result.kinds[entry.row.kind] += 1
            for signal in entry.classified.signals:
                labels = signal.labels or ("" if signal.value is None else f"{signal.value:g}",)
                result.labels.setdefault(signal.name, Counter()).update(labels)
            belongs = self._owners.of_comment(entry.row)
            if (answer := survey_answer(entry, belongs)) is not None:
                self._answers.append(answer)
            asked = surveyed(entry, belongs, with_text=self._task.with_text)
            if asked is not None and (asked.respondent_id or why_follow_up(asked)):
                language = entry.classified.language
                text = None if asked.text is None else self._redacted(asked.text, language)
                self._surveyed.append(replace(asked, text=text))
        if self._task.review_count:
            self._sample.add(_review_item(entry) for entry in entries)

    def _redacted(self, text: str, language: str | None) -> str:
        """What a customer wrote, as it may stand in a file."""
        return redact_text(text, language, level=self._task.settings.privacy.redact)

    def finished(self) -> ClassifiedTable:
        levels: tuple[Level, ...] = ("segment", "company")
        zone = self._task.settings.zone
        figures = figures_of(self._answers, SURVEY_MEASURES, every=self._task.every, zone=zone, levels=levels)
        self.result.figures = tuple(replace(figure, observations=()) for figure in figures)
        self.result.follow_up = follow_up_list(self._surveyed)
        if self._task.review_count:
            self.result.review = [
                replace(item, text=self._redacted(item.text, item.result.language)) for item in self._sample.chosen()
            ]
        return self.result


def _review_item(entry: CommentEntry) -> ReviewItem:
    row = entry.row
    score = "" if row.score is None else f"{row.score:g}"
    return ReviewItem(row.comment_id, row.text, score, row.scale or "", entry.classified)
