from __future__ import annotations

import gzip
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import polars as pl
import pytest

from callsignals import run
from callsignals.batch.lock import exclusive
from callsignals.batch.run import PENDING_FILE
from callsignals.erasure import erase as erasing
from callsignals.erasure.erase import ErasureOptions, erase_lead, erase_seller, finish_erasure
from callsignals.erasure.masking import MASK, masked
from callsignals.erasure.needles import Needles
from callsignals.erasure.planning import _said
from callsignals.errors import InputError, OutputError, UsageError
from callsignals.index.write import write_index
from callsignals.vocabulary.spoken import Transcript, Word
from privacy.conftest import NAMES
from support import results, write_csv

OF_LEAD_1 = [
    "lead-1-call0",
    "lead-1-call1",
    "survey-lead-1",
    "thread-lead-1",
    "person-lead-1",
    "lead-1@lead-1.example",
    NAMES["lead-1"],
    "broke down behind the bakery",
    "repair the hydraulics",
    "crane manual you promised",
    "green lighthouse keeper of lead-1 ",
]


def unpacked(path: Path) -> list[str]:
    """Written apart from the product's search: a file as it stands, and what is in it when it is a container."""
    content = path.read_bytes()
    parts = [content]
    if content.startswith(b"PAR1"):
        parts.append(pl.read_parquet(path).write_ndjson().encode())
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    if content.startswith(b"\x1f\x8b"):
        parts.append(gzip.decompress(content))
    texts = [part.decode("utf-8", "replace") for part in parts]
    words = [" ".join(re.findall(r'"text": ?"([^"]*)"', text)) for text in texts]
    return [path.name, *texts, *words]


