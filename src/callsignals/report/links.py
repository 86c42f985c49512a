"""Where each page lies: file names and addresses made of ids that may hold anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePath
from urllib.parse import quote

__all__ = ["call_page", "file_address", "lead_page", "page_name", "seller_page"]

_LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")


def page_name(identifier: str) -> str:
    """A file name for any id: readable where it can be, told apart by a digest.

    The digest keeps apart ids that differ in capitals alone, which some file systems take for one name, and names that
    Windows reserves.
    """
    plain = unicodedata.normalize("NFKD", identifier.lower()).encode("ascii", "ignore").decode("ascii")
    readable = _OTHER.sub("-", plain).strip("-")[:_LONGEST].strip("-")
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{readable}-{digest}.html" if readable else f"{digest}.html"


def call_page(call_id: str) -> str:
    """Address of a call's page from the report's folder."""
    return f"calls/{page_name(call_id)}"


def lead_page(lead_id: str) -> str:
    """Address of a lead's page from the report's folder."""
    return f"leads/{page_name(lead_id)}"


def seller_page(seller: str) -> str:
    """Address of a seller's page from the report's folder."""
    return f"sellers/{page_name(seller)}"


def file_address(base: str, path: str) -> str:
    """A relative or ``file:`` address of a file for a page in a folder of the report.

    Args:
        base: folder that ``path`` starts from, relative to OUT, or absolute; ``/`` between parts.
        path: relative to ``base``, or absolute.
    """
    joined = PurePath(path) if PurePath(path).is_absolute() else PurePath(base) / path
    if joined.is_absolute():
        return joined.as_uri()
    return "../../" + quote(joined.as_posix())
