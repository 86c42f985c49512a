"""Transcripts in Word documents, as Microsoft Teams gives them to download.

Teams writes a paragraph ``Name   0:03`` and the text below it; older ones a line with both times, the name, the text.
Any other document is read for ``Name: text`` lines.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Collection, Sequence

from callsignals.inputs.transcripts.cues import Cue
from callsignals.inputs.transcripts.plain import parse_plain
from callsignals.inputs.transcripts.web_vtt import parse_web_vtt

__all__ = ["document_lines", "parse_document_lines"]

_HEADING = re.compile(r"(?P<name>\S.{0,79}?)\s+(?P<time>(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2})")
_TIMES = re.compile(r"-?[0-9:.,]+\s*-->\s*-?[0-9:.,]+")
_MOST_BYTES = 64 * 1024 * 1024
"""Unpacked, pictures and all; a bomb is far above."""
_MOST_MARKS = 1_000_000
"""Elements and attributes: a day of speech has about 500,000 in Word's own markup, and python-docx takes half a minute
for so many."""


def document_lines(data: bytes) -> list[str]:
    """The document's lines of text, blank ones left out.

    Raises:
        ValueError: it is not a Word document.
    """
    import docx  # takes a while, and few need it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(archive)
        paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]
    except Exception as error:  # python-docx and lxml let out whatever a damaged part makes them stumble over
        raise ValueError("not a Word document, or a damaged one") from error
    return [line.strip() for text in paragraphs for line in text.split("\n") if line.strip()]


def _check_size(archive: zipfile.ZipFile) -> None:
    """Whatever its parts are called: the document says which of them are markup.

    Raises:
        ValueError: more than a transcript can be.
    """
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > _MOST_BYTES:
        raise ValueError("too large when unpacked")
    contents = (archive.read(part) for part in parts)
    if sum(content.count(b"<") + content.count(b"=") for content in contents) > _MOST_MARKS:
        raise ValueError("too much markup")


def parse_document_lines(lines: Sequence[str], known: Collection[str]) -> list[Cue]:
    """The turns of a document, in order; empty when there are none.

    Args:
        lines: of text, without blank ones.
        known: folded names and labels that certainly are speakers.
    """
    if any(_TIMES.fullmatch(line) for line in lines):
        return parse_web_vtt(_as_captions(lines), known)
    headings = [_HEADING.fullmatch(line) for line in lines]
    if not any(headings):
        return parse_plain("\n".join(lines), known)
    names = {_name(found["name"]).casefold() for found in headings if found}
    return parse_plain(_as_turns(lines), {*known, *names})


def _as_captions(lines: Sequence[str]) -> str:
    """WebVTT of lines with times, name and text."""
    written: list[str] = ["WEBVTT"]
    named = True
    for line in lines:
        if _TIMES.fullmatch(line):
            written += ["", line]
            named = False
        elif not named:
            written.append(f"<v {html.escape(line)}>")
            named = True
        else:
            written.append(html.escape(line))
    return "\n".join(written)


def _as_turns(lines: Sequence[str]) -> str:
    """``[time] Name: text`` of lines with name and time above the text."""
    turns: list[str] = []
    for line in lines:
        found = _HEADING.fullmatch(line)
        if found:
            turns.append(f"[{found['time']}] {_name(found['name'])}:")
        elif turns:
            turns[-1] += f" {line}"
    return "\n".join(turns)


def _name(text: str) -> str:
    return " ".join(text.replace(":", " ").split())
