"""``[records] include_text``: the redacted words that a lead's rows rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import TypeVar

from callsignals.batch.redacting import Redactor
from callsignals.errors import InputError
from callsignals.files import file_name_for
from callsignals.inputs.rows import CallRow, CommentRow
from callsignals.inputs.transcripts.own import parse_own
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.redaction import find, redact_words, redacted
from callsignals.records.signal import TEXT_LIMIT_CHARS, CharEvidence, SignalRecord, TimeEvidence, with_text
from callsignals.vocabulary.spoken import Word

__all__ = ["RecordText"]

_BETWEEN = " ... "
_CUT = " ..."

Span = TypeVar("Span", CharEvidence, TimeEvidence)


@dataclass(frozen=True, slots=True)
class RecordText:
    """Adds ``text`` to rows; always redacted at level ``all``, whatever ``[privacy] redact`` lets into the transcripts.

    Attributes:
        transcripts: the folder of the calls' copies, as the run has written them.
        redactor: knows the names of the tables.
    """

    transcripts: Path
    redactor: Redactor

    @classmethod
    def of(cls, workspace: Workspace) -> RecordText | None:
        """None when the setting is off."""
        if not workspace.settings.records.include_text:
            return None
        return cls(workspace.out / "transcripts", Redactor.of(workspace))

    def added(
        self, rows: Iterable[SignalRecord], calls: Iterable[CallRow], comments: Iterable[CommentRow]
    ) -> list[SignalRecord]:
        """The rows of one lead, those with evidence together with its words.

        Args:
            rows: of level ``lead``.
            calls: of this lead.
            comments: of this lead.

        Raises:
            InputError: a transcript in OUT has vanished or is damaged.
        """
        call_of = {call.call_id: call for call in calls}
        comment_of = {comment.comment_id: comment for comment in comments}
        words_of: dict[str, tuple[Word, ...]] = {}
        result = []
        for row in rows:
            text = self._text(row, call_of, comment_of, words_of) if row.evidence else None
            result.append(row if text is None else with_text(row, text))
        return result

    def _text(
        self,
        row: SignalRecord,
        call_of: Mapping[str, CallRow],
        comment_of: Mapping[str, CommentRow],
        words_of: dict[str, tuple[Word, ...]],
    ) -> str | None:
        if row.comment_id is not None:
            comment = comment_of.get(row.comment_id)
            chars = [span for span in row.evidence if isinstance(span, CharEvidence)]
            return None if comment is None else _joined(self._written(comment, row.language), chars)
        call = call_of.get(row.call_id or "")
        if call is None:
            return None
        if call.call_id not in words_of:
            words_of[call.call_id] = self._said(call)
        times = [span for span in row.evidence if isinstance(span, TimeEvidence)]
        return _joined(lambda span: _spoken(words_of[call.call_id], span), times)

    def _said(self, call: CallRow) -> tuple[Word, ...]:
        """The words of a call's copy, redacted once more: the copy may show names, or everything."""
        path = self.transcripts / f"{file_name_for(call.call_id)}.json"
        try:
            copy = parse_own(path.read_text(encoding="utf-8"), input_digest="")
        except (OSError, ValueError):
            problem = "its transcript in OUT has vanished or is damaged"
            raise InputError(call.call_id, problem, "Run again.", code="cache_vanished") from None
        return redact_words(copy.words, copy.language, self.redactor.names(call))

    def _written(self, comment: CommentRow, language: str | None) -> Callable[[CharEvidence], str]:
        """What gives the parts of a comment; a finding that a part touches is hidden whole."""
        found = find(comment.text, language, self.redactor.names(comment))

        def part(span: CharEvidence) -> str:
            inside = [one for one in found if one.start_char < span.end_char and span.start_char < one.end_char]
            start = min([span.start_char, *(one.start_char for one in inside)])
            end = max([span.end_char, *(one.end_char for one in inside)])
            shifted = [replace(one, start_char=one.start_char - start, end_char=one.end_char - start) for one in inside]
            return redacted(comment.text[start:end], shifted)

        return part


def _spoken(words: Sequence[Word], span: TimeEvidence) -> str:
    """The words whose middle lies in the stretch, and one (a placeholder, say) that the stretch lies in."""
    middle_s = (span.start_s + span.end_s) / 2
    texts = []
    for word in words:
        if word.start_s is not None and word.end_s is not None:
            is_inside = span.start_s <= (word.start_s + word.end_s) / 2 <= span.end_s
            if is_inside or word.start_s <= middle_s <= word.end_s:
                texts.append(word.text)
    return " ".join(texts)


def _joined(part: Callable[[Span], str], spans: Iterable[Span]) -> str | None:
    """The parts in their order, cut between words; None when there are no words."""
    parts = [found for span in spans if (found := part(span).strip())]
    return shorten(_BETWEEN.join(parts), TEXT_LIMIT_CHARS, placeholder=_CUT) if parts else None
