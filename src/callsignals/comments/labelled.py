"""Comments with the labels that a person gave them, and our own held-out ones."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsignals.comments.comment import CommentText
from callsignals.comments.labels import (
    NONE_LABEL,
    NPS_GROUPS,
    POLARITIES,
    REASONS,
    REFERRAL_SOURCES,
    REPLY_INTENTS,
)
from callsignals.inputs.rows import COMMENT_KINDS, CommentKind

__all__ = ["CHOICES", "LabelledComment", "shipped_held_out"]

CHOICES: dict[CommentKind, dict[str, tuple[str, ...]]] = {
    "referral": {"label": REFERRAL_SOURCES},
    "survey": {"label": NPS_GROUPS, "polarity": POLARITIES, "reasons": REASONS},
    "reply": {"label": REPLY_INTENTS, "polarity": POLARITIES},
}
"""What each column may say, by kind of comment; ``none`` too, where a text says nothing about the question."""


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """One comment with what is right.

    Attributes:
        item: the comment.
        group: what must stay on one side of a split: the lead, else the text.
        labels: by head name; an empty tuple when the text says nothing about it. Heads without a label are absent.
    """

    item: CommentText
    group: str
    labels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, item: CommentText, group: str, filled: Mapping[str, tuple[str, ...]]) -> LabelledComment:
        """From what the columns ``label``, ``polarity`` and ``reasons`` say (``()`` for ``none``)."""
        labels: dict[str, tuple[str, ...]] = {}
        if "label" in filled:
            headline = {"referral": "referral_source", "survey": "nps_group", "reply": "reply_intent"}[item.kind]
            labels[headline] = filled["label"][:1]
            if item.kind == "referral":
                labels["referral_sources"] = filled["label"]
        if "polarity" in filled:
            labels["comment_polarity"] = filled["polarity"][:1]
        if "reasons" in filled:
            labels["comment_reasons"] = filled["reasons"]
        return cls(item, group, labels)


def shipped_held_out(folder: Path, kind: CommentKind, count: int, seed: int) -> list[LabelledComment]:
    """A seeded sample of our texts of one kind that no shipped head was trained on.

    Args:
        folder: ``models/comments``.
        kind: of comment.
        count: at most so many.
        seed: of the sample.
    """
    assert kind in COMMENT_KINDS
    found = [
        comment for path in sorted((folder / "data" / "heldout").glob(f"{kind}.*.jsonl")) for comment in _read(path)
    ]
    return random.Random(seed).sample(found, min(count, len(found)))


def _read(path: Path) -> Iterator[LabelledComment]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        item = CommentText(row["text"], row["kind"], language_hint=row["language"])
        yield LabelledComment.of(item, row["id"], _filled(row))


def _filled(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if row["kind"] == "referral":
        return {"label": tuple(row["sources"])}
    headline = row.get("nps") if row["kind"] == "survey" else row.get("intent")
    filled = {"label": _optional(headline), "polarity": _optional(row.get("polarity"))}
    if "reasons" in row:
        filled["reasons"] = tuple(dict.fromkeys(reason["reason"] for reason in row["reasons"]))
    return filled


def _optional(label: str | None) -> tuple[str, ...]:
    return (label,) if label and label != NONE_LABEL else ()
