"""Names of the workspace that help to tell the seller by the words, and what rests on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callsignals.batch.imported import import_transcript
from callsignals.batch.measure_stage import RoleHinter, settle_call, settle_key
from callsignals.conversation.role_cues import RoleHints
from callsignals.inputs.workspace import open_workspace

TRANSCRIPT = """\
Speaker 1: Hi, this is Anna from Northwind. I said that I would call again.
Speaker 2: Hello, good to hear from you again after all this time, how are things over there?
Speaker 1: Fine, it rains a lot and the trains are late as always.
Speaker 2: The same over here, the autumn has been long and dark.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    files = {
        "callsignals.toml": '[workspace]\ncompany_names = ["Northwind"]\n',
        "calls.csv": "call_id,lead_id,transcript,seller,language\nc1,l1,c1.txt,s7,en\nc2,l1,c1.txt,,en\n",
        "sellers.csv": "seller,name,aliases\ns7,Anna Berg,Annie\ns8,Bo Ek,\n",
        "leads.csv": "lead_id,name\nl1,Oakline\nl2,Elsewhere\n",
        "c1.txt": TRANSCRIPT,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_calls_seller_else_all_sellers_and_only_its_own_lead(workspace: Path) -> None:
    opened = open_workspace(workspace)
    assert RoleHinter.of(opened).hints(opened.calls[0]) == RoleHints(
        ("Northwind",), ("Anna Berg", "Annie"), ("Oakline",)
    )
    assert RoleHinter.of(opened).hints(opened.calls[1]).seller_names == ("Anna Berg", "Annie", "Bo Ek")


def test_a_transcript_without_parties_is_settled_by_its_words_and_the_names(workspace: Path) -> None:
    opened = open_workspace(workspace)
    row = opened.calls[0]
    heard = import_transcript(row, opened)
    assert {word.party for word in heard.words} == {"unknown"}
    settled = settle_call(heard, row, RoleHinter.of(opened).hints(row))
    assert settled.role_source == "text"
    assert settled.words[0].party == "seller"
    assert not settle_call(heard, row, RoleHints()).roles_known


def test_names_are_part_of_what_roles_depend_on(workspace: Path) -> None:
    opened = open_workspace(workspace)
    row = opened.calls[0]
    hints = RoleHinter.of(opened).hints(row)
    key = settle_key("heard", row, hints)
    assert key == settle_key("heard", row, RoleHinter.of(open_workspace(workspace)).hints(row))
    others = [
        replace(hints, company_names=()),
        replace(hints, seller_names=("Bo Ek",)),
        replace(hints, customer_names=()),
    ]
    assert len({key, *(settle_key("heard", row, other) for other in others)}) == 4


def test_the_weights_are_part_of_what_roles_depend_on(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = open_workspace(workspace).calls[0]
    key = settle_key("heard", row, RoleHints())
    monkeypatch.setattr("callsignals.batch.measure_stage.roles_digest", lambda: "other weights")
    assert settle_key("heard", row, RoleHints()) != key
