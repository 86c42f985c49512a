"""Which voice says each word: by time, with the boundary between voices repaired at the ends of sentences.

Diarization places a change of voice a few tenths of a second off, so the first or last word of a sentence lands with
the neighbour; people seldom hand over within a sentence (Sacks, Schegloff and Jefferson 1974). A reply that stands
alone inside a sentence is left where it was heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from callsignals.vocabulary.spoken import Activity, Word

__all__ = ["words_to_voices"]

UNDECIDED = ""
SHARED_SHARE = 0.5
"""Two voices that each cover this much of a word talk over each other."""
PAUSE_S = 0.8
"""A longer pause ends a sentence that has no mark."""
OVERHANG_S = 0.8
"""Not more than this much of a sentence is taken from one voice and given to the other."""
MAJORITY_SHARE = 2 / 3
"""What one voice must hold of the sentence's other words to take them."""
_MARKS = ".?!…"
_CLOSERS = "\"'”’»)]"


def words_to_voices(words: Sequence[Word], voices: Sequence[Activity]) -> tuple[Word, ...]:
    """Words with their ``speaker``.

    Args:
        words: of one channel, by time.
        voices: who is active when in that channel.

    Returns:
        The same words in the same order; ``speaker`` is "" where two voices talk over each other and the sentence
        does not tell either, and stays as it is for words without times and when there are no voices.
    """
    if not voices:
        return tuple(words)
    heard = [_voice_of(word, by_start) for word, by_start in _with_neighbours(words, voices)]
    decided = list(heard)
    for first, stop in _sentences(words):
        _repair(words, heard, decided, first, stop)
    return tuple(
        word if speaker is None else replace(word, speaker=speaker)
        for word, speaker in zip(words, decided, strict=True)
    )


def _with_neighbours(words: Sequence[Word], voices: Sequence[Activity]) -> Iterator[tuple[Word, Sequence[Activity]]]:
    """Each word with the voices that can matter to it: those that touch it, else the nearest on either side."""
    ordered = sorted(voices, key=lambda voice: (voice.start_s, voice.end_s, voice.speaker))
    longest_s = max(voice.end_s - voice.start_s for voice in ordered)
    low = 0
    for word in words:
        if word.start_s is None or word.end_s is None:
            yield word, ()
            continue
        while low < len(ordered) - 1 and ordered[low + 1].start_s < word.start_s - longest_s:
            low += 1
        high = low
        while high < len(ordered) and ordered[high].start_s < word.end_s:
            high += 1
        yield word, ordered[max(0, low - 1) : high + 1]


def _voice_of(word: Word, voices: Sequence[Activity]) -> str | None:
    """The voice active for most of a word, else the nearest; "" when two share it; None without times."""
    if word.start_s is None or word.end_s is None:
        return None
    covered: dict[str, float] = {}
    for voice in voices:
        shared_s = min(word.end_s, voice.end_s) - max(word.start_s, voice.start_s)
        if shared_s > 0:
            covered[voice.speaker] = covered.get(voice.speaker, 0.0) + shared_s
    if not covered:
        start_s, end_s = word.start_s, word.end_s
        return min(voices, key=lambda voice: max(voice.start_s - end_s, start_s - voice.end_s)).speaker
    length_s = word.end_s - word.start_s
    if sum(part_s >= SHARED_SHARE * length_s for part_s in covered.values()) > 1 and sum(
        covered.values()
    ) > length_s * (1 + SHARED_SHARE / 2):
        return UNDECIDED
    return max(sorted(covered), key=lambda speaker: covered[speaker])


def _sentences(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """First and one past the last word of each sentence."""
    first = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if following is None or word.text.rstrip(_CLOSERS).endswith(tuple(_MARKS)) or _pause(word, following):
            yield first, index + 1
            first = index + 1


def _pause(word: Word, following: Word) -> bool:
    return word.end_s is not None and following.start_s is not None and following.start_s - word.end_s > PAUSE_S


def _repair(
    words: Sequence[Word], heard: Sequence[str | None], decided: list[str | None], first: int, stop: int
) -> None:
    """Gives what hangs over from a neighbouring sentence, and words in overlap, to the voice of the sentence."""
    lengths: dict[str, float] = {}
    for index in range(first, stop):
        speaker = heard[index]
        if speaker:
            lengths[speaker] = lengths.get(speaker, 0.0) + _length_s(words[index])
    if not lengths:
        return
    owner = max(sorted(lengths), key=lambda speaker: lengths[speaker])
    if lengths[owner] < MAJORITY_SHARE * sum(lengths.values()):
        return
    before = heard[first - 1] if first > 0 else None
    after = heard[stop] if stop < len(words) else None
    overhangs = (
        *_overhang(words, heard, range(first, stop), owner, before),
        *_overhang(words, heard, range(stop - 1, first - 1, -1), owner, after),
    )
    for index in overhangs:
        decided[index] = owner
    for index in range(first, stop):
        if heard[index] == UNDECIDED and sum(heard[other] == owner for other in range(first, stop)) > 1:
            decided[index] = owner


def _overhang(
    words: Sequence[Word], heard: Sequence[str | None], indices: range, owner: str, neighbour: str | None
) -> list[int]:
    """Words from one end of a sentence on that are with the voice of the sentence beyond that end, if few."""
    if not neighbour or neighbour == owner:
        return []
    found: list[int] = []
    for index in indices:
        if heard[index] != neighbour:
            break
        found.append(index)
    return found if sum(_length_s(words[index]) for index in found) <= OVERHANG_S else []


def _length_s(word: Word) -> float:
    if word.start_s is None or word.end_s is None:
        return 0.0
    return word.end_s - word.start_s
