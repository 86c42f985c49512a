"""Refit heads on a person's labels, and measure honestly whether that helped.

A seeded third of the labels, whole groups at a time, is kept aside; the strength of the prior is chosen by
cross-validation on the rest, with "leave the head as it is" as one of the choices; before and after are measured on the
part kept aside and on our own held-out texts. Then the head is fitted on all labels with that strength.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from callsignals.comments.adapt import HeadExamples, adapted
from callsignals.comments.calibrate import wilson_interval
from callsignals.comments.heads import Head, HeadFamily
from callsignals.comments.judge import Unit
from callsignals.comments.labelled import LabelledComment
from callsignals.comments.labels import NONE_LABEL
from callsignals.comments.prepare import Reader
from callsignals.files import digest_of

__all__ = ["MINIMUM_LABELS", "HeadReport", "Score", "refit_family"]

MINIMUM_LABELS = 20
"""With fewer labelled texts a head is left alone."""
_SHARE_OF_GAIN = 0.8
HELD_OUT_OF = 3
"""One group in so many is kept aside."""
FOLDS = 3
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
_LEAST_GAIN = 0.01
"""Log-loss (nats a text) by which a strength must beat the head as it is."""

Floats = npt.NDArray[np.float64]


class Encoder(Protocol):
    """Texts to vectors, as ``SentenceEncoder``."""

    def encode(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """``[n, d]``."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often a head is right.

    Attributes:
        right, n: texts whose most probable answer is right (``comment_reasons``: clauses), of all.
        answered: those at or above the threshold.
        answered_right: of these.
    """

    right: int
    n: int
    answered: int
    answered_right: int

    @property
    def accuracy(self) -> float:
        """Of all; 0 for none."""
        return self.right / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, Wilson."""
        return wilson_interval(self.right, self.n)


@dataclass(frozen=True, slots=True)
class HeadReport:
    """What refitting did to one head.

    Attributes:
        head: its name.
        labels: usable labelled texts (clauses).
        strength: of the prior; None when the head was left as it is.
        why_unchanged: ``under_20_labels``, ``one_class`` or ``no_gain``; None when it changed.
        before, after: on the person's labels kept aside.
        ours_before, ours_after: on our held-out texts.
    """

    head: str
    labels: int
    strength: float | None = None
    why_unchanged: str | None = None
    before: Score | None = None
    after: Score | None = None
    ours_before: Score | None = None
    ours_after: Score | None = None


def refit_family(
    family: HeadFamily,
    labelled: Sequence[LabelledComment],
    ours: Sequence[LabelledComment],
    encoder: Encoder,
    reader: Reader,
    seed: int,
) -> tuple[HeadFamily, list[HeadReport]]:
    """The family with heads moved towards the labels, and a report per head.

    Args:
        family: as shipped; it is not altered.
        labelled: comments of this family's kind.
        ours: held-out comments of the same kind.
        encoder: of the sentence vectors.
        reader: what comments are read with.
        seed: of the splits.
    """
    heads: dict[str, Head] = {}
    reports = []
    vectors = _Vectors(encoder)
    for name, head in family.heads.items():
        own = _examples(family, head, labelled, vectors, reader)
        why = _why_not(own)
        if own is None or why is not None:
            heads[name] = head
            reports.append(HeadReport(name, own.targets.shape[0] if own else 0, why_unchanged=why))
            continue
        heads[name], report = _refit_head(head, own, _examples(family, head, ours, vectors, reader), seed)
        reports.append(report)
    return replace(family, heads=heads), reports


def _why_not(examples: HeadExamples | None) -> str | None:
    if examples is None or examples.targets.shape[0] < MINIMUM_LABELS:
        return f"under_{MINIMUM_LABELS}_labels"
    return "one_class" if len(np.unique(examples.targets, axis=0)) < 2 else None


def _refit_head(head: Head, own: HeadExamples, ours: HeadExamples | None, seed: int) -> tuple[Head, HeadReport]:
    kept_aside, rest = _split(own.groups, HELD_OUT_OF, seed)
    strength = _best_strength(head, own.take(rest), seed)
    aside = own.take(kept_aside)
    report = HeadReport(
        head.name,
        own.targets.shape[0],
        strength,
        None if strength is not None else "no_gain",
        before=_score(head, aside),
        ours_before=_score(head, ours) if ours is not None else None,
    )
    if strength is None:
        return head, replace(report, after=report.before, ours_after=report.ours_before)
    trial, final = adapted(head, own.take(rest), strength), adapted(head, own, strength)
    ours_after = _score(final, ours) if ours is not None else None
    return final, replace(report, after=_score(trial, aside), ours_after=ours_after)


