"""vCon files against the draft, and what may be read in them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from callsignals.cli.main import main
from callsignals.exports.destinations import export_to
from callsignals.exports.target import ExportOptions
from callsignals.exports.vcon import _channels
from callsignals.vocabulary.spoken import Activity, Transcript, Word
from export_results import HOSTILE, finish
from report_results import Names, fill_report, write_tone
from vcon_draft import VCON, indices_of

CHECK = jsonschema.Draft202012Validator(VCON)


@pytest.fixture
def recorded(tmp_path) -> Path:
    """Four calls of two leads, with one recording for all."""
    write_tone(tmp_path / "call.wav", 1.0)
    return finish(fill_report(tmp_path / "out", calls=4, audio="call.wav", named=[Names(free="Helen Marsh")]))


def exported(out: Path) -> dict[str, dict]:
    report = export_to(out, "vcon")
    assert all(path.parent == out / "exports" / "vcon" for path in report.files)
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in report.files}


def say(out: Path, call_id: str, text: str, *, speaker: str = "ch0", party: str = "seller") -> None:
    """Put words into a call's transcript."""
    path = out / "transcripts" / f"{call_id.replace('/', '%2F')}.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    words = [
        {"text": word, "start_s": 500.0 + at, "end_s": 500.5 + at, "party": party, "speaker": speaker}
        for at, word in enumerate(text.split())
    ]
    path.write_text(json.dumps({**said, "words": [*said["words"], *words]}), encoding="utf-8")


def edit_calls(out: Path, call_id: str, **cells: pl.Expr) -> None:
    table = pl.read_parquet(out / "calls.parquet")
    chosen = pl.col("call_id") == call_id
    changed = [pl.when(chosen).then(value).otherwise(pl.col(name)).alias(name) for name, value in cells.items()]
    table.with_columns(changed).write_parquet(out / "calls.parquet")


def test_every_call_is_a_vcon_as_the_draft_has_it(recorded):
    vcons = exported(recorded)
    assert sorted(vcons) == [f"call%2F{number:04}.vcon.json" for number in range(4)]
    for vcon in vcons.values():
        assert [error.message for error in CHECK.iter_errors(vcon)] == []
        parties, dialogs = indices_of(vcon)
        assert parties == set(range(len(vcon["parties"])))
        assert dialogs == {0}
        assert len(vcon["dialog"]) == 1
    assert len({vcon["uuid"] for vcon in vcons.values()}) == 4


def test_calls_whose_ids_differ_in_letter_case_alone_have_files_that_differ_in_more(recorded):
    """A folder of Windows or macOS would keep one of them."""
    before = exported(recorded)
    transcripts = recorded / "transcripts"
    (transcripts / "CALL%2F0000.json").write_bytes((transcripts / "call%2F0001.json").read_bytes())
    for name in ("calls.parquet", "signals.parquet"):
        table = pl.read_parquet(recorded / name)
        table.with_columns(pl.col("call_id").replace({"call/0001": "CALL/0000"})).write_parquet(recorded / name)
    lines = (recorded / "signals.jsonl").read_text(encoding="utf-8").replace("call/0001", "CALL/0000")
    (recorded / "signals.jsonl").write_text(lines, encoding="utf-8")
    vcons = exported(recorded)
    assert len({name.casefold() for name in vcons}) == len(before)
    assert set(vcons) & set(before) == {"call%2F0002.vcon.json", "call%2F0003.vcon.json"}
    assert exported(recorded) == vcons


def test_a_stereo_call_has_a_party_a_channel_and_its_recording_by_hash(recorded):
    vcon = exported(recorded)["call%2F0000.vcon.json"]
    (dialog,) = vcon["dialog"]
    assert [party.get("role") for party in vcon["parties"]] == ["agent", "customer"]
    assert dialog["parties"] == [0, 1]
    digest = hashlib.sha512((recorded.parent / "call.wav").read_bytes()).digest()
    assert dialog["content_hash"] == "sha512-" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (dialog["type"], dialog["mediatype"], dialog["start"]) == ("recording", "audio/x-wav", vcon["created_at"])
    assert vcon["created_at"] == "2025-09-01T08:00:00Z"
    assert "url" not in dialog
    assert "body" not in dialog


def test_the_same_seller_is_the_same_party_in_every_call(recorded):
    sellers = Counter(vcon["parties"][0]["uuid"] for vcon in exported(recorded).values())
    assert sorted(sellers.values()) == [2, 2]


