"""Classify comments: the layers, strung together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from callsignals.comments.comment import ClassifiedComment, CommentText

__all__ = ["CommentClassifier", "Progress"]

Progress = Callable[[int, int], None]
"""Called with (comments done, comments in all)."""


class CommentClassifier:
    """Rules, heads and thresholds, loaded and verified."""

    @classmethod
    def load(cls, rules_extra: Path | None = None) -> CommentClassifier:
        """Load the shipped heads and rules.

        Args:
            rules_extra: a TOML file of the workspace's own rules, in the shape of ``rules.toml``.

        Raises:
            ModelError: weights are missing or altered.
            SettingsError: ``rules_extra`` cannot be read.
        """
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """sha256 over everything that decides a result (code version, rules, heads, vectors), hexadecimal."""
        raise NotImplementedError

    def classify(
        self, items: Sequence[CommentText], progress: Progress | None = None
    ) -> list[ClassifiedComment]:
        """One result per item, in order; a result depends on its item alone.

        Args:
            items: any number, any mixture of kinds.
            progress: called with (done, total) now and then, and at the end.
        """
        raise NotImplementedError
