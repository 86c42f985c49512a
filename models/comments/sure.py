"""From which confidence on the fast tier is asked alone (``auto``).

A text is left to the fast tier when each of its heads is at least as confident as a limit of that head. The limits are
those that leave the fast tier most of the development texts while no head of the cascade loses more than :data:`LOSS`
to the exact tier there: of micro-F1 (abstaining is an answer missed), of the share of answers that are right, and of
texts with several labels of which all are found. For each choice of heads to look at: first one share of texts for them
all, then head by head as low as it may be, as long as that lets more texts through; the choice that leaves it most is
taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from corpus import Row
from labelled_rows import REFERRAL_LABELS, survey_examples
from workbench import Workbench, say, whole_unit

from callsignals.comments.heads import Head
from callsignals.comments.judge import Judge
from callsignals.comments.labels import NONE_LABEL, UNSAID_LABEL
from callsignals.comments.tiers import confidence_of, exact_judge, fast_judge

LOSS = 0.005
"""The cascade shall stay within one point; some of it is kept for texts that are not the development texts."""
SHARES = tuple(np.round(np.arange(0.0, 1.0, 0.02), 2))

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def sure_thresholds(bench: Workbench, folder: Path) -> dict[str, float]:
    """By head: from which confidence on the exact tier is not asked."""
    fast, exact = fast_judge(folder, "").judge, exact_judge(folder, folder.parent / "e5", "").judge
    found: dict[str, float] = {}
    for kind in fast.families:
        found.update(_of_kind(bench, kind, fast, exact))
    return found


def _of_kind(bench: Workbench, kind: str, fast: Judge, exact: Judge) -> dict[str, float]:
    rows = bench.developing(kind)
    units = [whole_unit(row.kind, row.text, row.language, bench.rules) for row in rows]
    first, second = fast.judge(units), exact.judge(units)
    heads = fast.families[kind].heads
    confidence = {
        name: np.array([confidence_of(head, first[unit][name]) for unit in units]) for name, head in heads.items()
    }
    answers = {
        name: (
            np.array([_answers(head, first[unit][name]) for unit in units]),
            np.array([_answers(exact.families[kind].heads[name], second[unit][name]) for unit in units]),
        )
        for name, head in heads.items()
    }
    truth = {name: _truth(name, head, rows) for name, head in heads.items()}
    levels = {name: np.array([-1.0, *np.quantile(values, SHARES[1:]), 1.01]) for name, values in confidence.items()}
    limits = _limits(confidence, levels, lambda sure: max(_loss(answers[name], truth[name], sure) for name in heads))
    sure = _sure(confidence, limits)
    shown = ", ".join(f"{name} {_loss(answers[name], truth[name], sure):+.3f}" for name in heads)
    say(f"{kind}: the fast tier alone for {sure.mean():.2f} of development texts; lost: {shown}")
    return {f"{kind}.{name}": round(limit, 4) for name, limit in limits.items()}


def _limits(
    confidence: Mapping[str, Floats], levels: Mapping[str, Floats], loss: Callable[[Booleans], float]
) -> dict[str, float]:
    """Of each head; ``levels`` are tried, rising, and the last lets no text through."""
    names = tuple(levels)
    looked_at = [some for size in range(1, len(names) + 1) for some in combinations(names, size)]
    found = [_lowered(_begun(confidence, levels, some, loss), confidence, levels, loss) for some in looked_at]
    return _at(levels, max(found, key=lambda place: int(_sure(confidence, _at(levels, place)).sum())))


def _begun(
    confidence: Mapping[str, Floats],
    levels: Mapping[str, Floats],
    some: Sequence[str],
    loss: Callable[[Booleans], float],
) -> dict[str, int]:
    """One share of texts for some of the heads, as low as it may be; the others are not looked at."""
    places = ({name: i if name in some else 0 for name in levels} for i in range(len(SHARES) + 1))
    return next(place for place in places if loss(_sure(confidence, _at(levels, place))) <= LOSS)


def _lowered(
    place: dict[str, int],
    confidence: Mapping[str, Floats],
    levels: Mapping[str, Floats],
    loss: Callable[[Booleans], float],
) -> dict[str, int]:
    """Head by head as low as it may be, as long as that lets more texts through."""
    improved = True
    while improved:
        improved = False
        for name in place:
            now = _sure(confidence, _at(levels, place)).sum()
            for lower in range(place[name]):
                sure = _sure(confidence, _at(levels, {**place, name: lower}))
                if sure.sum() > now and loss(sure) <= LOSS:
                    place[name], improved = lower, True
                    break
    return place


def _at(levels: Mapping[str, Floats], place: Mapping[str, int]) -> dict[str, float]:
    return {name: float(levels[name][i]) for name, i in place.items()}


def _sure(confidence: Mapping[str, Floats], limits: Mapping[str, float]) -> Booleans:
    return np.asarray(np.all([confidence[name] >= limit for name, limit in limits.items()], axis=0), np.bool_)


def _answers(head: Head, probabilities: npt.NDArray[np.float64]) -> Booleans:
    """``[k]``: the classes that are answered; none when the head abstains."""
    if head.kind == "any_of":
        return probabilities >= head.threshold
    best = int(probabilities.argmax())
    chosen = np.zeros(len(probabilities), bool)
    chosen[best] = probabilities[best] >= head.threshold or head.classes[best] in (NONE_LABEL, UNSAID_LABEL)
    return chosen


def _truth(name: str, head: Head, rows: Sequence[Row]) -> Booleans:
    """``[n, k]``: the classes that apply; a row of none where nobody said (it then counts for nothing)."""
    labels = _labels(name, rows)
    return np.array([[c in labels.get(row.id, ()) for c in head.classes] for row in rows])


def _labels(name: str, rows: Sequence[Row]) -> Mapping[str, tuple[str, ...]]:
    kind = rows[0].kind
    if kind == "referral":
        of = REFERRAL_LABELS[("referral_source", "referral_sources", "referral_personal").index(name)]
        return {row.id: of(row) for row in rows}
    if kind == "survey":
        return {row.id: labels for row, _, labels, _ in survey_examples(name, rows, [], whole=True)}
    label = name.removeprefix("reply_").removeprefix("comment_")
    return {row.id: (row.labels[label],) for row in rows}


def _loss(answers: tuple[Booleans, Booleans], truth: Booleans, sure: Booleans) -> float:
    """The worst of the three."""
    fast, exact = answers
    cascade = np.where(sure[:, None], fast, exact)
    several = truth.sum(axis=1) > 1
    losses = [
        _micro_f1(exact, truth) - _micro_f1(cascade, truth),
        _precision(exact, truth) - _precision(cascade, truth),
    ]
    if several.any():
        losses.append(_all_found(exact[several], truth[several]) - _all_found(cascade[several], truth[several]))
    return max(losses)


def _precision(answers: Booleans, truth: Booleans) -> float:
    asked = answers & truth.any(axis=1, keepdims=True)
    return float((asked & truth).sum() / max(1, asked.sum()))


def _all_found(answers: Booleans, truth: Booleans) -> float:
    """The share of texts of which every label is among the answers."""
    return float((answers | ~truth).all(axis=1).mean())


def _micro_f1(answers: Booleans, truth: Booleans) -> float:
    """With one label a text, and abstaining counted as a miss, close to the share of right answers."""
    return float(2 * (answers & truth).sum() / max(1, answers.sum() + truth.sum()))
