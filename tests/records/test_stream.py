"""Rows written one by one, however many."""

from __future__ import annotations

import json

import polars as pl
import pytest

from callsignals.errors import OutputError
from callsignals.records.lead import LeadRecord
from callsignals.records.stream import jsonl_writer, signals_writer
from callsignals.records.tables import SIGNALS_SCHEMA
from callsignals.vocabulary.signal import Signal


@pytest.fixture
def record(row):
    return row(Signal("patience_s", value=1.0), day=2)


def test_over_a_thousand_rows_keep_their_order_and_are_shown_a_thousand_at_a_time(record, tmp_path):
    rows = [record.model_copy(update={"n": number}) for number in range(1001)]
    shown: list[pl.DataFrame] = []
    with signals_writer(tmp_path, tmp_path, shown.append) as writer:
        for one in rows:
            writer.write(one)
    assert [len(part) for part in shown] == [1000, 1]
    table = pl.read_parquet(tmp_path / "signals.parquet")
    assert table["n"].to_list() == list(range(1001))
    assert table.equals(pl.concat(shown))
    lines = (tmp_path / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["n"] for line in lines] == list(range(1001))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["signals.jsonl", "signals.parquet"]


def test_an_observer_sees_at_once_what_it_has_not_seen_when_it_asks(record, tmp_path):
    shown: list[pl.DataFrame] = []
    with signals_writer(tmp_path, tmp_path, shown.append) as writer:
        writer.flush()
        assert shown == []
        writer.write(record)
        writer.flush()
        writer.flush()
        assert [part["n"].to_list() for part in shown] == [[1]]
    assert len(shown) == 1


def test_without_rows_the_table_has_its_columns(tmp_path):
    with signals_writer(tmp_path, tmp_path):
        pass
    assert pl.read_parquet(tmp_path / "signals.parquet").schema == pl.Schema(SIGNALS_SCHEMA)
    assert (tmp_path / "signals.jsonl").read_bytes() == b""


def test_an_end_by_an_error_leaves_no_file_behind(record, tmp_path):
    def stopped() -> None:
        with signals_writer(tmp_path, tmp_path) as writer:
            writer.write(record)
            raise KeyError

    with pytest.raises(KeyError):
        stopped()
    assert list(tmp_path.iterdir()) == []


def test_a_scratch_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OutputError, match=r"nowhere: cannot be written \(No such file"):
        signals_writer(tmp_path, tmp_path / "nowhere").__enter__()


def test_a_disk_that_polars_finds_full_is_said_like_any_other(record, tmp_path):
    def full(_part: pl.DataFrame) -> None:
        raise pl.exceptions.ComputeError("No space left on device")

    with (
        pytest.raises(OutputError, match="No space left on device"),
        signals_writer(tmp_path, tmp_path, full) as writer,
    ):
        writer.write(record)
    assert list(tmp_path.iterdir()) == []


def test_records_stand_one_a_line_as_they_are_written(tmp_path):
    with jsonl_writer(tmp_path / "leads.jsonl") as write:
        write(LeadRecord(lead_id="å", phases={}))
        write(LeadRecord(lead_id="b", phases={}))
    first, second, end = (tmp_path / "leads.jsonl").read_text(encoding="utf-8").split("\n")
    assert (json.loads(first)["lead_id"], json.loads(second)["lead_id"], end) == ("å", "b", "")
