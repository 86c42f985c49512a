"""Classify comments: the layers, strung together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.comments.decide import Measured
from callsignals.comments.heads import load_families, models_digest
from callsignals.comments.judge import Judge, Judgement, Unit
from callsignals.comments.prepare import Prepared, prepare
from callsignals.comments.referral import referral_signals
from callsignals.comments.reply import reply_signals
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.survey import survey_signals
from callsignals.comments.vectors import SentenceEncoder
from callsignals.vocabulary.signal import Signal
from callsignals.weights.shipped import shipped_model

__all__ = ["MODEL_NAME", "CommentClassifier", "Progress"]

Progress = Callable[[int, int], None]
"""Called with (comments done, comments in all)."""

MODEL_NAME = "e5-tfidf"
_BATCH = 64
_DIGEST_PREFIX = 12
_LIBRARIES = ("numpy", "onnxruntime", "py3langid", "scikit-learn", "scipy", "tokenizers")
_OTHER_ROOMS = ("callsignals.language", "callsignals.vocabulary")


class CommentClassifier:
    """Rules, heads and thresholds, loaded and verified.

    Args:
        heads_folder: verified ``models/comments``.
        encoder_folder: verified ``models/e5``.
        rules: in force.

    Raises:
        ModelError: a file cannot be used.
    """

    def __init__(self, heads_folder: Path, encoder_folder: Path, rules: RuleSet) -> None:
        self._measured = Measured.load(heads_folder)
        self._judge = Judge(load_families(heads_folder), SentenceEncoder(encoder_folder))
        self._rules = rules
        models = models_digest(heads_folder, encoder_folder)
        self._model = f"{MODEL_NAME}-{models[:_DIGEST_PREFIX]}"
        self._digest = hashlib.sha256(f"{models}{rules.digest}{_code_digest()}".encode()).hexdigest()

    @classmethod
    def load(cls, rules_extra: Path | None = None) -> CommentClassifier:
        """Load the shipped heads and rules.

        Args:
            rules_extra: a TOML file of the workspace's own rules, in the shape of ``rules.toml``.

        Raises:
            ModelError: weights are missing or altered.
            SettingsError: ``rules_extra`` cannot be read.
        """
        return cls(shipped_model("comments"), shipped_model("e5"), load_rules(rules_extra))

    @property
    def model(self) -> str:
        """Short name and digest prefix of heads and vectors, as it stands in signals."""
        return self._model

    @property
    def digest(self) -> str:
        """sha256 over everything that decides a result (code, libraries, rules, heads, vectors), hexadecimal."""
        return self._digest

    def classify(self, items: Sequence[CommentText], progress: Progress | None = None) -> list[ClassifiedComment]:
        """One result per item, in order; a result depends on its item alone.

        Args:
            items: any number, any mixture of kinds.
            progress: called with (done, total) now and then, and at the end.
        """
        results: list[ClassifiedComment] = []
        for start in range(0, len(items), _BATCH):
            batch = [prepare(item, self._rules) for item in items[start : start + _BATCH]]
            judged = self._judge.judge(unit for prepared in batch for unit in prepared.units)
            results.extend(self._classified(prepared, judged) for prepared in batch)
            if progress is not None:
                progress(len(results), len(items))
        return results

    def _classified(self, prepared: Prepared, judged: Mapping[Unit, Judgement]) -> ClassifiedComment:
        signals = self._signals(prepared, judged)
        headline = signals[0]
        return ClassifiedComment(
            kind=prepared.item.kind,
            language=prepared.language,
            label=headline.label,
            confidence=headline.confidence,
            status=headline.status,
            reason=headline.reason,
            signals=signals,
        )

    def _signals(self, prepared: Prepared, judged: Mapping[Unit, Judgement]) -> tuple[Signal, ...]:
        kind = prepared.item.kind
        family = self._judge.families[kind]
        if kind == "referral":
            judgement = None if prepared.blocked is not None else judged[prepared.whole]
            return referral_signals(prepared, judgement, family, self._measured, self._model)
        build = survey_signals if kind == "survey" else reply_signals
        return build(prepared, judged, family, self._measured, self._model)


def _code_digest() -> str:
    """sha256 over this room's sources and data, those it leans on, and the versions of the libraries that compute."""
    digest = hashlib.sha256()
    for package in (str(__package__), *_OTHER_ROOMS):
        folder = files(package)
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith((".py", ".toml")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {_version(library)}\n".encode())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "unknown"
