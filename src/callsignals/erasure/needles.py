"""What must no longer be found, and how it is looked for.

Ids and names are looked for as wholes: ``lead-1`` is not found in ``lead-10``, nor in ``lead-1-b`` where that is
somebody else's id. Phrases are runs of ``PHRASE_WORDS`` words, letter case and punctuation aside. What others have in
common with the erased (a common word as an id, a phrase that another customer says too) proves nothing: such ids are
looked for in the fields of ids alone, such names and phrases not at all, and both are counted.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from callsignals.erasure.readings import readings, records_of

__all__ = ["PHRASE_WORDS", "IdKind", "Needles", "phrases_of", "tokens_of"]

PHRASE_WORDS = 5
IdKind = str
"""``lead``, ``call``, ``comment`` or ``seller``."""

_TOKEN = re.compile(r"[^\W_]+")
_FIELDS: dict[IdKind, tuple[str, ...]] = {
    "lead": ("lead_id",),
    "call": ("call_id", "calls", "duplicate_of", "input"),
    "comment": ("comment_id", "comments"),
    "seller": ("seller", "sellers"),
}
"""Where ids of each kind stand in our files, besides ``subject`` under its ``level``."""


def tokens_of(text: str) -> list[str]:
    """Words for comparison."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).casefold())


def phrases_of(text: str) -> set[str]:
    """Every run of ``PHRASE_WORDS`` words."""
    words = tokens_of(text)
    return {" ".join(words[at : at + PHRASE_WORDS]) for at in range(len(words) - PHRASE_WORDS + 1)}


@dataclass(frozen=True)
class Needles:
    """What to look for.

    Attributes:
        ids: of leads, calls, comments, recordings; found as wholes, letter case counts.
        names: and other particulars; found as wholes, letter case and white space aside.
        phrases: as ``phrases_of`` gives them.
        common: ids that are common words or somebody else's, too, by kind; looked for in fields of ids alone.
        others: ids of others that contain one of ``ids`` or ``names``.
        left_out: how many names and phrases are shared with others and prove nothing.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phrases: frozenset[str] = frozenset()
    common: Mapping[IdKind, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    left_out: int = 0

    def kinds_in(self, path: Path) -> set[str]:
        """What a file holds of it: ``id``, ``name``, ``phrase``; nothing when it is clean.

        Raises:
            UnreadableContentError: nobody can say.
            OSError: it cannot be read.
        """
        found = self.kinds_in_text(path.name)
        for text in readings(path):
            found |= self.kinds_in_text(text)
        if any(self.common.values()) and any(self.has_common_ids(record) for record in records_of(path)):
            found.add("id")
        return found

    def kinds_in_text(self, text: str) -> set[str]:
        """The same of a text."""
        text = unicodedata.normalize("NFC", text)
        found = set()
        if self._finds(self._id_pattern, text):
            found.add("id")
        if self._finds(self._name_pattern, text):
            found.add("name")
        if self.phrases and self._has_phrase(text):
            found.add("phrase")
        return found

    def is_in(self, text: str) -> bool:
        """Whether a text holds any of it."""
        return bool(self.kinds_in_text(text))

    def _has_phrase(self, text: str) -> bool:
        words = tokens_of(text)
        runs = zip(*(words[at:] for at in range(PHRASE_WORDS)), strict=False)
        return any(" ".join(run) in self.phrases for run in runs)

    def _finds(self, pattern: re.Pattern[str] | None, text: str) -> bool:
        if pattern is None:
            return False
        covered: list[tuple[int, int]] | None = None
        for match in pattern.finditer(text):
            if covered is None:
                covered = [other.span() for other in self._other_pattern.finditer(text)] if self.others else []
            if not any(start <= match.start() and match.end() <= end for start, end in covered):
                return True
        return False

    @cached_property
    def _id_pattern(self) -> re.Pattern[str] | None:
        return _wholes(self.ids, re.NOFLAG)

    @cached_property
    def _name_pattern(self) -> re.Pattern[str] | None:
        return _wholes(self.names, re.IGNORECASE, endings=True)

    @cached_property
    def _other_pattern(self) -> re.Pattern[str]:
        return _wholes(self.others, re.IGNORECASE) or re.compile(r"(?!)")

    def has_common_ids(self, record: object) -> bool:
        """Whether a record holds one of ``common`` where an id of its kind stands."""
        return any(value in values for value, values in self._id_fields(record))

    def _id_fields(self, record: object) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every value in a field of ids, with what must not stand there."""
        if isinstance(record, Mapping):
            for kind, wanted in self.common.items():
                names = (*_FIELDS[kind], *(("subject",) if record.get("level") == kind else ()))
                yield from ((text, wanted) for name in names for text in _texts(record.get(name)))
            record = list(record.values())
        if isinstance(record, list):
            for part in record:
                if isinstance(part, Mapping | list):
                    yield from self._id_fields(part)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "phrases": sorted(self.phrases)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Needles:
        """What ``to_json`` gave."""
        return cls(
            ids=tuple(stored["ids"]),
            names=tuple(stored["names"]),
            phrases=frozenset(stored["phrases"]),
            common={kind: tuple(ids) for kind, ids in stored["common"].items()},
            others=tuple(stored["others"]),
            left_out=int(stored["left_out"]),
        )


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [unicodedata.normalize("NFC", value)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []


def _wholes(texts: Iterable[str], flags: re.RegexFlag, *, endings: bool = False) -> re.Pattern[str] | None:
    """Any of ``texts`` with no letter or digit beside it; white space in them is any white space.

    With ``endings`` a text of several words may end in further letters: genitives and other cases of a name.
    """
    forms = {form for text in texts if text for form in _forms(text)}
    if not forms:
        return None
    parts = []
    for form in sorted(forms, key=lambda text: (-len(text), text)):
        words = form.split()
        parts.append(r"\s+".join(map(re.escape, words)) + ("" if endings and len(words) > 1 else r"(?![^\W_])"))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(parts)})", flags)


def _forms(text: str) -> set[str]:
    """A text as it stands, and as JSON or a repr may escape it."""
    text = unicodedata.normalize("NFC", text).strip()
    escaped = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {form for form in (text, *escaped) if form.strip()}
