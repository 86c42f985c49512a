from __future__ import annotations

import json

import frictionless
import jsonschema
import polars as pl
import pytest

from callsignals.errors import Failure, InputError
from callsignals.records.datapackage import describe_package
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.schema import json_schema, validate_file
from callsignals.records.signal import SignalRecord
from callsignals.records.tables import (
    CALLS_SCHEMA,
    calls_frame,
    comments_frame,
    signal_columns,
    signals_frame,
)
from callsignals.records.write import write_failures, write_frame, write_json, write_jsonl
from callsignals.vocabulary.signal import CharSpan, Signal, TimeSpan


@pytest.fixture
def rows(row):
    return [
        row(
            Signal("seller_talk_share", value=0.43, numerator=43, denominator=100, evidence=(TimeSpan(0, 2.5),)),
            day=2,
        ),
        row(Signal.insufficient("patience_s", "under_3_changes", n=1), day=2),
        row(
            Signal("comment_reasons", labels=("price:negative",), confidence=0.9, evidence=(CharSpan(0, 5),)),
            comment_id="k1",
        ),
    ]


def test_parquet_and_jsonl_hold_the_same_rows(rows, tmp_path):
    write_jsonl(tmp_path / "signals.jsonl", rows)
    write_frame(tmp_path / "signals.parquet", signals_frame(rows))
    lines = [json.loads(line) for line in (tmp_path / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    table = pl.read_parquet(tmp_path / "signals.parquet").to_dicts()
    for item in table:
        item["evidence"] = [{k: v for k, v in span.items() if v is not None} for span in item["evidence"]]
    assert table == lines
    assert list(lines[0]) == list(SignalRecord.model_fields)


def test_a_table_without_rows_keeps_its_columns_and_types(tmp_path):
    write_frame(tmp_path / "calls.parquet", calls_frame([]))
    assert pl.read_parquet(tmp_path / "calls.parquet").schema == pl.Schema(CALLS_SCHEMA)


def test_call_columns_hold_values_and_say_why_there_is_none(rows):
    columns = signal_columns(rows[:2])
    frame = calls_frame([{"call_id": "c1", "industry": "steel", **columns}], extra=["industry"])
    found = frame.to_dicts()[0]
    assert found["seller_talk_share"] == 0.43
    assert found["patience_s"] is None
    assert found["industry"] == "steel"
    assert found["without_value"] == [{"signal": "patience_s", "status": "insufficient", "reason": "under_3_changes"}]


def test_a_users_column_never_replaces_ours():
    frame = comments_frame([{"comment_id": "k1", "kind": "survey"}], extra=["kind", "branch"])
    assert frame.columns.count("kind") == 1
    assert frame["branch"].to_list() == [None]


def test_written_records_fit_the_published_schemas(rows, tmp_path):
    lead = LeadRecord(lead_id="acme", phases=lead_phases(rows))
    for kind, record in (("signal", rows[0]), ("signal", rows[2]), ("lead", lead)):
        schema = json_schema(kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(record.model_dump_json()), schema)
    bad = {**json.loads(rows[0].model_dump_json()), "status": "fine"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, json_schema("signal"))


def test_validate_names_the_record_and_the_field(rows, tmp_path):
    write_jsonl(tmp_path / "good.jsonl", rows)
    assert validate_file(tmp_path / "good.jsonl") == (3, [])
    write_frame(tmp_path / "good.parquet", signals_frame(rows))
    assert validate_file(tmp_path / "good.parquet") == (3, [])
    broken = [json.loads(row.model_dump_json()) for row in rows]
    broken[1]["n"] = -1
    text = "\n".join([*(json.dumps(item) for item in broken), "not json", "[]"])
    (tmp_path / "bad.jsonl").write_text(text, encoding="utf-8")
    count, findings = validate_file(tmp_path / "bad.jsonl")
    assert count == 5
    assert [finding.record for finding in findings] == [2, 4, 5]
    assert findings[0].problem.startswith("n:")


def test_validate_refuses_what_is_no_file_of_records(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        validate_file(tmp_path / "absent.jsonl")
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match="not a Parquet file"):
        validate_file(tmp_path / "x.parquet")
    write_frame(tmp_path / "calls.parquet", calls_frame([]))
    with pytest.raises(InputError, match="no signal records"):
        validate_file(tmp_path / "calls.parquet")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="UTF-8"):
        validate_file(tmp_path / "latin.jsonl")


def test_the_data_package_describes_every_column(rows):
    frames = {"signals": signals_frame(rows), "calls": calls_frame([]), "comments": comments_frame([])}
    package = describe_package("Åkeri & Co", "0.1.0", frames)
    report = frictionless.Package.validate_descriptor(package)
    assert report.valid, report.flatten(["message"])
    for resource in package["resources"]:
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert names == frames[resource["name"]].columns
    share = next(field for field in package["resources"][1]["schema"]["fields"] if field["name"] == "seller_talk_share")
    assert share["type"] == "number"
    assert share["unit"] == "share"


def test_failures_and_json_end_as_whole_files(tmp_path):
    failure = Failure("a.wav", 3, "hear", "empty_file", "is empty", "Record again.")
    write_failures(tmp_path / "failures.jsonl", [failure])
    assert json.loads((tmp_path / "failures.jsonl").read_text(encoding="utf-8")) == {
        "input": "a.wav",
        "row": 3,
        "stage": "hear",
        "error": "empty_file",
        "message": "is empty",
        "remedy": "Record again.",
    }
    write_json(tmp_path / "run.json", {"å": 1})
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == '{\n  "å": 1\n}\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["failures.jsonl", "run.json"]


def test_reasons_are_a_list_of_whole_words_also_beside_a_label(row):
    reasons = ("price:negative", "support:positive")
    found = signal_columns([row(Signal("comment_reasons", label=reasons[0], labels=reasons, confidence=0.9))])
    frame = comments_frame([{"comment_id": "k1", **found}, {"comment_id": "k2", "without_value": None}])
    assert frame["comment_reasons"].to_list() == [list(reasons), None]
    assert frame["without_value"].to_list() == [[], None]
