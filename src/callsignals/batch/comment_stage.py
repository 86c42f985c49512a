"""Comments: classify those that have not been classified yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from callsignals.batch.entries import CommentEntry
from callsignals.batch.listener import Listener
from callsignals.batch.store import Store
from callsignals.comments.classify import CommentClassifier
from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.errors import InputError
from callsignals.files import digest_of
from callsignals.inputs.rows import CommentRow

__all__ = [
    "ClassifiedRow",
    "classify_comments",
    "comment_digest",
    "comment_text",
    "language_hints",
    "load_classified",
]

_BATCH = 256


def comment_digest(row: CommentRow) -> str:
    """Digest of what a comment's signals rest on besides the classifier."""
    created = row.created_at.isoformat() if row.created_at else None
    return digest_of([row.kind, row.text, row.language, row.score, row.scale, created])


def language_hints(rows: Sequence[CommentRow], spoken: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The language that a lead most likely writes in, for texts too short to tell.

    Args:
        rows: all comments, for the languages their column names.
        spoken: lead id to the languages heard in its calls.
    """
    seen: dict[str, Counter[str]] = {}
    for lead_id, languages in spoken.items():
        seen.setdefault(lead_id, Counter()).update(languages)
    for row in rows:
        if row.language:
            seen.setdefault(row.lead_id, Counter())[row.language] += 1
    return {
        lead_id: min(counts, key=lambda language: (-counts[language], language))
        for lead_id, counts in seen.items()
        if counts
    }


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A row of the comments table whose result is in the store under ``key``."""

    row: CommentRow
    key: str


def classify_comments(
    rows: Sequence[CommentRow],
    hints: Mapping[str, str],
    digest: str,
    load: Callable[[], CommentClassifier],
    store: Store,
    listener: Listener,
) -> list[ClassifiedRow]:
    """Classify what has not been classified yet; one result per row, in order.

    Args:
        rows: of the comments table.
        hints: language by lead id, see ``language_hints``.
        digest: of the classifier.
        load: the classifier; called only when there is something to do.
        store: where results are kept.
        listener: is told of the comments still to do.

    Raises:
        ModelError: weights are missing or altered.
        OutputError: results cannot be stored.
    """
    found = [ClassifiedRow(row, digest_of([comment_digest(row), hints.get(row.lead_id), digest])) for row in rows]
    pending = list({item.key: item for item in found if not store.has("classify", item.key)}.values())
    if not pending:
        return found
    listener.begin("classify", len(pending))
    classifier = load()
    for start in range(0, len(pending), _BATCH):
        batch = pending[start : start + _BATCH]
        results = classifier.classify([comment_text(item.row, hints) for item in batch])
        for item, result in zip(batch, results, strict=True):
            store.put("classify", item.key, result)
        listener.advance(len(batch))
    listener.end()
    return found


def load_classified(item: ClassifiedRow, store: Store) -> CommentEntry:
    """A classified comment.

    Raises:
        InputError: its result has vanished from the store.
    """
    result = store.get("classify", item.key, ClassifiedComment)
    if result is None:
        store.remove("classify", item.key)
        what = item.row.comment_id
        raise InputError(what, "its cached result has vanished or is damaged", "Run again.", code="cache_vanished")
    return CommentEntry(item.row, result, comment_digest(item.row))


def comment_text(row: CommentRow, hints: Mapping[str, str]) -> CommentText:
    """A row as the classifier takes it."""
    return CommentText(
        text=row.text,
        kind=row.kind,
        language=row.language,
        language_hint=hints.get(row.lead_id),
        score=row.score,
        scale=row.scale,
        created_at=row.created_at.date() if row.created_at else None,
    )
