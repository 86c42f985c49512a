"""How long they say they have followed, known, listened to or bought from us, in months.

Only stated lengths count ("i ett halvår", "a couple of years", "puolitoista vuotta", "sedan 2019" with a dated
comment), and only where the same sentence speaks of following, knowing, hearing of or being a customer of us, not
of waiting, contracts or somebody else. A moment ("a colleague tipped me two years ago") counts as the time since
then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from callsignals.comments.duration_words import GRAMMARS, Grammar

__all__ = ["RelationshipDuration", "relationship_duration"]

_SENTENCE_END = re.compile(r"[.!?;\n]+(?=\s|$)")
_CLAUSE_END = re.compile(r",|\b(?:and|but|och|men|ja|mutta|sekä)\b")
_RANGE = r"\s*(?:-|to|till|eller|or|tai)\s*"
_JOINER = r"(?:\s+|\s+(?:and|och|o|&|ja)\s+(?:a\s+|ett?\s+)?)"
_AND = r"\s+(?:and|och|o|&|ja)\s+"
_GROUP_NAME = re.compile(r"\?P<\w+>")
_MAXIMUM_MONTHS = 12 * 80
_AFTERTHOUGHT_WORDS = 6


@dataclass(frozen=True, slots=True)
class RelationshipDuration:
    """A stated duration.

    Attributes:
        months: rounded to one decimal; None for "since 2019" in an undated comment.
        start, end: where it stands in the text.
    """

    months: float | None
    start: int
    end: int


def relationship_duration(
    text: str, language: str | None, created_at: date | None = None
) -> RelationshipDuration | None:
    """The longest stated duration of the relationship; None when unsaid.

    Args:
        text: normalised comment.
        language: en, sv or fi reads that grammar; anything else tries all three in that order.
        created_at: when it was written, for "since YEAR".
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter became two: offsets must stay
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    languages = (language,) if language in GRAMMARS else tuple(GRAMMARS)
    found = [
        d
        for code in languages
        if _any_pattern(str(code)).search(lowered)
        for d in _durations(lowered, str(code), created_at)
    ]
    if not found:
        return None
    return max(found, key=lambda d: (d.months if d.months is not None else -1.0, -d.start))


def _durations(text: str, language: str, created_at: date | None) -> list[RelationshipDuration]:
    grammar = GRAMMARS[language]
    found = []
    start, previous = 0, ""
    for end in [m.end() for m in _SENTENCE_END.finditer(text)] + [len(text)]:
        sentence = text[start:end]
        for duration in _stated(sentence, language, created_at):
            if _is_about_us(sentence, duration, grammar) or _goes_on(sentence, previous, grammar):
                found.append(RelationshipDuration(duration.months, start + duration.start, start + duration.end))
        start, previous = end, sentence
    return found


def _goes_on(sentence: str, previous: str, grammar: Grammar) -> bool:
    """Whether a few words ("A couple of years now.") finish a sentence about following us."""
    about_us = re.search(grammar.follows, previous) and not re.search(grammar.blocks, previous + sentence)
    return bool(about_us) and len(sentence.split()) <= _AFTERTHOUGHT_WORDS


def _stated(sentence: str, language: str, created_at: date | None) -> list[RelationshipDuration]:
    """Every length of time in a sentence; where two overlap the first found (fixed, since, quantity) stays."""
    grammar = GRAMMARS[language]
    candidates = [
        *_fixed(sentence, language),
        *_since(sentence, language, created_at),
        *_quantities(sentence, language),
    ]
    kept: list[RelationshipDuration] = []
    for candidate in candidates:
        overlaps = any(candidate.start < k.end and k.start < candidate.end for k in kept)
        plausible = candidate.months is None or 0 < candidate.months <= _MAXIMUM_MONTHS
        if plausible and not overlaps and not _is_rate_or_age(sentence, candidate, grammar):
            kept.append(candidate)
    return kept


@lru_cache(maxsize=8)
def _any_pattern(language: str) -> re.Pattern[str]:
    """What every stated length holds: a unit, a fixed phrase or a year; most texts have none of them."""
    grammar = GRAMMARS[language]
    units = "|".join(unit.pattern for unit in grammar.units)
    whole = "|".join((*(pattern for pattern, _ in grammar.fixed), *grammar.since))
    return re.compile(rf"(?<![a-zåäö])(?:{units})(?!\w)|(?<!\w)(?:{_GROUP_NAME.sub('', whole)})(?!\w)")


@lru_cache(maxsize=8)
def _fixed_patterns(language: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(rf"(?<!\w)(?:{p})(?!\w)"), months) for p, months in GRAMMARS[language].fixed)


