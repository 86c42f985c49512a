"""Fit the weights that tell the seller from the customer by their words.

    PYTHONPATH=src python models/roles/train.py

Reads ``data/*.fit.jsonl`` alone, writes ``weights.json`` and ``manifest.json``. Prints what cross-validation says;
``measure.py`` then looks at the dialogues kept apart. Takes seconds; gives the same bytes every time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from corpus import Dialogue, dialogues, misheard
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from callsignals.conversation.role_cues import FEATURES, RoleHints, pair_evidence, voice_figures
from callsignals.conversation.role_sale import SALE_FEATURES, sale_evidence
from callsignals.files import digest_of, file_digest
from callsignals.language.mentions import find_mentions
from callsignals.language.term_list import starter_terms

FOLDER = Path(__file__).resolve().parent

SPREAD = 0.25
"""How far a coefficient is expected to lie from ``EXPECTED``: one standard deviation of its prior."""

EXPECTED = {
    "service_opening": 1.5,
    "names_itself": 2.0,
    "addresses": 1.0,
    **dict.fromkeys(("calls_from", "asks_identity", "closes", "acts", "appeals"), 0.6),
    **dict.fromkeys(("helps", "probes", "presents", "proposes", "soothes", "product_mentions"), 0.4),
    **dict.fromkeys(("needs", "trouble", "my_things", "asks_terms", "weighs", "served"), -0.4),
    "you": 0.4,
    "own": -0.4,
}
"""What each cue is worth before any dialogue has been seen; the others nothing.

The dialogues are few, many are not calls, and none has a workspace's names: without this, formulas that nobody in
them says, such as "how may I help you", would count for nothing.
"""

HELD = {"talk": 0.4, "questions": 0.5}
"""Part of ``SPREAD`` for what must stay weak evidence."""

WEIGHTS = {"own": 2.0, "persuasion": 1.0, "taskmaster": 0.6, "casino": 4.0}
"""Of one dialogue by source: calls count most, one-line coffee orders least."""

LOST, SWAPPED = 0.15, 0.05
"""Every dialogue is also shown as recognition and diarization might garble it."""

RIGHT_SHARE = 0.98
"""A language's threshold is the lowest at which so many of the claims in cross-validation are right..."""

NOBODY_SHARE = 0.2
"""... and at most so many of the dialogues in which nobody sells are claimed, where there are enough to tell."""

ENOUGH = 100
"""Fewer dialogues (garbled copies included) in which nobody sells tell nothing of a language."""

SALE_STRENGTH = 0.1
"""Inverse strength of the ridge under which it is fitted whether anybody sells; 1 does as well in cross-validation."""

KEPT_SHARE = 0.95
"""Whether anybody sells may cost so few of the claims in dialogues in which somebody does."""

LEAST_THRESHOLD = 0.75

Matrix = NDArray[np.float64]


