"""The layers before the heads: normalise, language, spelling, empty-ish, rules, clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from callsignals.comments.comment import CommentText
from callsignals.comments.decide import BRAND_ONLY_WORDS, decisive_labels
from callsignals.comments.emptyish import emptyish_reason, is_stock_non_answer
from callsignals.comments.judge import Unit
from callsignals.comments.normalise import NormalisedText, normalise
from callsignals.comments.reasons import Clause, clauses
from callsignals.comments.rules import RuleHit, RuleSet
from callsignals.comments.spelling import DOTTED_LANGUAGES, Spelling
from callsignals.language.text_language import detect_text_language
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["Prepared", "Reader"]

_WORD = re.compile(r"\w+")
_SIGNAL_WITH_RULES = {"referral": "referral_source", "survey": "recommends", "reply": "reply_intent"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A comment on its way to the heads.

    Attributes:
        item: as given.
        plain: normalised, misspelt words mended.
        language: as detected, else the column's, else the hint's; None when unknown.
        blocked: why its text is not classified (``empty``, ``too_short``, ``emoji_only``, ``number_only``,
            ``language_de``), None when it is.
        hits: of the rules for this kind.
        clauses: empty for replies.
        word_count: words in the text.
        whole: the text as a unit for the heads.
        clause_units: its clauses likewise.
    """

    item: CommentText
    plain: NormalisedText
    language: str | None
    blocked: str | None
    hits: tuple[RuleHit, ...]
    clauses: tuple[Clause, ...]
    word_count: int
    whole: Unit
    clause_units: tuple[Unit, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything that the heads must judge for this comment."""
        return () if self.blocked is not None else (self.whole, *self.clause_units)


@dataclass(frozen=True, slots=True)
class Reader:
    """What comments are read with."""

    rules: RuleSet
    spelling: Spelling

    def prepared(self, item: CommentText) -> Prepared:
        """Everything that can be told of a comment without the heads."""
        plain = normalise(item.text)
        language = self._language(plain, _hint(item))
        plain, hits = self._read(item, plain, language)
        word_count = len(_WORD.findall(plain.text))
        brand_only = bool(decisive_labels(hits)) and word_count <= BRAND_ONLY_WORDS
        foreign = f"language_{language}" if language is not None and language not in LANGUAGES else None
        if brand_only and foreign and not _is_foreign_without(plain.text, hits):
            # "Instagram LinkedIn" looks like any language; the brand still counts.
            language, foreign = _hint(item), None
        blocked = _emptyish(plain.text, brand_only) or foreign
        parts = tuple(clauses(plain.text)) if item.kind != "reply" and blocked is None else ()
        units = _units(item, plain, language, hits, parts)
        return Prepared(item, plain, language, blocked, hits, parts, word_count, *units)

    def _read(
        self, item: CommentText, plain: NormalisedText, language: str | None
    ) -> tuple[NormalisedText, tuple[RuleHit, ...]]:
        """The text with its spelling mended, and what rules find in it; words that a rule knows are not misspelt."""
        signal, spoken = _SIGNAL_WITH_RULES[item.kind], language if language in LANGUAGES else None
        hits = self.rules.hits(signal, plain.text, spoken)
        mended = self.spelling.mended(plain, language, [(hit.start, hit.end) for hit in hits])
        return mended, hits if mended is plain else self.rules.hits(signal, mended.text, spoken)

    def _language(self, plain: NormalisedText, hint: str | None) -> str | None:
        """Swedish typed without å, ä and ö looks like Norwegian, Finnish like Estonian: seen once the dots are back."""
        found = detect_text_language(plain.text, hint).language
        if found in LANGUAGES:
            return found
        for language in (hint,) if hint in LANGUAGES else DOTTED_LANGUAGES:
            dotted = self.spelling.dotted(plain, str(language))
            if dotted is not plain and detect_text_language(dotted.text, hint).language == language:
                return language
        return found


def _units(
    item: CommentText, plain: NormalisedText, language: str | None, hits: tuple[RuleHit, ...], parts: tuple[Clause, ...]
) -> tuple[Unit, tuple[Unit, ...]]:
    """Rules speak for the whole text."""
    spoken = language if language in LANGUAGES else None
    whole = Unit(item.kind, plain.text, spoken, tuple(dict.fromkeys(h.label for h in hits)))
    return whole, tuple(whole if c.text == plain.text else Unit(item.kind, c.text, spoken) for c in parts)


def _is_foreign_without(text: str, hits: tuple[RuleHit, ...]) -> bool:
    """Whether what is left of a text without its brands is in a language that is not ours ("Über Google gefunden")."""
    for hit in reversed(hits):
        text = f"{text[: hit.start]} {text[hit.end :]}"
    language = detect_text_language(text).language
    return language is not None and language not in LANGUAGES


def _emptyish(text: str, brand_only: bool) -> str | None:
    """A brand of one letter ("X") or of letters and digits is an answer; a stock non-answer never is."""
    reason = emptyish_reason(text)
    if reason == "too_short" and brand_only and not is_stock_non_answer(text):
        return None
    return reason


def _hint(item: CommentText) -> str | None:
    """The column's language, whichever it is; else that of the lead's other texts, if it is one of ours."""
    return item.language or (item.language_hint if item.language_hint in LANGUAGES else None)
