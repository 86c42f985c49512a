"""``OUT/transcripts``: what is written there, under which keys, so that only what changed is written again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from callsignals.batch.store import CACHE_FOLDER
from callsignals.files import file_name_for, remove_file, write_bytes, write_text
from callsignals.records.write import TRANSCRIPT_SUFFIXES, transcript_texts
from callsignals.vocabulary.spoken import Transcript

__all__ = ["TranscriptFolder", "stamps_of"]

_INDEX = "transcripts.json"
Stamp = tuple[int, int]
"""Size in bytes and time of the last change in ns."""


def stamps_of(folder: Path) -> dict[str, Stamp]:
    """The stamp of every file in ``folder`` by name; nothing when there is no such folder."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        found = ((entry.name, entry.stat()) for entry in entries if entry.is_file())
        return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found}


@dataclass(slots=True)
class TranscriptFolder:
    """The transcripts of one OUT, and an index of them in its cache.

    Attributes:
        folder: ``OUT/transcripts``.
        index: where the index lies.
    """

    folder: Path
    index: Path
    _keys: dict[str, str] = field(default_factory=dict)
    _written: dict[str, Stamp] = field(default_factory=dict)
    _found: dict[str, Stamp] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, out: Path) -> Iterator[TranscriptFolder]:
        """The folder of OUT; its index is kept up to date however the body ends, short of a kill.

        Raises:
            OutputError: the index cannot be written.
        """
        transcripts = cls(out / "transcripts", out / CACHE_FOLDER / _INDEX)
        transcripts._load()
        before = dict(transcripts._keys), dict(transcripts._written)
        try:
            yield transcripts
        finally:
            if before != (transcripts._keys, transcripts._written):
                transcripts._save()

    def _load(self) -> None:
        self._found = stamps_of(self.folder)
        try:
            stored = json.loads(self.index.read_text(encoding="utf-8"))
            self._keys = {str(name): str(key) for name, key in stored["keys"].items()}
            self._written = {str(name): (int(size), int(time)) for name, (size, time) in stored["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._keys, self._written = {}, {}

    def _save(self) -> None:
        write_text(self.index, json.dumps({"keys": self._keys, "files": self._written}))

    def holds(self, call_id: str, key: str) -> bool:
        """Whether both files of a call are there, unaltered, as written under ``key``."""
        name = file_name_for(call_id)
        return self._keys.get(name) == key and self._is_intact(name)

    def _is_intact(self, name: str) -> bool:
        files = [name + suffix for suffix in TRANSCRIPT_SUFFIXES]
        return all(file in self._written and self._found.get(file) == self._written[file] for file in files)

    def is_intact(self) -> bool:
        """Whether the folder holds what was written there, no less and no more."""
        ours = {name: stamp for name, stamp in self._found.items() if name.endswith(TRANSCRIPT_SUFFIXES)}
        return ours == self._written

    def write(self, call_id: str, key: str, transcript: Transcript) -> None:
        """Write both files of a call, unless they are there with the same contents.

        Raises:
            OutputError: they cannot be written.
        """
        name = file_name_for(call_id)
        for suffix, text in transcript_texts(transcript).items():
            path, file, content = self.folder / (name + suffix), name + suffix, text.encode("utf-8")
            if not self._stands(path, content):
                write_bytes(path, content)
            stat = path.stat()
            self._written[file] = self._found[file] = (stat.st_size, stat.st_mtime_ns)
        self._keys[name] = key

    def _stands(self, path: Path, content: bytes) -> bool:
        if self._found.get(path.name, (None, None))[0] != len(content):
            return False
        try:
            return path.read_bytes() == content
        except OSError:
            return False

    def keep_only(self, call_ids: Iterable[str]) -> None:
        """Remove the transcripts of all other calls.

        Raises:
            OutputError: one cannot be removed.
        """
        kept = {file_name_for(call_id) for call_id in call_ids}
        for file in [file for file in self._found if file.endswith(TRANSCRIPT_SUFFIXES) and _stem(file) not in kept]:
            remove_file(self.folder / file)
            del self._found[file]
        self._keys = {name: key for name, key in self._keys.items() if name in kept}
        self._written = {file: stamp for file, stamp in self._written.items() if _stem(file) in kept}


def _stem(file: str) -> str:
    return file.rpartition(".")[0]
