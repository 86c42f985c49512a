"""Train the comment heads of one tier.

  python models/comments/train.py [--cache vectors.npz] [--tier exact|fast]

reads ``data/``, writes the heads (``referral.skops``, ``survey.skops``, ``reply.skops``, ``measured.json``; with
``fast-`` before their names for the fast tier), what was chosen for them (``thresholds.json``) and ``manifest.json``
beside itself. The same data and library versions give the same weights, though not the same bytes (skops names members
by object identity).

Order: ``words.py``, ``--tier exact``, then ``distil.py``, ``--tier fast``, ``evaluate.py``, ``card.py``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import corpus
import skops.io
from families import duration_share, train_referral, train_reply, train_survey
from sure import sure_thresholds
from workbench import SIGNAL_WITH_RULES, Workbench, say, write_json, write_manifest

from callsignals.comments.fast_vectors import FAST_FILE, FastEncoder, FastWeights
from callsignals.comments.heads import FAMILIES, save_family
from callsignals.comments.rules import load_rules
from callsignals.comments.spelling import WORDS_FILE
from callsignals.comments.tiers import FAST_PREFIX
from callsignals.comments.training import Layer
from callsignals.comments.vectors import SentenceEncoder

HERE = Path(__file__).resolve().parent


def train_all(bench: Workbench, folder: Path) -> dict[str, Any]:
    """Fit every family, write the head files and ``measured.json``; returns thresholds for the card."""
    measured: dict[str, Any] = {"rule_alone": {}, "rule_and_head": {}}
    thresholds: dict[str, Any] = {}
    trainers = {"referral": train_referral, "survey": train_survey, "reply": train_reply}
    for name in FAMILIES:
        say(f"training {name}")
        family, trained, shares = trainers[name](bench)
        save_family(family, folder / f"{bench.prefix}{name}.skops")
        measured["rule_alone"][SIGNAL_WITH_RULES[name]] = shares["rule_alone"]
        measured["rule_and_head"][SIGNAL_WITH_RULES[name]] = shares["rule_and_head"]
        thresholds[f"{name} rules, n alone and n agreed"] = shares["rule_n"]
        if "extra_source" in shares:
            measured["extra_source"] = shares["extra_source"]
        for head, result in trained.items():
            found = result.threshold
            thresholds[f"{name}.{head}"] = {
                "shares": [round(share, 3) for share in result.head.shares],
                "temperature": round(result.head.temperature, 3),
                "threshold": round(found.confidence, 3),
                "precision": round(found.precision, 3),
                "coverage": round(found.coverage, 3),
                "precision_reached": found.reached,
            }
    measured["duration"] = duration_share(bench.developing("referral"))
    write_json(folder / f"{bench.prefix}measured.json", measured)
    if bench.prefix:
        measured["sure"] = sure_thresholds(bench, folder)
        write_json(folder / f"{bench.prefix}measured.json", measured)
    write_json(folder / f"{bench.prefix}thresholds.json", thresholds)
    return thresholds


def taught_layers(folder: Path) -> dict[str, Layer]:
    """The output layers that ``distil.py`` left in the fast tier's file, by ``family.head``."""
    state = skops.io.loads((folder / FAST_FILE).read_bytes(), trusted=[])
    return {name: (layer["weights"], layer["bias"]) for name, layer in state["taught"].items()}


def main() -> None:
    """Train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="file that keeps sentence vectors between runs")
    parser.add_argument("--tier", choices=("exact", "fast"), default="exact", help="whose heads to train")
    arguments = parser.parse_args()
    is_fast = arguments.tier == "fast"
    encoder = FastEncoder(FastWeights.load(HERE)) if is_fast else SentenceEncoder(HERE.parent / "e5")
    cache, prefix = (None, FAST_PREFIX) if is_fast else (arguments.cache, "")
    rows = [*corpus.load_ours(), *corpus.load_licensed()]
    bench = Workbench(rows, encoder, cache, load_rules(), prefix, taught_layers(HERE) if is_fast else None)
    say(f"{len(bench.train)} training texts, {len(bench.development)} development texts")
    train_all(bench, HERE)
    if is_fast:
        names = [
            f"{p}{name}" for p in ("", FAST_PREFIX) for name in ("measured.json", *(f"{n}.skops" for n in FAMILIES))
        ]
        write_manifest(HERE, [*names, FAST_FILE, WORDS_FILE], "Apache-2.0", "models/comments/train.py")


if __name__ == "__main__":
    main()
