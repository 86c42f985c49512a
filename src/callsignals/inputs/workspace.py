"""A folder of settings and tables, opened: good rows, failures and notices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callsignals.errors import Failure
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow, SellerRow
from callsignals.inputs.settings import Settings

__all__ = ["Workspace", "open_workspace"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a workspace folder holds.

    Attributes:
        root: the folder, resolved.
        out: where results go (never scanned for input), resolved; need not exist.
        settings: of ``callsignals.toml``, or all defaults.
        calls, comments, leads, sellers: the good rows, in table order (found recordings: by ``call_id``). ``leads``
            holds the rows of the lead table only; ``lead`` below also consults the calls.
        terms_path: the workspace's own term list, None for the shipped one.
        segment_columns: extra columns that group the figures, ``[segments] columns``.
        failures: rows that could not be used, in the order calls, comments, leads, sellers.
        notices: what the user should know, one sentence each, without customer text.
        scanned: whether the calls were found by scanning instead of read from a table.
    """

    root: Path
    out: Path
    settings: Settings
    calls: tuple[CallRow, ...] = ()
    comments: tuple[CommentRow, ...] = ()
    leads: tuple[LeadRow, ...] = ()
    sellers: tuple[SellerRow, ...] = ()
    terms_path: Path | None = None
    segment_columns: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    scanned: bool = False


def open_workspace(folder: Path, *, out: Path | None = None, settings: Settings | None = None) -> Workspace:
    """Read and check a workspace."""
    raise NotImplementedError
