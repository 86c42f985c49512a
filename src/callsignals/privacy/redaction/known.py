"""Names that the tables know (sellers, their aliases, leads), found as written and inflected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from callsignals.language.dictionary import dictionary_lemma
from callsignals.privacy.redaction.finding import Finding
from callsignals.privacy.redaction.name_forms import COMPANY_FORMS, finnish_stems, name_roles
from callsignals.privacy.redaction.name_forms import ENDINGS as _ENDINGS

__all__ = ["find_known", "person_names"]

_WORD = re.compile(r"[^\W\d_]+(?:['’\u0300-\u036f][^\W\d_]*)*")
_FEWEST_LETTERS = 3


def person_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Those of some names that are no company's ("Anna Berg", but not "Berg Bygg AB"), sorted, each once.

    Args:
        names: of sellers, their aliases, leads and customers; empty ones are left out.
    """
    kept = set()
    for name in names:
        words = _WORD.findall(name or "")
        if words and not COMPANY_FORMS & {word.casefold() for word in words}:
            kept.add(" ".join((name or "").split()))
    return tuple(sorted(kept))


def find_known(text: str, names: tuple[str, ...], language: str) -> Iterator[Finding]:
    """Every mention of a known name: the whole of it, or a part of it that is no ordinary word.

    A single word that a dictionary knows counts when it is on the lists of names, and if it is an ordinary word as well
    ("Björn", "Will") with a capital alone: of the lead "Umbrella Archive" neither word is hidden by itself.

    Args:
        text: any text.
        names: from :func:`person_names`.
        language: whose endings and ordinary words.
    """
    if not names:
        return
    whole, parts = _patterns(names, language)
    for pattern in (whole, parts):
        for found in pattern.finditer(text) if pattern is not None else ():
            if _WORD.fullmatch(found.group()) is None or _is_telling(found.group(), language):
                yield Finding(found.start(), found.end(), "name")


def _is_telling(word: str, language: str) -> bool:
    """Whether a single word of a known name tells who is meant."""
    folded = unicodedata.normalize("NFC", word).casefold().replace("’", "'")
    roles, ordinary = name_roles(folded, language)
    if roles:
        return word[0].isupper() or not ordinary
    return dictionary_lemma(folded, language) is None


@lru_cache(maxsize=64)
def _patterns(names: tuple[str, ...], language: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    wholes, parts = set(), set()
    for name in names:
        for form in {unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)}:
            words = _WORD.findall(form)
            wholes.add(r"[\W_]{1,3}".join([*map(re.escape, words[:-1]), _forms(words[-1])]))
            if len(words) > 1:
                parts |= {_forms(word) for word in words if len(word) >= _FEWEST_LETTERS}
    return _any(wholes), _any(parts) if parts else None


def _any(patterns: set[str]) -> re.Pattern[str]:
    longest_first = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(longest_first)})(?![^\W_])", re.IGNORECASE)


def _forms(word: str) -> str:
    """A pattern of a name with its endings."""
    stems = sorted({word, *finnish_stems(word.casefold())}, key=lambda stem: (-len(stem), stem))
    endings = "|".join(sorted(_ENDINGS, key=lambda ending: (-len(ending), ending)))
    return rf"(?:{'|'.join(map(re.escape, stems))})(?:['’:]?(?:{endings}))?"
