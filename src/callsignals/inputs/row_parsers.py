"""From raw rows to validated ones: a bad row is an error with its file, row, column, value and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Generic, TypeVar

from callsignals.errors import CallSignalsError, InputError
from callsignals.inputs.admission import parse_lawful_basis
from callsignals.inputs.paths import resolve_named_file
from callsignals.inputs.rows import (
    COMMENT_KINDS,
    OUTCOMES,
    SCALES,
    CallRow,
    CommentRow,
    Extra,
    LeadRow,
    Scale,
    SellerRow,
)
from callsignals.inputs.tables import COLUMNS, RawRow, Table
from callsignals.inputs.values import (
    parse_bool,
    parse_channel,
    parse_choice,
    parse_date,
    parse_datetime,
    parse_language,
    parse_number,
    shown,
)

__all__ = [
    "Cells",
    "Parsed",
    "RowContext",
    "parse_call_rows",
    "parse_comment_rows",
    "parse_lead_rows",
    "parse_rows",
    "parse_seller_rows",
]

Value = TypeVar("Value")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowContext:
    """What rows are read with.

    Attributes:
        zone: of times without an offset; None for UTC with a notice.
        roots: resolved folders inside which calls may name files.
        seller_channel: ``[calls] seller_channel``.
        default_scale: ``[comments] default_scale``.
        ids_required: False for a bare table of comments (``classify``): a missing ``comment_id`` becomes
            the row number, a missing ``lead_id`` stays empty, a missing ``kind`` becomes ``survey``.
        own_lead: ``[calls] own_lead_when_blank``.
    """

    zone: tzinfo | None = None
    roots: tuple[Path, ...] = ()
    seller_channel: int | None = None
    default_scale: Scale | None = None
    ids_required: bool = True
    own_lead: bool = False


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """What became of one table.

    Attributes:
        rows: the good ones, in order.
        errors: the bad ones, by row.
        zone_assumed: whether any good row held a time without an offset.
    """

    rows: tuple[Row, ...]
    errors: tuple[CallSignalsError, ...]
    zone_assumed: bool


class Cells:
    """The cells of one row, each read with errors that name table, row, column and value."""

    def __init__(self, table: Table, raw: RawRow, context: RowContext) -> None:
        self.table = table
        self.raw = raw
        self.context = context
        self.zone_assumed = False

    def error(self, problem: str, remedy: str, code: str) -> InputError:
        """An error about this row."""
        where = f"{self.table.path.name} row {self.raw.number}"
        return InputError(where, problem, remedy, code=code, row=self.raw.number)

    def as_written(self, column: str) -> str | None:
        """The cell with its white space; None when blank."""
        return self.raw.cells.get(column)

    def text(self, column: str) -> str | None:
        """White space trimmed; inner runs kept as they are."""
        value = self.as_written(column)
        return value.strip() if value is not None else None

    def required(self, column: str) -> str:
        """The trimmed text of a cell that must not be blank."""
        value = self.text(column)
        if value is None:
            remedy = (
                "Fill it in; where no customer is known, with an id of its own."
                if column == "lead_id"
                else "Fill it in."
            )
            raise self.error(f"column '{column}' is blank", remedy, f"missing_{column}")
        return value

    def read(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """What ``parse`` makes of the cell; None when blank."""
        value = self.text(column)
        if value is None:
            return None
        try:
            return parse(value)
        except InputError as error:
            problem = f"column '{column}' is {error.what}, {error.problem}"
            raise self.error(problem, error.remedy, error.code) from None

    def number(self, column: str) -> float | None:
        """A finite number; None when blank."""
        return self.read(column, lambda text: parse_number(text, decimal_comma=self.table.decimal_comma))

    def moment(self, column: str) -> datetime | None:
        """A time in UTC; None when blank."""
        found = self.read(column, lambda text: parse_datetime(text, self.context.zone))
        if found is None:
            return None
        self.zone_assumed = self.zone_assumed or found.zone_assumed
        return found.utc

    def day(self, column: str) -> date | None:
        """A calendar day; None when blank."""
        return self.read(column, parse_date)

    def several(self, column: str) -> tuple[str, ...]:
        """Parted by ``;``, each once, inner white space made single."""
        parts = (" ".join(part.split()) for part in (self.text(column) or "").split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def file(self, column: str) -> Path | None:
        """A file inside the allowed folders; None when blank."""
        return self.read(
            column,
            lambda text: resolve_named_file(text, base=self.table.path.parent.resolve(), roots=self.context.roots),
        )

    def extra(self, table_name: str) -> Extra:
        """The filled-in columns that the table's kind does not know."""
        known = COLUMNS[table_name]
        return tuple((name, value) for name, value in self.raw.cells.items() if name not in known and value is not None)


