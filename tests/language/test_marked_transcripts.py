"""Mentions against transcripts marked by hand, by the guideline of ``docs/terms.md``.

Each file says where its text is from, under which licence, and its phase: ``tuning`` was marked before the matcher
was tuned on it; ``held_out`` and ``held_out_2`` were marked while the matcher was frozen (see the docs for the
figures at that moment) and serve as regression tests since.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from callsignals.language.mentions import find_mentions
from callsignals.language.term_list import starter_terms
from callsignals.vocabulary.spoken import Word

FILES = sorted((Path(__file__).parent / "marked").glob("*.json"))
MIN_PRECISION = 0.90
MIN_RECALL = 0.80
MAX_SHARE_ERROR = 0.10
MIN_MARKS = 5


@dataclass(frozen=True)
class Outcome:
    """Hits, mentions, marks, and the need mentions and marks among them."""

    language: str
    hits: int
    mentions: int
    marks: int
    need_mentions: int
    need_marks: int


@cache
def outcome(path: Path) -> Outcome:
    document = json.loads(path.read_text(encoding="utf-8"))
    words: list[Word] = []
    starts = []
    for party, line in document["turns"]:
        starts.append(len(words))
        words += [Word(text, None, None, party, party) for text in line.split()]
    marks = [
        (mark["kind"], starts[mark["turn"]] + mark["first_word"], starts[mark["turn"]] + mark["last_word"])
        for mark in document["marks"]
    ]
    mentions = find_mentions(words, document["language"], starter_terms())
    left = list(marks)
    for mention in mentions:
        agreeing = (
            mark
            for mark in left
            if mark[0] == mention.kind and mark[1] <= mention.last_word and mark[2] >= mention.first_word
        )
        mark = next(agreeing, None)
        if mark is not None:
            left.remove(mark)
    return Outcome(
        language=document["language"],
        hits=len(marks) - len(left),
        mentions=len(mentions),
        marks=len(marks),
        need_mentions=sum(mention.kind == "need" for mention in mentions),
        need_marks=sum(kind == "need" for kind, _, _ in marks),
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_marks_point_at_the_words_they_quote(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["origin"]
    assert document["licence"]
    for mark in document["marks"]:
        words = document["turns"][mark["turn"]][1].split()
        assert " ".join(words[mark["first_word"] : mark["last_word"] + 1]) == mark["text"]


@pytest.mark.parametrize("language", ["en", "sv", "fi", "all"])
def test_precision_and_recall(language: str) -> None:
    outcomes = [one for one in map(outcome, FILES) if language in (one.language, "all")]
    hits = sum(one.hits for one in outcomes)
    assert len(outcomes) >= 4
    assert hits / sum(one.mentions for one in outcomes) >= MIN_PRECISION
    assert hits / sum(one.marks for one in outcomes) >= MIN_RECALL


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_need_share_is_near_the_marks(path: Path) -> None:
    found = outcome(path)
    if found.marks < MIN_MARKS:
        assert found.mentions < MIN_MARKS  # then the signal is insufficient, as it should be
        return
    share = found.need_mentions / found.mentions
    assert share == pytest.approx(found.need_marks / found.marks, abs=MAX_SHARE_ERROR)