def test_signals_stand_in_it_as_they_stand_in_the_records(recorded):
    vcon = exported(recorded)["call%2F0001.vcon.json"]
    transcript, report = vcon["analysis"]
    assert (transcript["type"], report["type"]) == ("transcript", "report")
    rows = [json.loads(line) for line in (recorded / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert report["body"] == [row for row in rows if row["call_id"] == "call/0001" and row["comment_id"] is None]
    assert report["schema"] == report["body"][0]["dataschema"]
    assert len(transcript["body"]["words"]) == 150


def test_what_was_said_is_redacted(recorded):
    say(
        recorded, "call/0000", "I am Helen Marsh, write to helen.marsh@example.com or call 040 123 4567. Thanks, Helen."
    )
    vcon = exported(recorded)["call%2F0000.vcon.json"]
    text = json.dumps(vcon)
    for secret in ("Helen", "Marsh", "example.com", "4567"):
        assert secret not in text
    said = " ".join(word["text"] for word in vcon["analysis"][0]["body"]["words"])
    assert "[EMAIL]" in said
    assert vcon["redacted"] == {"type": "names, contact details and identifying numbers"}


def test_the_names_that_voices_are_written_by_are_not_shown_either(recorded):
    path = recorded / "transcripts" / "call%2F0000.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    for row in (*said["words"], *said["timeline"]):
        row["speaker"] = {"ch0": "Laura Virtanen", "ch1": "Sari Kallio"}[row["speaker"]]
    path.write_text(json.dumps({**said, "channel_mode": "transcript", "timing": "activity"}), encoding="utf-8")
    say(recorded, "call/0000", "So Kallio it is", speaker="Laura Virtanen")
    text = (export_to(recorded, "vcon").files[0]).read_text(encoding="utf-8")
    for secret in ("Laura", "Virtanen", "Sari", "Kallio"):
        assert secret not in text
    vcon = json.loads(text)
    assert vcon["dialog"][0]["parties"] == [0, 1]
    assert [(party["name"], party["role"]) for party in vcon["parties"]] == [
        ("voice 1", "agent"),
        ("voice 2", "customer"),
    ]
    assert {word["speaker"] for word in vcon["analysis"][0]["body"]["words"]} == {
        party["name"] for party in vcon["parties"]
    }


def test_the_same_results_give_the_same_bytes(recorded):
    first = {path: path.read_bytes() for path in export_to(recorded, "vcon").files}
    assert {path: path.read_bytes() for path in export_to(recorded, "vcon").files} == first


def test_an_undated_call_is_asked_about_and_the_others_go_on(recorded, capsys):
    edit_calls(recorded, "call/0002", started_at=pl.lit(None))
    with pytest.raises(SystemExit) as ended:
        main(["export", str(recorded), "--to", "vcon"])
    assert ended.value.code == 3
    assert "started_at" in capsys.readouterr().err
    assert len(list((recorded / "exports" / "vcon").glob("*.vcon.json"))) == 3


def test_a_call_that_nobody_took_has_no_recording(recorded):
    edit_calls(recorded, "call/0000", call_type=pl.lit("no_answer"))
    vcon = exported(recorded)["call%2F0000.vcon.json"]
    assert [error.message for error in CHECK.iter_errors(vcon)] == []
    assert (vcon["dialog"][0]["type"], vcon["dialog"][0]["disposition"]) == ("incomplete", "no-answer")


def test_a_recording_that_is_gone_is_told(recorded):
    (recorded.parent / "call.wav").unlink()
    report = export_to(recorded, "vcon")
    assert "4 recordings" in report.notices[0]
    assert "content_hash" not in json.loads(report.files[0].read_text(encoding="utf-8"))["dialog"][0]


def test_a_missing_transcript_fails_that_call_alone(recorded):
    (recorded / "transcripts" / "call%2F0003.json").unlink()
    report = export_to(recorded, "vcon")
    assert (len(report.files), [failure.error for failure in report.failures]) == (3, ["no_transcript"])


def test_ids_of_any_kind_stay_inside_the_folder(tmp_path):
    named = [Names(lead=text, seller=text, call=text) for text in HOSTILE]
    out = finish(fill_report(tmp_path / "out", calls=len(named), calls_per_lead=1, named=named))
    folder = tmp_path / "elsewhere"
    report = export_to(out, "vcon", ExportOptions(folder=folder))
    assert len(report.files) == len(named)
    assert {path.resolve().parent for path in report.files} == {folder.resolve()}
    for path in report.files:
        assert [e.message for e in CHECK.iter_errors(json.loads(path.read_text(encoding="utf-8")))] == []


SPOKEN = Transcript(
    words=(Word("a", 0.0, 1.0, "seller", "ch1"), Word("b", 1.0, 2.0, "other", "ch1")),
    timeline=(Activity(0.0, 1.0, "other", "ringing"),),
    language="en", language_confidence=None, channel_mode="stereo", timing="activity", duration_s=2.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "findings", "expected"),
    [
        ("stereo", (), [None, [0, 1]]),
        ("mono_diarized", ("one_signal_on_both_channels",), [[0, 1], [0, 1]]),
        ("mono_diarized", (), [0, 1]),
        ("transcript", (), [0, 1]),
    ],
)
def test_parties_are_listed_by_channel(mode, findings, expected):
    voices = [("seller", "ch1"), ("other", "ch1")]
    assert _channels(replace(SPOKEN, channel_mode=mode, findings=findings), voices) == expected
