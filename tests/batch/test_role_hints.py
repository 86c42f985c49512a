"""Names of the workspace that help to tell the seller by the words, and what rests on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callsignals.batch.calls import import_transcript
from callsignals.batch.measure_stage import measure_key, role_hints, settle_call
from callsignals.conversation.role_cues import RoleHints
from callsignals.inputs.workspace import open_workspace
from callsignals.language.term_list import starter_terms

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
    assert role_hints(opened.calls[0], opened) == RoleHints(("Northwind",), ("Anna Berg", "Annie"), ("Oakline",))
    assert role_hints(opened.calls[1], opened).seller_names == ("Anna Berg", "Annie", "Bo Ek")


def test_a_transcript_without_parties_is_settled_by_its_words_and_the_names(workspace: Path) -> None:
    opened = open_workspace(workspace)
    row = opened.calls[0]
    heard = import_transcript(row, opened)
    assert {word.party for word in heard.words} == {"unknown"}
    settled = settle_call(heard, row, role_hints(row, opened))
    assert settled.role_source == "text"
    assert settled.words[0].party == "seller"
    assert not settle_call(heard, row, RoleHints()).roles_known


def test_names_are_part_of_what_a_measured_call_depends_on(workspace: Path) -> None:
    opened = open_workspace(workspace)
    row, terms = opened.calls[0], starter_terms()
    hints = role_hints(row, opened)
    key = measure_key("heard", row, terms, hints)
    assert key == measure_key("heard", row, terms, role_hints(row, open_workspace(workspace)))
    others = [
        replace(hints, company_names=()),
        replace(hints, seller_names=("Bo Ek",)),
        replace(hints, customer_names=()),
    ]
    assert len({key, *(measure_key("heard", row, terms, other) for other in others)}) == 4


def test_the_weights_are_part_of_what_a_measured_call_depends_on(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = open_workspace(workspace).calls[0]
    key = measure_key("heard", row, starter_terms(), RoleHints())
    monkeypatch.setattr("callsignals.batch.measure_stage.roles_digest", lambda: "other weights")
    assert measure_key("heard", row, starter_terms(), RoleHints()) != key
