from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from callsignals.records.signal import Observation, SignalRecord, iso_time, record_signal, rounded, with_text
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
    record = row(Signal("seller_talk_share", value=0.5, evidence=(TimeSpan(1.23456, 2.34567), CharSpan(3, 7))))
    dumped = record.model_dump(mode="json")["evidence"]
    assert dumped == [{"start_s": 1.235, "end_s": 2.346}, {"start_char": 3, "end_char": 7}]
    assert SignalRecord.model_validate(record.model_dump(mode="json")) == record


def test_a_row_says_everything_that_the_signal_and_the_observation_know():
    signal = Signal(
        "referral_source",
        label="podcast",
        labels=("podcast", "search"),
        basis="text",
        confidence=1 / 3,
        low=1 / 3,
        high=2 / 3,
        interval=0.9,
        numerator=1 / 3,
        denominator=2 / 3,
        n=4,
        model="own head",
        evidence=(CharSpan(0, 3),),
    )
    observed = Observation(
        source="callsignals/test",
        subject="Åsa",
        level="seller",
        settings_digest="ab" * 32,
        input_digest="cd" * 32,
        time=datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC),
        period_start=datetime(2026, 1, 1, tzinfo=UTC),
        period_end=datetime(2026, 2, 1, tzinfo=UTC),
        lead_id="acme",
        call_id="c1",
        comment_id="k1",
        seller="Åsa",
        language="sv",
        channel_mode="stereo",
        role_source="manifest",
        model="shipped head",
    )
    record = record_signal(signal, observed)
    assert record.model_dump(mode="json", exclude={"key", "id"}) == {
        "specversion": "1.0",
        "source": "callsignals/test",
        "type": "callsignals.signal.v1",
        "subject": "Åsa",
        "level": "seller",
        "time": "2026-01-02T03:04:05.600000Z",
        "period_start": "2026-01-01T00:00:00Z",
        "period_end": "2026-02-01T00:00:00Z",
        "dataschema": "urn:callsignals:schema:signal:1",
        "lead_id": "acme",
        "call_id": "c1",
        "comment_id": "k1",
        "seller": "Åsa",
        "phase": "before",
        "signal": "referral_source",
        "value": None,
        "label": "podcast",
        "labels": ["podcast", "search"],
        "basis": "text",
        "unit": "",
        "numerator": 0.333333,
        "denominator": 0.666667,
        "n": 4,
        "low": 0.333333,
        "high": 0.666667,
        "interval": 0.9,
        "status": "ok",
        "reason": None,
        "confidence": 0.333333,
        "language": "sv",
        "channel_mode": "stereo",
        "role_source": "manifest",
        "model": "own head",
        "settings_digest": "ab" * 32,
        "input_digest": "cd" * 32,
        "evidence": [{"start_char": 0, "end_char": 3}],
        "text": None,
    }
    assert len(record.key) == len(record.id) == 32


@pytest.mark.parametrize(
    "change",
    [
        {"source": "callsignals/other"},
        {"subject": "globex"},
        {"level": "seller"},
        {"call_id": "c2"},
        {"comment_id": "k2"},
        {"period_start": datetime(2026, 1, 1, tzinfo=UTC)},
        {"part": "nps_1_10"},
    ],
)
def test_whatever_tells_two_rows_apart_makes_another_key(change):
    observed = Observation("callsignals/test", "acme", "lead", "ab" * 32, "ab" * 32, call_id="c1", comment_id="k1")
    first, other = record_signal(SHARE, observed), record_signal(SHARE, replace(observed, **change))
    assert (first.key != other.key, first.id != other.id) == (True, True)


def test_other_settings_make_another_id_of_the_same_key():
    observed = Observation("callsignals/test", "acme", "lead", "ab" * 32, "ab" * 32)
    first, other = record_signal(SHARE, observed), record_signal(SHARE, replace(observed, settings_digest="cd" * 32))
    assert (first.key == other.key, first.id == other.id) == (True, False)


def test_an_observation_may_stand_in_another_phase_and_name_the_model(row):
    record = row(SHARE, phase="before", model="whisper")
    assert (record.phase, record.model) == ("before", "whisper")


@pytest.mark.parametrize("status", ["ok", "carried"])
def test_several_labels_are_a_value_too(row, status):
    signal = Signal("comment_reasons", labels=("price:negative",), status=status)
    assert row(signal).labels == ("price:negative",)
    with pytest.raises(ValidationError, match=f"status {status} needs a value or a label"):
        row(replace(signal, labels=()))


@pytest.mark.parametrize("status", ["insufficient", "abstained", "error"])
def test_a_row_without_a_value_says_why(row, status):
    assert row(Signal("patience_s", status=status, reason="few")).reason == "few"
    with pytest.raises(ValidationError, match=f"status {status} needs a reason"):
        row(Signal("patience_s", status=status))
    with pytest.raises(ValidationError, match=f"status {status} must not carry a value or a label"):
        row(Signal("patience_s", status=status, reason="few", value=1.0))


def test_words_beside_a_row_are_at_most_500_characters_and_change_its_id(row):
    record = row(SHARE)
    said = with_text(record, "Hello there")
    assert (said.text, said.key, len(said.id)) == ("Hello there", record.key, 32)
    assert len({record.id, said.id, with_text(record, "Hello").id}) == 3
    dumped = record.model_dump(mode="json")
    assert SignalRecord.model_validate({**dumped, "text": "x" * 500}).text == "x" * 500
    with pytest.raises(ValidationError):
        SignalRecord.model_validate({**dumped, "text": "x" * 501})


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_have_one_of_two_levels(row, level):
    assert row(replace(SHARE, low=0.4, high=0.5, interval=level)).interval == level
    with pytest.raises(ValidationError, match=r"must be one of \(0.9, 0.95\)"):
        row(replace(SHARE, interval=level + 0.01))


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_may_be_none_at_all_or_complete(row, confidence):
    assert row(replace(SHARE, confidence=confidence)).confidence == confidence
    with pytest.raises(ValidationError):
        row(replace(SHARE, confidence=confidence * 2 - 0.5))


def test_a_moment_that_is_not_known_stays_unknown():
    assert iso_time(None) is None
    assert rounded(None) is None
    assert (rounded(0.1234564), rounded(1)) == (0.123456, 1.0)


def test_a_row_and_its_evidence_stay_as_they_were_made(row):
    record = row(replace(SHARE, evidence=(TimeSpan(1.0, 2.0),)))
    for changed, field in ((record, "value"), (record.evidence[0], "start_s")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(changed, field, 0.5)
