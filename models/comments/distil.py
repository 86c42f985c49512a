"""Teach the fast tier from the exact tier's answers.

  python models/comments/distil.py [--cache vectors.npz] [--threads N] [--more FILE ...]

The teacher is the exact tier as it lies here; the texts are the training texts, their clauses, the licensed sets, pairs
of texts joined into one, texts that nobody wrote (``variations.py``), and with ``--more`` any plain text files, a
sentence a line. No label is used. Writes ``fast.skops``, with the output layers that ``train.py --tier fast`` takes up.
Needs torch and onnx (development only); seeded.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import corpus
import numpy as np
import numpy.typing as npt
import skops.io
import torch
from corpus import Row
from variations import Words, single_words, variations
from workbench import say, whole_unit

from callsignals.comments.fast_vectors import FAST_FILE
from callsignals.comments.heads import FAMILIES, HeadFamily, load_families
from callsignals.comments.judge import Judge, Unit
from callsignals.comments.reasons import clauses
from callsignals.comments.rules import RuleSet, load_rules
from callsignals.comments.spelling import Spelling
from callsignals.comments.vectors import SentenceEncoder

HERE = Path(__file__).resolve().parent
ENCODER = HERE.parent / "e5"
sys.path.insert(0, str(ENCODER))
from examples import joined  # noqa: E402
from student import Lesson, Lessons, train  # noqa: E402

SEED = 20261122
JOINED = 24_000
AT_ONCE = 20_000
FAMILY_OF_KIND = {"referral": "referral", "survey": "survey", "reply": "reply", "polarity": "survey"}

Floats = npt.NDArray[np.float32]


class TeacherVectors:
    """The exact tier's vectors of known texts.

    Args:
        texts: all that will be asked for, each once.
        cache: file that keeps vectors between runs.
        threads: how many texts are encoded at a time.
    """

    def __init__(self, texts: Sequence[str], cache: Path | None, threads: int) -> None:
        found = corpus.cached_vectors(_InThreads(SentenceEncoder(ENCODER), threads), texts, cache, say)
        self._known = dict(zip(texts, found, strict=True))

    def encode(self, texts: Sequence[str]) -> Floats:
        """``[n, 384]``."""
        return np.array([self._known[text] for text in texts], np.float32)


@dataclass(frozen=True)
class _InThreads:
    encoder: SentenceEncoder
    threads: int

    def encode(self, texts: Sequence[str]) -> Floats:
        parts = [texts[start : start + 256] for start in range(0, len(texts), 256)]
        with ThreadPoolExecutor(self.threads) as pool:
            return np.concatenate(list(pool.map(self.encoder.encode, parts)))


def units(rows: Sequence[Row], more: Sequence[Path], rules: RuleSet) -> list[Unit]:
    """What the teacher is asked: each once."""
    found = chain(_of_rows(rows, rules), _of_pairs(rows, rules), _of_variations(rows, rules), _of_files(more))
    return list(dict.fromkeys(found))


def _of_rows(rows: Sequence[Row], rules: RuleSet) -> Iterator[Unit]:
    """Whole texts, the tone of surveys and replies in both families, and clauses."""
    for row in rows:
        family = FAMILY_OF_KIND[row.kind]
        yield whole_unit(family, row.text, row.language, rules)
        if family != "referral":
            yield whole_unit("survey" if family == "reply" else "reply", row.text, row.language, rules)
        if family != "reply":
            yield from (Unit(family, clause.text, row.language) for clause in clauses(row.text))


def _of_pairs(rows: Sequence[Row], rules: RuleSet) -> Iterator[Unit]:
    for example in joined(rows, JOINED, random.Random(SEED)):
        yield whole_unit(
            "referral" if "sources" in example.targets else "survey", example.text, example.language, rules
        )


def _of_variations(rows: Sequence[Row], rules: RuleSet) -> Iterator[Unit]:
    words = Words(ENCODER)
    for varied in variations(rows, words, SEED):
        yield whole_unit(varied.kind, varied.text, varied.language, rules)
        if varied.kind == "reply":
            yield whole_unit("survey", varied.text, varied.language, rules)
    for language, word in single_words(words):
        yield from (Unit(family, word, language) for family in FAMILIES)


def _of_files(more: Sequence[Path]) -> Iterator[Unit]:
    for path in more:
        yield from (Unit("survey", line, None) for line in path.read_text(encoding="utf-8").splitlines() if line)


def lessons(asked: Sequence[Unit], cache: Path | None, threads: int) -> Lessons:
    """What the teacher says of every text."""
    texts = list(dict.fromkeys(unit.text for unit in asked))
    vectors = TeacherVectors(texts, cache, threads)
    teacher = Judge(load_families(HERE), vectors)
    row = {text: place for place, text in enumerate(texts)}
    found = {name: _lesson(name, family, asked, row, teacher) for name, family in teacher.families.items()}
    centred = vectors.encode(texts)
    return Lessons(texts, centred - centred.mean(axis=0), found)


def _lesson(name: str, family: HeadFamily, asked: Sequence[Unit], row: dict[str, int], teacher: Judge) -> Lesson:
    """Of a text that is asked about as a whole and as a clause, the whole counts."""
    members = list({unit.text: unit for unit in reversed(asked) if unit.family == name}.values())
    row_of = np.full(len(row), -1, np.int64)
    row_of[[row[unit.text] for unit in members]] = np.arange(len(members))
    answers: dict[str, list[Floats]] = {head: [] for head in family.heads}
    for start in range(0, len(members), AT_ONCE):
        part = members[start : start + AT_ONCE]
        judged = teacher.judge(part)
        for head, found in answers.items():
            found.append(np.array([judged[unit][head] for unit in part], np.float32))
    many = frozenset(head for head, of in family.heads.items() if of.kind == "any_of")
    return Lesson(row_of, {head: np.concatenate(found) for head, found in answers.items()}, many)


def main() -> None:
    """Read the arguments, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="file that keeps sentence vectors between runs")
    parser.add_argument("--threads", type=int, default=1, help="texts encoded at a time")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="text files, a sentence a line")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = corpus.mended(corpus.split([*corpus.load_ours(), *corpus.load_licensed()])[0], Spelling.load(HERE))
    asked = units(rows, arguments.more, load_rules())
    student = train(lessons(asked, arguments.cache, arguments.threads), SEED)
    state = {**student.weights().state(), "taught": student.taught()}
    (HERE / FAST_FILE).write_bytes(skops.io.dumps(state, compression=8, compresslevel=9))


if __name__ == "__main__":
    main()
