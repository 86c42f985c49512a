from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from callsignals.exports.crm import crm_fields, hubspot_name, salesforce_name
from callsignals.exports.destinations import export_to
from callsignals.exports.lead_columns import fixed_columns
from export_results import HOSTILE, finish
from report_results import Names, fill_report

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exports.md"


def rows_of(out, kind):
    with (out / "exports" / kind / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_hubspot_gets_one_row_a_lead_under_internal_names(out):
    export_to(out, "hubspot")
    leads = [json.loads(line) for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = rows_of(out, "hubspot")
    assert [row["callsignals_lead_id"] for row in rows] == [lead["lead_id"] for lead in leads]
    for row, lead in zip(rows, leads, strict=True):
        during = lead["phases"]["during"]
        assert float(row["callsignals_seller_talk_share"]) == during["seller_talk_share"]["value"]
        assert (row["callsignals_overlap_share"], row["callsignals_overlap_share_status"]) == ("", "insufficient")
        assert row["callsignals_nps_group"] == "promoter"
        assert row["callsignals_outcome"] == "won"
        first = datetime.fromisoformat(lead["first_seen"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["callsignals_first_seen"])
        assert datetime.fromisoformat(row["callsignals_first_seen"]) == first


def test_hubspot_contacts_are_found_by_an_id_that_is_an_address(tmp_path):
    named = [Names(lead="anna@example.se"), Names(lead="4711")]
    out = finish(fill_report(tmp_path / "out", calls=2, calls_per_lead=1, named=named))
    lines = (out / "leads.jsonl").read_text(encoding="utf-8").replace("example.se0000", "example.se")
    (out / "leads.jsonl").write_text(lines, encoding="utf-8")
    export_to(out, "hubspot")
    assert {row["callsignals_lead_id"]: row["email"] for row in rows_of(out, "hubspot")} == {
        "anna@example.se": "anna@example.se",
        "47110001": "",
    }


def test_salesforce_gets_api_names_and_the_external_id(out):
    export_to(out, "salesforce")
    rows = rows_of(out, "salesforce")
    assert [row["Callsignals_Lead_Id__c"] for row in rows] == ["lead0000", "lead0001", "lead0002"]
    assert all(name.endswith("__c") for name in rows[0])
    assert {row["Callsignals_Seller_Talk_Share_Status__c"] for row in rows} == {"ok"}


@pytest.mark.parametrize(("kind", "mark"), [("hubspot", "true"), ("salesforce", "true")])
def test_yes_or_no_signals_are_words_that_both_products_read(out, kind, mark):
    lines = (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    first["phases"]["after"]["recommends"] = {"value": 1.0, "n": 1, "status": "ok"}
    (out / "leads.jsonl").write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n", encoding="utf-8")
    export_to(out, kind)
    name = hubspot_name("recommends") if kind == "hubspot" else salesforce_name("recommends")
    assert [row[name] for row in rows_of(out, kind)] == [mark, "", ""]


@pytest.mark.parametrize(
    ("named", "rule"),
    [
        (hubspot_name, r"[a-z][a-z0-9_]{0,99}"),
        (salesforce_name, r"(?!.*__.*__)[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)*__c"),
    ],
)
def test_names_keep_to_the_products_rules_and_stay_apart(named, rule):
    names = [named(column.name) for column in fixed_columns()]
    assert len(set(names)) == len(names)
    further = [named(text) for text in (*HOSTILE, "x" * 300, "x" * 301)]
    for name in (*names, *further):
        assert re.fullmatch(rule, name), name
        assert len(name.removesuffix("__c")) <= (40 if name.endswith("__c") else 100)
    assert further[-1] != further[-2]


def test_the_page_tells_of_every_column():
    page = PAGE.read_text(encoding="utf-8")
    columns = fixed_columns()
    for named in (hubspot_name, salesforce_name):
        for field in crm_fields(columns, named, None):
            assert f"`{field.name}`" in page, field.name


def test_hostile_texts_are_no_formulas_in_either(hostile_out):
    for kind in ("hubspot", "salesforce"):
        export_to(hostile_out, kind)
        with (hostile_out / "exports" / kind / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        assert len(rows) == len(HOSTILE) + 1
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in rows for cell in row)
