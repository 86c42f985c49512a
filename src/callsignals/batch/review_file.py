"""The review: a CSV that a person fills in, and what they filled in.

``label`` is the source or sources of a referral (most decisive first, parted by ``;``), the NPS group that a survey
text speaks of, or what a reply wants; ``polarity`` its tone; ``reasons`` the reasons of a survey text (``price;
support``; a polarity after a colon is allowed). ``none`` says that the text says nothing about it. What is left blank
is not learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.comments.labelled import CHOICES, LabelledComment
from callsignals.comments.labels import NONE_LABEL
from callsignals.comments.review import ReviewItem
from callsignals.errors import Failure, InputError
from callsignals.inputs.raw_rows import RawRow
from callsignals.inputs.rows import COMMENT_KINDS, CommentKind
from callsignals.inputs.tables import read_table
from callsignals.inputs.values import language_code, parse_choice
from callsignals.records.spreadsheet import plain_cell, write_csv

__all__ = ["REVIEW_COLUMNS", "read_labels", "write_review"]

REVIEW_COLUMNS = (
    "comment_id",
    "kind",
    "language",
    "text",
    "score",
    "scale",
    "predicted",
    "confidence",
    "why",
    "label",
    "polarity",
    "reasons",
)
"""The last three are for a person to fill in; the columns before them say what there is to judge."""


def write_review(path: Path, items: Sequence[ReviewItem]) -> None:
    """Write comments with what was made of them and empty columns for what is right.

    Raises:
        OutputError: the file cannot be written.
    """
    rows = [
        [
            item.comment_id,
            item.result.kind,
            item.result.language,
            item.text,
            item.score,
            item.scale,
            _predicted(item.result),
            round(1 - item.uncertainty, 4),
            _why(item.result),
            None,
            None,
            None,
        ]
        for item in items
    ]
    write_csv(path, REVIEW_COLUMNS, rows)


def _predicted(result: ClassifiedComment) -> str:
    """``signal=labels`` of everything that was answered."""
    return " | ".join(f"{signal.name}={', '.join(signal.labels)}" for signal in result.signals if signal.labels)


def _why(result: ClassifiedComment) -> str:
    """Reasons of what was not answered, each once."""
    reasons = (signal.reason for signal in result.signals if signal.status == "abstained" and signal.reason)
    return "; ".join(dict.fromkeys(reasons))


def read_labels(path: Path) -> tuple[list[LabelledComment], list[Failure]]:
    """What a person filled in, and rows that cannot be used; rows without any label are left out silently.

    Args:
        path: a review, or any table with ``text`` and some of ``kind``, ``label``, ``polarity``, ``reasons``.

    Raises:
        InputError: the table cannot be read, or has no text or nothing to learn from.
    """
    table = read_table(path)
    if "text" not in table.columns or not {"label", "polarity", "reasons"} & set(table.columns):
        raise InputError(
            str(path),
            "has no column 'text', or none of 'label', 'polarity' and 'reasons'",
            "Fill in a file that 'callsignals classify TABLE --review FILE' wrote.",
            code="no_labels",
        )
    labelled: list[LabelledComment] = []
    failures = [Failure.of(error, "inputs", input_name=path.name) for error in table.problems]
    for row in table.rows:
        try:
            if (comment := _labelled(row)) is not None:
                labelled.append(comment)
        except InputError as error:
            message = f"row {row.number}: {error.what}, {error.problem}"
            failures.append(Failure(path.name, row.number, "inputs", error.code, message, error.remedy))
    return labelled, failures


def _labelled(row: RawRow) -> LabelledComment | None:
    text = plain_cell(row.cells.get("text") or "")
    kind: CommentKind = parse_choice(row.cells.get("kind") or "survey", COMMENT_KINDS)
    filled = {
        column: _choices(cell, choices)
        for column, choices in CHOICES[kind].items()
        if (cell := (row.cells.get(column) or "").strip())
    }
    if not filled or not text.strip():
        return None
    item = CommentText(text, kind, language_hint=language_code(row.cells.get("language") or ""))
    group = (row.cells.get("lead_id") or "").strip() or " ".join(text.split()).casefold()
    return LabelledComment.of(item, group, filled)


def _choices(cell: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Labels of a cell, each once; empty for ``none``.

    Raises:
        InputError: ``unknown_value``.
    """
    named = [part.partition(":")[0] for part in plain_cell(cell).replace(",", ";").split(";") if part.strip()]
    labels = [parse_choice(part, (*choices, NONE_LABEL)) for part in named]
    return tuple(dict.fromkeys(label for label in labels if label != NONE_LABEL))
