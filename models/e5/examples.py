"""What the encoder is fine-tuned on: texts with targets of one or more tasks, and what is done to them on the way."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import Row

from callsignals.comments.labels import (
    NONE_LABEL,
    NPS_GROUPS,
    PERSONAL_SOURCES,
    POLARITIES,
    REASONS,
    REFERRAL_SOURCES,
    REPLY_INTENTS,
)
from callsignals.comments.normalise import fold
from callsignals.comments.reasons import clauses

__all__ = ["SCALE", "TASKS", "Example", "Task", "distorted", "examples_of", "joined"]

SCALE = 16.0
"""Of the vectors of length 1, before the output layers."""
QUOTE_SHARE = 0.5
DISTORTED_SHARE = 0.5
LICENSED_WEIGHT = 0.35
CLAUSE_WEIGHT = 0.7
JOINED_WEIGHT = 0.6
_UNSAID = "unsaid"
_NPS_OF_POLARITY = {"positive": "promoter", "negative": "detractor"}
_JOINERS = {
    "same": {
        "en": (" and ", ". ", ", also "),
        "sv": (" och ", ". ", ", dessutom "),
        "fi": (" ja ", ". ", ", lisäksi "),
    },
    "turn": {
        "en": (", but ", ". However, ", " but "),
        "sv": (", men ", ". Men ", " men "),
        "fi": (", mutta ", ". Mutta ", " mut "),
    },
    "source": {
        "en": (" and ", ", then ", ". Also ", " + "),
        "sv": (" och ", ", sen ", ". Även ", " + "),
        "fi": (" ja ", ", sitten ", ". Myös ", " + "),
    },
}
_EMOJI = ("🙂", "😊", "🙏", "😅", "😂", "🤔", "✨", ":)", "🤷", "!!", "...", "👀")


@dataclass(frozen=True, slots=True)
class Task:
    """One output layer: ``softmax`` over classes, or one sigmoid a class; ``weight`` in the loss."""

    classes: tuple[str, ...]
    many: bool
    weight: float


TASKS: Mapping[str, Task] = {
    "source": Task((*REFERRAL_SOURCES, NONE_LABEL), False, 1.0),
    "sources": Task(REFERRAL_SOURCES, True, 6.0),
    "personal": Task(("yes", "no", NONE_LABEL), False, 0.5),
    "polarity": Task((*POLARITIES, NONE_LABEL), False, 1.0),
    "nps": Task((*NPS_GROUPS, NONE_LABEL), False, 0.6),
    "reasons": Task(REASONS, True, 8.0),
    "recommends": Task(("yes", "no", _UNSAID), False, 0.4),
    "intent": Task(REPLY_INTENTS, False, 1.0),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the classes that apply, by task; a task that is not named has no part in the loss."""

    text: str
    language: str
    targets: Mapping[str, tuple[str, ...]]
    weight: float = 1.0
    is_clause: bool = False
    is_licensed: bool = False


def examples_of(row: Row) -> list[Example]:
    """The whole text, and for surveys with reasons its clauses."""
    labels = row.labels
    if row.kind == "referral":
        sources = tuple(labels["sources"])
        personal = ("yes" if PERSONAL_SOURCES & set(sources) else "no") if sources else NONE_LABEL
        targets = {"source": sources[:1] or (NONE_LABEL,), "sources": sources, "personal": (personal,)}
        return [Example(row.text, row.language, targets)]
    if row.kind == "reply":
        targets = {"intent": (labels["intent"],), "polarity": (labels["polarity"],)}
        return [Example(row.text, row.language, targets)]
    if row.kind == "polarity":
        targets = {"polarity": (labels["polarity"],)}
        if labels["polarity"] in _NPS_OF_POLARITY:
            targets["nps"] = (_NPS_OF_POLARITY[labels["polarity"]],)
        return [Example(row.text, row.language, targets, LICENSED_WEIGHT, is_licensed=True)]
    return [_survey(row), *_clauses(row)]


def _survey(row: Row) -> Example:
    labels = row.labels
    targets = {"polarity": (labels.get("polarity") or NONE_LABEL,), "nps": (labels.get("nps") or NONE_LABEL,)}
    if labels.get("polarity") and not labels.get("nps"):
        del targets["nps"]
    said = labels.get("recommends")
    targets["recommends"] = (_UNSAID if said is None else "yes" if said else "no",)
    targets["reasons"] = tuple(dict.fromkeys(r["reason"] for r in labels.get("reasons", [])))
    return Example(row.text, row.language, targets)


