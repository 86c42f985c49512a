from __future__ import annotations

import pytest
from pydantic import ValidationError

from callsignals.records.signal import SignalRecord
from callsignals.vocabulary.signal import CharSpan, Signal, TimeSpan

SHARE = Signal("seller_talk_share", value=0.43, numerator=43.0, denominator=100.0)


def test_a_row_carries_the_definition_of_its_signal(row):
    record = row(SHARE, day=1)
    assert (record.phase, record.unit, record.signal) == ("during", "share", "seller_talk_share")
    assert record.time == "2026-01-01T00:00:00Z"
    assert record.specversion == "1.0"
    assert record.type == "callsignals.signal.v1"


def test_the_key_is_the_identity_and_the_id_follows_the_inputs(row):
    first = row(SHARE)
    assert row(SHARE).id == first.id
    other_audio = row(SHARE, input_digest="cd" * 32)
    assert other_audio.key == first.key
    assert other_audio.id != first.id
    other_model = row(SHARE, digests=("model-2",))
    assert other_model.key == first.key
    assert other_model.id != first.id
    assert row(SHARE, call_id="c2").key != first.key
    assert row(Signal("customer_talk_share", value=0.57)).key != first.key


def test_figures_are_rounded_and_minus_zero_is_zero(row):
    assert row(Signal("patience_s", value=1 / 3)).value == 0.333333
    assert str(row(Signal("patience_s", value=-0.0)).value) == "0.0"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "ok", "value": None},
        {"status": "insufficient", "value": 0.5, "reason": "x"},
        {"status": "insufficient", "value": None, "reason": None},
        {"status": "abstained", "value": None, "label": "podcast", "reason": "x"},
        {"value": float("nan")},
        {"value": float("inf")},
        {"status": "maybe"},
        {"interval": 0.5},
        {"confidence": 1.2},
        {"time": "yesterday"},
        {"surprise": 1},
    ],
)
def test_a_record_that_contradicts_itself_is_refused(row, change):
    good = row(SHARE, day=1).model_dump(mode="json")
    SignalRecord.model_validate(good)
    with pytest.raises(ValidationError):
        SignalRecord.model_validate({**good, **change})


def test_evidence_keeps_its_kind(row):
    record = row(Signal("seller_talk_share", value=0.5, evidence=(TimeSpan(1.23456, 2.0), CharSpan(3, 7))))
    dumped = record.model_dump(mode="json")["evidence"]
    assert dumped == [{"start_s": 1.235, "end_s": 2.0}, {"start_char": 3, "end_char": 7}]
    assert SignalRecord.model_validate(record.model_dump(mode="json")) == record
