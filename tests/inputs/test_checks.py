"""What shows when tables are seen together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from callsignals.inputs.workspace import open_workspace

Make = Callable[..., Path]
COMMENTS = "comment_id,lead_id,kind,text,score,scale,created_at\n"


def test_the_lead_table_wins_and_conflicts_are_noticed(make: Make) -> None:
    root = make(
        {
            "a.wav": b"",
            "calls.csv": "call_id,lead_id,audio,started_at,outcome,stage\n"
            "c1,acme,a.wav,2026-01-02T00:00Z,lost,offer\nc2,acme,a.wav,2026-01-01T00:00Z,won,demo\n"
            "c3,bolt,a.wav,2026-01-02T00:00Z,won,\nc4,bolt,a.wav,2026-01-01T00:00Z,open,demo\n",
            "leads.csv": "lead_id,name,outcome,amount,qualified\nacme,Acme AB,won,12 500,kyllä\n",
            "comments.csv": COMMENTS + "k1,cool,survey,x,,,\n",
        }
    )
    workspace = open_workspace(root)
    conflicts = [notice for notice in workspace.notices if "disagree" in notice]
    assert len(conflicts) == 1
    assert "'outcome' of lead 'acme' (calls 'c1')" in conflicts[0]
    assert (workspace.leads[0].amount, workspace.leads[0].qualified) == (12500.0, True)


def test_ids_that_differ_in_letter_case_alone_are_noticed(make: Make) -> None:
    root = make({"a.wav": b"", "calls.csv": "call_id,lead_id,audio\nK1,l,a.wav\nk1,l,a.wav\nk2,l,a.wav\n"})
    (notice,) = [notice for notice in open_workspace(root).notices if "letter case" in notice]
    assert "'K1', 'k1'" in notice


def test_sellers_are_named_by_their_id_whatever_the_calls_write(make: Make) -> None:
    root = make(
        {
            "a.wav": b"",
            "calls.csv": "call_id,lead_id,audio,seller\nc1,l,a.wav,ANNA  svensson\n"
            "c2,l,a.wav,as;bo\nc3,l,a.wav,Kim\nc4,l,a.wav,Sam\n",
            "sellers.csv": "seller,name,aliases\nanna,Anna Svensson,AS; Anna S\nbo,Bo Ek,Sam\nsa,Sam Alm,Sam\n",
        }
    )
    workspace = open_workspace(root)
    assert [call.sellers for call in workspace.calls] == [("anna",), ("anna", "bo"), ("Kim",), ("Sam",)]
    assert workspace.sellers[0].aliases == ("AS", "Anna S")
    assert any("'sam' stands for 'bo', 'sa'" in notice for notice in workspace.notices)
    assert any("does not hold 'Kim', 'Sam'" in notice for notice in workspace.notices)


def test_segments_are_spelt_as_in_the_tables_and_unknown_ones_noticed(make: Make) -> None:
    root = make(
        {
            "callsignals.toml": '[segments]\ncolumns = ["country", "sise"]\n',
            "comments.csv": "comment_id,lead_id,kind,Country,size\nk1,l,survey,SE,big\n",
        }
    )
    workspace = open_workspace(root)
    assert workspace.segment_columns == ("Country",)
    assert workspace.comments[0].extra == (("Country", "SE"), ("size", "big"))
    assert any("'sise'" in notice and "'size'" in notice for notice in workspace.notices)


def test_surveys_after_unknown_calls_are_noticed(make: Make) -> None:
    root = make({"a.wav": b"", "comments.csv": "comment_id,lead_id,kind,call_id\nk1,l,survey,a\nk2,l,survey,zz\n"})
    workspace = open_workspace(root)
    assert any("'k2'" in notice and "'k1'" not in notice for notice in workspace.notices)
