"""Comments: classify those that have not been classified yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from callsignals.batch.store import Store
from callsignals.comments.classify import CommentClassifier
from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.files import digest_of
from callsignals.inputs.rows import CommentRow

__all__ = ["classify_all", "comment_digest", "comment_text", "language_hints"]

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


def classify_all(
    rows: Sequence[CommentRow],
    hints: Mapping[str, str],
    load: Callable[[], CommentClassifier],
    store: Store,
    progress: Callable[[int, int], None],
) -> tuple[list[ClassifiedComment], str]:
    """One result per row, in order, and the classifier's digest; results are kept in the store."""
    classifier = load()
    keys = [digest_of([comment_digest(row), hints.get(row.lead_id), classifier.digest]) for row in rows]
    found = {key: store.get("classify", key, ClassifiedComment) for key in dict.fromkeys(keys)}
    todo = {key: row for key, row in zip(keys, rows, strict=True) if found[key] is None}
    pending = list(todo.items())
    for start in range(0, len(pending), _BATCH):
        batch = pending[start : start + _BATCH]
        results = classifier.classify([comment_text(row, hints) for _, row in batch])
        for (key, _), result in zip(batch, results, strict=True):
            store.put("classify", key, result)
            found[key] = result
        progress(min(start + _BATCH, len(pending)), len(pending))
    return [kept for key in keys if (kept := found[key]) is not None], classifier.digest


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