def parse_rows(
    table: Table, context: RowContext, required: tuple[str, ...], parse: Callable[[Cells], Row]
) -> Parsed[Row]:
    """Each row by ``parse``, whose ``InputError`` becomes one of ``errors``; ``required`` columns must be there."""
    if context.ids_required:
        _check_columns(table, required)
    rows: list[Row] = []
    errors: list[CallSignalsError] = list(table.problems)
    zone_assumed = False
    for raw in table.rows:
        cells = Cells(table, raw, context)
        try:
            rows.append(parse(cells))
        except InputError as error:
            errors.append(error)
        else:
            zone_assumed = zone_assumed or cells.zone_assumed
    return Parsed(tuple(rows), tuple(sorted(errors, key=_row_of)), zone_assumed)


_ADD = {
    "kind": "Add it, with referral, survey or reply in each row; or name the questions of a survey tool's export as "
    "docs/your-data.md has them."
}
"""What to do about a column that is not there, where more than adding it would help."""


def _check_columns(table: Table, required: tuple[str, ...]) -> None:
    """A table without a required column is one error and not one for each row."""
    for column in required if table.rows else ():
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=1, cutoff=0.5)
            hint = f"Is it '{near[0]}'? Rename it." if near else _ADD.get(column, "Add it.")
            found = ", ".join(f"'{name}'" for name in table.columns)
            raise InputError(
                str(table.path),
                f"has no column '{column}'; its columns are {found}",
                hint,
                code=f"missing_{column}",
            )


def _row_of(error: CallSignalsError) -> int:
    return error.row or 0


def _check_once(cells: Cells, column: str, value: str, seen: dict[str, int]) -> None:
    """Call only once a row is known to be good: a bad first row does not take its id with it."""
    if value in seen:
        raise cells.error(
            f"column '{column}' is {shown(value)}, as in row {seen[value]}",
            "Give each row an id of its own, or remove one of the rows.",
            "duplicate_id",
        )
    seen[value] = cells.raw.number


def parse_call_rows(table: Table, context: RowContext) -> Parsed[CallRow]:
    """Calls; of rows with one ``call_id`` the first counts (``duplicate_id``, or ``two_leads``)."""
    seen: dict[str, int] = {}
    leads: dict[str, str] = {}

    def parse(cells: Cells) -> CallRow:
        call = _call(cells)
        if leads.setdefault(call.call_id, call.lead_id) != call.lead_id:
            raise cells.error(
                f"column 'call_id' is {shown(call.call_id)}, in row {seen[call.call_id]} with another lead",
                "A call belongs to one lead: keep the right row and remove the other.",
                "two_leads",
            )
        _check_once(cells, "call_id", call.call_id, seen)
        return call

    required = ("call_id",) if context.own_lead else ("call_id", "lead_id")
    return parse_rows(table, context, required, parse)


def _lead_of_call(cells: Cells, call_id: str) -> str:
    lead_id = cells.text("lead_id") or (call_id if cells.context.own_lead else None)
    if lead_id is None:
        raise cells.error(
            "column 'lead_id' is blank",
            "Fill it in; or set [calls] own_lead_when_blank = true, and each such call is a lead of its own.",
            "missing_lead_id",
        )
    return lead_id


def _call(cells: Cells) -> CallRow:
    call_id = cells.required("call_id")
    lead_id = _lead_of_call(cells, call_id)
    audio, transcript = cells.file("audio"), cells.file("transcript")
    if audio is None and transcript is None:
        raise cells.error(
            "names neither audio nor transcript",
            "Put a file name in column 'audio' or 'transcript'.",
            "no_audio_or_transcript",
        )
    rttm = cells.file("rttm")
    if rttm is not None and audio is None:
        raise cells.error(
            "names rttm but no audio",
            "Fill in column 'audio', or clear column 'rttm': it says who speaks when in a recording.",
            "rttm_without_audio",
        )
    own_channel = cells.read("seller_channel", parse_channel)
    channel = cells.context.seller_channel if own_channel is None else own_channel
    moment_s = cells.number("seller_speaks_at_s")
    if moment_s is not None and moment_s < 0:
        raise cells.error(
            f"column 'seller_speaks_at_s' is '{moment_s:g}', which is before the start",
            "Write seconds from the start of the recording.",
            "out_of_range",
        )
    return CallRow(
        call_id=call_id,
        lead_id=lead_id,
        audio=audio,
        transcript=transcript,
        rttm=rttm,
        started_at=cells.moment("started_at"),
        sellers=cells.several("seller"),
        language=cells.read("language", parse_language),
        seller_channel=channel,
        seller_channel_source=None if channel is None else "manifest" if own_channel is not None else "config",
        seller_speaks_at_s=moment_s,
        stage=cells.text("stage"),
        outcome=cells.read("outcome", lambda text: parse_choice(text, OUTCOMES)),
        closed_at=cells.moment("closed_at"),
        lawful_basis=cells.read("lawful_basis", parse_lawful_basis),
        notice_given=cells.read("notice_given", parse_bool),
        retain_until=cells.day("retain_until"),
        extra=cells.extra("calls"),
        table=cells.table.path.name,
        row=cells.raw.number,
    )


