"""A file as texts to search: as it stands, unpacked, unescaped, and as the running words in it.

One file has several readings, since an id or a phrase may be written in several ways: percent-encoded in an address,
escaped in JSON or HTML, word by word in a transcript, compressed in Parquet or a workbook.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import html
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import polars as pl

__all__ = ["UnreadableContentError", "readings", "records_of"]

_ROWS_AT_ONCE = 5000
_DEEPEST = 3
_LARGEST_MEMBER_BYTES = 1 << 30
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TEXT_FIELD = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_TIMING = re.compile(r"^.*-->.*$", re.MULTILINE)
_MARKED_UP = (".html", ".htm", ".xml", ".rels", ".vtt", ".svg")
_COMPRESSED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ": lzma.decompress,
}
_ZSTD = b"\x28\xb5\x2f\xfd"


class UnreadableContentError(Exception):
    """A file that can be opened by nothing here, so that nobody can say what is in it."""


def readings(path: Path) -> Iterator[str]:
    """The texts of a file; a hit in any of them is a hit in the file.

    Raises:
        UnreadableContentError: it is packed in a way that cannot be opened here.
        OSError: it cannot be read.
    """
    yield from _readings(path.read_bytes(), path.name, 0)


def _readings(content: bytes, name: str, depth: int) -> Iterator[str]:
    yield from _of_text(_decoded(content), name)
    for inner_name, inner in _unpacked(content, name, depth):
        yield from _readings(inner, inner_name, depth + 1)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8", errors="replace")


def _of_text(text: str, name: str) -> Iterator[str]:
    yield text
    if "%" in text:
        yield unquote(text)
    if '"' in text and "{" in text:
        yield "\n".join(map(_unescaped, _STRING.findall(text)))
        if words := _TEXT_FIELD.findall(text):
            yield " ".join(map(_unescaped, words))
    if name.casefold().endswith(_MARKED_UP):
        yield html.unescape(text)
        yield html.unescape(_TAG.sub(" ", _TIMING.sub("", text)))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        found = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return str(found)


def _unpacked(content: bytes, name: str, depth: int) -> Iterator[tuple[str, bytes]]:
    """What a container holds; nothing for other files."""
    if depth > _DEEPEST:
        raise UnreadableContentError(name)
    if content.startswith(b"PAR1"):
        yield from _parquet(content, name)
    elif content.startswith(b"PK\x03\x04"):
        yield from _zip(content, name)
    elif content.startswith(_ZSTD):
        raise UnreadableContentError(name)
    for mark, unpack in _COMPRESSED.items():
        if content.startswith(mark):
            try:
                yield name, unpack(content)
            except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error):
                raise UnreadableContentError(name) from None


def _parquet(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
        for offset in range(0, frame.height, _ROWS_AT_ONCE):
            yield f"{name}.json", frame.slice(offset, _ROWS_AT_ONCE).write_ndjson().encode("utf-8")
    except pl.exceptions.PolarsError:
        raise UnreadableContentError(name) from None


def _zip(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size > _LARGEST_MEMBER_BYTES:
                    raise UnreadableContentError(name)
                # The member's name is content, too.
                yield member.filename, member.filename.encode("utf-8") + b"\n" + archive.read(member)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError):
        raise UnreadableContentError(name) from None


def records_of(path: Path) -> Iterator[object]:
    """The records of a JSON, JSON-lines, Parquet or CSV file as plain values; nothing for other files."""
    suffix = path.suffix.casefold()
    try:
        if suffix == ".parquet":
            yield from pl.read_parquet(path).iter_rows(named=True)
        elif suffix == ".csv":
            yield from pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True).iter_rows(named=True)
        elif suffix == ".jsonl":
            yield from map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").split("\n")))
        elif suffix == ".json":
            yield json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, pl.exceptions.PolarsError):
        return
