"""The fast tier in torch, as it learns from the exact tier's answers (development only)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from examples import distorted
from scipy import sparse
from torch import nn
from torch.nn import functional
from workbench import say

from callsignals.comments.fast_vectors import FastWeights, tokens, word_rows

BUCKETS = 1 << 17
WORD_SIZE, FILTERS, FILTER_WIDTH, VECTOR_SIZE = 64, 192, 3, 256
EPOCHS = 8
BATCH = 256
RATE = 4e-3
GRAM_DROPOUT, WORD_DROPOUT, VECTOR_DROPOUT = 0.15, 0.1, 0.2
DISTORTED_COPIES = 2
VECTOR_LOSS, MANY_LOSS = 2.0, 16.0

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """What the teacher says of some of the texts, in one family.

    Attributes:
        row_of: ``[texts]`` row of each text in the arrays below, -1 where it was not asked.
        answers: by head, ``[n, k]`` probabilities.
        many: heads that answer each class by itself.
    """

    row_of: Integers
    answers: Mapping[str, Floats]
    many: frozenset[str]


@dataclass(frozen=True)
class Lessons:
    """Texts with the teacher's vectors ``[texts, 384]``, and its answers by family."""

    texts: list[str]
    vectors: Floats
    families: Mapping[str, Lesson]


class Sheets:
    """Texts as rows of words, and words as hashed letters."""

    def __init__(self, texts: Sequence[str], draw: random.Random) -> None:
        self.words: dict[str, int] = {}
        copies = [list(texts), *([distorted(t, draw) for t in texts] for _ in range(DISTORTED_COPIES))]
        self.copies = [[self._numbers(text) for text in copy] for copy in copies]
        self.lengths = np.array([len(numbers) for numbers in self.copies[0]])
        self.grams = word_rows(list(self.words), BUCKETS)

    def _numbers(self, text: str) -> Integers:
        return np.array([self.words.setdefault(word, len(self.words)) for word in tokens(text)], np.int64)