def _fixed(sentence: str, language: str) -> list[RelationshipDuration]:
    grammar = GRAMMARS[language]
    found = []
    for pattern, months in _fixed_patterns(language):
        for match in pattern.finditer(sentence):
            before = sentence[: match.start()]
            if re.search(rf"(?<!\w){grammar.number_pattern()}{_JOINER}$", before):
                continue  # "two and a HALF YEAR", "parin VUODEN ajan": the quantity takes it
            found.append(RelationshipDuration(round(months, 1), match.start(), match.end()))
    return found


@lru_cache(maxsize=8)
def _quantity_patterns(language: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    grammar = GRAMMARS[language]
    number = grammar.number_pattern()
    return tuple(
        (
            re.compile(
                rf"(?<![\w.,])(?P<number>{number})(?:{_RANGE}(?P<upper>{number}))?(?P<half>{grammar.and_a_half})?[\s-]*"
                rf"(?<![a-zåäö])(?P<unit>{unit.pattern})(?!\w)(?P<later>{grammar.half_after})?(?P<next>{grammar.or_next})?"
            ),
            unit.months,
        )
        for unit in grammar.units
    )


def _quantities(sentence: str, language: str) -> list[RelationshipDuration]:
    grammar = GRAMMARS[language]
    found = []
    for pattern, unit_months in _quantity_patterns(language):
        for match in pattern.finditer(sentence):
            amount = _number(match["number"], grammar)
            if match["upper"]:
                amount = (amount + _number(match["upper"], grammar)) / 2
            if match["half"] or match["later"] or match["next"]:
                amount += 0.5
            found.append(RelationshipDuration(round(amount * unit_months, 1), match.start(), match.end()))
    return _summed(sorted(found, key=lambda d: (d.start, -d.end)), sentence)


def _summed(found: list[RelationshipDuration], sentence: str) -> list[RelationshipDuration]:
    """Joins a unit to the shorter one after it: "a year and three months" is one length."""
    kept: list[RelationshipDuration] = []
    for duration in found:
        last = kept[-1] if kept else None
        joined = last is not None and re.fullmatch(_AND, sentence[last.end : duration.start])
        if last and joined and (duration.months or 0.0) < (last.months or 0.0):
            months = round((last.months or 0.0) + (duration.months or 0.0), 1)
            kept[-1] = RelationshipDuration(months, last.start, duration.end)
        else:
            kept.append(duration)
    return kept


def _number(written: str, grammar: Grammar) -> float:
    words = re.sub(r"\s+", " ", written)
    return grammar.numbers[words] if words in grammar.numbers else float(words.replace(",", "."))


@lru_cache(maxsize=8)
def _since_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<!\w){p}(?!\w)") for p in GRAMMARS[language].since)


def _since(sentence: str, language: str, created_at: date | None) -> list[RelationshipDuration]:
    found = []
    for pattern in _since_patterns(language):
        for match in pattern.finditer(sentence):
            month = _month(match["month"], GRAMMARS[language])
            months = _months_since(int(match["year"]), month, created_at) if created_at else None
            found.append(RelationshipDuration(months, match.start(), match.end()))
    return found


def _month(name: str | None, grammar: Grammar) -> int | None:
    if name is None:
        return None
    for index, prefix in enumerate(grammar.month_names):
        if name.startswith(prefix):
            return index + 1
    return None


def _months_since(year: int, month: int | None, now: date) -> float:
    """Whole years for a bare year, since nobody says which month; whole months when they do."""
    years = now.year - year
    return float(years * 12) if month is None else float(years * 12 + now.month - month)


def _is_rate_or_age(sentence: str, duration: RelationshipDuration, grammar: Grammar) -> bool:
    before, after = sentence[: duration.start], sentence[duration.end :]
    return bool(re.search(grammar.not_before, before) or re.match(grammar.not_after, after))


def _is_about_us(sentence: str, duration: RelationshipDuration, grammar: Grammar) -> bool:
    clause = _clause_around(sentence, duration)
    if re.match(grammar.ago, sentence[duration.end :]):  # the answer to "how did you hear of us" is a moment with us
        return not re.search(grammar.blocks, clause)
    if re.search(grammar.blocks, sentence) or not re.search(grammar.follows, sentence):
        return False
    somebody_else = re.search(grammar.third_party, clause) and not re.search(grammar.first_person, clause)
    return not somebody_else


def _clause_around(sentence: str, duration: RelationshipDuration) -> str:
    cuts = [0, *(m.start() for m in _CLAUSE_END.finditer(sentence)), len(sentence)]
    start = max(c for c in cuts if c <= duration.start)
    end = min(c for c in cuts if c >= duration.end)
    return sentence[start:end]