def holding(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """Files with one of the texts, not followed by a digit: ``lead-10`` is somebody else."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    wholes = [re.compile(rf"{re.escape(text)}(?!\d)") for text in texts]
    return [(path.name, one.pattern) for path in files for one in wholes if any(map(one.search, unpacked(path)))]


def lead_ids(out: Path) -> list[str]:
    return [json.loads(line)["lead_id"] for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]


def without(root: Path, lead: str) -> None:
    """Take a lead out of the tables of a workspace by hand."""
    for table in ("calls", "leads", "comments", "messages", "metrics"):
        frame = pl.read_csv(root / f"{table}.csv", infer_schema=False).filter(pl.col("lead_id") != lead)
        write_csv(root / f"{table}.csv", frame.to_dicts())


def test_nothing_of_an_erased_lead_is_found_and_the_others_survive(place):
    assert holding(place.out, *OF_LEAD_1)  # so that the search below could fail
    write_index(place.out, "month")
    (place.out / "term_candidates.toml").write_text('  "hydraulics",  # z +3; "lead-1-call0" 0:10\n', encoding="utf-8")
    done = erase_lead(place.out, "lead-1")
    assert done.proof.is_clean
    assert done.why_not_rebuilt is None
    assert holding(place.out, "lead-1", *OF_LEAD_1) == []
    assert lead_ids(place.out) == ["demo", "lead-10"]
    assert holding(place.out / "transcripts", "scanner at the northern gate")
    assert done.proof.files == sum(path.is_file() for path in place.out.rglob("*"))
    assert (done.removed["leads"], done.removed["calls"], done.removed["comments"]) == (1, 2, 2)


def test_what_is_left_is_what_a_run_without_the_lead_gives(place, tmp_path):
    erase_lead(place.out, "lead-1")
    without(place.root, "lead-1")
    for path in sorted((place.root / "said").glob("lead-10*")):  # the erased name is masked in others' words, too
        path.write_text(path.read_text(encoding="utf-8").replace(NAMES["lead-1"], "[erased] [erased] [erased]"))
    fresh = tmp_path / "fresh"
    run(place.root, fresh)
    for name in ("calls.parquet", "comments.parquet"):
        left, right = (pl.read_parquet(out / name).drop("input_digest") for out in (place.out, fresh))
        assert left.equals(right)
    company = [pl.read_parquet(out / "signals.parquet").filter(pl.col("level") != "lead") for out in (place.out, fresh)]
    assert company[0].drop("id", "input_digest").equals(company[1].drop("id", "input_digest"))
    assert company[0].height


def test_the_next_run_does_not_bring_the_lead_back_and_says_so_without_its_id(place):
    done = erase_lead(place.out, "lead-1")
    assert done.rows_left == {"calls.csv": 2, "comments.csv": 1, "leads.csv": 1, "messages.csv": 2, "metrics.csv": 1}
    before = results(place.out)
    result = run(place.root)
    assert results(place.out) == before
    said = [notice for notice in result.notices if "erased" in notice]
    assert len(said) == 1
    assert "calls.csv: 2" in said[0]
    assert "lead-1" not in said[0]
    assert holding(place.out, *OF_LEAD_1) == []


def test_what_stays_of_the_id_is_a_hash_that_needs_the_key(place):
    erase_lead(place.out, "lead-1")
    stored = json.loads((place.out / "erased.json").read_text())
    assert len(stored["erased"]) == 1
    assert re.fullmatch(r"lead:[0-9a-f]{64}", stored["erased"][0])
    (place.out / "erased.key").unlink()
    with pytest.raises(OutputError, match="who was erased"):
        run(place.root)


def test_the_audit_log_counts_and_names_nobody(place):
    erase_lead(place.out, "lead-1", ErasureOptions(reason="asked for by letter"))
    (line,) = (place.out / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    noted = json.loads(line)
    assert noted["command"] == "erase --lead"
    assert noted["reason"] == "asked for by letter"
    assert noted["removed"]["calls"] == 2
    assert noted["files_with_traces"] == 0
    assert noted["searched_files"] > 20
    with pytest.raises(UsageError, match="--reason"):
        erase_lead(place.out, "lead-10", ErasureOptions(reason="Ostvik Cold Storage asked"))
    assert lead_ids(place.out) == ["demo", "lead-10"]


def test_a_lead_with_a_common_word_as_its_id_is_erased_and_the_search_is_not_fooled(place):
    done = erase_lead(place.out, "demo")
    assert done.proof.is_clean
    assert done.common_ids >= 1
    assert lead_ids(place.out) == ["lead-1", "lead-10"]
    assert holding(place.out, "umbrellas", "demo-call4", "survey-demo", "person-demo", NAMES["demo"]) == []


def test_an_id_is_taken_exactly_but_for_how_unicode_composes_it(place):
    with pytest.raises(InputError, match="Did you mean 'lead-1'"):
        erase_lead(place.out, "LEAD-1")
    assert len(lead_ids(place.out)) == 3
    table = (place.root / "calls.csv").read_text(encoding="utf-8")
    composed, parted = (unicodedata.normalize(form, "ålesund-kök") for form in ("NFC", "NFD"))
    (place.root / "calls.csv").write_text(table.replace("lead-1,", f"{parted},"), encoding="utf-8")
    run(place.root)
    assert parted in lead_ids(place.out)
    done = erase_lead(place.out, composed)
    assert done.proof.is_clean
    assert composed not in [unicodedata.normalize("NFC", one) for one in lead_ids(place.out)]
    run(place.root)
    assert holding(place.out, composed, parted) == []


def test_the_same_recording_under_another_lead_goes_too_and_the_lead_stays(place):
    rows = pl.read_csv(place.root / "calls.csv", infer_schema=False).to_dicts()
    copy = {**rows[0], "call_id": "copied", "lead_id": "lead-10", "started_at": "2026-03-20T10:00:00Z"}
    write_csv(place.root / "calls.csv", [*rows, copy])
    run(place.root)
    done = erase_lead(place.out, "lead-1")
    assert (done.shared, done.proof.is_clean) == (1, True)
    assert lead_ids(place.out) == ["demo", "lead-10"]
    run(place.root)
    assert holding(place.out, "copied", "repair the hydraulics") == []


def test_results_of_calls_that_left_the_tables_go_from_the_cache(place):
    without(place.root, "lead-1")
    run(place.root)
    assert holding(place.out / ".cache", "hydraulics")
    with pytest.raises(InputError, match="is no lead"):
        erase_lead(place.out, "lead-1")
    erase_lead(place.out, "lead-10")
    assert holding(place.out, "hydraulics", "northern gate") == []


def test_without_the_workspace_rows_go_and_figures_over_several_leads_too(place):
    moved = place.root.parent / "elsewhere"
    place.out.rename(moved)
    (place.root / "calls.csv").unlink()
    place.root.rename(place.root.parent / "gone")
    done = erase_lead(moved, "lead-1")
    assert "holds no calls" in done.why_not_rebuilt
    assert done.proof.is_clean
    assert holding(moved, *(text for text in OF_LEAD_1 if "lighthouse" not in text and "crane" not in text)) == []
    signals = pl.read_parquet(moved / "signals.parquet")
    assert set(signals.filter(pl.col("status") != "carried")["level"]) == {"lead"}
    assert set(signals["lead_id"].drop_nulls()) == {"lead-10", "demo"}
    lines = [json.loads(line) for line in (moved / "signals.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["key"] for line in lines] == signals["key"].to_list()
    assert lead_ids(moved) == ["demo", "lead-10"]
    assert "personalisation" not in set(signals["signal"])


def test_files_that_people_put_into_out_lose_their_traces(place):
    out = place.out
    header = "comment_id,lead_id,text,label\r\n"
    (out / "review.csv").write_text(
        f'{header}survey-lead-1,lead-1,"The crane manual,\r\n you promised us",bad\r\n'
        "survey-lead-10,lead-10,ok,good\r\n",
        encoding="utf-8",
        newline="",
    )
    (out / "notes.txt").write_text(f"Call {NAMES['lead-1'].upper()} back", encoding="utf-8")
    (out / "old.csv.gz").write_bytes(gzip.compress(b"lead-1,3\n"))
    pl.DataFrame({"x": ["behind the bakery on the quay"]}).write_parquet(out / "mine.parquet")
    with zipfile.ZipFile(out / "pack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.json", json.dumps({"who": "person-lead-1"}))
    (out / "keep.txt").write_text("lead-10 is fine", encoding="utf-8")
    done = erase_lead(out, "lead-1")
    assert done.proof.is_clean
    assert (out / "review.csv").read_bytes().decode() == f"{header}survey-lead-10,lead-10,ok,good\r\n"
    assert [(out / name).exists() for name in ("notes.txt", "old.csv.gz", "mine.parquet", "pack.zip")] == [False] * 4
    assert (out / "keep.txt").exists()
    assert holding(out, *OF_LEAD_1) == []


def test_a_file_that_cannot_be_opened_is_named(place):
    (place.out / "packed.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(40))
    done = erase_lead(place.out, "lead-1")
    assert [path.name for path in done.proof.unreadable] == ["packed.zst"]
    assert not done.proof.is_clean


def test_exported_files_are_removed_and_databases_are_named(place, tmp_path):
    beside, inside = tmp_path / "given" / "rows.csv", place.out / "exports" / "csv" / "signals.csv"
    for path in (beside, inside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("lead-1,0.4\n", encoding="utf-8")
    precious = tmp_path / "precious.csv"
    precious.write_text("mine", encoding="utf-8")
    (tmp_path / "given" / "link.csv").symlink_to(precious)
    at = "2026-03-01T00:00:00+00:00"
    ledger = [
        {"to": "csv", "target": "exports/csv", "files": ["exports/csv/signals.csv"], "written_at": at},
        {
            "to": "csv",
            "target": "../../given",
            "files": ["../../given/rows.csv", "../../given/link.csv"],
            "written_at": at,
        },
        {"to": "postgresql", "target": "postgresql://me:***@db/crm", "files": [], "written_at": at},
    ]
    (place.out / "exports.json").write_text(json.dumps(ledger), encoding="utf-8")
    done = erase_lead(place.out, "lead-1")
    assert not beside.exists()
    assert not inside.exists()
    assert precious.read_text(encoding="utf-8") == "mine"
    assert done.removed["exported files"] == 2
    assert any("postgresql://me:***@db/crm" in line and "callsignals export" in line for line in done.to_do)
    assert any("link.csv is a link" in line for line in done.to_do)
    assert [one["to"] for one in json.loads((place.out / "exports.json").read_text())] == ["postgresql"]


@pytest.mark.parametrize("step", ["strip_out", "mask_names", "renew_index", "clean_others", "search"])
def test_an_erasure_that_broke_off_keeps_runs_away_and_is_finished_by_the_next_call(place, monkeypatch, step):
    def power_cut(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasing, step, power_cut)
        with pytest.raises(KeyboardInterrupt):
            erase_lead(place.out, "lead-1")
    assert (place.out / PENDING_FILE).exists()
    with pytest.raises(OutputError, match="broken off"):
        run(place.root)
    done = finish_erasure(place.out)
    assert done.proof.is_clean
    assert done.removed["calls"] == 2
    assert not (place.out / PENDING_FILE).exists()
    assert holding(place.out, *OF_LEAD_1) == []
    with pytest.raises(UsageError):
        finish_erasure(place.out)


def test_a_run_under_way_is_left_alone(place):
    with exclusive(place.out), pytest.raises(OutputError, match="another run is using"):
        erase_lead(place.out, "lead-1")
    assert len(lead_ids(place.out)) == 3


def test_whoever_was_erased_while_a_run_read_its_tables_does_not_come_back(place, monkeypatch):
    from callsignals.batch import run as running

    real = running.exclusive

    def erased_meanwhile(out):
        monkeypatch.setattr(running, "exclusive", real)
        erase_lead(out, "lead-1")
        return real(out)

    monkeypatch.setattr(running, "exclusive", erased_meanwhile)
    with pytest.raises(OutputError, match="Run again"):
        run(place.root)
    assert holding(place.out, *OF_LEAD_1) == []


def test_an_erased_seller_leaves_no_row_and_no_name_on_calls(place):
    signals = pl.read_parquet(place.out / "signals.parquet")
    assert signals.filter(pl.col("level") == "seller").height
    done = erase_seller(place.out, "laura")
    assert done.proof.is_clean
    signals = pl.read_parquet(place.out / "signals.parquet")
    assert signals.filter((pl.col("level") == "seller") | pl.col("seller").is_not_null()).height == 0
    assert pl.read_parquet(place.out / "calls.parquet")["seller"].null_count() == 6
    assert list((place.out / "report" / "sellers").glob("*")) == []
    run(place.root)
    assert pl.read_parquet(place.out / "calls.parquet")["seller"].null_count() == 6
    with pytest.raises(InputError, match="is no seller"):
        erase_seller(place.out, "Nobody")


def test_a_company_is_masked_as_people_say_it_in_whatever_case():
    words = [
        Word(text, None, None)
        for text in ["Siellä", "Harjun", "Metallilla,", "sanoi", "hän;", "harju", "on", "muu", "metalli."]
    ]
    said = Transcript(tuple(words), (), "fi", None, "transcript", "none", None)
    found = masked(said, Needles(names=tuple(_said("Harjun Metalli Oy"))))
    expected = f"Siellä {MASK} {MASK} sanoi hän; harju on muu metalli."
    assert " ".join(word.text for word in found.words) == expected