class Student(nn.Module):
    """Table, filters, layer, and one output a head."""

    def __init__(self, lessons: Lessons) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, WORD_SIZE, mode="sum")
        nn.init.normal_(self.table.weight, std=0.3)
        self.filters = nn.Linear(FILTER_WIDTH * WORD_SIZE, FILTERS)
        self.layer = nn.Linear(2 * (WORD_SIZE + FILTERS), VECTOR_SIZE)
        self.vector = nn.Linear(VECTOR_SIZE, lessons.vectors.shape[1])
        self.outputs = nn.ModuleDict(
            {
                f"{name}-{head}": nn.Linear(VECTOR_SIZE, answers.shape[1])
                for name, lesson in lessons.families.items()
                for head, answers in lesson.answers.items()
            }
        )

    def forward(self, rows: Sequence[Integers], grams: sparse.csr_matrix, draw: np.random.Generator) -> torch.Tensor:
        """``[b, VECTOR_SIZE]``, some grams, words and pooled values left out."""
        lengths = np.array([len(row) for row in rows])
        unique, inverse = np.unique(np.concatenate(rows), return_inverse=True)
        sheet = grams[unique]
        keep = (draw.random(sheet.nnz) >= GRAM_DROPOUT).astype(np.float32)
        words = self.table(
            torch.from_numpy(sheet.indices.astype(np.int64)),
            torch.from_numpy(sheet.indptr[:-1].astype(np.int64)),
            per_sample_weights=torch.from_numpy(sheet.data * keep),
        )
        kept = torch.from_numpy((draw.random(len(inverse)) >= WORD_DROPOUT).astype(np.float32))[:, None]
        inside = torch.from_numpy(np.arange(lengths.max())[None, :] < lengths[:, None])
        padded = torch.zeros(len(rows), int(lengths.max()), WORD_SIZE)
        padded[inside] = words[torch.from_numpy(inverse)] * kept
        return torch.relu(self.layer(functional.dropout(self._pooled(padded, inside), VECTOR_DROPOUT)))

    def _pooled(self, padded: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        length, reach = padded.shape[1], FILTER_WIDTH // 2
        wide = functional.pad(padded, (0, 0, reach, reach))
        windows = torch.cat([wide[:, k : k + length] for k in range(FILTER_WIDTH)], -1)
        mask = inside[:, :, None].float()
        found = torch.relu(self.filters(windows)) * mask
        root = mask.sum(1).sqrt()
        highest = padded.masked_fill(~inside[:, :, None], -1e9).max(1).values
        return torch.cat([padded.sum(1) / root, highest, found.sum(1) / root, found.max(1).values], -1)

    def weights(self) -> FastWeights:
        """As the run time wants them."""
        filters = self.filters.weight.view(FILTERS, FILTER_WIDTH, WORD_SIZE).transpose(0, 1)
        arrays = (self.table.weight, filters, self.filters.bias, self.layer.weight, self.layer.bias)
        return FastWeights(*(np.ascontiguousarray(a.detach().numpy()) for a in arrays))

    def taught(self) -> dict[str, dict[str, Floats]]:
        """Weights ``[k, VECTOR_SIZE]`` and bias ``[k]`` of each output, by ``family.head``."""
        return {
            name.replace("-", "."): {"weights": o.weight.detach().numpy(), "bias": o.bias.detach().numpy()}
            for name, o in self.outputs.items()
        }


def train(lessons: Lessons, seed: int, epochs: int = EPOCHS) -> Student:
    """Fit a student; the same lessons and seed give the same one."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    sheets = Sheets(lessons.texts, random.Random(seed))
    say(f"{len(lessons.texts)} texts, {len(sheets.words)} words")
    student = Student(lessons)
    optimiser = torch.optim.AdamW(
        [
            {"params": [student.table.weight], "weight_decay": 0.0},
            {"params": [p for n, p in student.named_parameters() if not n.startswith("table")], "weight_decay": 1e-2},
        ],
        lr=RATE,
        fused=True,
    )
    total, step = epochs * -(-len(lessons.texts) // BATCH), 0
    for epoch in range(epochs):
        losses = []
        for batch in _batches(sheets.lengths, draw):
            copy = sheets.copies[int(draw.integers(len(sheets.copies)))]
            loss = lesson_loss(student, lessons, batch, student([copy[i] for i in batch], sheets.grams, draw))
            for group in optimiser.param_groups:
                group["lr"] = RATE * max(0.02, 1 - step / total)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            losses.append(loss.item())
        say(f"epoch {epoch}: loss {np.mean(losses):.3f}")
    return student


def _batches(lengths: Integers, draw: np.random.Generator) -> list[Integers]:
    """Texts of about one length together, in another order each time."""
    order = draw.permutation(len(lengths))
    chunks = np.array_split(order, max(1, len(order) // (BATCH * 16)))
    ranked = np.concatenate([chunk[np.argsort(lengths[chunk], kind="stable")] for chunk in chunks])
    batches = [ranked[start : start + BATCH] for start in range(0, len(ranked), BATCH)]
    return [batches[i] for i in draw.permutation(len(batches))]


def lesson_loss(student: Student, lessons: Lessons, batch: Integers, vectors: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with the teacher's answers, and distance to its vectors."""
    wanted = torch.from_numpy(lessons.vectors[batch].astype(np.float32))
    loss = VECTOR_LOSS * (1 - functional.cosine_similarity(student.vector(vectors), wanted)).mean()
    vectors = functional.dropout(vectors, VECTOR_DROPOUT)
    for name, lesson in lessons.families.items():
        asked = np.flatnonzero(lesson.row_of[batch] >= 0)
        rows = lesson.row_of[batch][asked]
        if not len(asked):
            continue
        found = vectors[torch.from_numpy(asked)]
        for head, answers in lesson.answers.items():
            logits, truth = student.outputs[f"{name}-{head}"](found), torch.from_numpy(answers[rows])
            if head in lesson.many:
                part = MANY_LOSS * functional.binary_cross_entropy_with_logits(logits, truth)
            else:
                part = functional.cross_entropy(logits, truth)
            loss = loss + part * (len(asked) / len(batch))
    return loss
