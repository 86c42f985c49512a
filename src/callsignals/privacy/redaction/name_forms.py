"""How names are inflected, and which ordinary words look like names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from callsignals.language.dictionary import dictionary_lemma
from callsignals.privacy.redaction.word_sets import word_set

__all__ = [
    "COMPANY_FORMS",
    "ENDINGS",
    "bare_forms",
    "finnish_stems",
    "is_listed",
    "is_ordinary_word",
    "name_roles",
]

COMPANY_FORMS = word_set(
    "ab oy oyj hb kb ky ltd limited inc incorporated llc llp plc gmbh co corp corporation company group as "
    "asa aps bv ag "
    "förening stiftelsen kommun yhdistys osakeyhtiö aktiebolag"
)
"""Words that make a name a company's."""

ENDINGS = (
    "s", "n", "a", "ä", "ta", "tä", "lle", "lla", "llä", "lta", "ltä", "ssa", "ssä", "sta", "stä", "ksi", "na", "nä",
    "an", "en", "in", "on", "un", "yn", "än", "ön", "hin", "han", "nkin", "kin", "llekin", "lleko", "ko", "kö",
    "nko", "nkö", "tta", "ttä",
    "ia", "iä",
)  # fmt: skip
"""The genitives of English and Swedish, and Finnish cases in the singular, with the commonest clitics."""

_LONGEST_FIRST = tuple(sorted(ENDINGS, key=lambda ending: (-len(ending), ending)))
_WEAK = (
    ("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("lt", "ll"), ("rt", "rr"), ("mp", "mm"),
    ("ht", "hd"), ("lk", "l"), ("rk", "r"), ("t", "d"), ("p", "v"), ("k", ""),
)  # fmt: skip
"""Consonant gradation, strong to weak (Iso suomen kielioppi, section 41): Pekka, Pekan; Lahti, Lahden."""
_SHORTEST_GENITIVE = {"en": 6, "sv": 5}
_VOWELS = "aeiouyäöå"
_STEM_ENDS = (
    ("nen", "se"), ("us", "ukse"), ("ys", "ykse"), ("as", "akse"), ("es", "ekse"), ("is", "ikse"),
    ("os", "okse"), ("as", "aa"), ("äs", "ää"), ("s", "kse"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def finnish_stems(name: str) -> tuple[str, ...]:
    """Stems that Finnish endings join, beside the name itself: ``virtanen`` gives ``virtase``.

    Args:
        name: case-folded.
    """
    stems = {name[: -len(end)] + stem for end, stem in _STEM_ENDS if name.endswith(end) and len(name) > len(end) + 1}
    if name[-1:] not in _VOWELS:
        stems.add(name + "i")
        return tuple(sorted(stems - {name}))
    bodies = {name}
    if name.endswith("i"):
        bodies.add(name[:-1] + "e")  # Niemi, Niemen
    for body in tuple(bodies):
        stem, vowel = body[:-1], body[-1]
        for strong, weak in _WEAK:
            if stem.endswith(strong) and len(stem) > len(strong):
                bodies.add(stem[: -len(strong)] + weak + vowel)
                break
    return tuple(sorted((stems | bodies) - {name}))


def bare_forms(word: str, language: str) -> Iterator[str]:
    """The word, and what is left of it without an ending: ``annalle`` gives ``annalle`` and ``anna``.

    Args:
        word: case-folded.
        language: ``fi`` tries the cases; the others the genitive alone.
    """
    yield word
    head, mark, tail = word.replace("’", "'").replace(":", "'").partition("'")
    if mark and (tail in ENDINGS or tail == ""):
        yield head
        return
    if language != "fi":
        if word.endswith("s") and len(word) >= _SHORTEST_GENITIVE[language]:
            yield word[:-1]
        return
    if word.endswith(("sta", "stä")):  # Virtasta
        yield word[:-3] + "nen"
    for ending in _LONGEST_FIRST:
        if ending != "s" and word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)]


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, str]]:
    table = {}
    for line in (files(__package__) / "names.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, roles, ordinary = line.split("\t")
            table[name] = (roles, ordinary)
    return table


@lru_cache(maxsize=1)
def _finnish_table() -> dict[str, str]:
    """Names by their Finnish stems."""
    return {stem: name for name in _table() for stem in finnish_stems(name)}


def is_listed(word: str) -> bool:
    """Whether a case-folded word is on a list of names just so."""
    return word in _table()


@lru_cache(maxsize=65_536)
def name_roles(word: str, language: str) -> tuple[str, bool]:
    """What name a word may be, and whether it is an ordinary word as well.

    Args:
        word: case-folded, with its ending.
        language: whose endings and ordinary words.

    Returns:
        Roles: ``f`` a given name, ``r`` a rare given name, ``s`` a surname, several of them, or "" for no name.
    """
    table = _table()
    for form in bare_forms(word, language):
        found = table.get(form)
        if found is None and language == "fi":
            found = table.get(_finnish_table().get(form, ""))
        if found is not None:
            ordinary = language in found[1].split(",") or is_ordinary_word(word, language)
            return found[0], ordinary or is_ordinary_word(form, language) or (
                form != word and _is_form_of_a_word(word, language)
            )
    return "", False


def _is_form_of_a_word(word: str, language: str) -> bool:
    """Whether what ends like a name's case is a form of another word: "päivitä" is no Päivi."""
    lemma = dictionary_lemma(word, language)
    return lemma is not None and lemma not in _table()


@lru_cache(maxsize=3)
def _ordinary(language: str) -> frozenset[str]:
    lines = (files(__package__) / "ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    own = {w for line in lines if line.startswith(f"{language}:") for w in line.partition(":")[2].split()}
    return frozenset(own)


def is_ordinary_word(word: str, language: str) -> bool:
    """Whether a case-folded word that looks like a name is an ordinary word of the language."""
    return word in _ordinary(language)