def _split(groups: Sequence[str], parts: int, seed: int) -> tuple[list[int], list[int]]:
    """Rows of every ``parts``-th group, by a seeded order, and the others."""
    ordered = sorted(set(groups), key=lambda group: digest_of([seed, group]))
    aside = set(ordered[::parts])
    rows = range(len(groups))
    return [row for row in rows if groups[row] in aside], [row for row in rows if groups[row] not in aside]


def _best_strength(head: Head, examples: HeadExamples, seed: int) -> float | None:
    """By log-loss over grouped folds; None when none is better than the head as it is."""
    ordered = sorted(set(examples.groups), key=lambda group: digest_of([seed + 1, group]))
    fold_of = {group: place % FOLDS for place, group in enumerate(ordered)}
    losses = dict.fromkeys(STRENGTHS, 0.0)
    for fold in range(FOLDS):
        test = [row for row, group in enumerate(examples.groups) if fold_of[group] == fold]
        train = [row for row, group in enumerate(examples.groups) if fold_of[group] != fold]
        if test and train:
            for strength in STRENGTHS:
                losses[strength] += _log_loss(adapted(head, examples.take(train), strength), examples.take(test))
    unchanged = _log_loss(head, examples)
    gain = unchanged - min(losses.values())
    if gain <= _LEAST_GAIN * len(examples.groups):
        return None
    # Of strengths that are about as good the one that trusts the few labels least.
    return max(strength for strength in STRENGTHS if unchanged - losses[strength] >= _SHARE_OF_GAIN * gain)


def _log_loss(head: Head, examples: HeadExamples) -> float:
    """In all, nats."""
    p = np.clip(examples.probabilities(head), 1e-6, 1 - 1e-6)
    if head.kind == "one_of":
        return float(-(examples.targets * np.log(p)).sum())
    return float(-(examples.targets * np.log(p) + (1 - examples.targets) * np.log(1 - p)).sum())


def _score(head: Head, examples: HeadExamples) -> Score:
    p = examples.probabilities(head)
    if head.kind == "any_of":
        correct = ((p >= 0.5) == (examples.targets > 0)).all(axis=1)
        return Score(int(correct.sum()), len(correct), len(correct), int(correct.sum()))
    best = p.argmax(axis=1)
    rows = np.arange(len(best))
    correct = examples.targets[rows, best] > 0
    none = head.classes.index(NONE_LABEL) if NONE_LABEL in head.classes else -1
    answered = (p[rows, best] >= head.threshold) & (best != none)
    return Score(int(correct.sum()), len(best), int(answered.sum()), int((correct & answered).sum()))


class _Vectors:
    """Each text's vector once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def of(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)


def _examples(
    family: HeadFamily, head: Head, labelled: Iterable[LabelledComment], vectors: _Vectors, reader: Reader
) -> HeadExamples | None:
    """What the head sees of these comments; None when none has a label for it."""
    units: list[Unit] = []
    labels: list[tuple[str, ...]] = []
    groups: list[str] = []
    for comment in labelled:
        prepared = reader.prepared(comment.item)
        if head.name not in comment.labels or prepared.blocked is not None:
            continue
        named = comment.labels[head.name]
        if not named and head.kind == "one_of" and NONE_LABEL not in head.classes:
            continue
        if head.name == "comment_reasons":
            clauses = list(prepared.clause_units)
            found = _clause_labels(family, head, clauses, named, vectors)
        else:
            clauses, found = [prepared.whole], [named]
        units += clauses
        labels += [_with_none(head, label) for label in found]
        groups += [comment.group] * len(clauses)
    if not units:
        return None
    return HeadExamples.of(head, family.own_features, units, vectors.of([unit.text for unit in units]), labels, groups)


def _with_none(head: Head, labels: tuple[str, ...]) -> tuple[str, ...]:
    return labels or ((NONE_LABEL,) if NONE_LABEL in head.classes else ())


def _clause_labels(
    family: HeadFamily, head: Head, clauses: Sequence[Unit], reasons: tuple[str, ...], vectors: _Vectors
) -> list[tuple[str, ...]]:
    """A person names the reasons of a comment, not of a clause: each goes to the clause where the head sees it most."""
    found: list[list[str]] = [[] for _ in clauses]
    if len(clauses) == 1:
        return [reasons]
    if reasons:
        texts = vectors.of([unit.text for unit in clauses])
        blank = [() for _ in clauses]
        p = HeadExamples.of(head, family.own_features, clauses, texts, blank, [""] * len(clauses)).probabilities(head)
        for reason in reasons:
            found[int(p[:, head.classes.index(reason)].argmax())].append(reason)
    return [tuple(named) for named in found]