def parse_comment_rows(table: Table, context: RowContext, known: dict[str, int] | None = None) -> Parsed[CommentRow]:
    """Comments; of rows with one ``comment_id`` the first counts. An empty one without a score is kept.

    Args:
        table: the rows.
        context: what they are read with.
        known: ids and rows of earlier parts of the same table, which grows by this part's; for tables read in parts.
    """
    seen: dict[str, int] = {} if known is None else known

    def parse(cells: Cells) -> CommentRow:
        comment = _comment(cells)
        _check_once(cells, "comment_id", comment.comment_id, seen)
        return comment

    return parse_rows(table, context, ("comment_id", "lead_id", "kind"), parse)


def _comment(cells: Cells) -> CommentRow:
    if cells.context.ids_required:
        comment_id, lead_id = cells.required("comment_id"), cells.required("lead_id")
        cells.required("kind")
    else:
        comment_id, lead_id = cells.text("comment_id") or str(cells.raw.number), cells.text("lead_id") or ""
    score, scale = _score(cells)
    return CommentRow(
        comment_id=comment_id,
        lead_id=lead_id,
        kind=cells.read("kind", lambda text: parse_choice(text, COMMENT_KINDS)) or "survey",
        text=cells.as_written("text") or "",
        score=score,
        scale=scale,
        created_at=cells.moment("created_at"),
        language=cells.read("language", parse_language),
        call_id=cells.text("call_id"),
        respondent_id=cells.text("respondent_id"),
        touchpoint=cells.text("touchpoint"),
        extra=cells.extra("comments"),
        table=cells.table.path.name,
        row=cells.raw.number,
    )


def _score(cells: Cells) -> tuple[float | None, Scale | None]:
    score = cells.number("score")
    named: Scale | None = cells.read("scale", lambda text: parse_choice(text, tuple(SCALES)))
    scale = named or cells.context.default_scale
    if score is None:
        return None, named
    if scale is None:
        raise cells.error(
            "has a score but column 'scale' is blank",
            f"Write one of: {', '.join(SCALES)}; or set [comments] default_scale.",
            "missing_scale",
        )
    lowest, highest = SCALES[scale]
    if not lowest <= score <= highest:
        raise cells.error(
            f"column 'score' is '{score:g}', outside the range {lowest} to {highest} of scale '{scale}'",
            "Correct the score or the scale.",
            "score_out_of_range",
        )
    return score, scale


def parse_lead_rows(table: Table, context: RowContext) -> Parsed[LeadRow]:
    """Leads; of two rows with one ``lead_id`` the first counts."""
    seen: dict[str, int] = {}

    def parse(cells: Cells) -> LeadRow:
        lead = LeadRow(
            lead_id=cells.required("lead_id"),
            name=cells.text("name"),
            segment=cells.text("segment"),
            stage=cells.text("stage"),
            stage_entered_at=cells.moment("stage_entered_at"),
            outcome=cells.read("outcome", lambda text: parse_choice(text, OUTCOMES)),
            closed_at=cells.moment("closed_at"),
            amount=cells.number("amount"),
            lost_reason=cells.text("lost_reason"),
            qualified=cells.read("qualified", parse_bool),
            extra=cells.extra("leads"),
            table=cells.table.path.name,
            row=cells.raw.number,
        )
        _check_once(cells, "lead_id", lead.lead_id, seen)
        return lead

    return parse_rows(table, context, ("lead_id",), parse)


def parse_seller_rows(table: Table, context: RowContext) -> Parsed[SellerRow]:
    """Sellers; of two rows with one ``seller`` the first counts."""
    seen: dict[str, int] = {}

    def parse(cells: Cells) -> SellerRow:
        seller = SellerRow(
            seller=" ".join(cells.required("seller").split()),
            name=cells.text("name"),
            aliases=cells.several("aliases"),
            email_domain=cells.text("email_domain"),
            team=cells.text("team"),
            extra=cells.extra("sellers"),
            table=cells.table.path.name,
            row=cells.raw.number,
        )
        _check_once(cells, "seller", seller.seller, seen)
        return seller

    return parse_rows(table, context, ("seller",), parse)
