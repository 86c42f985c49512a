"""Whether a media file ends before its own header says it does."""

from __future__ import annotations

from pathlib import Path

__all__ = ["breaks_off"]

SHORTFALL_S = 0.25
SHORTFALL_SHARE = 0.005
"""A file is truncated when it holds less than its header says by more than both."""

_STATED_LENGTH = {"wav", "w64", "aiff", "au", "caf", "flac", "mov", "matroska", "asf", "tta", "ape", "wv"}
"""Demuxers whose duration comes from a header and not from the file's size or its last page."""
_PIPE_SIZE = 0x7FFF0000
"""WAV writers on a pipe put 0, 0x7FFFFFFF or 0xFFFFFFFF (or a little less) for the length that they do not know."""
_OGG_TAIL = 1 << 17
_OGG_LAST_PAGE = 0x04


def breaks_off(path: Path, container: str, stated_s: float | None, heard_s: float, *, end_broken: bool) -> bool:
    """Whether ``path`` is only the first part of what it was to be.

    Args:
        path: the file.
        container: the demuxer's name, alternatives separated by commas.
        stated_s: length by the container, None when it gives none.
        heard_s: length that was decoded.
        end_broken: whether the last packet was cut short or could not be decoded.
    """
    names = set(container.split(","))
    if "wav" in names and not _wav_states_length(path):
        return False  # the last packet always looks cut short there
    if end_broken:
        return True
    if "ogg" in names:
        return not _ogg_ends(path)
    stated = _mp3_states_length(path) if "mp3" in names else bool(names & _STATED_LENGTH)
    if not stated or stated_s is None:
        return False
    return stated_s - heard_s > max(SHORTFALL_S, SHORTFALL_SHARE * stated_s)


def _wav_states_length(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    at = head.find(b"data", 12)
    size = int.from_bytes(head[at + 4 : at + 8], "little")
    return at >= 0 and 0 < size < _PIPE_SIZE


def _mp3_states_length(path: Path) -> bool:
    """Whether the first frame is a Xing, Info or VBRI frame; otherwise the length is only a guess by size."""
    with path.open("rb") as file:
        head = file.read(10)
        tagged = head[:3] == b"ID3"
        sizes = zip(head[6:10], (21, 14, 7, 0), strict=False)
        file.seek(10 + sum(byte << shift for byte, shift in sizes) if tagged else 0)
        frame = file.read(256)
    return any(tag in frame for tag in (b"Xing", b"Info", b"VBRI"))


def _ogg_ends(path: Path) -> bool:
    """Whether the last page is whole and marked as the end of its stream (RFC 3533, section 6)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _OGG_TAIL))
        tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return False
    segments = tail[at + 26]
    lengths = tail[at + 27 : at + 27 + segments]
    whole = len(lengths) == segments and at + 27 + segments + sum(lengths) <= len(tail)
    return whole and bool(tail[at + 5] & _OGG_LAST_PAGE)
