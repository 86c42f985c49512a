"""Swedish and Finnish headings and cell words."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from callsignals.inputs.headings import HEADING_LANGUAGES, canonical_names, folded, synonyms
from callsignals.inputs.rows import COMMENT_KINDS, OUTCOMES, SENDERS
from callsignals.inputs.tables import ALL_COLUMNS, COLUMNS, read_table
from callsignals.inputs.values import parse_channel, parse_choice
from callsignals.inputs.workspace import open_workspace

SWEDISH = {"Samtal-ID": "call_id", "Kund": "lead_id", "Ljudfil": "audio", "Säljare": "seller", "Utfall": "outcome"}
FINNISH = {"Puhelu": "call_id", "Asiakas": "lead_id", "Äänitiedosto": "audio", "Myyjä": "seller", "PVM": "started_at"}


@pytest.mark.parametrize("headings", [SWEDISH, FINNISH])
def test_headings_in_swedish_and_finnish_are_ours(headings):
    assert canonical_names(tuple(headings), COLUMNS["calls"]) == tuple(headings.values())


def test_a_word_names_the_column_that_the_table_has():
    assert canonical_names(("Datum",), COLUMNS["calls"]) == ("started_at",)
    assert canonical_names(("Datum",), COLUMNS["comments"]) == ("created_at",)
    assert canonical_names(("Datum",), COLUMNS["messages"]) == ("sent_at",)
    assert canonical_names(("Datum",), COLUMNS["sellers"]) == ("Datum",)


def test_a_columns_own_name_wins_and_the_other_heading_stays_the_users():
    assert canonical_names(("Kund", "lead_id"), COLUMNS["calls"]) == ("Kund", "lead_id")
    assert canonical_names(("Kund", "Kundnummer"), COLUMNS["calls"]) == ("Kund", "lead_id")
    assert canonical_names(("Kund", "Kundnummer"), COLUMNS["leads"]) == ("name", "lead_id")


@pytest.mark.parametrize("language", HEADING_LANGUAGES)
def test_every_column_has_words_and_no_word_is_another_columns_own_name(language):
    words = synonyms(language)
    same_word = {"team", "segment"}
    assert ALL_COLUMNS - words.keys() - same_word <= {
        "promoters", "passives", "detractors", "customers_start", "customers_end", "customers_new", "phase", "rttm",
    }  # fmt: skip
    for name, several in words.items():
        assert name in ALL_COLUMNS, name
        assert all(word == folded(word) and word not in ALL_COLUMNS - {name} for word in several), name


def test_words_in_cells_are_values_of_ours():
    choices = {*OUTCOMES, *COMMENT_KINDS, *SENDERS, "left", "right"}
    assert synonyms("values").keys() <= choices
    assert parse_choice("Förlorad", OUTCOMES) == "lost"
    assert parse_choice("hävitty", OUTCOMES) == "lost"
    assert parse_choice("Enkät", COMMENT_KINDS) == "survey"
    assert parse_channel("höger") == 1
    assert parse_channel("vasen") == 0


def test_an_excel_manifest_in_swedish_is_read_and_says_what_it_read_as_what(tmp_path: Path):
    (tmp_path / "samtal åäö 1.wav").write_bytes(b"RIFF")
    frame = pl.DataFrame(
        {
            "Samtal ID": ["a 1"],
            "Kund": ["Åkeri & Söner"],
            "Ljudfil": ["samtal åäö 1.wav"],
            "Säljare": ["Märta"],
            "Utfall": ["vunnen"],
            "Datum": ["2026-03-01 10:15+01:00"],
        }
    )
    frame.write_excel(tmp_path / "calls.xlsx")
    workspace = open_workspace(tmp_path)
    (call,) = workspace.calls
    assert (call.call_id, call.lead_id, call.sellers, call.outcome) == ("a 1", "Åkeri & Söner", ("Märta",), "won")
    assert call.audio is not None
    assert call.audio.name == "samtal åäö 1.wav"
    (notice,) = [text for text in workspace.notices if "Ljudfil" in text]
    assert notice.startswith("calls.xlsx: read 'Samtal ID' as call_id, 'Kund' as lead_id, 'Ljudfil' as audio")


def test_json_lines_and_parquet_take_the_same_headings(tmp_path: Path):
    (tmp_path / "leads.jsonl").write_text('{"Asiakas": "x", "Lopputulos": "voitettu"}\n', encoding="utf-8")
    table = read_table(tmp_path / "leads.jsonl", known=COLUMNS["leads"])
    assert table.rows[0].cells == {"lead_id": "x", "outcome": "voitettu"}
    pl.DataFrame({"Asiakas": ["x"]}).write_parquet(tmp_path / "leads.parquet")
    table = read_table(tmp_path / "leads.parquet", known=COLUMNS["leads"])
    assert (table.columns, table.headings) == (("lead_id",), (("Asiakas", "lead_id"),))


def test_folders_of_one_name_in_several_places_are_said_to_be_one_lead(tmp_path: Path):
    for customer in ("Åkeri", "Bageri"):
        for week in ("vecka 1", "vecka 2"):
            folder = tmp_path / customer / week
            folder.mkdir(parents=True)
            (folder / f"{customer} {week}.wav").write_bytes(b"RIFF")
    (tmp_path / "Mäki").mkdir()
    (tmp_path / "Mäki" / "1.wav").write_bytes(b"RIFF")
    workspace = open_workspace(tmp_path)
    assert {call.lead_id for call in workspace.calls} == {"vecka 1", "vecka 2", "Mäki"}
    (notice,) = [text for text in workspace.notices if "one lead" in text]
    assert notice.startswith("Several folders of one name are one lead: 'vecka 1', 'vecka 2'.")
