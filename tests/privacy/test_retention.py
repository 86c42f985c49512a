from __future__ import annotations

import json
import re
from datetime import date

import polars as pl
import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.erasure.erase import purge, purge_preview
from callsignals.errors import InputError
from callsignals.inputs.admission import LAWFUL_BASES, parse_lawful_basis
from callsignals.inputs.workspace import open_workspace
from privacy.test_erase import holding, lead_ids
from support import write_csv


def changed(place, **by_call) -> None:
    """Rewrite cells of the calls table by call id."""
    rows = pl.read_csv(place.root / "calls.csv", infer_schema=False).to_dicts()
    write_csv(place.root / "calls.csv", [{**row, **by_call.get(row["call_id"].replace("-", "_"), {})} for row in rows])


def run_on(place, day: str):
    return run_workspace(place.root, RunOptions(as_of=date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Legitimate interest", "legitimate_interests"),
        ("samtycke", "consent"),
        ("Oikeutettu etu", "legitimate_interests"),
        ("legal-obligation", "legal_obligation"),
        ("b", "contract"),
    ],
)
def test_a_basis_may_be_written_in_several_ways(written, read):
    assert parse_lawful_basis(written) == read


def test_a_word_that_is_no_basis_is_refused_with_the_nearest_named():
    with pytest.raises(InputError, match="Did you mean 'consent'") as refused:
        parse_lawful_basis("conset")
    assert all(basis in str(refused.value) for basis in LAWFUL_BASES)


def test_particulars_are_carried_and_bad_ones_are_reported_by_row(place):
    changed(
        place,
        lead_10_call2={"lawful_basis": "because", "retain_until": "2030-01-01"},
        lead_10_call3={"lawful_basis": "Consent", "notice_given": "yes", "retain_until": "2030-01-31"},
        demo_call4={"retain_until": "2026-02-30"},
    )
    result = run_on(place, "2026-06-01")
    table = {row["call_id"]: row for row in pl.read_parquet(place.out / "calls.parquet").to_dicts()}
    kept = table["lead-10-call3"]
    assert (kept["lawful_basis"], kept["notice_given"], kept["retain_until"]) == ("consent", True, date(2030, 1, 31))
    assert {"lead-10-call2", "demo-call4"}.isdisjoint(table)
    said = {failure.row: failure for failure in result.failures}
    assert said[3].error == "unknown_value"
    assert "lawful_basis" in said[3].message
    assert "retain_until" in said[5].message


def test_with_require_basis_a_call_without_one_is_refused_unopened(place):
    (place.root / "callsignals.toml").write_text("[privacy]\nrequire_basis = true\n", encoding="utf-8")
    changed(place, lead_10_call2={"lawful_basis": ""})
    (place.root / "said" / "lead-10-call2.txt").write_text("Laura: never read", encoding="utf-8")
    result = run_on(place, "2026-06-01")
    (failure,) = result.failures
    assert (failure.input, failure.row, failure.error) == ("lead-10-call2", 3, "no_lawful_basis")
    assert "consent" in failure.remedy
    assert len((place.out / "failures.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert holding(place.out, "never read") == []
    assert not (place.out / "transcripts" / "lead-10-call2.json").exists()


def test_recordings_found_without_a_table_have_no_basis(tmp_path):
    (tmp_path / "callsignals.toml").write_text("[privacy]\nrequire_basis = true\n", encoding="utf-8")
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "one.wav").write_bytes(b"RIFF")
    opened = open_workspace(tmp_path)
    assert opened.calls == ()
    assert [failure.error for failure in opened.failures] == ["no_lawful_basis"]


def test_a_call_is_processed_on_its_last_day_and_refused_on_the_next(place):
    changed(place, lead_1_call0={"retain_until": "2026-06-01"})
    assert run_on(place, "2026-06-01").failures == ()
    (failure,) = run_on(place, "2026-06-02").failures
    assert (failure.input, failure.error) == ("lead-1-call0", "past_retention")
    assert "purge" in failure.remedy
    assert "lead-1-call0" not in pl.read_parquet(place.out / "calls.parquet")["call_id"]
    assert holding(place.out / ".cache", "hydraulics")  # of the other call and of this one, until it is purged


def test_purge_removes_what_is_past_its_date_and_all_that_was_made_of_it(place):
    only = {"retain_until": "2026-05-31"}
    changed(place, lead_1_call0=only, lead_1_call1=only, lead_10_call2={"retain_until": "2027-01-01"})
    run_on(place, "2026-05-01")
    before = {path: path.read_bytes() for path in place.out.rglob("*") if path.is_file()}
    assert purge_preview(place.out, date(2026, 6, 1)) == ("lead-1-call0", "lead-1-call1")
    assert purge_preview(place.out, date(2026, 5, 31)) == ()
    after = {path: path.read_bytes() for path in place.out.rglob("*") if path.is_file()}
    assert before == after
    done = purge(place.out, date(2026, 6, 1))
    assert done.proof.is_clean
    assert done.removed["calls"] == 2
    gone = ["lead-1-call0", "lead-1-call1", "broke down behind the bakery", "repair the hydraulics"]
    assert holding(place.out, *gone) == []
    assert "lead-1" in lead_ids(place.out)  # its comments stay
    (line,) = (place.out / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["as_of"] == "2026-06-01"
    assert not re.search("call[01]", line)


def test_what_was_purged_does_not_come_back_unless_its_date_is_changed(place):
    changed(place, lead_1_call0={"retain_until": "2026-05-31"})
    purge(place.out, date(2026, 6, 1))
    result = run_on(place, "2026-06-02")
    assert result.failures == ()
    assert holding(place.out, "lead-1-call0") == []
    changed(place, lead_1_call0={"retain_until": "2026-12-31"})
    run_on(place, "2026-06-02")
    assert "lead-1-call0" in pl.read_parquet(place.out / "calls.parquet")["call_id"]


def test_of_two_calls_with_one_recording_the_one_within_its_date_stays(place):
    rows = pl.read_csv(place.root / "calls.csv", infer_schema=False).to_dicts()
    copy = {**rows[0], "call_id": "kept-longer", "lead_id": "lead-10", "started_at": "2026-03-20T10:00:00Z"}
    write_csv(place.root / "calls.csv", [{**rows[0], "retain_until": "2026-05-31"}, *rows[1:], copy])
    run_on(place, "2026-05-01")
    done = purge(place.out, date(2026, 6, 1))
    assert done.proof.is_clean
    table = {row["call_id"]: row for row in pl.read_parquet(place.out / "calls.parquet").to_dicts()}
    assert "lead-1-call0" not in table
    assert table["kept-longer"]["duplicate_of"] is None