def _clauses(row: Row) -> list[Example]:
    parts = clauses(row.text)
    if len(parts) < 2:  # the clause is the text
        return []
    found = []
    for clause in parts:
        named = [r for r in row.labels.get("reasons", []) if _shares(row.text, clause.start, clause.end, r["quote"])]
        targets: dict[str, tuple[str, ...]] = {"reasons": tuple(dict.fromkeys(r["reason"] for r in named))}
        tones = {r["polarity"] for r in named}
        if len(tones) == 1:
            targets["polarity"] = (tones.pop(),)
        found.append(Example(clause.text, row.language, targets, CLAUSE_WEIGHT, is_clause=True))
    return found


def _shares(text: str, start: int, end: int, quote: str) -> bool:
    at = text.find(quote)
    shared = min(end, at + len(quote)) - max(start, at)
    return at >= 0 and shared >= QUOTE_SHARE * min(len(quote), end - start)


def joined(rows: Sequence[Row], count: int, draw: random.Random) -> list[Example]:
    """Two texts of one language in one: several sources; praise with a complaint; two reasons of one tone."""
    by: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        usable = row.source == "ours" and len(row.text) < 120 and "\n" not in row.text
        if usable and row.kind == "referral" and len(row.labels["sources"]) == 1:
            by.setdefault(("referral", row.language), []).append(row)
        if usable and row.kind == "survey" and row.labels.get("polarity") in ("positive", "negative"):
            by.setdefault(("survey", row.language), []).append(row)
    keys = sorted(by)
    found = []
    for _ in range(count):
        kind, language = keys[draw.randrange(len(keys))]
        first, second = draw.sample(by[kind, language], 2)
        found.append(
            _joined_sources(first, second, draw) if kind == "referral" else _joined_surveys(first, second, draw)
        )
    return found


def _glue(first: str, second: str, joiner: str) -> str:
    if "." not in joiner:
        second = second[:1].lower() + second[1:] if second[1:2].islower() else second
    return first.rstrip(" .!?,") + joiner + second


def _joined_sources(first: Row, second: Row, draw: random.Random) -> Example:
    sources = tuple(dict.fromkeys(first.labels["sources"] + second.labels["sources"]))
    text = _glue(first.text, second.text, draw.choice(_JOINERS["source"][first.language]))
    personal = "yes" if PERSONAL_SOURCES & set(sources) else "no"
    return Example(text, first.language, {"sources": sources, "personal": (personal,)}, JOINED_WEIGHT)


def _joined_surveys(first: Row, second: Row, draw: random.Random) -> Example:
    tones = (first.labels["polarity"], second.labels["polarity"])
    same = tones[0] == tones[1]
    reasons = tuple(dict.fromkeys(r["reason"] for row in (first, second) for r in row.labels.get("reasons", [])))
    text = _glue(first.text, second.text, draw.choice(_JOINERS["same" if same else "turn"][first.language]))
    targets = {"polarity": (tones[0] if same else "mixed",), "reasons": reasons}
    if same:
        targets["nps"] = (_NPS_OF_POLARITY[tones[0]],)
    return Example(text, first.language, targets, JOINED_WEIGHT)


def distorted(text: str, draw: random.Random) -> str:
    """The text as another hand might have typed it; most often unchanged."""
    if draw.random() >= DISTORTED_SHARE:
        return text
    for change in draw.sample(_CHANGES, draw.choice((1, 1, 2))):
        text = change(text, draw) or text
    return text


def _typos(text: str, draw: random.Random) -> str:
    letters = list(text)
    for _ in range(1 + draw.choice((1, 2)) * len(text) // 40):
        at = draw.randrange(len(letters))
        if not letters[at].isalpha():
            continue
        kind = draw.randrange(4)
        if kind == 0 and at + 1 < len(letters) and letters[at + 1].isalpha():
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        elif kind == 1 and len(letters) > 4:
            del letters[at]
        elif kind == 2:
            letters.insert(at, letters[at])
        else:
            letters[at] = draw.choice("aeiounrstlkdm")
    return "".join(letters)


def _plain_letters(text: str, _: random.Random) -> str:
    return "".join(fold(c).upper() if c.isupper() else fold(c) if c.isalpha() else c for c in text)


_CHANGES: tuple[Any, ...] = (
    _typos,
    _typos,
    _plain_letters,
    lambda text, _: text.lower(),
    lambda text, _: text.lower(),
    lambda text, _: re.sub(r"[.,!?;:'\"]+", "", text).strip(),
    lambda text, draw: f"{text} {draw.choice(_EMOJI)}",
    lambda text, _: text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else "."),
)
