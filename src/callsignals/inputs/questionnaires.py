"""Exports of survey tools, a row for each respondent and a column for each question, as rows of comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from callsignals.inputs.headings import synonyms
from callsignals.inputs.raw_rows import RawRow, Table

__all__ = ["Questions", "answers_apart", "find_questions"]

_ANY_WORDS = "..."


@dataclass(frozen=True, slots=True)
class Questions:
    """Headings that are questions, as written.

    Attributes:
        referral: "How did you hear about us?"; the first such column, or None.
        nps: "How likely are you to recommend us?"; the first such column, or None.
        survey: all that ask for the words behind a score.
    """

    referral: str | None
    nps: str | None
    survey: tuple[str, ...]

    def notice(self, name: str) -> str:
        """What table ``name`` was read as."""
        read = [(self.referral, "the referral comment"), (self.nps, "the NPS score")]
        parts = [f"'{heading}' as {what}" for heading, what in read if heading]
        parts += [f"'{heading}' as survey comment" for heading in self.survey]
        return f"{name}: each row holds a respondent's answers; read {', '.join(parts)}."


def find_questions(columns: Sequence[str]) -> Questions | None:
    """Which columns of a table are questions; None for a table with column ``kind``, or without such a question."""
    if "kind" in columns:
        return None
    asked: dict[str, list[str]] = {kind: [] for kind in _phrases()}
    for column in columns:
        kind = next((kind for kind, phrases in _phrases().items() if _asks(column, phrases)), None)
        if kind:
            asked[kind].append(column)
    if not any(asked.values()):
        return None
    first = {kind: found[0] if found else None for kind, found in asked.items()}
    return Questions(first["referral"], None if "score" in columns else first["nps"], tuple(asked["survey"]))


def answers_apart(table: Table) -> Table:
    """One row for each answer, with ``kind``, ``text``, ``score`` and ``scale``; other tables as they are.

    A row becomes a ``referral`` comment, a ``survey`` comment, both, or nothing where all of it is blank. Their
    ``comment_id`` is the respondent's, or where the table has none the row's number, before ``/referral`` or
    ``/survey``.
    """
    questions = find_questions(table.columns)
    if questions is None:
        return table
    used = {questions.referral, questions.nps, *questions.survey}
    kept = tuple(name for name in table.columns if name not in used)
    columns = tuple(dict.fromkeys(("comment_id", "kind", "text", "score", "scale", *kept)))
    rows = tuple(row for whole in table.rows for row in _answers(whole, questions, kept))
    return replace(table, columns=columns, rows=rows)


def _answers(row: RawRow, questions: Questions, kept: Sequence[str]) -> list[RawRow]:
    shared = {name: row.cells.get(name) for name in kept}
    respondent = (shared.get("comment_id") or str(row.number)).strip()

    def answer(kind: str, own: Mapping[str, str | None]) -> RawRow:
        return RawRow(row.number, {**shared, **own, "comment_id": f"{respondent}/{kind}", "kind": kind})

    answers = []
    said = row.cells.get(questions.referral) if questions.referral else None
    if said:
        answers.append(answer("referral", {"text": said, "score": None, "scale": None}))
    words = [row.cells.get(name) for name in ("text", *questions.survey)]
    text = "\n".join(word for word in words if word) or None
    marks = {"score": shared.get("score"), "scale": shared.get("scale")}
    if questions.nps:
        score = row.cells.get(questions.nps)
        marks = {"score": score, "scale": "nps" if score else None}
    if text or marks["score"]:
        answers.append(answer("survey", {"text": text, **marks}))
    return answers


@cache
def _phrases() -> dict[str, tuple[tuple[str, ...], ...]]:
    """By kind of question the phrases that tell it, each as parts that follow one another; the NPS question first."""
    return {
        kind: tuple(tuple(part.strip() for part in phrase.split(_ANY_WORDS)) for phrase in phrases)
        for kind, phrases in synonyms("questions").items()
    }


def _asks(heading: str, phrases: Sequence[Sequence[str]]) -> bool:
    said = " ".join(heading.casefold().split())
    return any(_follows(said, phrase) if _is_phrase(phrase) else said == phrase[0] for phrase in phrases)


def _is_phrase(parts: Sequence[str]) -> bool:
    return len(parts) > 1 or " " in parts[0]


def _follows(said: str, parts: Sequence[str]) -> bool:
    """Whether ``parts`` are all in ``said``, one after the other."""
    place = 0
    for part in parts:
        found = said.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True
