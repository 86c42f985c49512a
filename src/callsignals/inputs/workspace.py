"""A folder of settings and tables, opened: good rows, failures and notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from callsignals.errors import CallSignalsError, Failure, InputError, SettingsError, UsageError
from callsignals.inputs.admission import Erased, refusal, without_lost_calls
from callsignals.inputs.cells import Parsed, RowContext
from callsignals.inputs.checks import (
    alias_notices,
    alike_notices,
    comment_notices,
    conflict_notices,
    listed,
    name_sellers,
    segment_columns,
)
from callsignals.inputs.message_rows import parse_message_rows, reply_comments
from callsignals.inputs.metric_rows import parse_metric_rows, unknown_metric_notices
from callsignals.inputs.own_comments import OwnComments, own_comments
from callsignals.inputs.paths import is_inside
from callsignals.inputs.questionnaires import answers_apart, find_questions
from callsignals.inputs.row_parsers import (
    parse_call_rows,
    parse_comment_rows,
    parse_lead_rows,
    parse_seller_rows,
)
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow, MessageRow, MetricRow, SellerRow
from callsignals.inputs.scan import AUDIO_SUFFIXES, scan_recordings
from callsignals.inputs.settings import SETTINGS_FILE, Settings, load_settings
from callsignals.inputs.tables import COLUMNS, TABLE_SUFFIXES, Table, find_table, read_table
from callsignals.privacy.tombstones import Tombstones, load_tombstones

__all__ = ["Workspace", "open_workspace"]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a workspace folder holds.

    Attributes:
        root: the folder, resolved.
        out: where results go (never scanned for input), resolved; need not exist.
        settings: of ``callsignals.toml``, or all defaults.
        calls, comments, leads, sellers: the good rows, in table order (found recordings: by path); the customer's
            answers among ``messages`` follow as ``reply`` comments.
        messages, metrics: the good rows, in table order.
        terms_path: the workspace's own term list, None for the shipped one.
        segment_columns: columns that group the figures, ``[segments] columns`` as the tables spell them.
        failures: rows that could not be used, in the order of the tables: calls, comments, leads,
            sellers, messages, metrics.
        notices: what the user should know, one sentence each, without customer text.
        scanned: whether the calls were found by scanning instead of read from a table.
        tombstones: who was erased from OUT and left out here.
        left_out: how many of their rows there are, by table.
    """

    root: Path
    out: Path
    settings: Settings
    calls: tuple[CallRow, ...] = ()
    comments: tuple[CommentRow, ...] = ()
    leads: tuple[LeadRow, ...] = ()
    sellers: tuple[SellerRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    metrics: tuple[MetricRow, ...] = ()
    terms_path: Path | None = None
    segment_columns: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    scanned: bool = False
    tombstones: Tombstones = field(default_factory=Tombstones)
    left_out: tuple[tuple[str, int], ...] = ()

    @property
    def own_comments(self) -> OwnComments:
        """The user's own comment heads and rules."""
        return own_comments(self.root, self.settings)


@dataclass(slots=True)
class _Opening:
    """What has been found so far."""

    root: Path
    out: Path
    settings: Settings
    context: RowContext
    erased: Erased
    failures: list[Failure] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    zone_assumed: bool = False

    def fail(self, error: CallSignalsError, input_name: str) -> None:
        self.failures.append(Failure(input_name, error.row, "inputs", error.code, error.problem, error.remedy))

    def read(self, name: str, parse: Callable[[Table, RowContext], Parsed[Row]]) -> tuple[Row, ...] | None:
        """The good rows of a table; None when there is no such table, or one with a header only."""
        path = find_table(self.root, name)
        if path is None:
            return None
        if not any(is_inside(path.resolve(), root) for root in self.context.roots):
            raise InputError(
                path.name,
                "is a link that leads out of the workspace",
                "Put the table itself there, or add its folder to [calls] audio_roots.",
                code="path_outside",
            )
        table = self.erased.without(name, read_table(path, known=COLUMNS[name]))
        if table.encoding == "windows-1252":
            self.notices.append(f"{path.name} is not UTF-8; it is read as Windows-1252.")
        if table.notice:
            self.notices.append(table.notice)
        if name == "comments":
            table = self._comments(table)
        parsed = parse(table, self.context)
        for error in parsed.errors:
            self.fail(error, path.name)
        self.columns.update(table.columns)
        self.zone_assumed = self.zone_assumed or parsed.zone_assumed
        return parsed.rows if parsed.rows or parsed.errors else None

    def _comments(self, table: Table) -> Table:
        """A survey tool's export as rows of comments."""
        questions = find_questions(table.columns)
        if questions is None:
            return table
        self.notices.append(questions.notice(table.path.name))
        return answers_apart(table)


def open_workspace(
    folder: Path | str,
    *,
    out: Path | str | None = None,
    settings: Settings | None = None,
    today: date | None = None,
) -> Workspace:
    """Read and check a workspace; bad rows become failures and the good ones go on.

    Args:
        folder: the workspace.
        out: where results go; ``folder/out`` when None.
        settings: in place of ``callsignals.toml``.
        today: calls that were to be kept until an earlier day are refused; None for the machine's date.

    Raises:
        InputError: no such folder, a table that cannot be read at all, or nothing to do.
        SettingsError: ``callsignals.toml`` is wrong, or names folders or files that do not exist.
        UsageError: OUT is the workspace itself.
        OutputError: nobody can say who was erased from OUT.
    """
    root = _checked_folder(Path(folder))
    settings = settings or _own_settings(root)
    destination = (Path(out) if out is not None else root / "out").resolve()
    if destination == root:
        raise UsageError(
            str(out), "is the workspace itself", "Write results to another folder, for instance its 'out'."
        )
    erased = Erased(load_tombstones(destination))
    opening = _Opening(root, destination, settings, _context(root, settings), erased)
    terms_path = _terms_path(root, settings)

    calls = opening.read("calls", parse_call_rows)
    scanned = calls is None
    found = _scan(opening) if calls is None else calls
    comments = opening.read("comments", parse_comment_rows) or ()
    leads = opening.read("leads", parse_lead_rows) or ()
    sellers = opening.read("sellers", parse_seller_rows) or ()
    messages = opening.read("messages", parse_message_rows) or ()
    metrics = opening.read("metrics", parse_metric_rows) or ()
    opening.notices += _unread_notices(root)
    if not (found or comments or messages or metrics or opening.failures or erased.counts()):
        raise _nothing_to_do(root)

    found, lost = _admitted(found, opening, today or date.today())
    comments = without_lost_calls(comments, lost)
    found, seller_notices = name_sellers(found, sellers)
    segments, segment_notices = segment_columns(settings.segments.columns, opening.columns)
    opening.notices += [
        *alias_notices(sellers),
        *seller_notices,
        *alike_notices(found),
        *conflict_notices(found, leads),
        *comment_notices(comments, found),
        *segment_notices,
        *_zone_notices(opening),
        *unknown_metric_notices(metrics),
        *erased.notices(),
    ]
    return Workspace(
        root=root,
        out=destination,
        settings=settings,
        calls=found,
        comments=(*comments, *reply_comments(messages, (comment.comment_id for comment in comments))),
        leads=leads,
        sellers=sellers,
        messages=messages,
        metrics=metrics,
        terms_path=terms_path,
        segment_columns=segments,
        failures=tuple(opening.failures),
        notices=tuple(opening.notices),
        scanned=scanned and bool(found),
        tombstones=erased.tombstones,
        left_out=erased.counts(),
    )


def _admitted(calls: tuple[CallRow, ...], opening: _Opening, today: date) -> tuple[tuple[CallRow, ...], frozenset[str]]:
    """The calls that may be processed, and the ids of all others; those refused become failures."""
    kept, lost = [], set(opening.erased.calls)
    for call in calls:
        error = refusal(call, today, require_basis=opening.settings.privacy.require_basis)
        if error is None:
            kept.append(call)
        else:
            opening.fail(error, call.call_id)
            lost.add(call.call_id)
    return tuple(kept), frozenset(lost)


def _checked_folder(folder: Path) -> Path:
    if folder.is_dir():
        return folder.resolve()
    name = str(folder)
    if not folder.is_file():
        raise InputError(
            name,
            "does not exist",
            "Name an existing folder, or make one with 'callsignals init'.",
            code="no_workspace",
        )
    suffix = folder.suffix.casefold()
    parent = f"Name its folder: '{folder.parent}'"
    if suffix in AUDIO_SUFFIXES:
        raise InputError(
            name,
            "is one recording, not a workspace folder",
            f"{parent}; or use 'callsignals transcribe' for this file alone.",
            code="not_a_folder",
        )
    if suffix in TABLE_SUFFIXES:
        raise InputError(
            name,
            "is one table, not a workspace folder",
            f"{parent}; or use 'callsignals classify' for a table of comments alone.",
            code="not_a_folder",
        )
    raise InputError(name, "is a file, not a workspace folder", f"{parent}.", code="not_a_folder")


def _own_settings(root: Path) -> Settings:
    path = root / SETTINGS_FILE
    return load_settings(path) if path.exists() else Settings()


def _context(root: Path, settings: Settings) -> RowContext:
    roots = [root]
    for name in settings.calls.audio_roots:
        folder = (root / name).resolve()
        if not folder.is_dir():
            raise SettingsError(
                str(root / SETTINGS_FILE),
                f"key 'audio_roots' in [calls] names '{name}', which is not a folder",
                "Correct the name (relative to the workspace, or absolute), or connect the drive.",
            )
        roots.append(folder)
    return RowContext(
        zone=settings.zone,
        roots=tuple(dict.fromkeys(roots)),
        seller_channel=settings.calls.seller_channel,
        default_scale=settings.comments.default_scale,
        own_lead=settings.calls.own_lead_when_blank,
    )


def _terms_path(root: Path, settings: Settings) -> Path | None:
    path = (root / settings.terms.file).resolve()
    if path.is_file():
        return path
    if "file" in settings.terms.model_fields_set:
        raise SettingsError(
            str(root / SETTINGS_FILE),
            f"key 'file' in [terms] names '{settings.terms.file}', which does not exist",
            "Correct the name, or remove the key to use the shipped term list.",
        )
    return None


def _scan(opening: _Opening) -> tuple[CallRow, ...]:
    scanned = opening.erased.of_scan(
        scan_recordings(
            opening.root,
            opening.out,
            roots=opening.context.roots,
            seller_channel=opening.context.seller_channel,
        )
    )
    for error in scanned.errors:
        opening.fail(error, error.what)
    count = len(scanned.calls)
    if count:
        opening.notices.append(
            f"There is no table of calls, or an empty one; recordings found: {count}. The call id is the "
            "path, the lead id the folder's name (at the top the recording's own)."
        )
    if shared := _of_several_folders(scanned.calls):
        opening.notices.append(
            f"Several folders of one name are one lead: {listed(shared)}. A table of calls with a lead_id tells them "
            "apart."
        )
    if scanned.renamed:
        names = listed(scanned.renamed)
        opening.notices.append(f"Another recording has the same name: the call id of {names} keeps the extension.")
    if scanned.links:
        opening.notices.append(f"Linked folders are not followed: {listed(scanned.links)}.")
    return scanned.calls


def _of_several_folders(calls: Sequence[CallRow]) -> list[str]:
    """Leads of found recordings that lie in folders of one name in several places."""
    folders: dict[str, set[PurePosixPath]] = {}
    for call in calls:
        folders.setdefault(call.lead_id, set()).add(PurePosixPath(call.call_id).parent)
    return sorted(lead for lead, places in folders.items() if len(places) > 1)


def _nothing_to_do(root: Path) -> InputError:
    return InputError(
        str(root),
        "holds no calls, no comments and no recordings",
        "Add recordings, calls.csv, comments.csv, messages.csv or metrics.csv; 'callsignals init DIR' writes examples.",
        code="nothing_to_do",
    )


def _unread_notices(root: Path) -> list[str]:
    """A notice of tables whose name says nothing to us, while there is no table of calls, or none of comments."""
    if find_table(root, "calls") and find_table(root, "comments"):
        return []
    others = sorted(
        path.name
        for path in root.iterdir()
        if path.suffix.casefold() in TABLE_SUFFIXES and path.stem.casefold() not in COLUMNS and _is_input(path)
    )
    if not others:
        return []
    return [f"Not read: {listed(others)}. Tables are known by their names ({', '.join(COLUMNS)}): rename what is one."]


def _is_input(path: Path) -> bool:
    """Not hidden, not open in Excel (``~$``), not a list that we wrote for a person."""
    return path.is_file() and not path.name.startswith((".", "~")) and not path.stem.endswith("follow_up")


def _zone_notices(opening: _Opening) -> list[str]:
    if not opening.zone_assumed or opening.settings.zone is not None:
        return []
    return [
        "Times without an offset are read as UTC; set [workspace] timezone in callsignals.toml to read them "
        "as local times."
    ]
