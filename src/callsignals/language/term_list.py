r"""``terms.toml``: the phrases by which needs and the product are named.

::

    version = "2025-11"

    [need.sv]
    phrases = ["krånglig", "tar lång tid"]
    regex = ["\\bkrångl\\w*"]      # optional, on the text of a sentence, case ignored
    notes = "who keeps this list"    # optional

    [product.en]
    phrases = ["pricing plan"]

A phrase stands once, in its dictionary form or as it is mostly said.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from callsignals.errors import SettingsError
from callsignals.language.regex_guard import compile_safe
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = [
    "STARTER_TERMS_FILE",
    "TermEntry",
    "TermKind",
    "TermList",
    "load_terms",
    "parse_terms",
    "starter_terms",
]

TermKind = Literal["need", "product"]
KINDS: tuple[TermKind, ...] = get_args(TermKind)
STARTER_TERMS_FILE = "starter_terms.toml"
MAX_PHRASE_CHARACTERS = 100
MAX_FILE_BYTES = 4_000_000
_ENTRY_KEYS = ("phrases", "regex", "notes")


@dataclass(frozen=True, slots=True)
class TermEntry:
    """The phrases of one kind in one language.

    Attributes:
        kind: need or product.
        language: en, sv or fi.
        phrases: as written, white space normalised, in the file's order.
        regex: patterns as written.
        notes: for people.
    """

    kind: TermKind
    language: str
    phrases: tuple[str, ...]
    regex: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TermList:
    """A versioned term list.

    Attributes:
        version: as the file says.
        entries: by kind, then language.
        digest: sha256 of version, phrases and patterns: not of layout, comments or notes.
    """

    version: str
    entries: tuple[TermEntry, ...]
    digest: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that have terms, in the order en, sv, fi."""
        present = {entry.language for entry in self.entries}
        return tuple(language for language in LANGUAGES if language in present)


def starter_terms() -> TermList:
    """The list that ships with callsignals: general B2B sales in English, Swedish and Finnish."""
    text = resources.files("callsignals.language").joinpath(STARTER_TERMS_FILE).read_text(encoding="utf-8")
    return parse_terms(text, STARTER_TERMS_FILE)


def load_terms(path: Path) -> TermList:
    """A term list from a file.

    Raises:
        SettingsError: the file cannot be read or is not a usable list; the message names entry and phrase.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SettingsError(path.name, "is larger than 4 MB", "A term list has a few thousand lines at most")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            path.name, f"cannot be read ({error.strerror})", "Check the path and its permissions"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(path.name, "is not UTF-8 text", "Save it as UTF-8") from error
    return parse_terms(text, path.name)


def parse_terms(text: str, source: str = "terms.toml") -> TermList:
    """A term list from TOML text.

    Args:
        text: contents.
        source: what error messages call it.

    Raises:
        SettingsError: not TOML, an unknown key, kind or language, an empty list, a phrase in both kinds
            of one language, a pattern that is wrong or could take for ever.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(source, f"is not valid TOML ({error})", "Correct the line") from error
    version = _version(document, source)
    entries = tuple(
        _entry(kind, language, table, source)
        for kind in KINDS
        for language, table in sorted(_languages_of(document, kind, source).items())
    )
    if not entries:
        raise SettingsError(source, "has no terms", 'Add a section such as [need.en] with phrases = ["..."]')
    _refuse_shared_phrases(entries, source)
    return TermList(version, entries, _digest(version, entries))


def _version(document: Mapping[str, object], source: str) -> str:
    for key in document:
        if key != "version" and key not in KINDS:
            raise SettingsError(source, f"unknown section '{key}'", _nearest(key, ("version", *KINDS)))
    version = document.get("version", "")
    if isinstance(version, bool) or not isinstance(version, str | int | float):
        raise SettingsError(
            source, "has a version that is neither text nor number", 'Write version = "1", or leave it out'
        )
    return str(version).strip()


def _languages_of(document: Mapping[str, object], kind: TermKind, source: str) -> dict[str, object]:
    tables = document.get(kind, {})
    if not isinstance(tables, dict):
        raise SettingsError(source, f"'{kind}' is not a section", f"Write [{kind}.en], [{kind}.sv] or [{kind}.fi]")
    for language in tables:
        if language not in LANGUAGES:
            raise SettingsError(source, f"[{kind}.{language}]: unknown language", _nearest(language, LANGUAGES))
    return tables


def _entry(kind: TermKind, language: str, table: object, source: str) -> TermEntry:
    where = f"{source} [{kind}.{language}]"
    if not isinstance(table, dict):
        raise SettingsError(where, "is not a section", 'Write phrases = ["..."] below it')
    for key in table:
        if key not in _ENTRY_KEYS:
            raise SettingsError(where, f"unknown key '{key}'", _nearest(key, _ENTRY_KEYS))
    phrases = _phrases(_strings(table, "phrases", where), where)
    patterns = _strings(table, "regex", where)
    for pattern in patterns:
        try:
            compile_safe(pattern)
        except ValueError as error:
            raise SettingsError(
                where, f"regex '{pattern[:60]}' cannot be used: {error}", "Correct or remove it"
            ) from error
    if not phrases and not patterns:
        raise SettingsError(where, "is empty", "Add phrases, or remove the section")
    notes = table.get("notes", "")
    if not isinstance(notes, str):
        raise SettingsError(where, "'notes' is not text", 'Write notes = "..."')
    return TermEntry(kind, language, phrases, tuple(dict.fromkeys(patterns)), notes)


def _strings(table: Mapping[str, object], key: str, where: str) -> list[str]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise SettingsError(where, f"'{key}' is not a list of texts", f'Write {key} = ["...", "..."]')
    return values


def _phrases(values: Iterable[str], where: str) -> tuple[str, ...]:
    phrases: dict[str, str] = {}
    for value in values:
        phrase = " ".join(value.split())
        if not any(character.isalnum() for character in phrase):
            raise SettingsError(where, f"phrase '{value[:60]}' has no letters", "Remove it")
        if len(phrase) > MAX_PHRASE_CHARACTERS:
            raise SettingsError(
                where, f"phrase '{phrase[:60]}...' is too long", f"Keep to {MAX_PHRASE_CHARACTERS} characters"
            )
        phrases.setdefault(phrase.casefold(), phrase)
    return tuple(phrases.values())


def _refuse_shared_phrases(entries: Iterable[TermEntry], source: str) -> None:
    seen: dict[tuple[str, str], TermKind] = {}
    for entry in entries:
        for phrase in entry.phrases:
            key = (entry.language, phrase.casefold())
            if seen.setdefault(key, entry.kind) != entry.kind:
                raise SettingsError(
                    source,
                    f"'{phrase}' is in [need.{entry.language}] and in [product.{entry.language}]",
                    "Keep it in one of them",
                )


def _nearest(word: str, known: Iterable[str]) -> str:
    options = tuple(known)
    close = difflib.get_close_matches(word.casefold(), options, n=1, cutoff=0.5)
    listed = ", ".join(options)
    return f"Did you mean '{close[0]}'? Known: {listed}" if close else f"Known: {listed}"


def _digest(version: str, entries: Iterable[TermEntry]) -> str:
    rows = [{key: value for key, value in asdict(entry).items() if key != "notes"} for entry in entries]
    return hashlib.sha256(json.dumps([version, rows], sort_keys=True, ensure_ascii=False).encode()).hexdigest()
