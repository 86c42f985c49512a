"""Where customers heard of us, asked in a call: from the transcript to the records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callsignals.batch.run import RunOptions, run_workspace
from callsignals.records.schema import validate_file
from support import write_csv

CALLS = {
    "en": [
        ("Laura", "Good morning, thank you for taking the time today."),
        ("Customer", "Good morning, no problem at all, happy to talk."),
        ("Laura", "Before we start, how did you hear about Acme?"),
        ("Customer", "We saw your stand at the trade fair in Birmingham last spring."),
        ("Laura", "That is lovely to hear, it was a good fair for us."),
        ("Customer", "Yes, and our invoicing takes far too much time each month."),
    ],
    "sv": [
        ("Laura", "Hej och välkommen, kul att vi fick till en tid."),
        ("Kund", "Hej, ja det var på tiden att vi hördes."),
        ("Laura", "Hur fick ni höra talas om oss?"),
        ("Kund", "Jag har lyssnat på er podd i ett halvår."),
        ("Laura", "Vad roligt att höra, då vet du en hel del."),
        ("Kund", "Ja, men vi har mycket pappersarbete."),
    ],
    "fi": [
        ("Laura", "Huomenta ja kiitos että ehditte puhelimeen."),
        ("Asiakas", "Huomenta, ei mitään, hyvä että soititte."),
        ("Laura", "Mistä kuulitte meistä?"),
        ("Asiakas", "Kollega suositteli teitä, hän on ollut pitkään asiakkaananne."),
        ("Laura", "Sepä mukava kuulla, kiitos siitä."),
        ("Asiakas", "Meillä on liikaa paperityötä joka kuukausi."),
    ],
    "none": [
        ("Laura", "Good morning, thank you for taking the time today."),
        ("Customer", "Good morning. How did you hear about us?"),
        ("Laura", "Your colleague Maria told me about you at the fair."),
        ("Customer", "Oh yes, she does that. Our invoicing takes too much time."),
    ],
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    rows = []
    for name, lines in CALLS.items():
        cues = [
            f"00:00:{5 * at:02}.000 --> 00:00:{5 * at + 4:02}.000\n<v {who}>{text}</v>\n"
            for at, (who, text) in enumerate(lines)
        ]
        (folder / f"{name}.vtt").write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
        language = name if name != "none" else "en"
        started = "2026-01-05T09:00:00Z"
        row = {"call_id": name, "lead_id": f"lead-{name}", "transcript": f"{name}.vtt", "seller": "Laura"}
        rows.append({**row, "language": language, "started_at": started})
    write_csv(folder / "calls.csv", rows)
    (folder / "callsignals.toml").write_text('[workspace]\ncompany_names = ["Acme"]\n', encoding="utf-8")
    return run_workspace(folder, RunOptions(workers=1)).out


@pytest.fixture(scope="module")
def rows(out) -> dict[tuple[str, str], dict]:
    assert validate_file(out / "signals.jsonl")[1] == []
    lines = (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    return {(row["call_id"], row["signal"]): row for row in map(json.loads, lines)}


@pytest.mark.parametrize(
    ("call_id", "sources"), [("en", {"event"}), ("sv", {"podcast"}), ("fi", {"word_of_mouth", "customer_reference"})]
)
def test_the_answer_is_a_referral_of_the_call(rows, call_id, sources):
    row = rows[call_id, "referral_source"]
    assert row["label"] in sources
    assert (row["basis"], row["phase"], row["level"], row["comment_id"]) == ("call", "before", "lead", None)
    assert (row["lead_id"], row["seller"], row["time"]) == (f"lead-{call_id}", "Laura", "2026-01-05T09:00:00Z")
    assert row["evidence"] == [{"start_s": 15.0, "end_s": 19.0}]


def test_how_long_they_have_followed_us_comes_with_it(rows):
    assert rows["sv", "relationship_months"]["value"] == 6.0
    assert rows["fi", "referral_personal"]["value"] == 1.0


def test_a_question_of_the_customers_gives_nothing(rows):
    assert ("none", "referral_source") not in rows
    assert ("none", "seller_talk_share") in rows


def test_it_joins_the_leads_record_and_its_text_is_in_no_record(out):
    leads = [json.loads(line) for line in (out / "leads.jsonl").read_text(encoding="utf-8").splitlines()]
    before = {lead["lead_id"]: lead["phases"]["before"] for lead in leads}
    assert before["lead-en"]["referral_source"]["label"] == "event"
    assert before["lead-none"] == {}
    for name in ("signals.jsonl", "leads.jsonl", "calls.parquet", "run.json"):
        assert b"Birmingham" not in (out / name).read_bytes()
