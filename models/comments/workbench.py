"""What the heads are trained at: rows with their vectors, the rules, and the development texts."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import corpus
import numpy as np
from corpus import Row

from callsignals.comments.features import TextFeatures
from callsignals.comments.judge import Encoder, Unit
from callsignals.comments.rules import RuleSet
from callsignals.comments.spelling import Spelling
from callsignals.comments.training import Examples, Layer
from callsignals.vocabulary.spoken import LANGUAGES

MAXIMUM_FEATURES = {"referral": (12_000, 30_000), "survey": (12_000, 30_000), "reply": (8_000, 20_000)}
HERE = Path(__file__).resolve().parent
LAYERS = HERE.parent / "e5" / "layers.npz"
LAYER_OF_HEAD = {
    "referral_source": "source",
    "referral_sources": "sources",
    "referral_personal": "personal",
    "comment_polarity": "polarity",
    "nps_group": "nps",
    "comment_reasons": "reasons",
    "recommends": "recommends",
    "reply_intent": "intent",
}
"""Tasks of ``models/e5/examples.py``."""
SIGNAL_WITH_RULES = {"referral": "referral_source", "survey": "recommends", "reply": "reply_intent"}
"""Whose rules' hits the heads of each family see."""


def whole_unit(family: str, text: str, language: str | None, rules: RuleSet) -> Unit:
    """A whole text as the judge is asked about it: with the labels that the family's rules found."""
    hits = rules.hits(SIGNAL_WITH_RULES[family], text, language)
    return Unit(family, text, language, tuple(dict.fromkeys(hit.label for hit in hits)))


def say(line: str) -> None:
    """One line for the person who trains."""
    print(line, file=sys.stderr, flush=True)


class Workbench:
    """Rows with their vectors, and the rules; ``taught``: the layers of the fast tier, by ``family.head``."""

    def __init__(
        self,
        rows: Sequence[Row],
        encoder: Encoder,
        cache: Path | None,
        rules: RuleSet,
        prefix: str = "",
        taught: Mapping[str, Layer] | None = None,
    ) -> None:
        self.rules, self.prefix, self._taught = rules, prefix, taught
        self._encoder, self._cache = encoder, cache
        spelling = Spelling.load(HERE)
        self.train = corpus.mended(corpus.split(rows)[0], spelling)
        developing = [r for r in corpus.load_evaluation("heldout") if r.language in LANGUAGES]
        self.development = corpus.mended(developing, spelling)

    def examples(self, labelled: Sequence[Labelled], signal: str | None) -> Examples:
        """Examples of these; ``signal`` names the rules whose hits are features."""
        texts = [text for _, text, *_ in labelled]
        hits = [
            tuple(dict.fromkeys(h.label for h in self.rules.hits(signal, text, row.language))) if signal else ()
            for row, text, *_ in labelled
        ]
        return Examples(
            texts=texts,
            vectors=corpus.cached_vectors(self._encoder, texts, self._cache, say),
            languages=[row.language for row, *_ in labelled],
            labels=[labels for _, _, labels, *_ in labelled],
            hits=hits,
            weights=np.array([weight for *_, weight in labelled], float),
        )

    def layer(self, family: str, head: str, classes: Sequence[str]) -> Layer:
        """The encoder's output layer for a head, its rows in this order; in the fast tier what its teacher taught."""
        if self._taught is not None:
            return self._taught[f"{family}.{head}"]
        task = LAYER_OF_HEAD[head]
        with np.load(LAYERS) as stored:
            rows = [stored[f"{task}.classes"].tolist().index(name) for name in classes]
            return stored[f"{task}.weight"][rows], stored[f"{task}.bias"][rows]

    def training(self, *kinds: str) -> list[Row]:
        """Training rows of these kinds."""
        return [row for row in self.train if row.kind in kinds]

    def developing(self, kind: str) -> list[Row]:
        """Development rows of a kind."""
        return [row for row in self.development if row.kind == kind]


Labelled = tuple[Row, str, tuple[str, ...], float]
"""A row, the text or clause, what applies to it, and how much it counts."""


def fit_features(bench: Workbench, family: str, examples: Examples) -> TextFeatures | None:
    """Feature maps of one family; the fast tier has none."""
    if bench.prefix:
        return None
    return TextFeatures.fit(examples.texts, examples.vectors, examples.languages, MAXIMUM_FEATURES[family])


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Stable JSON, line feeds on every system."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def write_manifest(folder: Path, names: Sequence[str], licence: str, source: str) -> None:
    """The digests by which the files are verified before use."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    write_json(folder / "manifest.json", {"files": files, "licence": licence, "source": source})