def main() -> None:
    """Fit, calibrate, choose the threshold, write."""
    shown = _variants(dialogues("fit"))
    x = np.array([_row(one) for one in shown])
    target = np.array([{"v0": 1.0, "v1": 0.0, None: 0.5}[one.seller] for one in shown])
    weight = np.array([WEIGHTS[one.source] for one in shown])
    groups = _groups(shown)
    out_of_fold = _out_of_fold(x, target, weight, groups)
    temperature = _temperature(out_of_fold, target, weight)
    thresholds = _thresholds(out_of_fold / temperature, target, shown)
    coefficients = _fit(x, target, weight)
    sale = _sale(shown, out_of_fold / temperature, thresholds, groups)
    stored = {
        "coefficients": {name: round(float(value), 4) for name, value in zip(FEATURES, coefficients, strict=True)},
        "temperature": round(temperature, 3),
        "thresholds": thresholds,
        "sale": sale,
    }
    path = FOLDER / "weights.json"
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8", newline="\n")
    manifest = {
        "files": {"weights.json": file_digest(path)},
        "licence": "Apache-2.0; fitted on data under CC0, Apache-2.0 and CC-BY-4.0, see data/DATASHEET.md",
        "source": "models/roles/train.py",
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(json.dumps(stored, indent=1))


def _variants(plain: Sequence[Dialogue]) -> list[Dialogue]:
    """Each dialogue with and without the workspace's names, and garbled."""
    shown: list[Dialogue] = []
    for one in plain:
        nameless = _without_names(one)
        shown += [one, nameless, misheard(nameless, lost=LOST, swapped=SWAPPED)]
    return shown


def _without_names(dialogue: Dialogue) -> Dialogue:
    return replace(dialogue, hints=RoleHints())


def _row(dialogue: Dialogue) -> list[float]:
    """Evidence for v0; product terms of the starter list count where the names are known, else nothing does."""
    transcript = dialogue.transcript
    mentions: dict[str, int] = {}
    if dialogue.hints != RoleHints():
        for found in find_mentions(transcript.words, transcript.language or "", starter_terms()):
            if found.kind == "product":
                mentions[found.speaker] = mentions.get(found.speaker, 0) + 1
    evidence = pair_evidence(transcript, ("v0", "v1"), dialogue.hints, mentions)
    return [evidence[name] for name in FEATURES]


def _groups(shown: Sequence[Dialogue]) -> list[int]:
    names = sorted({one.group for one in shown}, key=lambda group: digest_of([group]))
    number = {group: index for index, group in enumerate(names)}
    return [number[one.group] for one in shown]


def _fit(x: Matrix, target: Matrix, weight: Matrix) -> Matrix:
    """The most probable coefficients, without an intercept so that no side is preferred.

    A dialogue in which nobody sells counts half for each voice.
    """
    rows = np.concatenate([x, x])
    labels = np.concatenate([np.ones(len(x)), np.zeros(len(x))])
    weights = np.concatenate([weight * target, weight * (1.0 - target)])
    kept = weights > 0
    rows, labels, weights = rows[kept], labels[kept], weights[kept]
    expected = np.array([EXPECTED.get(name, 0.0) for name in FEATURES])
    spread = SPREAD * np.array([HELD.get(name, 1.0) for name in FEATURES])
    signed = rows * (2.0 * labels - 1.0)[:, np.newaxis]

    def loss(coefficients: Matrix) -> tuple[float, Matrix]:
        margin = signed @ coefficients
        deviation = (coefficients - expected) / spread
        slope = -(signed * (weights * expit(-margin))[:, np.newaxis]).sum(axis=0) + deviation / spread
        return float(np.sum(weights * np.logaddexp(0.0, -margin)) + 0.5 * np.sum(deviation**2)), slope

    found = minimize(loss, expected, jac=True, method="L-BFGS-B", options={"maxiter": 1000, "ftol": 1e-12})
    return np.asarray(found.x, dtype=np.float64)


def _out_of_fold(x: Matrix, target: Matrix, weight: Matrix, groups: list[int]) -> Matrix:
    scores = np.zeros(len(x))
    for fit, rest in GroupKFold(n_splits=10).split(x, groups=groups):
        scores[rest] = x[rest] @ _fit(x[fit], target[fit], weight[fit])
    return scores


def _sale(
    shown: Sequence[Dialogue], scores: Matrix, thresholds: Mapping[str, float], groups: list[int]
) -> dict[str, object]:
    """Whether anybody sells: coefficients, and for each language with enough examples the threshold."""
    voices = [voice_figures(one.transcript, ("v0", "v1"), RoleHints()) for one in shown]
    evidence = [sale_evidence(figures) for figures in voices]
    x = np.array([[one[name] for name in SALE_FEATURES] for one in evidence])
    sold = np.array([one.seller is not None for one in shown])
    out_of_fold = np.zeros(len(x))
    for fit, rest in GroupKFold(n_splits=10).split(x, groups=groups):
        coefficients, intercept = _sale_fit(x[fit], sold[fit])
        out_of_fold[rest] = expit(x[rest] @ coefficients + intercept)
    claimed = expit(np.abs(scores)) >= np.array([thresholds[one.language] for one in shown])
    found: dict[str, float] = {}
    for language in sorted(thresholds):
        of = np.array([one.language == language for one in shown])
        if np.sum(of & ~sold) < ENOUGH:
            continue
        kept = np.quantile(out_of_fold[of & sold & claimed], 1.0 - KEPT_SHARE)
        found[language] = float(np.floor(100 * kept) / 100)
        stays = claimed & (out_of_fold >= found[language])
        print(
            f"{language}: claimed where somebody sells {claimed[of & sold].mean():.3f}, with the test for it "
            f"{stays[of & sold].mean():.3f}; "
            f"where nobody does {claimed[of & ~sold].mean():.3f}, {stays[of & ~sold].mean():.3f}"
        )
    coefficients, intercept = _sale_fit(x, sold)
    named = zip(SALE_FEATURES, coefficients.tolist(), strict=True)
    return {
        "coefficients": {name: round(value, 4) for name, value in named},
        "intercept": round(intercept, 4),
        "thresholds": found,
    }


def _sale_fit(x: Matrix, sold: NDArray[np.bool_]) -> tuple[Matrix, float]:
    """Coefficients of the features as they are; both kinds of dialogue count the same in all."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=SALE_STRENGTH, class_weight="balanced", max_iter=2000)
    model.fit((x - mean) / spread, sold)
    coefficients = model.coef_[0] / spread
    return coefficients, float(model.intercept_[0] - coefficients @ mean)


def _temperature(scores: Matrix, target: Matrix, weight: Matrix) -> float:
    """The divisor under which out-of-fold probabilities have the least cross-entropy."""

    def loss(log_temperature: float) -> float:
        p = np.clip(1.0 / (1.0 + np.exp(-scores / np.exp(log_temperature))), 1e-9, 1.0 - 1e-9)
        return float(-np.sum(weight * (target * np.log(p) + (1.0 - target) * np.log(1.0 - p))))

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))


def _thresholds(scores: Matrix, target: Matrix, shown: Sequence[Dialogue]) -> dict[str, float]:
    """The lowest threshold of each language that keeps both promises, and what cross-validation says of it."""
    sold = target != 0.5
    p = 1.0 / (1.0 + np.exp(-np.abs(scores)))
    right = (scores > 0) == (target > 0.5)
    languages = np.array([one.language for one in shown])
    found = {str(language): _lowest(p, sold, right, languages == language) for language in np.unique(languages)}
    claimed = p >= np.array([found[one.language] for one in shown])
    for source, language in sorted({(one.source, one.language) for one in shown}):
        of = np.array([(one.source, one.language) == (source, language) for one in shown])
        some, none = of & sold, of & ~sold
        if some.any():
            print(
                f"{source:>11} {language} n={some.sum():4d} right {right[some].mean():.3f} "
                f"claimed {claimed[some].mean():.3f} right where claimed {right[some & claimed].mean():.3f}"
            )
        if none.any():
            print(f"{source:>11} {language} n={none.sum():4d} nobody sells: claimed {claimed[none].mean():.3f}")
    for low, high in ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        inside = sold & (p >= low) & (p < high)
        if inside.any():
            print(f"confidence {low:.2f}-{high:.2f} n={inside.sum():4d} right {right[inside].mean():.3f}")
    return found


def _lowest(p: Matrix, sold: NDArray[np.bool_], right: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    idle = np.inf if np.sum(of & ~sold) < ENOUGH else 0.0
    for threshold in np.arange(LEAST_THRESHOLD, 1.0, 0.01):
        claimed = of & (p >= threshold)
        if np.mean(right[claimed & sold]) >= RIGHT_SHARE and np.sum(claimed & ~sold) <= max(
            NOBODY_SHARE * np.sum(of & ~sold), idle
        ):
            return round(float(threshold), 2)
    raise SystemExit("no threshold keeps the promises")


if __name__ == "__main__":
    main()
