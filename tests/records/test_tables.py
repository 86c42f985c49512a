from __future__ import annotations

import json

import frictionless
import jsonschema
import polars as pl
import pytest

from callsignals.errors import Failure, InputError
from callsignals.records.datapackage import describe_column, describe_package
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.schema import Finding, json_schema, validate_file
from callsignals.records.signal import SignalRecord
from callsignals.records.stream import SIGNAL_FILES
from callsignals.records.tables import (
    CALLS_SCHEMA,
    SIGNALS_SCHEMA,
    calls_frame,
    comments_frame,
    measured_columns,
    signal_columns,
)
from callsignals.records.write import read_failures, write_failures, write_frame, write_json, write_transcript
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import CharSpan, Signal, TimeSpan
from callsignals.vocabulary.spoken import Activity, Transcript, Word
from support import write_signals


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
    write_signals(tmp_path, rows)
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
    scored = comments_frame([{"comment_id": "k1", "score": 7.0}], extra=["score"])
    assert scored["score"].to_list() == [7.0]


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
    write_signals(tmp_path, rows)
    for name in SIGNAL_FILES:
        assert validate_file(tmp_path / name) == (3, [])
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
    with pytest.raises(InputError, match=r"latin\.jsonl: is not readable UTF-8 text\. Name a \.jsonl"):
        validate_file(tmp_path / "latin.jsonl")


def test_the_data_package_describes_every_column():
    frames = {"signals": pl.DataFrame(schema=SIGNALS_SCHEMA), "calls": calls_frame([]), "comments": comments_frame([])}
    package = describe_package("Åkeri & Co", "0.1.0", frames)
    report = frictionless.Package.validate_descriptor(package)
    assert report.valid, report.flatten(["message"])
    for resource in package["resources"]:
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert names == frames[resource["name"]].columns
        assert [field["name"] for field in resource["schema"]["fields"] if not field.get("description")] == []
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


CALL = Transcript(
    words=(Word("hej", 0.0, 1.0, "seller", "ch0"),),
    timeline=(Activity(0.0, 1.0, "seller", "ch0"),),
    language="sv",
    language_confidence=1.0,
    channel_mode="stereo",
    timing="activity",
    duration_s=1.0,
    role_source="manifest",
)


