"""Answers to "How did you hear about us?" in calls: classified like a referral comment, as signal rows of the call."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from callsignals.batch.measure_pass import CallOutline
from callsignals.batch.provenance import Provenance
from callsignals.batch.store import Store
from callsignals.comments.classify import CommentClassifier
from callsignals.comments.comment import ClassifiedComment, CommentText
from callsignals.files import digest_of
from callsignals.language.heard_of_us import AskedReferral
from callsignals.records.signal import SignalRecord, record_signal
from callsignals.vocabulary.signal import Signal, TimeSpan

__all__ = ["asked_rows"]


def asked_rows(
    calls: Iterable[CallOutline],
    copies: Container[str],
    digest: str,
    load: Callable[[], CommentClassifier],
    store: Store,
    provenance: Provenance,
) -> list[SignalRecord]:
    """``referral_source``, ``referral_personal`` and ``relationship_months`` of every call in which it was answered.

    Args:
        calls: all calls.
        copies: ids of recordings that count elsewhere.
        digest: of the classifier.
        load: the classifier; called only when an answer has not been classified yet.
        store: where results are kept.
        provenance: what every row has in common.

    Raises:
        ModelError: weights are missing or altered.
    """
    rows = []
    for call in calls:
        if call.asked is not None and call.row.call_id not in copies:
            result = _classified(call, call.asked, digest, load, store)
            observed = replace(
                provenance.of_call(call.row, call.input_digest, digest),
                language=result.language,
                channel_mode=call.channel_mode,
            )
            rows += [record_signal(_in_call(signal, call.asked), observed) for signal in result.signals]
    return rows


def _classified(
    call: CallOutline, asked: AskedReferral, digest: str, load: Callable[[], CommentClassifier], store: Store
) -> ClassifiedComment:
    started_on = call.row.started_at.date() if call.row.started_at else None
    key = digest_of(["asked", asked.text, call.language, started_on and started_on.isoformat(), digest])
    known = store.get("classify", key, ClassifiedComment)
    if known is not None:
        return known
    text = CommentText(asked.text, "referral", language_hint=call.language, created_at=started_on)
    (result,) = load().classify([text])
    store.put("classify", key, result)
    return result


def _in_call(signal: Signal, asked: AskedReferral) -> Signal:
    """The signal with the answer's times in place of characters of a text that is nowhere to be read."""
    times = () if asked.start_s is None or asked.end_s is None else (TimeSpan(asked.start_s, asked.end_s),)
    return replace(signal, basis="call", evidence=times)
