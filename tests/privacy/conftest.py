"""A workspace of transcripts, tables and messages whose leads have distinct words, and a finished OUT of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsignals import run
from support import write_csv

SAID = {
    "lead-1": "Our forklift broke down behind the bakery on the quay and nobody could repair the hydraulics.",
    "lead-10": "We count every pallet by hand because the scanner at the northern gate refuses to read frozen labels.",
    "demo": "The auditors asked us for seven years of invoices and we found them in a cellar full of umbrellas.",
}
NAMES = {"lead-1": "Quillfeather Marine Bakery", "lead-10": "Ostvik Cold Storage", "demo": "Umbrella Archive"}
SELLER = "Hello, this is Laura. How many invoices do you handle every month, and what takes the most time?"


@dataclass(frozen=True)
class Place:
    """A workspace and its OUT."""

    root: Path
    out: Path


def transcript(lead: str, number: int, extra: str = "") -> str:
    lines = [f"Laura: {SELLER}", f"Customer: {SAID[lead]} {extra}", f"Laura: I see, that was call {number}."]
    return "\n".join(lines * 4)


def fill(root: Path) -> Path:
    """Two calls, comments, a thread and a metric of ``lead-1``; ``lead-10`` and ``demo`` stay."""
    (root / "said").mkdir(parents=True)
    calls = []
    for number, lead in enumerate(["lead-1", "lead-1", "lead-10", "lead-10", "demo", "demo"]):
        name = f"{lead}-call{number}"
        mention = f"We heard of you from {NAMES['lead-1']}." if number == 3 else ""
        (root / "said" / f"{name}.txt").write_text(transcript(lead, number, mention), encoding="utf-8")
        calls.append(
            {
                "call_id": name,
                "lead_id": lead,
                "transcript": f"said/{name}.txt",
                "seller": "Laura",
                "language": "en",
                "started_at": f"2026-03-0{number + 1}T10:00:00Z",
                "lawful_basis": "legitimate_interests",
                "contact": f"{lead}@{lead}.example",
            }
        )
    write_csv(root / "calls.csv", calls)
    write_csv(root / "leads.csv", [{"lead_id": lead, "name": name, "segment": "small"} for lead, name in NAMES.items()])
    texts = {
        "lead-1": "The crane manual you promised us on Sunday never reached the harbour office",
        "lead-10": "Support answered within the hour and solved it",
        "demo": "Support answered within the hour and solved it",
    }
    write_csv(
        root / "comments.csv",
        [
            {
                "comment_id": f"survey-{lead}",
                "lead_id": lead,
                "kind": "survey",
                "text": text,
                "score": 3 if lead == "lead-1" else 10,
                "scale": "nps",
                "created_at": "2026-03-10T09:00:00Z",
                "respondent_id": f"person-{lead}",
            }
            for lead, text in texts.items()
        ],
    )
    write_csv(
        root / "messages.csv",
        [
            {"thread_id": f"thread-{lead}", "lead_id": lead, "sender": sender, "sent_at": sent_at, "text": text}
            for lead in ("lead-1", "lead-10")
            for sender, sent_at, text in (
                ("us", "2026-03-11T09:00:00Z", "Shall we meet next week?"),
                ("customer", "2026-03-11T10:00:00Z", f"Please ring the green lighthouse keeper of {lead} before noon"),
            )
        ],
    )
    write_csv(
        root / "metrics.csv",
        [
            {"signal": "site_visits", "value": 5, "observed_at": "2026-03-12", "lead_id": "lead-1", "phase": "before"},
            {"signal": "site_visits", "value": 9, "observed_at": "2026-03-12", "lead_id": "lead-10", "phase": "before"},
        ],
    )
    return root


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory) -> Path:
    root = fill(tmp_path_factory.mktemp("filled") / "workspace")
    run(root)
    return root


@pytest.fixture
def place(filled_once, tmp_path) -> Place:
    """A copy to break."""
    root = tmp_path / "workspace"
    shutil.copytree(filled_once, root)
    return Place(root, root / "out")
