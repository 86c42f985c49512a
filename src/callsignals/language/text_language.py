"""Which language a short written text or a transcript is in.

py3langid judges among the languages of Europe and of the world's large groups first, so that a German comment is
German and not the nearest of ours. It is unsure of short texts in neighbouring languages; there words and letters that
only one of the neighbours has decide (Swedish, Norwegian, Danish; Finnish, Estonian). What is still in doubt is
resolved among English, Swedish and Finnish, and a text that says too little (a brand, a number) has no language of its
own.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from callsignals.language.compounds import is_known_word
from callsignals.language.dictionary import lemma_forms
from callsignals.language.word_lists import words_by_language
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["TextLanguage", "detect_text_language"]

MAX_CHARACTERS = 20_000
"""More text than this does not change the answer."""
CERTAIN_PROBABILITY = 0.55
"""From here on a language outside ours is believed."""
FOREIGN_FACTOR = 1.25
"""Also believed when this much more probable than the best of ours."""
SHORT_FOREIGN_FACTOR = 2.0
KNOWN_SHARE = 0.6
"""... in a text of two or three words this much more, and with fewer words than this that the best of ours knows."""
SHORT_WORDS = 3
"""Up to so many words, py3langid alone is not believed."""
MIN_PROBABILITY = 0.6
"""Below this share among ours the text does not tell."""
NEGLIGIBLE_PROBABILITY = 1e-3
"""Under this a language of whose words none were found is not considered."""
CUE_WEIGHT = 1.2
"""What one telling word adds to a language's log probability."""
MAX_CUES = 6
KNOWN_WORDS_WEIGHT = 2.0
"""What a text of which every word is in a language's dictionary adds to its log probability."""
MAX_DICTIONARY_WORDS = 40
PLAIN = ((0.8, 0.3, 0), (0.6, 0.2, 1))
"""A text is plainly in one of our languages when its dictionary knows at least this share of the words, this much more
than our other two, and this many more of its telling words are there than of any other language; py3langid, which takes
most of the time, is not asked. It said otherwise in 6 of 13,800 comments, and was right in 3 of them."""


CUE_WORDS = words_by_language("cue_words")
"""Frequent words; those that several neighbours share tell nothing between them and do no harm."""
CUE_LETTERS: dict[str, str] = {"no": "æø", "da": "æø", "et": "õ", "de": "ß", "sv": "ä", "fr": "çêèàœ"}
"""Letters that the neighbours lack: one counts as one telling word."""
_LANGUAGES_OF_CUE: dict[str, list[str]] = {}
for _language, _cues in CUE_WORDS.items():
    for _cue in _cues:
        _LANGUAGES_OF_CUE.setdefault(_cue, []).append(_language)
_DIGIT_BASE = 1_000
_DIGIT = {language: _DIGIT_BASE**place for place, language in enumerate(LANGUAGES)}
"""Adding up one number counts the words of three languages at once."""
CONSIDERED = (
    "am", "ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "ga", "gl", "he", "hi", "hr", "hu", "hy", "is", "it", "ja", "ka", "ko", "ku", "lt", "lv", "mk", "mt", "nl",
    "nn", "no", "pl", "ps", "pt", "ro", "ru", "se", "sk", "sl", "so", "sq", "sr", "sv", "ta", "th", "tr", "uk",
    "ur", "vi", "zh",
)  # fmt: skip
"""What py3langid may answer. With all of its 142, short texts of ours came out as Haitian or Javanese."""
_NORWEGIAN = frozenset(("nb", "nn", "no"))
_WORD = re.compile(r"[^\W\d_]+")
_NEVER_OURS = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
_NEVER_OURS_MARKS = ("@", "#", "://")
"""Most texts have none of these, and searching costs more than looking."""


class TextLanguage(NamedTuple):
    """What a text is written in; unpacks as ``language, confidence``.

    Attributes:
        language: ISO 639-1 code, any language, or None when the text does not tell.
        confidence: 0..1; of the language, or 0 when there is none.
    """

    language: str | None
    confidence: float


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CONSIDERED)
    return identifier


def detect_text_language(text: str, hint: str | None = None) -> TextLanguage:
    """The language of a comment or a transcript.

    Args:
        text: any length; only its first 20,000 characters count.
        hint: ISO 639-1 code from a column or from the lead's other texts, taken when the text itself does
            not tell.

    Returns:
        A language outside en/sv/fi only when that is clear.
    """
    cleaned = text[:MAX_CHARACTERS]
    if any(mark in cleaned for mark in _NEVER_OURS_MARKS):
        cleaned = _NEVER_OURS.sub(" ", cleaned)
    words = [word.casefold() for word in _WORD.findall(cleaned)]
    if not words:
        return _undecided(hint)
    seen = _seen(words)
    plain = _plainly(words, seen)
    if plain is not None:
        return TextLanguage(plain, 1.0)
    probabilities = _probabilities(cleaned, seen)
    best = max(probabilities, key=lambda language: (probabilities[language], language))
    ours = {language: probabilities.get(language, 0.0) for language in LANGUAGES}
    best_of_ours = max(ours, key=lambda language: (ours[language], language))
    if best not in ours and _is_foreign(probabilities[best], ours[best_of_ours], len(words), seen.known[best_of_ours]):
        return TextLanguage(best, probabilities[best])
    share = ours[best_of_ours] / (sum(ours.values()) or 1.0)
    if share < MIN_PROBABILITY or not _says_enough(words, best_of_ours, ours[best_of_ours]):
        return _undecided(hint)
    return TextLanguage(best_of_ours, share)


