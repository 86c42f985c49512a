"""Teach the fast tier's table from the exact tier's answers.

  python models/comments/distil.py [--cache vectors.npz] [--more FILE ...]

The teacher is the exact tier as it lies here; the texts are the training texts, their clauses, the licensed sets, pairs
of texts joined into one, and with ``--more`` any plain text files, a sentence a line. No label is used. Writes
``fast.skops``. Needs torch (development only); seeded.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import numpy as np
import numpy.typing as npt
import skops.io
import torch
from torch import nn
from torch.nn import functional
from workbench import say

from callsignals.comments.fast_vectors import FAST_FILE, FastEncoder, ngram_rows
from callsignals.comments.heads import load_families
from callsignals.comments.judge import Judge, Unit
from callsignals.comments.reasons import clauses
from callsignals.comments.vectors import SentenceEncoder

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e5"))
from examples import distorted, joined  # noqa: E402

SEED = 20261122
BUCKETS = 1 << 17
WIDTH = 64
VECTOR = 128
EPOCHS = 10
BATCH = 256
RATE = 3e-3
JOINED = 12_000
GRAM_DROPOUT, VECTOR_DROPOUT = 0.15, 0.2
DISTORTED_COPIES = 2
FAMILY_OF_KIND = {"referral": "referral", "survey": "survey", "reply": "reply", "polarity": "survey"}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Lesson:
    """Texts of one family with the teacher's probabilities by head, and its vectors."""

    texts: list[str]
    answers: dict[str, Floats]
    vectors: Floats


class CachedEncoder:
    """The exact encoder with its cache file."""

    def __init__(self, encoder: SentenceEncoder, cache: Path | None) -> None:
        self._encoder, self._cache = encoder, cache

    def encode(self, texts: Sequence[str]) -> Floats:
        """``[n, 384]``."""
        return corpus.cached_vectors(self._encoder, list(texts), self._cache, say)


class Student(nn.Module):
    """Table, layer, and one output a head."""

    def __init__(self, outputs: dict[str, int]) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, WIDTH, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=0.1)
        self.layer = nn.Linear(WIDTH, VECTOR)
        self.vector = nn.Linear(VECTOR, 384)
        self.outputs = nn.ModuleDict({name: nn.Linear(VECTOR, k) for name, k in outputs.items()})

    def forward(self, columns: torch.Tensor, offsets: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        """``[b, VECTOR]``."""
        return torch.relu(self.layer(self.table(columns, offsets, per_sample_weights=values)))


def lessons(cache: Path | None, more: Sequence[Path]) -> dict[str, Lesson]:
    """What the teacher says of every text."""
    rows, _ = corpus.split([*corpus.load_ours(), *corpus.load_licensed()])
    units: dict[Unit, None] = {}
    for row in rows:
        family = FAMILY_OF_KIND[row.kind]
        units[Unit(family, row.text, row.language)] = None
        if row.kind == "survey":
            units.update({Unit(family, clause.text, row.language): None for clause in clauses(row.text)})
    for example in joined(rows, JOINED, random.Random(SEED)):
        family = "referral" if "sources" in example.targets else "survey"
        units[Unit(family, example.text, example.language)] = None
    for path in more:
        units.update(
            {Unit("survey", line, None): None for line in path.read_text(encoding="utf-8").splitlines() if line}
        )
    encoder = CachedEncoder(SentenceEncoder(HERE.parent / "e5"), cache)
    teacher = Judge(load_families(HERE), encoder)
    judged = teacher.judge(units)
    found = {}
    for name, family in teacher.families.items():
        members = [unit for unit in units if unit.family == name]
        vectors = family.features.dense(encoder.encode([u.text for u in members]), [u.language for u in members])
        answers = {head: np.array([judged[u][head] for u in members], np.float32) for head in family.heads}
        found[name] = Lesson([u.text for u in members], answers, vectors)
    return found


def train(found: dict[str, Lesson]) -> Student:
    """Fit the student."""
    torch.manual_seed(SEED)
    draw = np.random.default_rng(SEED)
    typist = random.Random(SEED)
    student = Student(
        {f"{name}-{head}": a.shape[1] for name, lesson in found.items() for head, a in lesson.answers.items()}
    )
    grams = {
        name: [
            ngram_rows([distorted(t, typist) if copy else t for t in lesson.texts], BUCKETS)
            for copy in range(1 + DISTORTED_COPIES)
        ]
        for name, lesson in found.items()
    }
    table = torch.optim.SparseAdam(list(student.table.parameters()), lr=RATE)
    rest = torch.optim.AdamW(
        [p for n, p in student.named_parameters() if not n.startswith("table")], lr=RATE, weight_decay=1e-3
    )
    batches = [(name, start) for name, lesson in found.items() for start in range(0, len(lesson.texts), BATCH)]
    total, step = EPOCHS * len(batches), 0
    for epoch in range(EPOCHS):
        orders = {name: draw.permutation(len(lesson.texts)) for name, lesson in found.items()}
        losses = []
        for index in draw.permutation(len(batches)):
            name, start = batches[index]
            rows = orders[name][start : start + BATCH]
            sheet = grams[name][int(draw.integers(1 + DISTORTED_COPIES))][rows]
            keep = draw.random(sheet.nnz) >= GRAM_DROPOUT
            h = student(
                torch.from_numpy(sheet.indices.astype(np.int64)),
                torch.from_numpy(sheet.indptr[:-1].astype(np.int64)),
                torch.from_numpy(sheet.data * keep),
            )
            loss = lesson_loss(student, name, found[name], rows, functional.dropout(h, VECTOR_DROPOUT))
            for optimiser in (table, rest):
                for group in optimiser.param_groups:
                    group["lr"] = RATE * max(0.02, 1 - step / total)
                optimiser.zero_grad()
            loss.backward()
            table.step()
            rest.step()
            step += 1
            losses.append(loss.item())
        say(f"epoch {epoch}: loss {np.mean(losses):.3f}")
    return student


def lesson_loss(
    student: Student, name: str, lesson: Lesson, rows: npt.NDArray[np.int64], h: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy with the teacher's answers, and distance to its vectors."""
    loss = 2 * (1 - functional.cosine_similarity(student.vector(h), torch.from_numpy(lesson.vectors[rows]))).mean()
    for head, answers in lesson.answers.items():
        logits, wanted = student.outputs[f"{name}-{head}"](h), torch.from_numpy(answers[rows])
        if head in ("referral_sources", "comment_reasons"):
            loss = loss + 4 * functional.binary_cross_entropy_with_logits(logits, wanted)
        else:
            loss = loss + functional.cross_entropy(logits, wanted)
    return loss


def main() -> None:
    """Read the arguments, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="file that keeps sentence vectors between runs")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="text files, a sentence a line")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    student = train(lessons(arguments.cache, arguments.more))
    arrays = [p.detach().numpy() for p in (student.table.weight, student.layer.weight, student.layer.bias)]
    (HERE / FAST_FILE).write_bytes(skops.io.dumps(FastEncoder.state(*arrays), compression=8, compresslevel=9))


if __name__ == "__main__":
    main()
