"""Survey figures of a run: whose each answer is, the figures as signal rows, and whom to follow up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from callsignals.batch.entries import CommentEntry
from callsignals.batch.provenance import Provenance
from callsignals.comments.scores import is_on_scale
from callsignals.figures.follow_up import FollowUp, Surveyed, follow_up_list, why_follow_up
from callsignals.figures.grouped import Belonging, Figure, Subject, figures_of
from callsignals.figures.impact import impact_signals
from callsignals.figures.observed import OwnerOf
from callsignals.figures.periods import Period
from callsignals.figures.survey import SurveyAnswer, ces_signals, csat_signals, nps_signals
from callsignals.files import digest_of
from callsignals.inputs.rows import CallRow, CommentRow, LeadRow
from callsignals.inputs.workspace import Workspace
from callsignals.records.signal import SignalRecord, record_signal

__all__ = ["SURVEY_MEASURES", "Owners", "SurveyResults", "survey_answer", "survey_results", "surveyed"]

SURVEY_MEASURES = (nps_signals, impact_signals, csat_signals, ces_signals)
_SELLER_COLUMN = "seller"
_SEGMENT_COLUMN = "segment"


class Owners:
    """Whose a comment is.

    The seller is the comment's own ``seller`` column, else the call's that it followed, else the lead's when all of the
    lead's calls are one seller's. Calls with several sellers count for none of them. A segment column is looked up in
    the comment's row, else in its lead's, else in its call's.

    Args:
        calls, leads: of the workspace.
        columns: segment columns; the lead table's ``segment`` always groups.
    """

    def __init__(
        self, calls: Iterable[CallRow] = (), leads: Iterable[LeadRow] = (), columns: Sequence[str] = ()
    ) -> None:
        self._calls = {row.call_id: row for row in calls}
        self._leads = {row.lead_id: row for row in leads}
        self._columns = tuple(dict.fromkeys([_SEGMENT_COLUMN, *columns]))
        self._sellers: dict[str, set[tuple[str, ...]]] = {}
        self._segments: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        for row in self._calls.values():
            self._sellers.setdefault(row.lead_id, set()).add(row.sellers)

    def of_comment(self, row: CommentRow) -> Belonging:
        """Lead, seller and segments of a comment."""
        found = ((column, self._cell(row, column)) for column in self._columns)
        segments = tuple((column, value) for column, value in found if value)
        # One object for equal segments: they are few, the comments may be a million.
        return Belonging(row.lead_id, self._seller(row), self._segments.setdefault(segments, segments))

    def finder(self, comments: Iterable[CommentRow]) -> OwnerOf:
        """Looks up whose an observation is by its lead, call and comment; ``comments`` are those there are."""
        rows = {row.comment_id: row for row in comments}

        def owner_of(lead_id: str, call_id: str | None, comment_id: str | None) -> Belonging:
            row = rows.get(comment_id) if comment_id is not None else None
            return self.of_comment(row or CommentRow("", lead_id, "survey", call_id=call_id))

        return owner_of

    def _seller(self, row: CommentRow) -> str | None:
        own = dict(row.extra).get(_SELLER_COLUMN) if row.extra else None
        if own:
            return " ".join(own.split())
        call = self._calls.get(row.call_id or "")
        several = {call.sellers} if call is not None else self._sellers.get(row.lead_id, set())
        sellers = next(iter(several)) if len(several) == 1 else ()
        return sellers[0] if len(sellers) == 1 else None

    def _cell(self, row: CommentRow, column: str) -> str | None:
        for source in (row, self._leads.get(row.lead_id), self._calls.get(row.call_id or "")):
            value = _cell_of(source, column)
            if value:
                return value
        return None


def _cell_of(row: CommentRow | LeadRow | CallRow | None, column: str) -> str | None:
    if row is None:
        return None
    own = dict(row.extra).get(column)
    if own is not None:
        return own.strip()
    known = getattr(row, column, None)
    return known if isinstance(known, str) else None


def survey_answer(entry: CommentEntry, belongs: Belonging) -> SurveyAnswer | None:
    """The answer in a comment; None unless it is a survey's with a score on its scale."""
    row = entry.row
    if row.kind != "survey" or row.score is None or row.scale is None or not is_on_scale(row.score, row.scale):
        return None
    return SurveyAnswer(
        observation_id=row.comment_id,
        belongs=belongs,
        score=row.score,
        scale=row.scale,
        observed_at=row.created_at,
        respondent_id=row.respondent_id,
        reasons=_reasons(entry.classified.signal("comment_reasons").labels),
        digest=entry.input_digest,
    )


@lru_cache(maxsize=4096)
def _reasons(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Reasons without their polarity, each once."""
    return tuple(sorted({label.partition(":")[0] for label in labels}))


def surveyed(entry: CommentEntry, belongs: Belonging, *, with_text: bool = False) -> Surveyed | None:
    """What a survey comment says of whether to follow it up; None for other kinds."""
    row, classified = entry.row, entry.classified
    if row.kind != "survey":
        return None
    recommends, mismatch = (classified.signal(name).value for name in ("recommends", "score_text_mismatch"))
    return Surveyed(
        comment_id=row.comment_id,
        lead_id=row.lead_id,
        seller=belongs.seller,
        group=classified.signal("nps_group").label,
        score=row.score,
        scale=row.scale,
        polarity=classified.signal("comment_polarity").label,
        reasons=classified.signal("comment_reasons").labels,
        recommends=None if recommends is None else bool(recommends),
        mismatch=None if mismatch is None else bool(mismatch),
        respondent_id=row.respondent_id,
        created_at=row.created_at,
        text=row.text if with_text else None,
    )


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """What the surveys of a run say together.

    Attributes:
        rows: NPS, what moves it, CSAT and CES of every lead, seller and segment and of the company.
        follow_up: whom to call, most urgent first.
    """

    rows: list[SignalRecord]
    follow_up: list[FollowUp]


def survey_results(
    workspace: Workspace,
    calls: Iterable[CallRow],
    comments: Iterable[CommentEntry],
    provenance: Provenance,
    classifier_digest: str,
) -> SurveyResults:
    """The survey figures and the follow-up list; ``comments`` may be a generator, it is read once."""
    owners = Owners(calls, workspace.leads, workspace.segment_columns)
    answers: list[SurveyAnswer] = []
    asked: list[Surveyed] = []
    for entry in comments:
        belongs = owners.of_comment(entry.row)
        if (answer := survey_answer(entry, belongs)) is not None:
            answers.append(answer)
        if (comment := surveyed(entry, belongs)) is not None and (comment.respondent_id or why_follow_up(comment)):
            asked.append(comment)
    settings = workspace.settings
    figures = figures_of(answers, SURVEY_MEASURES, every=settings.figures.every, zone=settings.zone)
    digests: dict[tuple[Subject, Period | None], str] = {}
    rows = []
    for figure in figures:
        group = (figure.subject, figure.period)
        if group not in digests:
            digests[group] = _input_digest(figure.observations)
        rows.append(_row(figure, provenance, digests[group], classifier_digest))
    return SurveyResults(rows, follow_up_list(asked))


def _input_digest(answers: Iterable[SurveyAnswer]) -> str:
    return digest_of([[a.observation_id, a.digest, a.respondent_id, a.belongs.lead_id] for a in answers])


def _row(
    figure: Figure[SurveyAnswer], provenance: Provenance, input_digest: str, classifier_digest: str
) -> SignalRecord:
    part = ":".join(figure.signal.labels)
    observed = provenance.of_group(figure.subject, figure.period, input_digest, classifier_digest, part=part)
    return record_signal(figure.signal, observed)
