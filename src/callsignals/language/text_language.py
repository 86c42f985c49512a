"""Which language a short written text or a transcript is in.

py3langid judges among all its languages first, so that a German comment is German and not the nearest of
ours. It is unsure of short texts in neighbouring languages; there words and letters that only one of the
neighbours has decide (Swedish, Norwegian, Danish; Finnish, Estonian). What is still in doubt is resolved
among English, Swedish and Finnish, and a text that says too little (a brand, a number) has no language of
its own.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from callsignals.language.compounds import compound_lemma
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
NEGLIGIBLE_PROBABILITY = 1e-5
"""Under this a language without cue words is not considered."""
CUE_WEIGHT = 1.2
"""What one telling word adds to a language's log probability."""
MAX_CUES = 6
KNOWN_WORDS_WEIGHT = 2.0
"""What a text of which every word is in a language's dictionary adds to its log probability."""
MAX_DICTIONARY_WORDS = 40
MIN_COMPOUND_CHARACTERS = 8

CUE_WORDS = words_by_language("cue_words")
"""Frequent words; those that several neighbours share tell nothing between them and do no harm."""
CUE_LETTERS: dict[str, str] = {"no": "æø", "da": "æø", "et": "õ", "de": "ß", "sv": "ä", "fr": "çêèàœ"}
"""Letters that the neighbours lack: one counts as one telling word."""
_LANGUAGES_OF_CUE: dict[str, list[str]] = {}
for _language, _cues in CUE_WORDS.items():
    for _cue in _cues:
        _LANGUAGES_OF_CUE.setdefault(_cue, []).append(_language)
_NORWEGIAN = frozenset(("nb", "nn", "no"))
_WORD = re.compile(r"[^\W\d_]+")
_NEVER_OURS = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")


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
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_text_language(text: str, hint: str | None = None) -> TextLanguage:
    """The language of a comment or a transcript.

    Args:
        text: any length; only its first 20,000 characters count.
        hint: ISO 639-1 code from a column or from the lead's other texts, taken when the text itself does
            not tell.

    Returns:
        A language outside en/sv/fi only when that is clear.
    """
    cleaned = _NEVER_OURS.sub(" ", text[:MAX_CHARACTERS])
    words = [word.casefold() for word in _WORD.findall(cleaned)]
    if not words:
        return _undecided(hint)
    probabilities = _probabilities(cleaned, words)
    best = max(probabilities, key=lambda language: (probabilities[language], language))
    ours = {language: probabilities.get(language, 0.0) for language in LANGUAGES}
    best_of_ours = max(ours, key=lambda language: (ours[language], language))
    if best not in ours and _is_foreign(probabilities[best], ours[best_of_ours], words, best_of_ours):
        return TextLanguage(best, probabilities[best])
    share = ours[best_of_ours] / (sum(ours.values()) or 1.0)
    if share < MIN_PROBABILITY or not _says_enough(words, best_of_ours, ours[best_of_ours]):
        return _undecided(hint)
    return TextLanguage(best_of_ours, share)


def _undecided(hint: str | None) -> TextLanguage:
    return TextLanguage(hint, 0.5) if hint else TextLanguage(None, 0.0)


def _probabilities(text: str, words: list[str]) -> dict[str, float]:
    """py3langid's probabilities, weighed with telling words and letters and with the dictionaries of ours."""
    scores: dict[str, float] = dict.fromkeys(LANGUAGES, 0.0)
    for code, probability in _identifier().rank(text):  # falling
        if probability < NEGLIGIBLE_PROBABILITY and code not in LANGUAGES and code not in CUE_WORDS:
            continue
        language = "no" if code in _NORWEGIAN else code
        scores[language] = scores.get(language, 0.0) + probability
    evidence = _evidence(words)
    weighed = {
        language: math.log(max(probability, 1e-9)) + evidence.get(language, 0.0)
        for language, probability in scores.items()
    }
    highest = max(weighed.values())
    total = sum(math.exp(score - highest) for score in weighed.values())
    return {language: math.exp(score - highest) / total for language, score in weighed.items()}


def _evidence(words: list[str]) -> dict[str, float]:
    """What telling words, telling letters and dictionaries add, for the languages that have any of them here."""
    cues: dict[str, int] = {}
    for word in words:
        for language in _LANGUAGES_OF_CUE.get(word, ()):
            cues[language] = cues.get(language, 0) + 1
        for language in _languages_by_letters(word):
            cues[language] = cues.get(language, 0) + 1
    evidence = {
        language: CUE_WEIGHT * MAX_CUES * (1.0 - math.exp(-count / MAX_CUES)) for language, count in cues.items()
    }
    for language in LANGUAGES:
        evidence[language] = evidence.get(language, 0.0) + KNOWN_WORDS_WEIGHT * _known_share(words, language)
    return evidence


@lru_cache(maxsize=50_000)
def _languages_by_letters(word: str) -> tuple[str, ...]:
    if word.isascii():
        return ()
    return tuple(language for language, letters in CUE_LETTERS.items() if any(letter in word for letter in letters))


def _known_share(words: list[str], language: str) -> float:
    looked_up = words[:MAX_DICTIONARY_WORDS]
    return sum(bool(lemma_forms(word, language)) for word in looked_up) / len(looked_up)


def _is_foreign(foreign: float, ours: float, words: list[str], best_of_ours: str) -> bool:
    if len(words) > SHORT_WORDS:
        return foreign >= CERTAIN_PROBABILITY or foreign >= FOREIGN_FACTOR * ours
    if len(words) == 1:
        return False
    is_unknown = foreign >= SHORT_FOREIGN_FACTOR * ours and _known_share(words, best_of_ours) < KNOWN_SHARE
    return foreign >= CERTAIN_PROBABILITY or is_unknown


def _says_enough(words: list[str], language: str, probability: float) -> bool:
    """Whether a short text has words that its language knows; names and brands alone have no language."""
    if len(words) > SHORT_WORDS:
        return True
    known = {ours: sum(_is_known(word, ours) for word in words) for ours in LANGUAGES}
    alone = all(known[language] > count for ours, count in known.items() if ours != language)
    return known[language] * 2 >= len(words) and known[language] > 0 and (alone or probability >= CERTAIN_PROBABILITY)


def _is_known(word: str, language: str) -> bool:
    if lemma_forms(word, language):
        return True
    # Short brands fall apart into words only too easily: tiktok.
    return len(word) >= MIN_COMPOUND_CHARACTERS and compound_lemma(word, language) is not None
