"""What belongs to others and stays: to tell a trace of the erased from what everybody says."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import polars as pl
import simplemma

from callsignals.batch.store import CACHE_FOLDER, read_stored
from callsignals.batch.transcripts import stamps_of
from callsignals.erasure.needles import IdKind, Needles, phrases_of, tokens_of
from callsignals.erasure.plan import Plan
from callsignals.files import file_name_for
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.tombstones import same_id
from callsignals.vocabulary.spoken import LANGUAGES, Transcript

__all__ = ["Others", "heard_texts", "transcript_text"]

_LEAST_ID = 4
"""A shorter id is found by chance in digests and numbers."""
_LEAST_NAME = 5
"""A single word that is shorter is not looked for as a name."""
_LEAST_DIGITS = 6
_DOCUMENTATION = re.compile(r'"""(?:[^"]|"(?!""))*"""|#.*$', re.MULTILINE)
_RESOURCES = (".toml", ".json", ".j2", ".css", ".js", ".txt")


def transcript_text(path: Path) -> str:
    """The words of a transcript in OUT; empty when it cannot be read."""
    try:
        return " ".join(str(word["text"]) for word in json.loads(path.read_text(encoding="utf-8"))["words"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def heard_texts(out: Path, digests: Container[str]) -> Iterator[str]:
    """The words as they were heard, which the written transcripts may hold redacted.

    Args:
        out: the folder of results.
        digests: of the recordings and transcripts whose words are wanted.
    """
    for path in sorted((out / CACHE_FOLDER / "hear").rglob("*.json")):
        heard = read_stored(path.read_bytes(), Transcript)
        if heard is not None and heard.input_digest in digests:
            yield " ".join((*(word.text for word in heard.words), *(item.text for item in heard.dropped)))


@dataclass(frozen=True, slots=True)
class Others:
    """What others' rows and transcripts hold.

    Attributes:
        ids: by which others are known.
        cells: of others' rows, one text.
        spoken: what is said in others' calls and written in their comments, a text each.
    """

    ids: frozenset[str]
    cells: str
    spoken: Sequence[str]

    @classmethod
    def of(cls, out: Path, workspace: Workspace | None, plan: Plan) -> Others:
        """Everybody and everything that ``plan`` does not remove."""
        ids, cells, spoken = set[str](), list[str](), list[str]()
        for kind, row in (*_out_rows(out, plan), *_table_rows(workspace, plan)):
            ids |= {same_id(text) for name, text in row if name in _ID_FIELDS and text}
            cells += [text for name, text in row if name not in ("text", *_OWN_SELLER.get(plan.command, ()))]
            spoken += [text for name, text in row if name == "text" and text and kind != "sellers"]
        gone = {file_name_for(call_id) for call_id in plan.calls}
        kept = (file for file in stamps_of(out / "transcripts") if file.endswith(".json") and file[:-5] not in gone)
        spoken += [transcript_text(out / "transcripts" / file) for file in sorted(kept)]
        ours = {same_id(one) for one in (*plan.leads, *plan.calls, *plan.comments, *plan.sellers)}
        spoken += heard_texts(out, _kept_digests(out, plan))
        return cls(frozenset(ids - ours), "\n".join(dict.fromkeys(cells)), spoken)

    def needles(
        self,
        ids: Sequence[tuple[IdKind, str]],
        names: Iterable[str],
        derived: Iterable[str],
        phrases: Iterable[str] = (),
        particulars: Iterable[str] = (),
    ) -> Needles:
        """What can be looked for anywhere, and what only where ids stand.

        Args:
            ids: of what goes, by kind.
            names: of the erased; where others say them they are masked.
            derived: texts that stand for one id alone (digests, page names).
            phrases: of the erased.
            particulars: what else the tables say of the erased.
        """
        containing = tuple(sorted(other for other in self.ids if any(one in other and one != other for _, one in ids)))
        plain = {one for _, one in ids}
        common: dict[IdKind, list[str]] = {}
        for kind, one in dict.fromkeys((kind, same_id(one)) for kind, one in ids):
            if self._is_common(one, containing):
                common.setdefault(kind, []).append(one)
        shared = {one for found in common.values() for one in found}
        wanted = _each_once(names, plain)
        kept = [name for name in wanted if not self._is_common_name(name, containing)]
        further = [one for one in _each_once(particulars, plain) if one not in wanted]
        kept += [one for one in further if not (self._is_common_name(one, containing) or self._is_said(one))]
        theirs = {phrase for text in self.spoken for phrase in phrases_of(text)}
        own = frozenset(phrases)
        return Needles(
            ids=tuple(sorted({same_id(one) for one in plain if same_id(one) not in shared} | set(derived))),
            names=tuple(sorted(kept)),
            phrases=own - theirs,
            common={kind: tuple(found) for kind, found in common.items()},
            others=containing,
            left_out=len(wanted) + len(further) - len(kept) + len(own & theirs),
        )

    def _is_common(self, one: str, containing: tuple[str, ...]) -> bool:
        if len(one) < _LEAST_ID or one in self.ids or (one.isdigit() and len(one) < _LEAST_DIGITS):
            return True
        probe = Needles(ids=(one,), others=containing)
        return any(one in text and probe.is_in(text) for text in (self.cells, _own_words(), *self.spoken))

    def _is_said(self, particular: str) -> bool:
        probe = Needles(names=(particular,))
        return any(probe.is_in(text) for text in self.spoken)

    def _is_common_name(self, name: str, containing: tuple[str, ...]) -> bool:
        words = tokens_of(name)
        if not words or (len(words) == 1 and (len(name) < _LEAST_NAME or _is_dictionary_word(words[0]))):
            return True
        probe = Needles(names=(name,), others=containing)
        return probe.is_in(self.cells) or probe.is_in(_own_words())


def _each_once(texts: Iterable[str], known: Container[str]) -> list[str]:
    return list(dict.fromkeys(" ".join(text.split()) for text in texts if text not in known))


_ID_FIELDS = ("lead_id", "call_id", "comment_id", "thread_id", "respondent_id", "seller", "sellers", "name", "aliases")
_OWN_SELLER = {"erase --seller": ("seller", "sellers", "role_source")}


def _kept_digests(out: Path, plan: Plan) -> set[str]:
    path = out / "calls.parquet"
    rows = pl.read_parquet(path).iter_rows(named=True) if path.is_file() else ()
    return {row["input_digest"] for row in rows if not _goes(row, plan)}


def _out_rows(out: Path, plan: Plan) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for name in ("calls", "comments"):
        path = out / f"{name}.parquet"
        if path.is_file():
            for row in pl.read_parquet(path).iter_rows(named=True):
                if not _goes(row, plan):
                    yield name, [(column, value) for column, value in row.items() if isinstance(value, str)]


def _table_rows(workspace: Workspace | None, plan: Plan) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for name in ("calls", "comments", "leads", "messages", "metrics", "sellers") if workspace else ():
        for row in getattr(workspace, name):
            cells = {one.name: getattr(row, one.name) for one in fields(row) if one.name != "extra"}
            if not _goes(cells, plan):
                yield name, [*_flat(cells), *row.extra]


def _flat(cells: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in cells.items():
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                yield name, text


def _goes(row: dict[str, Any], plan: Plan) -> bool:
    if "lead_id" not in row:
        return row.get("seller") in plan.sellers
    return (
        row["lead_id"] in plan.leads
        or ("comment_id" not in row and row.get("call_id") in plan.calls)
        or row.get("comment_id") in plan.comments
    )


@lru_cache(maxsize=1024)
def _is_dictionary_word(word: str) -> bool:
    return any(simplemma.is_known(word, language) for language in LANGUAGES)


@lru_cache(maxsize=1)
def _own_words() -> str:
    """What this program may write by itself: the texts in its sources, templates and lists."""
    return "\n".join(_texts_in(files("callsignals")))


def _texts_in(folder: Traversable) -> Iterator[str]:
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir() and not entry.name.startswith(("_", ".")):
            yield from _texts_in(entry)
        elif entry.name.endswith(".py"):
            yield _DOCUMENTATION.sub(" ", entry.read_text(encoding="utf-8"))
        elif entry.name.endswith(_RESOURCES):
            yield entry.read_text(encoding="utf-8")
