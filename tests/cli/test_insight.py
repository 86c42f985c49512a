"""``compare`` and ``terms suggest``."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from callsignals.cli.main import main
from callsignals.language.term_list import parse_terms
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.signal import Observation, record_signal
from callsignals.records.tables import calls_frame, comments_frame
from callsignals.records.write import write_frame, write_transcript
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Transcript
from language.conftest import words_of_turns
from support import write_records, write_signals

DIGEST = "ab" * 16

WON_SHARES = np.linspace(0.35, 0.5, 14)
LOST_SHARES = np.linspace(0.55, 0.75, 12)
CUSTOMER = ("Manual data entry eats mornings.", "Drivers phone about pallets.")
SELLER = ("Our dashboard shows shipments.", "Rollout takes weeks.")


@pytest.fixture
def out(tmp_path):
    """Results of 26 leads of two sellers with a call each, two of them with a transcript."""
    out = tmp_path / "out"
    rows, calls, leads = [], [], []
    shares = [*(("won", share) for share in WON_SHARES), *(("lost", share) for share in LOST_SHARES)]
    for at, (outcome, share) in enumerate(shares):
        lead, seller = f"lead{at}", "ann" if at % 2 else "bo"
        observed = Observation(
            "callsignals/t", lead, "lead", DIGEST, DIGEST, lead_id=lead, call_id=f"{lead}/1", seller=seller
        )
        rows += [
            record_signal(Signal("seller_talk_share", float(share)), observed),
            record_signal(Signal("longest_monologue_s", 60.0), observed),
        ]
        calls.append({"call_id": f"{lead}/1", "lead_id": lead, "seller": seller, "call_type": "conversation"})
        leads.append(LeadRecord(lead_id=lead, outcome=outcome, segment="small", phases=lead_phases(rows[-2:])))
    calls[2:] = [{**call, "call_type": "voicemail"} for call in calls[2:]]
    write_signals(out, rows)
    write_frame(out / "calls.parquet", calls_frame(calls))
    write_frame(out / "comments.parquet", comments_frame([]))
    write_records(out / "leads.jsonl", leads)
    turns = [turn for c, s in zip(CUSTOMER, SELLER, strict=True) for turn in (("customer", c), ("seller", s))] * 30
    words = words_of_turns(turns, word_s=0.5)
    heard = Transcript(words, (), "en", None, "transcript", timing="words", duration_s=None, role_source="transcript")
    for call in calls[:2]:
        write_transcript(out / "transcripts", call["call_id"], replace(heard, input_digest=DIGEST))
    return out


def stopped(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return end.value.code, shown.out, shown.err


def test_compare_says_what_differs_beside_the_outcome(capsys, out):
    code, shown, _ = stopped(capsys, "compare", out, "--by", "outcome")
    assert code == 0
    assert "won: 14 leads, 14 calls; won 14 of 14 closed (100%" in shown
    assert "* seller_talk_share is lower for won leads than for lost leads: 42% [" in shown
    assert "  No clear difference in longest_monologue_s" in shown


def test_compare_as_json(capsys, out):
    code, shown, _ = stopped(capsys, "compare", out, "--by", "outcome", "--signals", "seller_talk_share", "--json")
    found = json.loads(shown)
    (finding,) = found["findings"]
    assert code == 0
    assert (finding["signal"], finding["flagged"], finding["difference"]["delta"]) == ("seller_talk_share", True, -1)
    assert finding["q"] < 0.01
    assert finding["first"]["mean"] == pytest.approx(WON_SHARES.mean(), abs=1e-6)


def test_compare_refuses_what_it_does_not_know(capsys, out):
    assert stopped(capsys, "compare", out, "--by", "weekday")[0] == 2
    code, _, error = stopped(capsys, "compare", out, "--by", "outcome", "--signals", "talk")
    assert code == 2
    assert "is no signal. Did you mean" in error
    code, _, error = stopped(capsys, "compare", out, "--by", "segment", "--column", "colour")
    assert (code, "has no column 'colour'" in error) == (1, True)
    code, _, error = stopped(capsys, "compare", out, "--by", "stage")
    assert (code, "nothing in it has a stage" in error) == (1, True)
    code, _, error = stopped(capsys, "compare", out / "nowhere", "--by", "outcome")
    assert (code, "Name a folder that 'callsignals run' has filled" in error) == (1, True)


def test_terms_suggest_writes_a_list_that_can_be_read(capsys, out):
    own = out.parent / "own.toml"
    own.write_text('[need.en]\nphrases = ["backlog"]\n[product.en]\nphrases = ["platform"]\n', encoding="utf-8")
    code, shown, error = stopped(capsys, "terms", "suggest", out, "--terms", own)
    assert code == 0
    assert "    manual data entry  (z +" in shown
    text = (out / "term_candidates.toml").read_text(encoding="utf-8")
    listed = {(entry.kind, entry.language): entry.phrases for entry in parse_terms(text).entries}
    assert "manual data entry" in listed["need", "en"]
    assert "dashboard" in listed["product", "en"]
    assert '"lead0/1" 0:00' in text
    assert f"compared with {own}" in error


def test_terms_suggest_compares_with_the_list_beside_the_results(capsys, out):
    (out.parent / "terms.toml").write_text(
        '[need.en]\nphrases = ["pallets", "backlog"]\n[product.en]\nphrases = ["dashboard"]\n', encoding="utf-8"
    )
    code, shown, _ = stopped(capsys, "terms", "suggest", out, "--json")
    found = json.loads(shown)
    assert code == 0
    assert found["unused"] == [{"kind": "need", "language": "en", "term": "backlog"}]
    assert not {"pallets", "dashboard"} & {one["phrase"] for one in found["candidates"]}


def test_terms_suggest_needs_the_transcripts(capsys, out):
    (out / "transcripts" / "lead1%2F1.json").unlink()
    code, _, error = stopped(capsys, "terms", "suggest", out)
    assert (code, "is missing or damaged" in error) == (1, True)
