"""Words to sentences, one voice at a time.

A sentence ends at ``.``, ``?`` or ``!``, at a pause, or when somebody else takes the turn. Recognisers leave
out punctuation for minutes on end; a voice that hardly has any is split at shorter pauses instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callsignals.vocabulary.spoken import Party, Word

__all__ = ["PAUSE_S", "UNPUNCTUATED_PAUSE_S", "Sentence", "sentences"]

PAUSE_S = 1.2
"""A longer pause inside one voice ends a sentence even without punctuation."""

UNPUNCTUATED_PAUSE_S = 0.6
"""The same where a voice has next to no punctuation: clause pauses are all there is to go by."""

UNPUNCTUATED_WORDS = 40
"""More words than this per full stop, question or exclamation mark: punctuation is taken as missing."""

TURN_WORDS = 3
"""So many words of another voice in between end a sentence; fewer are a backchannel (the short-turn rule)."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INNER_ABBREVIATIONS: dict[str, frozenset[str]] = {
    "en": _set("mr mrs ms dr prof st vs e.g i.e eg ie approx dept sr jr"),
    "sv": _set("t.ex bl.a d.v.s dvs ca kl nr s.k f.d p.g.a m.a.o fr.o.m t.o.m resp tel dr"),
    "fi": _set("esim ns nro klo t.s puh tri ks vrt ent huom"),
}
"""Abbreviations that never stand at a sentence's end: the full stop belongs to them."""

_FINAL_ABBREVIATIONS: dict[str, frozenset[str]] = {
    "en": _set("etc inc ltd co corp a.m p.m u.s u.k"),
    "sv": _set("osv m.m mm m.fl etc o.dyl"),
    "fi": _set("jne mm yms ym jms oy oyj"),
}
"""Abbreviations that may stand at a sentence's end: they do when a capital letter follows."""

_CLOSERS = "\"'”’»)]}"
_NUMBER = re.compile(r"[\d.,:]+")
"""May be an ordinal: "3. maj", "3. päivä"."""
_TERMINAL = re.compile(r"[.?!…]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence by one voice.

    Attributes:
        first_word, last_word: indices into the words given; other voices' words may lie between them.
        party, speaker: whose it is.
        text: its words joined by spaces.
        start_s, end_s: first word's start and last word's end; None without times.
        word_indices: exactly this sentence's words, as indices into the words given, in time order.
    """

    first_word: int
    last_word: int
    party: Party
    speaker: str
    text: str
    start_s: float | None
    end_s: float | None
    word_indices: tuple[int, ...] = ()


def sentences(words: Sequence[Word], language: str | None) -> list[Sentence]:
    """Split a transcript's words into sentences.

    Args:
        words: all words of a call, every voice; timed, or in written order.
        language: ISO 639-1 code, for abbreviations; anything unknown uses those of all languages.

    Returns:
        Sentences by start, then by first word. Every word belongs to exactly one.
    """
    order = _time_order(words)
    position = {index: place for place, index in enumerate(order)}
    found: list[Sentence] = []
    for voice in _voices(words, order):
        pause_s = _pause_for([words[index] for index in voice])
        found += [_sentence(words, part) for part in _split(words, voice, order, position, language, pause_s)]
    return sorted(found, key=lambda sentence: position[sentence.first_word])


def _time_order(words: Sequence[Word]) -> list[int]:
    """Indices by start time; untimed words keep their written place."""
    if any(word.start_s is None for word in words):
        return list(range(len(words)))
    return sorted(range(len(words)), key=lambda index: (words[index].start_s or 0.0, index))


def _voices(words: Sequence[Word], order: Sequence[int]) -> list[list[int]]:
    voices: dict[tuple[str, str], list[int]] = {}
    for index in order:
        voices.setdefault((words[index].party, words[index].speaker), []).append(index)
    return list(voices.values())


def _pause_for(words: Sequence[Word]) -> float:
    marks = sum(1 for word in words if _TERMINAL.search(word.text.rstrip(_CLOSERS)))
    return UNPUNCTUATED_PAUSE_S if len(words) > UNPUNCTUATED_WORDS * marks else PAUSE_S


def _split(
    words: Sequence[Word],
    voice: Sequence[int],
    order: Sequence[int],
    position: dict[int, int],
    language: str | None,
    pause_s: float,
) -> Iterator[list[int]]:
    part: list[int] = []
    for place, index in enumerate(voice):
        part.append(index)
        following = voice[place + 1] if place + 1 < len(voice) else None
        if (
            following is None
            or _ends_sentence(words[index].text, words[following].text, language)
            or _pauses(words[index], words[following], pause_s)
            or _turn_between(words, order[position[index] + 1 : position[following]], index, following)
        ):
            yield part
            part = []


def _pauses(word: Word, following: Word, pause_s: float) -> bool:
    if word.end_s is None or following.start_s is None:
        return False
    return following.start_s - word.end_s > pause_s


def _turn_between(words: Sequence[Word], between: Sequence[int], index: int, following: int) -> bool:
    """Whether another voice had the turn between two words of this one."""
    end_s, start_s = words[index].end_s, words[following].start_s
    if end_s is None or start_s is None:
        return bool(between)
    inside = 0
    for other in between:
        other_start_s, other_end_s = words[other].start_s, words[other].end_s
        if other_start_s is not None and other_end_s is not None:
            inside += other_start_s >= end_s and other_end_s <= start_s
    return inside >= TURN_WORDS


def _ends_sentence(text: str, following: str, language: str | None) -> bool:
    bare = text.rstrip(_CLOSERS)
    mark = _TERMINAL.search(bare)
    if mark is None:
        return False
    if "?" in mark.group() or "!" in mark.group():
        return True
    capital = following.lstrip("\"'“”‘’»«([{¿¡-")[:1].isupper()
    if len(mark.group()) > 1 or "…" in mark.group():
        return capital
    stem = bare[:-1].lstrip("\"'“”‘’»«([{").lower()
    if stem in _abbreviations(_INNER_ABBREVIATIONS, language) or (len(stem) == 1 and stem.isalpha() and stem != "i"):
        return False
    if stem in _abbreviations(_FINAL_ABBREVIATIONS, language) or _NUMBER.fullmatch(stem):
        return capital
    return True


def _abbreviations(table: dict[str, frozenset[str]], language: str | None) -> frozenset[str]:
    if language in table:
        return table[language]
    return frozenset().union(*table.values())


def _sentence(words: Sequence[Word], indices: Sequence[int]) -> Sentence:
    first, last = words[indices[0]], words[indices[-1]]
    return Sentence(
        first_word=indices[0],
        last_word=indices[-1],
        party=first.party,
        speaker=first.speaker,
        text=" ".join(words[index].text for index in indices),
        start_s=first.start_s,
        end_s=last.end_s,
        word_indices=tuple(indices),
    )
