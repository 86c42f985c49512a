"""The training texts: ours (synthetic), the licensed sets, and their split into training and held-out texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from callsignals.comments.judge import Encoder
from callsignals.comments.normalise import normalise
from callsignals.comments.spelling import Spelling

DATA = Path(__file__).resolve().parent / "data"
LICENSED_HELD_OUT_PERCENT = 15
NEAR_DUPLICATE_COSINE = 0.95
READ_WHILE_WRITING_RULES = 200
"""``ref-*-0001`` to ``-0200`` were read while the rules were written, so they always stay in training."""

SEEN_BY_RULE_AUTHOR = 520
"""Up to this number training rows that rules got wrong were read too, so rules' shares are measured on later ones."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; ``labels`` is the line of the data file, ``source`` where it is from (ours, xed, amazon)."""

    id: str
    group: str
    kind: str
    language: str
    text: str
    source: str
    labels: dict[str, Any] = field(default_factory=dict)


def load_ours(folder: Path = DATA) -> list[Row]:
    """Every line of the synthetic files, texts normalised, empty ones left out."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in _read(path)]


def load_evaluation(name: str, folder: Path = DATA) -> list[Row]:
    """Texts never trained on: ``heldout`` (written after the training texts), ``evaluation`` (another hand)."""
    folder = folder / name
    return [row for path in sorted(folder.glob("*.jsonl")) for row in _read(path)]


def _read(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        labels = json.loads(line)
        text = normalise(labels["text"]).text
        if text:
            yield Row(
                labels["id"],
                labels.get("group", labels["id"]),
                labels["kind"],
                labels["language"],
                text,
                "ours",
                labels,
            )


def load_licensed(folder: Path = DATA / "licensed") -> list[Row]:
    """XED lines (grouped by text) and Amazon snippets (grouped by review), with polarities."""
    rows = []
    for name in ("xed", "amazon"):
        for number, line in enumerate((folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]):
            key, polarity, text = line.split("\t")
            text = normalise(text).text
            group = f"{name}-{key}" if name == "amazon" else f"xed-{text.lower()}"
            language = "en" if name == "amazon" else key
            rows.append(Row(f"{name}-{number}", group, "polarity", language, text, name, {"polarity": polarity}))
    return rows


def mended(rows: Sequence[Row], spelling: Spelling) -> list[Row]:
    """The rows as the classifier reads them."""
    return [replace(row, text=spelling.mended(normalise(row.text), row.language).text) for row in rows]


def cached_vectors(encoder: Encoder, texts: Sequence[str], cache: Path | None, say: Progress) -> Vectors:
    """Vectors of the texts, from the cache file where it has them; the file is only for speed."""
    known: dict[str, npt.NDArray[np.float32]] = {}
    if cache is not None and cache.exists():
        with np.load(cache) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        say(f"{len(missing)} texts to encode")
        known.update(zip(missing, encoder.encode(list(missing.values())), strict=True))
        if cache is not None:
            np.savez(cache, keys=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[key] for key in keys], np.float32)


Vectors = npt.NDArray[np.float32]


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows to train on (all of ours, most of the licensed ones), and held-out licensed ones."""
    held_out = [row for row in rows if row.source != "ours" and is_held_out(row)]
    return [row for row in rows if row.source == "ours" or not is_held_out(row)], held_out


def is_held_out(row: Row) -> bool:
    """Whether a row's group belongs to the held-out part: fixed by a digest, so later additions move nothing."""
    draw = int(hashlib.sha256(f"held-out {row.group}".encode()).hexdigest()[:8], 16) % 100
    return draw < LICENSED_HELD_OUT_PERCENT