def test_a_transcript_is_written_as_json_and_captions_under_a_name_that_any_id_can_have(tmp_path):
    write_transcript(tmp_path, "a/b", CALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a%2Fb.json", "a%2Fb.vtt"]
    written = (tmp_path / "a%2Fb.json").read_text(encoding="utf-8")
    assert json.loads(written)["words"][0]["text"] == "hej"
    assert written.endswith("}\n")
    assert (tmp_path / "a%2Fb.vtt").read_text(encoding="utf-8").startswith("WEBVTT")


def test_a_lead_and_a_transcript_are_checked_against_their_own_schemas(rows, tmp_path):
    write_transcript(tmp_path, "c1", CALL)
    assert validate_file(tmp_path / "c1.json") == (1, [])
    lead = json.loads(LeadRecord(lead_id="acme", phases=lead_phases(rows)).model_dump_json())
    spoken = json.loads((tmp_path / "c1.json").read_text(encoding="utf-8"))
    spoken["words"][0]["text"] = ""
    lead["phases"]["during"]["seller_talk_share"]["n"] = -2
    (tmp_path / "leads.jsonl").write_text(f"{json.dumps(lead)}\n\n  \n{json.dumps(spoken)}\n", encoding="utf-8")
    count, (first, second) = validate_file(tmp_path / "leads.jsonl")
    assert count == 2
    assert first == Finding(
        str(tmp_path / "leads.jsonl"),
        1,
        "phases.during.seller_talk_share.n: Input should be greater than or equal to 0",
    )
    assert second.problem == "words.0.text: String should have at least 1 character"


def test_a_line_that_is_no_record_says_what_it_is(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"a":\n[]\n', encoding="utf-8")
    (_, (broken, listed)) = validate_file(tmp_path / "x.jsonl")
    assert broken.problem == "is not JSON (Expecting value at column 6)"
    assert listed.problem == "is not a JSON object"
    (tmp_path / "pretty.json").write_text('{\n "words": [],\n "timeline": []\n}', encoding="utf-8")
    assert validate_file(tmp_path / "pretty.json") == (1, [])


def test_what_contradicts_itself_as_a_whole_is_a_problem_of_the_record(rows, tmp_path):
    contradicting = {**json.loads(rows[0].model_dump_json()), "value": None}
    (tmp_path / "x.jsonl").write_text(json.dumps(contradicting), encoding="utf-8")
    (finding,) = validate_file(tmp_path / "x.jsonl")[1]
    assert finding.problem == "record: Value error, status ok needs a value or a label"


@pytest.mark.parametrize("kind", ["signal", "lead", "transcript"])
def test_a_published_schema_says_what_it_is(kind):
    schema = json_schema(kind)
    assert list(schema)[:2] == ["$schema", "$id"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:callsignals:schema:{kind}:1"
    assert {"signal": "evidence", "lead": "phases", "transcript": "words"}[kind] in schema["properties"]


def test_the_schemas_name_the_known_signals_and_say_what_a_leads_signal_holds():
    lead = json_schema("lead")
    during = lead["properties"]["phases"]["properties"]["during"]
    assert during["properties"]["patience_s"]["description"] == DEFINITIONS["patience_s"].formula
    assert {"value", "label", "pooled", "counts"} <= lead["$defs"]["LeadSignal"]["properties"].keys()
    assert json_schema("signal")["properties"]["signal"]["examples"] == list(DEFINITIONS)
    one = {"n": 1, "mean": None, "pooled": None, "latest": None, "trend": None, "counts": {}, "status": "ok"}
    record = {"lead_id": "a", "phases": {"before": {}, "during": {"of_my_own": {**one, "value": 1.0}}, "after": {}}}
    jsonschema.validate(record, lead)
    record["phases"]["during"]["of_my_own"]["valeu"] = 1.0
    with pytest.raises(jsonschema.ValidationError, match="valeu"):
        jsonschema.validate(record, lead)


def test_failures_come_back_as_they_were_written(tmp_path):
    failures = (
        Failure("å.wav", 3, "hear", "x", "is\u2028empty", "Again."),
        Failure("b", None, "inputs", "y", "m", "r"),
    )
    write_failures(tmp_path / "failures.jsonl", failures)
    assert read_failures(tmp_path / "failures.jsonl") == failures
    assert "å.wav" in (tmp_path / "failures.jsonl").read_text(encoding="utf-8")


def test_what_is_no_number_is_never_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "run.json", {"share": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_measured_signals_make_the_same_columns_as_their_rows(row):
    signals = [
        Signal("seller_talk_share", value=1 / 3, numerator=1, denominator=3),
        Signal("referral_source", label="podcast", labels=("podcast",)),
        Signal("comment_reasons", labels=("price:negative",)),
        Signal.abstained("referral_personal", "not_sure"),
    ]
    columns = measured_columns(signals)
    assert columns == {
        "seller_talk_share": 0.333333,
        "referral_source": "podcast",
        "comment_reasons": ["price:negative"],
        "without_value": [{"signal": "referral_personal", "status": "abstained", "reason": "not_sure"}],
    }
    assert columns == signal_columns([row(signal) for signal in signals])


def test_a_signal_carried_from_elsewhere_stands_in_its_column(row):
    assert signal_columns([row(Signal("patience_s", value=2.0, status="carried"))])["patience_s"] == 2.0


def test_the_data_package_names_its_workspace_its_tables_and_their_keys():
    frames = {"signals": pl.DataFrame(schema=SIGNALS_SCHEMA), "calls": calls_frame([]), "comments": comments_frame([])}
    package = describe_package("Åkeri & Co", "0.1.0", frames)
    assert {name: package[name] for name in ("profile", "name", "title", "created_by")} == {
        "profile": "data-package",
        "name": "callsignals--c3-85keri-20-26-20co",
        "title": "Trust signals of Åkeri & Co",
        "created_by": "callsignals 0.1.0",
    }
    heads = [{name: part[name] for name in part if name != "schema"} for part in package["resources"]]
    assert heads[1] == {
        "name": "calls",
        "path": "calls.parquet",
        "profile": "tabular-data-resource",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }
    assert [part["schema"]["primaryKey"] for part in package["resources"]] == ["key", "call_id", "comment_id"]
    assert describe_package("default", "0.1.0", {})["title"] == "Trust signals"
    assert describe_package("Åkeri", "0.1.0", {}, title="Ours")["title"] == "Ours"


def test_every_type_of_column_has_its_name_in_the_data_package():
    package = describe_package("x", "1", {"calls": calls_frame([], extra=["industry"])})
    (calls,) = package["resources"]
    fields = {field["name"]: field for field in calls["schema"]["fields"]}
    assert {name: fields[name]["type"] for name in ("call_id", "words", "duration_s", "audio_complete")} == {
        "call_id": "string",
        "words": "integer",
        "duration_s": "number",
        "audio_complete": "boolean",
    }
    assert {name: fields[name]["type"] for name in ("retain_until", "started_at", "findings", "without_value")} == {
        "retain_until": "date",
        "started_at": "datetime",
        "findings": "any",
        "without_value": "any",
    }
    assert (fields["call_id"]["name"], fields["call_id"]["type"]) == ("call_id", "string")
    assert fields["industry"] == {"name": "industry", "type": "string"}


def test_a_column_is_described_by_what_the_registry_or_the_row_says_of_it():
    assert describe_column("patience_s", "number") == {
        "name": "patience_s",
        "type": "number",
        "description": DEFINITIONS["patience_s"].formula,
        "unit": "s",
    }
    assert "unit" not in describe_column("referral_source", "string")
    assert describe_column("interval", "number", "signals")["description"] == "Level of the interval: 0.9 or 0.95."
    assert describe_column("industry", "string") == {"name": "industry", "type": "string"}
    assert describe_column("call_id", "string", "comments") != describe_column("call_id", "string", "calls")
    assert describe_column("n", "integer")["description"] == "How many observations the figure rests on."


def test_an_evidence_of_every_kind_is_read_back_from_parquet(rows, tmp_path):
    write_signals(tmp_path, rows)
    spans = pl.read_parquet(tmp_path / "signals.parquet")["evidence"].to_list()
    assert spans[0] == [{"start_s": 0.0, "end_s": 2.5, "start_char": None, "end_char": None}]
    assert spans[1] == []
    assert validate_file(tmp_path / "signals.parquet") == (3, [])
