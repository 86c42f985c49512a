"""Brands and stock phrases that settle a label: "googlade", "ChatGPT", "podden", "kaveri suositteli".

Rules are data (``rules.toml``, and the workspace's own file in the same shape). A phrase is written as words with
``*`` for any letters (inflection, compounds) and ``...`` for up to four words in between; there are no regular
expressions, so that a user's rule cannot hang a run. Matching ignores case and diacritics and keeps to one
sentence.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from callsignals.comments.labels import LABELS
from callsignals.comments.normalise import fold
from callsignals.comments.rule_index import Anchor, RuleIndex, anchor_of
from callsignals.errors import SettingsError
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["Rule", "RuleHit", "RuleSet", "load_rules"]

_GAP = r"(?:[^\w.!?\n]+\w+){0,4}?"
_BETWEEN = r"[^\w.!?\n]{1,3}"
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?\n]+(?=\S)[^.!?\n]*)*")
_KEYS = {"signal", "label", "phrases", "unless", "absorbs", "languages", "decisive"}
_MAXIMUM_PHRASE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """Phrases that speak for one label of one signal.

    Attributes:
        signal: ``referral_source``, ``recommends`` or ``reply_intent``.
        label: one of that signal's labels.
        patterns: of the phrases.
        anchors: of each phrase, a word without which it does not match.
        unless: a match in the same sentence silences the rule there.
        absorbs: labels whose hits in the same sentence give way (an ad on a search engine is advertising).
        languages: where the rule applies; texts of unknown language count as all three.
        decisive: a hit settles the matter; otherwise it only informs the heads.
    """

    signal: str
    label: str
    patterns: tuple[re.Pattern[str], ...]
    anchors: tuple[Anchor, ...]
    unless: re.Pattern[str] | None
    absorbs: frozenset[str]
    languages: frozenset[str]
    decisive: bool


@dataclass(frozen=True, slots=True)
class RuleHit:
    """Where a rule matched, as offsets into the normalised text."""

    label: str
    start: int
    end: int
    decisive: bool


class RuleSet:
    """All rules in force; ``digest`` names them."""

    def __init__(self, rules: Iterable[Rule], digest: str) -> None:
        self._by_signal: dict[str, list[Rule]] = {}
        for rule in rules:
            self._by_signal.setdefault(rule.signal, []).append(rule)
        self._phrases = {
            signal: [(rule, pattern) for rule in found for pattern in rule.patterns]
            for signal, found in self._by_signal.items()
        }
        self._index = {
            signal: RuleIndex([[anchor] for rule in found for anchor in rule.anchors])
            for signal, found in self._by_signal.items()
        }
        self.digest = digest

    def hits(self, signal: str, text: str, language: str | None) -> tuple[RuleHit, ...]:
        """Every hit for ``signal`` in a normalised text, one per label and sentence, in order of appearance.

        Args:
            signal: whose rules.
            text: normalised.
            language: en, sv or fi; anything else lets the rules of all languages apply.
        """
        if signal not in self._index:
            return ()
        folded = fold(text)
        rules: dict[int, tuple[Rule, list[re.Pattern[str]]]] = {}
        for number in self._index[signal].candidates(folded):
            rule, pattern = self._phrases[signal][number]
            if language not in LANGUAGES or language in rule.languages:
                rules.setdefault(id(rule), (rule, []))[1].append(pattern)
        if not rules:
            return ()
        found: list[RuleHit] = []
        for sentence in _SENTENCE.finditer(folded):
            found.extend(_hits_in_sentence(rules.values(), sentence.group(), sentence.start()))
        return tuple(sorted(found, key=lambda h: (h.start, -h.end, h.label)))


def _hits_in_sentence(rules: Iterable[tuple[Rule, list[re.Pattern[str]]]], sentence: str, offset: int) -> list[RuleHit]:
    """``rules``: with those of their patterns that may match."""
    best: dict[str, RuleHit] = {}
    absorbed: set[str] = set()
    for rule, patterns in rules:
        matches = [match for pattern in patterns if (match := pattern.search(sentence)) is not None]
        if not matches or (rule.unless is not None and rule.unless.search(sentence)):
            continue
        match = min(matches, key=lambda m: m.start())  # of several that begin there, the phrase that is written first
        absorbed |= rule.absorbs
        hit = RuleHit(rule.label, offset + match.start(), offset + match.end(), rule.decisive)
        known = best.get(rule.label)
        if known is None or (hit.decisive, -hit.start) > (known.decisive, -known.start):
            best[rule.label] = hit
    return [hit for label, hit in best.items() if label not in absorbed]


def load_rules(extra: Path | None = None) -> RuleSet:
    """The shipped rules, and those of ``extra`` before them.

    Raises:
        SettingsError: ``extra`` is missing, is not TOML, or a rule in it makes no sense.
    """
    shipped = files(__package__).joinpath("rules.toml").read_bytes()
    rules = _parse(shipped, "rules.toml")
    content = b""
    if extra is not None:
        try:
            content = extra.read_bytes()
        except OSError as error:
            raise SettingsError(
                str(extra), f"cannot be read ({error.strerror})", "Check the path of the rules file."
            ) from error
        rules = _parse(content, str(extra)) + rules
    return RuleSet(rules, hashlib.sha256(shipped + b"\0" + content).hexdigest())


def _parse(content: bytes, name: str) -> list[Rule]:
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(name, f"is not valid TOML ({error})", "Correct the file or remove it.") from error
    unknown = set(data) - {"rule"}
    if unknown or not isinstance(data.get("rule", []), list):
        raise SettingsError(name, f"has unknown parts {sorted(unknown)}", "Write each rule under [[rule]].")
    return [_rule(row, f"{name}, rule {number}") for number, row in enumerate(data.get("rule", []), start=1)]


def _rule(row: dict[str, Any], where: str) -> Rule:
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise SettingsError(where, f"has unknown keys {unknown}", f"Known keys: {', '.join(sorted(_KEYS))}.")
    signal = row.get("signal", "referral_source")
    if signal not in LABELS:
        raise SettingsError(where, f"is for unknown signal {signal!r}", f"Known: {', '.join(sorted(LABELS))}.")
    label = row.get("label")
    if label not in LABELS[signal]:
        raise SettingsError(where, f"has unknown label {label!r}", f"Known: {', '.join(LABELS[signal])}.")
    languages = _strings(row, "languages", where) or list(LANGUAGES)
    if not set(languages) <= set(LANGUAGES):
        raise SettingsError(where, f"has unknown languages {languages}", f"Known: {', '.join(LANGUAGES)}.")
    phrases = _strings(row, "phrases", where)
    if not phrases:
        raise SettingsError(where, "has no phrases", 'Add phrases = ["..."].')
    unless = _strings(row, "unless", where)
    return Rule(
        signal=signal,
        label=label,
        patterns=tuple(re.compile(_phrase_pattern(p, where)) for p in phrases),
        anchors=tuple(anchor_of(_phrase_words(p)) for p in phrases),
        unless=_compiled(unless, where) if unless else None,
        absorbs=frozenset(_strings(row, "absorbs", where)),
        languages=frozenset(languages),
        decisive=bool(row.get("decisive", True)),
    )


def _strings(row: dict[str, Any], key: str, where: str) -> list[str]:
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise SettingsError(where, f"{key} is not a list of texts", f'Write {key} = ["...", "..."].')
    return values


def _compiled(phrases: list[str], where: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_phrase_pattern(p, where)})" for p in phrases))


def _phrase_words(phrase: str) -> list[str]:
    return re.findall(r"\.\.\.|[\w*&+]+", fold(phrase))


def _phrase_pattern(phrase: str, where: str) -> str:
    """``"kolleg* ... tips*"`` as a pattern over folded text."""
    words = _phrase_words(phrase)
    if not words or words[0] == "..." or words[-1] == "..." or len(phrase) > _MAXIMUM_PHRASE_CHARS:
        raise SettingsError(
            where, f"has an unusable phrase {phrase!r}", "Begin and end it with a word; * and ... go between."
        )
    if not re.search(r"\w", phrase):
        raise SettingsError(where, f"has a phrase without letters {phrase!r}", "Write at least one word.")
    pattern = ""
    gap = ""
    for word in words:
        if word == "...":
            gap = _GAP
            continue
        body = r"\w*".join(re.escape(part) for part in re.split(r"\*+", word))
        pattern += (gap + _BETWEEN if pattern else "") + body
        gap = ""
    return rf"(?<!\w){pattern}(?!\w)"
