from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from callsignals.batch import classify_table as module
from callsignals.cli import main
from callsignals.records.tables import COMMENTS_SCHEMA
from support import write_csv

PRICE = "The price is far too high for what we get."
FORMULA = '=HYPERLINK("x") is what support sent, useless'


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code or 0


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def table(tmp_path) -> Path:
    """Six detractors about the price, four promoters, two passives, a referral and a text that is a formula."""
    scores = [0, 1, 2, 3, 4, 5, 9, 10, 10, 10, 8, 7]
    rows = [
        {
            "comment_id": f"c{i:02}",
            "lead_id": f"l{i}",
            "kind": "survey",
            "text": PRICE if score < 6 else "",
            "score": score,
            "scale": "nps",
            "created_at": f"2026-0{1 + i % 2}-10",
            "country": "SE" if i % 2 else "FI",
        }
        for i, score in enumerate(scores)
    ]
    rows.append({"comment_id": "r", "kind": "referral", "text": "En kollega tipsade om er podd"})
    rows.append(
        {"comment_id": "=f", "lead_id": "@lead", "kind": "survey", "text": FORMULA, "score": 1, "scale": "csat5"}
    )
    path = tmp_path / "comments.csv"
    write_csv(path, rows)
    return path


def test_swedish_headings_are_those_of_comments_and_are_told(capsys, tmp_path):
    """``Datum`` stands for a column of the messages table, too, and comes first there."""
    rows = [("Kommentar ID", "Kund", "Typ", "Betyg", "Skala", "Datum", "Handläggare")]
    rows += [(f"{n}", f"l{n}", "enkät", "9", "nps", f"{n}.{1 + n % 2}.2026", "anna") for n in range(1, 11)]
    path = tmp_path / "kommentarer.csv"
    path.write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")
    assert call("classify", path, "--every", "month", "--json") == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)["figures"]
    assert [(f["period"], f["value"], f["n"]) for f in found if f["signal"] == "nps"] == [
        (None, 100.0, 10),
        ("2026-01", 100.0, 5),
        ("2026-02", 100.0, 5),
    ]
    assert (
        "note: kommentarer.csv: read 'Kommentar ID' as comment_id, 'Kund' as lead_id, 'Typ' as kind, 'Betyg' as score, "
        "'Skala' as scale, 'Datum' as created_at, 'Handläggare' as seller.\n"
    ) in shown.err


