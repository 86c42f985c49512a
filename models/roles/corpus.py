"""The dialogues of ``data/`` as transcripts."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from callsignals.conversation.role_cues import RoleHints
from callsignals.vocabulary.spoken import Transcript, Word

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue whose sides have been named at random.

    Attributes:
        key: its id.
        group: dialogues of one group (retellings in other languages) stay on one side of a split.
        source: corpus, or ``own``.
        language: of the text.
        transcript: voices ``v0`` and ``v1``.
        seller: the seller's voice; None when nobody sells.
        hints: names that a workspace would hold; empty for corpora.
    """

    key: str
    group: str
    source: str
    language: str
    transcript: Transcript
    seller: str | None
    hints: RoleHints


def dialogues(part: str, *, with_hints: bool = True) -> list[Dialogue]:
    """All dialogues of ``fit`` or ``heldout``.

    Args:
        part: ``fit`` or ``heldout``.
        with_hints: whether names of company and seller are given where they are known.
    """
    return [
        _dialogue(json.loads(line), with_hints)
        for path in sorted(DATA.glob(f"*.{part}.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def _dialogue(stored: dict[str, object], with_hints: bool) -> Dialogue:
    key, language = str(stored["id"]), str(stored["language"])
    turns = [(str(side), str(text)) for side, text in stored["turns"]]  # type: ignore[attr-defined]
    # Names of voices are drawn by id: who speaks first is v0 as often as v1.
    names = ["v0", "v1"]
    random.Random(f"roles {key}").shuffle(names)
    sides = sorted({side for side, _ in turns})
    voice = dict(zip(sides, names, strict=False))
    hints = RoleHints()
    if with_hints:
        hints = RoleHints(_one(stored.get("company")), _one(stored.get("seller")))
    return Dialogue(
        key=key,
        group=_group(key) if str(stored["source"]) == "own" else key,
        source=str(stored["source"]),
        language=language,
        transcript=transcript_of([(voice[side], text) for side, text in turns], language),
        seller=voice.get("seller"),
        hints=hints,
    )


def _group(key: str) -> str:
    """Own dialogues of one number retell the same situation in several languages: ``fit-sv-07`` and ``fit-fi-07``."""
    round_, _, number = key.rsplit("-", 2)
    return f"{round_}-{number}"


def _one(name: object) -> tuple[str, ...]:
    return (str(name),) if name else ()


def transcript_of(turns: list[tuple[str, str]], language: str) -> Transcript:
    """A transcript without times."""
    words = tuple(Word(text, None, None, speaker=voice) for voice, turn in turns for text in turn.split())
    return Transcript(
        words=words,
        timeline=(),
        language=language,
        language_confidence=None,
        channel_mode="transcript",
        timing="none",
        duration_s=None,
    )


def misheard(dialogue: Dialogue, *, lost: float, swapped: float) -> Dialogue:
    """The same dialogue as recognition and diarization might hand it on.

    Args:
        dialogue: as written.
        lost: share of words that vanish.
        swapped: share of words that get the other voice.
    """
    chance = random.Random(f"misheard {dialogue.key}")
    words = tuple(_misheard(dialogue.transcript.words, chance, lost, swapped))
    return replace(dialogue, transcript=replace(dialogue.transcript, words=words))


def _misheard(words: tuple[Word, ...], chance: random.Random, lost: float, swapped: float) -> Iterator[Word]:
    other = {"v0": "v1", "v1": "v0"}
    for word in words:
        if chance.random() < lost:
            continue
        speaker = other[word.speaker] if chance.random() < swapped else word.speaker
        yield Word(word.text.rstrip(".,?!"), None, None, speaker=speaker)
