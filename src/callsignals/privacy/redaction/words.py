"""Redaction of a transcript's words: their texts, with times and voices kept, and the stretches of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from callsignals.privacy.redaction.find import find, redact_text
from callsignals.privacy.redaction.finding import Finding, Kind, merged, redacted
from callsignals.privacy.redaction.number_words import number_words
from callsignals.vocabulary.choices import RedactionLevel
from callsignals.vocabulary.spoken import LANGUAGES, Party, Transcript, Word

__all__ = ["Span", "redact_transcript", "redact_words", "spans_of"]

_LONG_PAUSE_S = 10.0
"""A voice that pauses longer goes on with something else: no number is read across it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a recording in which something was said that is redacted. ``start_s <= end_s``, seconds."""

    start_s: float
    end_s: float
    kind: Kind
    party: Party = "unknown"
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class _Voice:
    """The words of one voice (or of all together) as one text.

    Attributes:
        indices: of its words in the transcript.
        starts: where each begins in the text.
        text: the words with blanks between, line breaks at long pauses.
    """

    indices: tuple[int, ...]
    starts: tuple[int, ...]
    text: str


def redact_words(
    words: Sequence[Word], language: str | None, known_names: tuple[str, ...] = (), *, level: RedactionLevel = "all"
) -> tuple[Word, ...]:
    """The words with placeholders.

    Words that a finding spans become one, from the start of the first to the end of the last; signs before and after
    it stay. Each voice is read by itself, so that a number is found though the other says "mm" in between, and then all
    voices together, for numbers (not names) that were not told apart well.

    Args:
        words: in their order.
        language: ``en``, ``sv``, ``fi``; all three are tried for any other and for None.
        known_names: of the tables, from :func:`callsignals.privacy.redaction.person_names`.
        level: what to hide.
    """
    result: dict[int, Word] = dict(enumerate(words))
    for voice, findings in _found(words, language, known_names, level):
        for first, last, parts in _clusters(voice, findings, words):
            members = [words[index] for index in voice.indices[first : last + 1]]
            begin, end = voice.starts[first], voice.starts[last] + len(members[-1].text)
            inside = [replace(f, start_char=f.start_char - begin, end_char=f.end_char - begin) for f in parts]
            for index in voice.indices[first : last + 1]:
                result.pop(index)
            result[voice.indices[first]] = _merged_word(members, redacted(voice.text[begin:end], inside))
    return tuple(result[index] for index in sorted(result))


def spans_of(
    words: Sequence[Word], language: str | None, known_names: tuple[str, ...] = (), *, level: RedactionLevel = "all"
) -> tuple[Span, ...]:
    """Where in the recording something is said that is redacted, by time; words without times give none."""
    spans = []
    for voice, findings in _found(words, language, known_names, level):
        for found in findings:
            members = [
                words[index]
                for index, start in zip(voice.indices, voice.starts, strict=True)
                if start < found.end_char and start + len(words[index].text) > found.start_char
            ]
            starts = [word.start_s for word in members if word.start_s is not None]
            ends = [word.end_s for word in members if word.end_s is not None]
            if starts and ends:
                spans.append(Span(min(starts), max(ends), found.kind, members[0].party, members[0].speaker))
    return tuple(sorted(spans))


def redact_transcript(
    transcript: Transcript, known_names: tuple[str, ...] = (), *, level: RedactionLevel = "all"
) -> Transcript:
    """The transcript with redacted words, dropped texts and written names of speakers; times stay as they were."""
    if level == "off":
        return transcript
    language = transcript.language
    words = redact_words(transcript.words, language, known_names, level=level)
    labels = _speaker_labels(transcript, known_names, level)
    return replace(
        transcript,
        words=tuple(replace(word, speaker=labels.get(word.speaker, word.speaker)) for word in words),
        timeline=tuple(replace(one, speaker=labels.get(one.speaker, one.speaker)) for one in transcript.timeline),
        dropped=tuple(
            replace(
                one,
                text=redact_text(one.text, language, known_names, level=level),
                speaker=labels.get(one.speaker, one.speaker),
            )
            for one in transcript.dropped
        ),
    )


def _speaker_labels(transcript: Transcript, known_names: tuple[str, ...], level: RedactionLevel) -> dict[str, str]:
    """A number in place of each speaker's written name."""
    if level != "all":
        return {}
    said = [word.speaker for word in transcript.words]
    said += [one.speaker for one in transcript.timeline]
    said += [one.speaker for one in transcript.dropped]
    named = [
        label
        for label in dict.fromkeys(said)
        if any(found.kind in ("name", "email", "phone") for found in find(label, transcript.language, known_names))
    ]
    return {label: f"[NAME {number}]" for number, label in enumerate(named, start=1)}


