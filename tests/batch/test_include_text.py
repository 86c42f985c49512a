"""``[records] include_text``: redacted words in signal rows when it is on, none when it is off."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from callsignals import run
from callsignals.batch.record_text import RecordText
from callsignals.batch.redacting import Redactor
from callsignals.erasure.erase import erase_lead
from callsignals.exports.sql_tables import SQL_TABLES
from callsignals.inputs.rows import CallRow, CommentRow
from callsignals.records.schema import json_schema, validate_file
from callsignals.records.signal import Observation, SignalRecord, record_signal
from callsignals.vocabulary.signal import CharSpan, Signal, TimeSpan
from callsignals.vocabulary.spoken import Word
from support import write_csv

PHONE = "070-174 06 05"
LINES = [
    ("Laura", "Hej och välkommen, kul att vi fick till en tid."),
    ("Kund", "Hej, ja det var på tiden att vi hördes."),
    ("Laura", "Hur fick ni höra talas om oss?"),
    ("Kund", f"Jag har lyssnat på er podd i ett halvår, ring mig på {PHONE} så berättar jag."),
    ("Laura", "Vad roligt att höra, då vet du en hel del."),
    ("Kund", "Ja, men vi har mycket pappersarbete."),
]
COMMENTS = {
    "beta": f"Priset är alldeles för högt, ring Ylvali Kortqvist på {PHONE} om det.",
    "gamma": "Supporten svarade snabbt och löste vårt problem med fakturorna direkt.",
}


@pytest.fixture
def workspace(tmp_path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    cues = [
        f"00:00:{5 * at:02}.000 --> 00:00:{5 * at + 4:02}.000\n<v {who}>{text}</v>\n"
        for at, (who, text) in enumerate(LINES)
    ]
    (folder / "one.vtt").write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    call = {"call_id": "one", "lead_id": "beta", "transcript": "one.vtt", "seller": "Laura", "language": "sv"}
    write_csv(folder / "calls.csv", [call])
    write_csv(
        folder / "comments.csv",
        [
            {"comment_id": f"survey-{lead}", "lead_id": lead, "kind": "survey", "text": text, "language": "sv"}
            for lead, text in COMMENTS.items()
        ],
    )
    write_csv(folder / "leads.csv", [{"lead_id": "beta", "name": "Ylvali Kortqvist"}])
    return folder


def settle(workspace: Path, include: bool, redact: str = "all") -> None:
    text = f'[privacy]\nredact = "{redact}"\n[records]\ninclude_text = {str(include).lower()}\n'
    (workspace / "callsignals.toml").write_text(text, encoding="utf-8")


def rows_of(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]


def test_there_is_no_text_unless_it_is_asked_for(workspace):
    rows = rows_of(run(workspace).out)
    assert any(row["evidence"] for row in rows)
    assert {row["text"] for row in rows} == {None}


@pytest.mark.parametrize("redact", ["all", "contacts", "off"])
def test_the_words_behind_a_signal_are_redacted_whatever_transcripts_show(workspace, redact):
    settle(workspace, include=True, redact=redact)
    out = run(workspace).out
    rows = rows_of(out)
    (answer,) = (row for row in rows if row["signal"] == "referral_source" and row["call_id"] == "one")
    assert answer["text"] == "Jag har lyssnat på er podd i ett halvår, ring mig på [PHONE] så berättar jag."
    comment = [row["text"] for row in rows if row["comment_id"] == "survey-beta" and row["text"]]
    assert "Priset är alldeles för högt, ring [NAME] på [PHONE] om det." in comment
    content = (out / "signals.jsonl").read_text(encoding="utf-8")
    assert not [secret for secret in (PHONE, "Kortqvist", "Ylvali") if secret in content]
    assert ("[PHONE]" in (out / "transcripts" / "one.json").read_text(encoding="utf-8")) == (redact != "off")
    assert all(row["text"] is None for row in rows if row["level"] != "lead" or not row["evidence"])
    assert "podd" not in (out / "leads.jsonl").read_text(encoding="utf-8")


def test_rows_fit_the_schema_the_tables_and_the_exports(workspace):
    settle(workspace, include=True)
    out = run(workspace).out
    rows = rows_of(out)
    schema = json_schema("signal")
    for row in rows:
        jsonschema.validate(row, schema)
    for name in ("signals.jsonl", "signals.parquet"):
        assert validate_file(out / name) == (len(rows), [])
    assert pl.read_parquet(out / "signals.parquet")["text"].to_list() == [row["text"] for row in rows]
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    (field,) = (field for field in package["resources"][0]["schema"]["fields"] if field["name"] == "text")
    assert (field["type"], "include_text" in field["description"]) == ("string", True)
    assert "text" in next(table for table in SQL_TABLES if table.name == "signals").names


def test_changing_the_setting_rewrites_rows_and_hears_nothing_anew(workspace):
    out = run(workspace).out
    before = rows_of(out)
    cached = {
        path: path.stat().st_mtime_ns
        for path in (out / ".cache").rglob("*.json")
        if {"hear", "measure", "classify"} & set(path.parts)
    }
    settle(workspace, include=True)
    run(workspace)
    after = rows_of(out)
    assert cached
    assert {path: path.stat().st_mtime_ns for path in cached} == cached
    assert [row["key"] for row in after] == [row["key"] for row in before]
    assert [row["value"] for row in after] == [row["value"] for row in before]
    assert any(row["text"] for row in after)
    settle(workspace, include=False)
    run(workspace)
    assert rows_of(out) == before


def test_another_known_name_gives_the_row_another_id(workspace):
    (workspace / "leads.csv").unlink()
    text = "Det var Kvistelund som sa att priset är alldeles för högt."
    row = {"comment_id": "survey-beta", "lead_id": "beta", "kind": "survey", "text": text, "language": "sv"}
    write_csv(workspace / "comments.csv", [row])
    settle(workspace, include=True)
    out = run(workspace).out
    before = {row["key"]: row for row in rows_of(out)}
    write_csv(workspace / "leads.csv", [{"lead_id": "beta", "name": "Aatos Kvistelund"}])
    run(workspace)
    texts = [(before[row["key"]], row) for row in rows_of(out) if row["comment_id"] and row["text"]]
    assert texts
    assert not [row for _, row in texts if "Kvistelund" in row["text"]]
    assert all((old["text"] == new["text"]) == (old["id"] == new["id"]) for old, new in texts)


def test_the_words_of_an_erased_lead_go_with_its_rows(workspace):
    settle(workspace, include=True)
    out = run(workspace).out
    assert "alldeles för högt" in (out / "signals.jsonl").read_text(encoding="utf-8")
    done = erase_lead(out, "beta")
    assert done.proof.is_clean
    rows = rows_of(out)
    assert {row["lead_id"] for row in rows if row["level"] == "lead"} == {"gamma"}
    assert any(row["text"] for row in rows)
    for content in ((out / "signals.jsonl").read_text(encoding="utf-8"), str(pl.read_parquet(out / "signals.parquet"))):
        assert "podd" not in content
        assert "alldeles" not in content


def test_without_the_workspace_words_that_name_the_erased_go_from_the_rows_of_others(workspace):
    text = "Priset är alldeles för högt, fråga Umbrella Archive på hamnen om det."
    row = {"comment_id": "survey-gamma", "lead_id": "gamma", "kind": "survey", "text": text, "language": "sv"}
    write_csv(workspace / "comments.csv", [row])
    write_csv(workspace / "leads.csv", [{"lead_id": "beta", "name": "Umbrella Archive"}])
    settle(workspace, include=True)
    out = run(workspace).out
    assert any("Umbrella Archive" in row["text"] for row in rows_of(out) if row["text"])
    workspace.joinpath("calls.csv").rename(workspace / "calls.kept")
    workspace.joinpath("comments.csv").rename(workspace / "comments.kept")
    moved = workspace.parent / "moved"
    out.rename(moved)
    workspace.rename(workspace.parent / "elsewhere")
    done = erase_lead(moved, "beta")
    assert done.why_not_rebuilt is not None
    assert done.proof.is_clean
    rows = rows_of(moved)
    assert [row for row in rows if row["comment_id"] == "survey-gamma"]
    assert "Umbrella" not in (moved / "signals.jsonl").read_text(encoding="utf-8")
    assert pl.read_parquet(moved / "signals.parquet")["text"].to_list() == [row["text"] for row in rows]


def observed(**ids: str) -> Observation:
    return Observation("callsignals/w", "beta", "lead", "a" * 64, "b" * 64, lead_id="beta", language="en", **ids)


def texts(tmp_path: Path, signal: Signal, comment: str = "", words: tuple[Word, ...] = ()) -> str | None:
    """``text`` of one row of a comment, or of a call when there are words."""
    if words:
        copy = {"words": [asdict(word) for word in words], "language": "en"}
        (tmp_path / "c.json").write_text(json.dumps(copy), encoding="utf-8")
    row: SignalRecord = record_signal(signal, observed(**({"call_id": "c"} if words else {"comment_id": "k"})))
    call = CallRow(call_id="c", lead_id="beta")
    written = CommentRow(comment_id="k", lead_id="beta", kind="survey", text=comment)
    (result,) = RecordText(tmp_path, Redactor("off", (), {})).added([row], [call], [written])
    return result.text


def test_parts_of_a_comment_never_cut_a_number_open(tmp_path):
    comment = "Too expensive. Call me on 070-174 06 05 today. Delivery was late."
    number = comment.index("174")
    spans = (CharSpan(0, 13), CharSpan(number, number + 3), CharSpan(comment.index("Delivery"), len(comment)))
    signal = Signal("comment_reasons", labels=("price:negative",), evidence=spans)
    assert texts(tmp_path, signal, comment) == "Too expensive ... [PHONE] ... Delivery was late."


def test_words_of_a_call_are_those_in_the_stretch_and_a_placeholder_around_it(tmp_path):
    said = ["well", "call", "me", "on", "0701740605", "today"]
    words = tuple(Word(text, float(at), at + 1.0, "customer", "1") for at, text in enumerate(said))
    signal = Signal("longest_monologue_s", value=2.0, evidence=(TimeSpan(1.0, 3.0), TimeSpan(4.2, 4.3)))
    assert texts(tmp_path, signal, words=words) == "call me ... [PHONE]"


def test_long_evidence_is_cut_between_words(tmp_path):
    comment = "delivery " * 100
    signal = Signal("comment_reasons", labels=("delivery:negative",), evidence=(CharSpan(0, len(comment)),))
    found = texts(tmp_path, signal, comment) or ""
    assert 480 < len(found) <= 500
    assert set(found.split()) == {"delivery", "..."}


def test_evidence_without_words_gives_none(tmp_path):
    words = (Word("hello", 0.0, 1.0, "customer", "1"),)
    assert texts(tmp_path, Signal("patience_s", value=2.0, evidence=(TimeSpan(5.0, 7.0),)), words=words) is None
