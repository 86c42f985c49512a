"""Refit the shipped heads on a person's labels into a folder of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from callsignals.comments.heads import HeadFamily, load_families, models_digest, save_family
from callsignals.comments.labelled import LabelledComment, shipped_held_out
from callsignals.comments.prepare import Reader
from callsignals.comments.refit import MINIMUM_LABELS, HeadReport, refit_family
from callsignals.comments.rules import load_rules
from callsignals.comments.spelling import Spelling
from callsignals.comments.vectors import SentenceEncoder
from callsignals.errors import InputError, OutputError
from callsignals.inputs.rows import CommentKind
from callsignals.weights.folders import (
    MANIFEST,
    Manifest,
    file_digest,
    manifest_of,
    staging_folder,
    write_manifest,
)
from callsignals.weights.shipped import shipped_model

__all__ = ["SOURCE", "train_own_heads"]

SOURCE = "callsignals models train"
SEED = 20261122
OURS_OF_A_KIND = 150
"""Held-out texts of ours that a refit is measured on, for each kind that has labels."""
_FAMILIES: Mapping[CommentKind, str] = {"referral": "referral", "survey": "survey", "reply": "reply"}


def train_own_heads(labelled: Sequence[LabelledComment], out: Path) -> dict[str, list[HeadReport]]:
    """Refit the shipped heads on labels and write them to a folder of their own; the shipped ones stay.

    Args:
        labelled: comments of any kinds.
        out: a folder that does not exist, or one that was written here before.

    Returns:
        A report per head of each kind that has labels.

    Raises:
        InputError: too few labels for any head.
        OutputError: ``out`` holds something else.
        ModelError: shipped weights are missing or altered, or ``out`` cannot be written.
    """
    _check_replaceable(out)
    counts = {kind: sum(comment.item.kind == kind for comment in labelled) for kind in _FAMILIES}
    if max(counts.values()) < MINIMUM_LABELS:
        raise _too_few(counts)
    shipped = shipped_model("comments")
    families = load_families(shipped)
    encoder, reader = SentenceEncoder(shipped_model("e5")), Reader(load_rules(), Spelling.load(shipped))
    reports: dict[str, list[HeadReport]] = {}
    changed: dict[str, HeadFamily] = {}
    for kind, name in _FAMILIES.items():
        own = [comment for comment in labelled if comment.item.kind == kind]
        if own:
            ours = shipped_held_out(shipped, kind, OURS_OF_A_KIND, SEED)
            changed[name], reports[name] = refit_family(families[name], own, ours, encoder, reader, SEED)
    _write(changed, shipped, out, len(labelled))
    return reports


def _too_few(counts: Mapping[CommentKind, int]) -> InputError:
    held = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "none"
    return InputError(
        "the labels",
        f"are too few: {held}",
        f"Label at least {MINIMUM_LABELS} comments of one kind; 'callsignals classify --review FILE' chooses them.",
        code="too_few_labels",
    )


def _check_replaceable(out: Path) -> None:
    """Only what was written by this command is ever replaced."""
    if not out.exists():
        return
    try:
        source = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["source"]
    except (OSError, ValueError, KeyError, TypeError):
        source = None
    if source != SOURCE:
        raise OutputError(str(out), "exists and holds no heads of yours", "Name another folder with --out.")


def _write(changed: Mapping[str, HeadFamily], shipped: Path, out: Path, labels: int) -> None:
    """All files of the shipped folder that it verifies, those of changed families anew."""
    files = manifest_of(shipped, what="the shipped model comments", remedy="Reinstall callsignals").files
    with staging_folder(out, replace=True) as staging:
        for name in files:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(shipped / name, staging / name)
        for name, family in changed.items():
            save_family(family, staging / f"{name}.skops")
        digests = {name: file_digest(staging / name) for name in files}
        note = f"{labels} labels on {models_digest(shipped)[:12]}"
        write_manifest(staging, Manifest(files=digests, source=SOURCE, name=note))