def _found(
    words: Sequence[Word], language: str | None, known_names: tuple[str, ...], level: RedactionLevel
) -> list[tuple[_Voice, tuple[Finding, ...]]]:
    if level == "off":
        return []
    groups: dict[tuple[Party, str], list[int]] = {}
    for index, word in enumerate(words):
        groups.setdefault((word.party, word.speaker), []).append(index)
    voices = [_voice(words, indices) for indices in groups.values()]
    findings = [list(find(voice.text, language, known_names, level=level)) for voice in voices]
    if len(voices) > 1:
        together = _voice(words, range(len(words)))
        across = find(together.text, language, level="contacts")
        _share_out(across, together, voices, findings, words, language)
    return [(voice, merged(own)) for voice, own in zip(voices, findings, strict=True)]


def _voice(words: Sequence[Word], indices: Sequence[int]) -> _Voice:
    starts, parts, place = [], [], 0
    before: Word | None = None
    for index in indices:
        word = words[index]
        if before is not None:
            parts.append("\n" if _is_parted(before, word) else " ")
            place += 1
        starts.append(place)
        parts.append(word.text)
        place += len(word.text)
        before = word
    return _Voice(tuple(indices), tuple(starts), "".join(parts))


def _is_parted(before: Word, after: Word) -> bool:
    if before.end_s is None or after.start_s is None:
        return False
    return after.start_s - before.end_s > _LONG_PAUSE_S


def _share_out(
    across: Sequence[Finding],
    together: _Voice,
    voices: Sequence[_Voice],
    findings: Sequence[list[Finding]],
    words: Sequence[Word],
    language: str | None,
) -> None:
    """Add what was found in all voices together to each voice's findings, in the offsets of its own text."""
    place_of = {index: (number, at) for number, voice in enumerate(voices) for at, index in enumerate(voice.indices)}
    ends = [start + len(words[index].text) for index, start in zip(together.indices, together.starts, strict=True)]
    first = 0
    for found in across:
        while first < len(ends) and ends[first] <= found.start_char:
            first += 1
        index = first
        while index < len(ends) and together.starts[index] < found.end_char:
            start = max(found.start_char - together.starts[index], 0)
            end = min(found.end_char, ends[index]) - together.starts[index]
            number, at = place_of[index]
            one_voice = voices[number].starts[at]
            if found.kind == "address" or _has_digits(words[index].text, language):
                findings[number].append(Finding(one_voice + start, one_voice + end, found.kind))
            index += 1


def _has_digits(word: str, language: str | None) -> bool:
    if any(character.isdigit() for character in word):
        return True
    bare = word.casefold().strip(".,;:!?-–")
    spoken = (language,) if language in LANGUAGES else LANGUAGES
    return any(number_words(one).digits(bare) is not None for one in spoken)


def _clusters(
    voice: _Voice, findings: Sequence[Finding], words: Sequence[Word]
) -> list[tuple[int, int, list[Finding]]]:
    """First and last word of each group that findings hold together, with those findings."""
    clusters: list[tuple[int, int, list[Finding]]] = []
    at = 0
    ends = [start + len(words[index].text) for index, start in zip(voice.indices, voice.starts, strict=True)]
    for found in findings:
        while at < len(ends) and ends[at] <= found.start_char:
            at += 1
        last = at
        while last + 1 < len(ends) and voice.starts[last + 1] < found.end_char:
            last += 1
        if clusters and clusters[-1][1] >= at:
            first, _, parts = clusters.pop()
            clusters.append((first, last, [*parts, found]))
        else:
            clusters.append((at, last, [found]))
    return clusters


def _merged_word(members: Sequence[Word], text: str) -> Word:
    starts = [word.start_s for word in members if word.start_s is not None]
    ends = [word.end_s for word in members if word.end_s is not None]
    heard = [word.probability for word in members if word.probability is not None]
    return replace(
        members[0],
        text=text,
        start_s=min(starts) if starts else None,
        end_s=max(ends) if ends else None,
        probability=min(heard) if heard else None,
    )
