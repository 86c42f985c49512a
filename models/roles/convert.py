"""Bring the public corpora into the compact form of ``data/``: run once, with the corpora's folder.

    python models/roles/convert.py CORPORA

CORPORA holds ``persuasionforgood/dialogs_200.csv``, ``taskmaster4/TM4_data_07.json``, ``abcd/abcd_sample.json`` and
``casino/casino_test.json`` as published. Which dialogues are kept apart follows from a digest of their id, so that
it neither depends on their order nor on what anybody saw.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"

Turns = list[list[str]]

HELD_OUT = {"persuasion": 80, "taskmaster": 67, "abcd": 3, "casino": 50}
"""So many dialogues of each corpus are kept apart: 150 with a seller, and 50 without."""


def main(corpora: Path) -> None:
    """Write ``NAME.fit.jsonl`` and ``NAME.heldout.jsonl`` for each corpus."""
    for name, dialogues in (
        ("persuasion", persuasion(corpora / "persuasionforgood" / "dialogs_200.csv")),
        ("taskmaster", taskmaster(corpora / "taskmaster4" / "TM4_data_07.json")),
        ("abcd", abcd(corpora / "abcd" / "abcd_sample.json")),
        ("casino", casino(corpora / "casino" / "casino_test.json")),
    ):
        shuffled = sorted(dialogues, key=lambda one: hashlib.sha256(one[0].encode()).hexdigest())
        write(f"{name}.heldout", name, shuffled[: HELD_OUT[name]])
        rest = shuffled[HELD_OUT[name] :]
        half = len(rest) // 2 if name == "persuasion" else len(rest)  # no file over 250 KB
        write(f"{name}.fit", name, rest[:half])
        write(f"{name}2.fit", name, rest[half:])


def write(stem: str, source: str, dialogues: Iterable[tuple[str, Turns]]) -> None:
    """One JSON object a line; nothing is written when there are none."""
    lines = [
        json.dumps({"id": key, "source": source, "language": "en", "turns": turns}, ensure_ascii=False)
        for key, turns in dialogues
    ]
    if lines:
        (DATA / f"{stem}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def persuasion(path: Path) -> list[tuple[str, Turns]]:
    """Role 0 asks the other for a donation."""
    dialogues: dict[str, Turns] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            side = {"0": "seller", "1": "customer"}[row["B4"]]
            dialogues.setdefault(row["B2"], []).append([side, row["Unit"].strip()])
    return list(dialogues.items())


def taskmaster(path: Path) -> list[tuple[str, Turns]]:
    """The assistant takes the order."""
    side = {"assistant": "seller", "user": "customer"}
    return [
        (entry["conversation_id"], [[side[turn["speaker"]], turn["text"].strip()] for turn in entry["utterances"]])
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def abcd(path: Path) -> list[tuple[str, Turns]]:
    """Service chats; what the system did in between is left out."""
    side = {"agent": "seller", "customer": "customer"}
    return [
        (f"abcd-{entry['convo_id']}", [[side[who], text.strip()] for who, text in entry["original"] if who in side])
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def casino(path: Path) -> list[tuple[str, Turns]]:
    """Two campers share out firewood: nobody sells. The buttons they press are left out."""
    side = {"mturk_agent_1": "a", "mturk_agent_2": "b"}
    buttons = {"Submit-Deal", "Accept-Deal", "Reject-Deal", "Walk-Away"}
    return [
        (
            f"casino-{entry['dialogue_id']}",
            [[side[turn["id"]], turn["text"].strip()] for turn in entry["chat_logs"] if turn["text"] not in buttons],
        )
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