def _undecided(hint: str | None) -> TextLanguage:
    return TextLanguage(hint, 0.5) if hint else TextLanguage(None, 0.0)


class _Seen(NamedTuple):
    """What the words of a text tell: telling words and letters by language, and our dictionaries' shares of words."""

    cues: dict[str, int]
    known: dict[str, float]


class _Word(NamedTuple):
    """Languages that a word speaks for (once a cue); and which of ours know it, as digits of one number."""

    cues: tuple[str, ...]
    known: int


@lru_cache(maxsize=100_000)
def _word(word: str) -> _Word:
    cues = (*_LANGUAGES_OF_CUE.get(word, ()), *_languages_by_letters(word))
    return _Word(cues, sum(digit for language, digit in _DIGIT.items() if lemma_forms(word, language)))


def _seen(words: list[str]) -> _Seen:
    looked_up = [_word(word) for word in words]
    cues: dict[str, int] = {}
    for word in looked_up:
        for language in word.cues:
            cues[language] = cues.get(language, 0) + 1
    first = looked_up[:MAX_DICTIONARY_WORDS]
    counts = sum([word.known for word in first])
    return _Seen(cues, {language: counts // digit % _DIGIT_BASE / len(first) for language, digit in _DIGIT.items()})


def _plainly(words: list[str], seen: _Seen) -> str | None:
    """The language of a text that needs no further look."""
    if len(words) == 1:
        return None
    best = max(LANGUAGES, key=seen.known.__getitem__)
    others = max(share for language, share in seen.known.items() if language != best)
    lead = seen.cues.get(best, 0) - max((n for language, n in seen.cues.items() if language != best), default=0)
    if len(words) <= SHORT_WORDS:
        is_plain = seen.known[best] == 1 and ((others == 0 and lead >= 0) or (others < 1 and lead > 0))
    else:
        is_plain = any(
            seen.known[best] >= share and seen.known[best] - others >= more and lead >= cues
            for share, more, cues in PLAIN
        )
    return best if is_plain else None


def _probabilities(text: str, seen: _Seen) -> dict[str, float]:
    """py3langid's probabilities, weighed with telling words and letters and with the dictionaries of ours."""
    evidence = _evidence(seen)
    scores: dict[str, float] = dict.fromkeys(LANGUAGES, 0.0)
    ranked = _identifier().rank(text)  # falling
    considered = next((place for place, (_, p) in enumerate(ranked) if p < NEGLIGIBLE_PROBABILITY), len(ranked))
    rest = [pair for pair in ranked[considered:] if pair[0] in evidence or pair[0] in _NORWEGIAN]
    for code, probability in (*ranked[:considered], *rest):
        language = "no" if code in _NORWEGIAN else code
        if probability >= NEGLIGIBLE_PROBABILITY or language in evidence:
            scores[language] = scores.get(language, 0.0) + probability
    weighed = {
        language: math.log(max(probability, 1e-9)) + evidence.get(language, 0.0)
        for language, probability in scores.items()
    }
    highest = max(weighed.values())
    total = sum(math.exp(score - highest) for score in weighed.values())
    return {language: math.exp(score - highest) / total for language, score in weighed.items()}


def _evidence(seen: _Seen) -> dict[str, float]:
    """What telling words, telling letters and dictionaries add, for the languages that have any of them here."""
    evidence = {
        language: CUE_WEIGHT * MAX_CUES * (1.0 - math.exp(-count / MAX_CUES)) for language, count in seen.cues.items()
    }
    for language in LANGUAGES:
        evidence[language] = evidence.get(language, 0.0) + KNOWN_WORDS_WEIGHT * seen.known[language]
    return evidence


def _languages_by_letters(word: str) -> tuple[str, ...]:
    if word.isascii():
        return ()
    return tuple(language for language, letters in CUE_LETTERS.items() if any(letter in word for letter in letters))


def _is_foreign(foreign: float, ours: float, word_count: int, known_share: float) -> bool:
    """Whether to believe a language outside ours; ``known_share`` is that of the best of ours."""
    if word_count > SHORT_WORDS:
        return foreign >= CERTAIN_PROBABILITY or foreign >= FOREIGN_FACTOR * ours
    if word_count == 1:
        return False
    is_unknown = foreign >= SHORT_FOREIGN_FACTOR * ours and known_share < KNOWN_SHARE
    return foreign >= CERTAIN_PROBABILITY or is_unknown


def _says_enough(words: list[str], language: str, probability: float) -> bool:
    """Whether a short text has words that its language knows; names and brands alone have no language."""
    if len(words) > SHORT_WORDS:
        return True
    known = {ours: sum(is_known_word(word, ours) for word in words) for ours in LANGUAGES}
    alone = all(known[language] > count for ours, count in known.items() if ours != language)
    return known[language] * 2 >= len(words) and known[language] > 0 and (alone or probability >= CERTAIN_PROBABILITY)
