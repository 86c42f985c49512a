"""Recognised text that nobody can have said.

Whisper invents text over silence, music and noise, and falls into loops, with high confidence (faster-whisper
issue #506), so its confidence decides nothing here. Four things do, each visible in the text and the voice
activity alone:

``silence``
    words away from all voice activity, or a stock farewell with next to none around it.
``stock_phrase``
    a subtitle credit or sign-off from Whisper's training data (Amara, "Tekstitys", "Thanks for watching",
    "♪"), alone between pauses or sentence ends.
``repetition``
    the same words over and over, more often and longer than people do. The first of them is kept where there
    is voice. "Thank you, thank you" and "yes yes yes yes" stay.
``speaking_rate``
    sentences with more characters a second than anybody speaks.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence

from callsignals.hearing.recording import Interval
from callsignals.vocabulary.spoken import Dropped, Word

__all__ = ["LONGEST_RATE_CHARS_PER_S", "compression_ratio", "drop_hallucinations", "find_loops"]

SILENCE_TOLERANCE_S = 0.5
"""Voice activity misses quiet beginnings and ends; words this near to it are believed."""
FAREWELL_VOICE_S = 0.1
"""A stock farewell ("Thank you.") stays only if there is this much voice in it or near it."""
LONGEST_LOOP_WORDS = 12
LONGEST_RATE_CHARS_PER_S = 40.0
"""Fast speech has 20 to 25 letters a second in all three languages."""
RATE_RUN_WORDS = 6
SENTENCE_PAUSE_S = 1.0

_NEVER_SAID = (
    # Credits and sign-offs of subtitles and videos, as Whisper writes them (openai/whisper discussion 928).
    r".*\b(?:amara\.? ?org|btistudios\.com|svensktextning\.nu|undertexter\.se|castingwords)\b.*",
    r"(?:subtitles?|subtitling|subs|captions?|captioning) (?:provided |created )?by\b.*",
    r"(?:thanks|thank you)(?: so much| very much)? for watching(?: (?:this|the|my) video)?",
    r"(?:please )?(?:like and |like, )?(?:don't forget to )?subscribe(?: to (?:my|our|the) channel)?",
    r"(?:i'll )?see you in the next (?:video|episode)",
    r"undertexter (?:av|från)\b.*",
    r"(?:textning|översättning|svenska undertexter)(?::.*|)",
    r"tack (?:till er som|för att (?:ni|du)) (?:har )?(?:tittade?|tittat|kollade?|kollat)(?: på .*)?",
    r"(?:suomennos|tekstitys|käännös)(?: ja \w+)?(?::.*|)",
    r"kiitos,? (?:kun|että) (?:katsoit|katsoitte|katselit|katselitte)(?: \w+)?",
)
_NEVER_SAID_RE = re.compile("|".join(f"(?:{pattern})" for pattern in _NEVER_SAID))
_ONE_WORD_LABELS = frozenset(
    ["music", "applause", "laughter", "silence", "musik", "applåder", "musiikkia", "taputuksia"]
)
_FAREWELLS = frozenset(
    {
        "thank you",
        "thanks",
        "thank you very much",
        "bye",
        "bye bye",
        "you",
        "tack",
        "tack så mycket",
        "hej då",
        "kiitos",
        "kiitos paljon",
        "hei hei",
        "moi moi",
    }
)
_MUSIC = re.compile(r"[♩♪♫♬\s]+")
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*$")
_EDGES = re.compile(r"^\W+|\W+$")


def compression_ratio(text: str) -> float:
    """How far zlib shrinks ``text``; above 2.4 it repeats itself (Whisper's own test). 0.0 for no text."""
    encoded = text.strip().encode("utf-8")
    return len(encoded) / len(zlib.compress(encoded)) if encoded else 0.0


def find_loops(texts: Sequence[str]) -> list[tuple[int, int, int]]:
    """Stretches in which the same words come over and over, more often than people repeat themselves.

    Args:
        texts: one per word; case and punctuation do not matter.

    Returns:
        (first word, length of what is repeated, first word after the stretch), in order, not overlapping. A
        cut-off last round belongs to the stretch.
    """
    plain = [_plain(text) for text in texts]
    loops = []
    at = 0
    while at < len(plain):
        found = _loop_at(plain, at)
        if found is None:
            at += 1
        else:
            loops.append((at, *found))
            at = found[1]
    return loops


def drop_hallucinations(
    words: Sequence[Word], intervals: Sequence[Interval], *, speaker: str = ""
) -> tuple[tuple[Word, ...], tuple[Dropped, ...]]:
    """Part what was said from what was invented.

    Args:
        words: of one channel, with times, in order.
        intervals: voice activity of that channel, seconds.
        speaker: goes into what is dropped.

    Returns:
        The words to keep, and the stretches thrown away, both in order. Every word is in one of them.
    """
    why: list[str | None] = [None] * len(words)
    voiced = sorted(intervals)
    for start, after, reason in _findings(words, voiced):
        for index in range(start, after):
            why[index] = why[index] or reason
    kept = tuple(word for word, reason in zip(words, why, strict=True) if reason is None)
    return kept, tuple(_dropped(words, why, speaker))


def _findings(words: Sequence[Word], voiced: Sequence[Interval]) -> Iterator[tuple[int, int, str]]:
    for index, word in enumerate(words):
        if _voice_near_s([word], voiced) <= 0.0:
            yield index, index + 1, "silence"
    for start, after in _sentences(words):
        reason = _stock(words[start:after], voiced)
        if reason is not None:
            yield start, after, reason
    for start, period, after in find_loops([word.text for word in words]):
        yield start + period, after, "repetition"
    for start, after in _too_fast(words):
        # What is left of a sentence that was mostly invented was invented too.
        touched = [(first, last) for first, last in _sentences(words) if first < after and last > start]
        yield touched[0][0], touched[-1][1], "speaking_rate"


def _dropped(words: Sequence[Word], why: Sequence[str | None], speaker: str) -> Iterator[Dropped]:
    start = 0
    while start < len(words):
        reason = why[start]
        after = start + 1
        while after < len(words) and why[after] == reason:
            after += 1
        if reason is not None:
            gone = words[start:after]
            first, last = _span(gone)
            yield Dropped(" ".join(word.text for word in gone), first, last, speaker, reason)
        start = after


def _span(words: Sequence[Word]) -> Interval:
    starts = [word.start_s for word in words if word.start_s is not None]
    ends = [word.end_s for word in words if word.end_s is not None]
    return (min(starts), max(ends)) if starts and ends else (0.0, 0.0)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return _EDGES.sub("", folded) or folded.strip()


def _voice_near_s(words: Sequence[Word], voiced: Sequence[Interval]) -> float:
    """Seconds of voice during the words and half a second around them; infinite for words without times."""
    first, last = words[0].start_s, words[-1].end_s
    if first is None or last is None:
        return math.inf
    low, high = first - SILENCE_TOLERANCE_S, last + SILENCE_TOLERANCE_S
    return sum(max(0.0, min(high, end_s) - max(low, start_s)) for start_s, end_s in voiced)


def _sentences(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Stretches between sentence ends and pauses."""
    start = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if following is None or _SENTENCE_END.search(word.text) or _pause(word, following) >= SENTENCE_PAUSE_S:
            yield start, index + 1
            start = index + 1


def _pause(word: Word, following: Word) -> float:
    if word.end_s is None or following.start_s is None:
        return 0.0
    return following.start_s - word.end_s


def _stock(sentence: Sequence[Word], voiced: Sequence[Interval]) -> str | None:
    written = " ".join(word.text for word in sentence)
    if _MUSIC.fullmatch(written):
        return "stock_phrase"
    plain = _plain(written)
    if plain in _ONE_WORD_LABELS:
        return "stock_phrase" if written[:1] in "[(*♪" else None
    if _NEVER_SAID_RE.fullmatch(plain):
        return "stock_phrase"
    farewell = " ".join(_plain(word.text) for word in sentence) in _FAREWELLS
    if farewell and _voice_near_s(sentence, voiced) < FAREWELL_VOICE_S:
        return "silence"
    return None


def _least_rounds(period: int) -> int:
    """How often people never say the same ``period`` words in a row."""
    if period == 1:
        return 9
    if period == 2:
        return 7
    return 5 if period <= 4 else 4


def _loop_at(plain: Sequence[str], at: int) -> tuple[int, int] | None:
    """(period, end) of the loop that begins at ``at``; the shortest period wins."""
    for period in range(1, min(LONGEST_LOOP_WORDS, (len(plain) - at) // 2) + 1):
        after = at + period
        while after < len(plain) and plain[after] == plain[after - period]:
            after += 1
        if (after - at) // period >= _least_rounds(period):
            return period, after
    return None


def _too_fast(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Runs of at least six words that are each, and together, spoken faster than anybody speaks."""
    start = 0
    while start + RATE_RUN_WORDS <= len(words):
        after = start + RATE_RUN_WORDS
        if not _impossible(words[start:after]):
            start += 1
            continue
        while after < len(words) and _impossible(words[after - RATE_RUN_WORDS + 1 : after + 1]):
            after += 1
        yield start, after
        start = after


def _impossible(words: Sequence[Word]) -> bool:
    start_s, end_s = _span(words)
    return sum(len(_plain(word.text)) for word in words) > LONGEST_RATE_CHARS_PER_S * (end_s - start_s)