def test_standard_input_as_csv_and_as_json_lines_gives_one_json_object(capsys, monkeypatch):
    tables = (
        b"text,kind\nEn kollega tipsade om er podd,referral\n-,survey\n",
        b'{"text": "En kollega tipsade om er podd", "kind": "referral"}\n{"text": "-", "kind": "survey"}\n',
    )
    for content in tables:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert call("classify", "-", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert [row["kind"] for row in found["rows"]] == ["referral", "survey"]
        assert "word_of_mouth" in found["rows"][0]["referral_sources"]
        assert found["rows"][1]["status"] == "abstained"
        assert found["comments"] == 2
        assert "tipsade" not in json.dumps(found)


def test_a_program_gets_figures_and_reasons_by_impact(table, capsys):
    assert call("classify", table, "--json", "--by", "country", "--every", "month") == 0
    found = json.loads(capsys.readouterr().out)
    nps = {(f["level"], f["subject"], f["period"]): f for f in found["figures"] if f["signal"] == "nps"}
    company = nps["company", "company", None]
    assert (company["value"], company["n"], company["interval"]) == (pytest.approx(-100 / 6, abs=1e-5), 12, 0.95)
    assert nps["segment", "country=SE", None]["n"] == 6
    assert nps["company", "company", "2026-02"]["n"] == 6
    price = found["reasons"][0]
    assert (price["reason"], price["negative"], price["scale"]) == ("price", 6, "nps")
    # Without the price: four promoters of six.
    assert price["nps_impact"] == pytest.approx(-100 / 6 - 400 / 6, abs=1e-5)
    assert price["low"] < price["nps_impact"] < price["high"]
    assert {line["comment_id"] for line in found["follow_up"]} == {"=f", "c10", *(f"c{i:02}" for i in range(6))}


def test_a_person_gets_tables(table, capsys):
    assert call("classify", table) == 0
    shown = capsys.readouterr().out
    for part in ("14 comments: 1 referral, 13 survey", "-16.7", "under_5_answers", "price", "Follow up"):
        assert part in shown
    assert PRICE[:12] not in shown


def test_labels_and_follow_up_are_written_with_formulas_neutralised_and_without_text(table, tmp_path, capsys):
    assert call("classify", table, "--out", tmp_path / "labels.csv") == 0
    labels = read_csv(tmp_path / "labels.csv")
    assert [row["comment_id"] for row in labels][-1] == "'=f"
    assert "price:negative" in labels[0]["comment_reasons"].split(";")
    assert labels[0]["country"] == "FI"
    follow_up = read_csv(tmp_path / "labels.follow_up.csv")
    assert list(follow_up[0]) == ["comment_id", "lead_id", "seller", "group", "score", "reasons", "why", "created_at"]
    order = ["c00", "c01", "'=f", "c02", "c03", "c04", "c05", "c10"]
    assert [row["comment_id"] for row in follow_up] == order
    assert (follow_up[0]["why"], follow_up[-1]["why"]) == ("detractor", "near_promoter")
    assert {row["lead_id"] for row in follow_up} >= {"'@lead", "l0"}
    assert all("price is" not in str(row) for row in (*labels, *follow_up))
    assert call("classify", table, "--follow-up", tmp_path / "calls.csv", "--text") == 0
    assert "'" + FORMULA in {row["text"] for row in read_csv(tmp_path / "calls.csv")}
    assert "follow up" in capsys.readouterr().err


def test_every_label_file_says_the_same_however_large_the_parts(table, tmp_path, capsys, monkeypatch):
    frames = {}
    for size in (3, 2000):
        monkeypatch.setattr(module, "PART_ROWS", size)
        for suffix in ("csv", "jsonl", "parquet"):
            assert call("classify", table, "--out", tmp_path / f"{size}.{suffix}") == 0
        frames[size] = pl.read_parquet(tmp_path / f"{size}.parquet")
    assert frames[3].equals(frames[2000])
    assert list(frames[3].columns) == [*COMMENTS_SCHEMA, "country"]
    for suffix in ("csv", "jsonl"):
        assert (tmp_path / f"3.{suffix}").read_bytes() == (tmp_path / f"2000.{suffix}").read_bytes()
    lines = [json.loads(line) for line in (tmp_path / "3.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["comment_id"] for line in lines] == frames[3]["comment_id"].to_list()
    assert "price:negative" in frames[3]["comment_reasons"].to_list()[0]
    capsys.readouterr()


def test_the_same_id_in_two_parts_is_found(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(module, "PART_ROWS", 2)
    path = tmp_path / "t.csv"
    path.write_text("comment_id,text\n1,a\n2,b\n3,c\n1,d\n", encoding="utf-8")
    assert call("classify", path, "--json") == 3
    shown = capsys.readouterr()
    assert [failure["error"] for failure in json.loads(shown.out)["failures"]] == ["duplicate_id"]
    assert "row 4" in shown.err


def test_settings_beside_the_table_count(tmp_path, capsys):
    (tmp_path / "callsignals.toml").write_text('[comments]\ndefault_scale = "nps"\n', encoding="utf-8")
    (tmp_path / "t.csv").write_text("comment_id,score\n" + "\n".join(f"{i},9" for i in range(5)), encoding="utf-8")
    assert call("classify", tmp_path / "t.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["figures"][0]["value"] == 100.0


def test_another_suffix_is_refused_before_any_work(table, tmp_path, capsys):
    assert call("classify", table, "--out", tmp_path / "labels.docx") == 2
    assert "Classifying" not in capsys.readouterr().err


def test_a_bad_row_is_named_and_the_good_ones_go_on(tmp_path, capsys):
    table = tmp_path / "comments.csv"
    table.write_text("comment_id,kind,text\n1,survey,Great support\n2,poem,Roses\n", encoding="utf-8")
    assert call("classify", table, "--json") == 3
    shown = capsys.readouterr()
    assert [row["comment_id"] for row in json.loads(shown.out)["rows"]] == ["1"]
    assert "row 2" in shown.err


def test_a_table_with_nothing_but_a_header(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("comment_id,text\n", encoding="utf-8")
    assert call("classify", tmp_path / "t.csv", "--json", "--out", tmp_path / "labels.parquet") == 0
    assert json.loads(capsys.readouterr().out)["comments"] == 0
    assert pl.read_parquet(tmp_path / "labels.parquet").height == 0


def test_a_table_without_anything_to_classify_says_what_it_has(tmp_path, capsys):
    write_csv(tmp_path / "answers.csv", [{"Svars-ID": "1", "Åsikt": "Bra"}])
    assert call("classify", tmp_path / "answers.csv") == 1
    shown = capsys.readouterr().err
    assert "neither a column 'text' nor 'score'; its columns are 'comment_id', 'Åsikt'" in shown
    assert "'text'" in shown


def test_a_survey_tools_export_is_read_by_its_questions(tmp_path, capsys):
    questions = {"Hur hittade du oss?": "En kollega tipsade om er", "NPS": "9", "Motivera": "Snabba svar"}
    write_csv(tmp_path / "answers.csv", [{"Kund": "a", **questions}])
    assert call("classify", tmp_path / "answers.csv", "--json") == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)["rows"]
    assert [(row["comment_id"], row["kind"]) for row in rows] == [("1/referral", "referral"), ("1/survey", "survey")]
    assert [row["label"] for row in rows] == ["word_of_mouth", "promoter"]
    assert "'NPS' as the NPS score" in err
