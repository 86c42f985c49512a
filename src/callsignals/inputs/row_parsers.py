"""From raw rows to validated ones: a bad row is an error with its file, row, column, value and remedy."""

from __future__ import annotations

from callsignals.inputs.admission import parse_lawful_basis
from callsignals.inputs.cells import Cells, Parsed, RowContext, check_once, parse_rows
from callsignals.inputs.rows import (
    COMMENT_KINDS,
    OUTCOMES,
    SCALES,
    CallRow,
    CommentRow,
    LeadRow,
    Scale,
    SellerRow,
)
from callsignals.inputs.tables import Table
from callsignals.inputs.values import (
    parse_bool,
    parse_channel,
    parse_choice,
    parse_language,
    shown,
)

__all__ = [
    "parse_call_rows",
    "parse_comment_rows",
    "parse_lead_rows",
    "parse_seller_rows",
]


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
        check_once(cells, "call_id", call.call_id, seen)
        return call

    required = ("call_id",) if context.own_lead else ("call_id", "lead_id")
    return parse_rows(table, context, required, parse)


def _lead_of_call(cells: Cells, call_id: str) -> str:
    lead_id = cells.text("lead_id") or (call_id if cells.context.own_lead else None)
    if lead_id is None:
        raise cells.error(
            "column 'lead_id' is blank",
            "Fill it in; or set [calls] own_lead_when_blank = true in callsignals.toml, and each such call is a "
            "lead of its own.",
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
        check_once(cells, "comment_id", comment.comment_id, seen)
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
            f"Write one of: {', '.join(SCALES)}; or set [comments] default_scale in callsignals.toml.",
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
        check_once(cells, "lead_id", lead.lead_id, seen)
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
        check_once(cells, "seller", seller.seller, seen)
        return seller

    return parse_rows(table, context, ("seller",), parse)
