"""Classify comments: the layers, strung together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from itertools import chain
from pathlib import Path

from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.comments.heads import models_digest
from callsignals.comments.judge import Judgement, Unit
from callsignals.comments.own_heads import own_heads
from callsignals.comments.prepare import Prepared, Reader
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.spelling import Spelling
from callsignals.comments.tiers import TierJudge, classified, exact_judge, fast_judge, is_sure
from callsignals.vocabulary.choices import Tier
from callsignals.weights.shipped import shipped_model

__all__ = ["CommentClassifier", "Progress", "shipped_digest"]

Progress = Callable[[int, int], None]
"""Called with (comments done, comments in all)."""

_BATCH = 256
_DIGEST_PREFIX = 12
_LIBRARIES = ("numpy", "onnxruntime", "py3langid", "scikit-learn", "scipy", "tokenizers")
_OTHER_ROOMS = ("callsignals.language", "callsignals.vocabulary")


class CommentClassifier:
    """Rules, heads and thresholds, loaded and verified.

    ``exact`` asks the sentence encoder about every text and each of its clauses; ``fast`` looks words up in a table;
    ``auto`` asks the fast one first and the exact one where that is not sure; of a survey comment about the whole text
    alone: its clauses (the quotes) stay as the fast one read them, which halves the cost.

    Args:
        heads_folder: verified ``models/comments``.
        encoder_folder: verified ``models/e5``.
        rules: in force.
        tier: who answers.

    Raises:
        ModelError: a file cannot be used.
    """

    def __init__(self, heads_folder: Path, encoder_folder: Path, rules: RuleSet, tier: Tier = "auto") -> None:
        models = models_digest(heads_folder, encoder_folder)
        self._tiers: list[TierJudge] = []
        if tier != "exact":
            self._tiers.append(fast_judge(heads_folder, models[:_DIGEST_PREFIX]))
        if tier != "fast":
            self._tiers.append(exact_judge(heads_folder, encoder_folder, models[:_DIGEST_PREFIX]))
        self._reader = Reader(rules, Spelling.load(heads_folder))
        self._digest = _classifier_digest(models, rules, tier)

    @classmethod
    def load(
        cls, rules_extra: Path | None = None, models: Path | None = None, tier: Tier = "auto"
    ) -> CommentClassifier:
        """Load heads and rules.

        Args:
            rules_extra: a TOML file of the workspace's own rules, in the shape of ``rules.toml``.
            models: a folder of the user's own heads; the shipped ones when None.
            tier: who answers; own heads are of the exact tier, so with them ``auto`` means ``exact``.

        Raises:
            ModelError: weights are missing or altered.
            SettingsError: ``rules_extra`` cannot be read.
        """
        heads, tier = _heads_folder(models), _tier(tier, models)
        return cls(heads, shipped_model("e5"), load_rules(rules_extra), tier)

    @property
    def model(self) -> str:
        """Short name and digest prefix of the last tier asked, as it stands in signals."""
        return self._tiers[-1].model

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
            results.extend(self._batch([self._reader.prepared(item) for item in items[start : start + _BATCH]]))
            if progress is not None:
                progress(len(results), len(items))
        return results

    def _batch(self, batch: Sequence[Prepared]) -> list[ClassifiedComment]:
        """Ask the tiers in turn; a later one about the texts alone that those before were not sure of."""
        found: dict[int, ClassifiedComment] = {}
        pending: dict[int, dict[Unit, Judgement]] = {i: {} for i in range(len(batch))}
        for tier in self._tiers:
            asked = {i: _again(batch[i]) if judged else batch[i].units for i, judged in pending.items()}
            answers = tier.judge.judge(chain.from_iterable(asked.values()))
            for i, units in asked.items():
                pending[i].update({unit: answers[unit] for unit in units})
            for i, judged in tuple(pending.items()):
                last = tier is self._tiers[-1]
                if last or is_sure(batch[i], judged, tier.judge.families, tier.measured):
                    found[i] = classified(batch[i], pending.pop(i), tier)
        return [found[i] for i in range(len(batch))]


def _again(prepared: Prepared) -> tuple[Unit, ...]:
    """What a later tier is asked about a comment: clauses of surveys only give quotes, those of referrals sources."""
    return prepared.units[:1] if prepared.item.kind == "survey" else prepared.units


def shipped_digest(rules_extra: Path | None = None, models: Path | None = None, tier: Tier = "auto") -> str:
    """What ``CommentClassifier.load(rules_extra, models, tier).digest`` would be, without loading the weights.

    Raises:
        ModelError: weights are missing or altered.
        SettingsError: ``rules_extra`` cannot be read.
    """
    digest = models_digest(_heads_folder(models), shipped_model("e5"))
    return _classifier_digest(digest, load_rules(rules_extra), _tier(tier, models))


def _heads_folder(models: Path | None) -> Path:
    return shipped_model("comments") if models is None else own_heads(models)


def _tier(tier: Tier, models: Path | None) -> Tier:
    return "exact" if tier == "auto" and models is not None else tier


def _classifier_digest(models: str, rules: RuleSet, tier: Tier) -> str:
    return hashlib.sha256(f"{models}{rules.digest}{tier}{_code_digest()}".encode()).hexdigest()


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
