"""A finished OUT of any size, generated: for the report's tests and its benchmark."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from callsignals.files import file_name_for
from callsignals.records.lead import LeadRecord, lead_phases
from callsignals.records.signal import Observation, SignalRecord, iso_time, record_signal
from callsignals.records.tables import calls_frame, comments_frame, signal_columns
from callsignals.records.write import write_frame
from callsignals.report.presentation import Presentation, save_presentation
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS, DEFINITIONS, TERM_SIGNALS
from callsignals.vocabulary.signal import Signal, TimeSpan
from support import write_records, write_signals

DIGEST = "cd" * 16
START = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
SENTENCE = "so that is how we do it today and it takes the whole team most of the week to get through"
PLAIN = tuple(SENTENCE.split())
TERMS = {"need": "manual work", "product": "our integration"}
TURN_WORDS = 30
WORD_S = 0.4


@dataclass(frozen=True)
class Names:
    """What stands in every free field; ids get a number so that they stay apart."""

    lead: str = "lead"
    seller: str = "seller"
    call: str = "call"
    comment: str = "comment"
    free: str = "free"
    word: str = "today"
    title: str = "Team report"


@dataclass
class _Rows:
    signals: list[SignalRecord] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    leads: list[LeadRecord] = field(default_factory=list)


def fill_report(
    out: Path,
    *,
    calls: int = 12,
    sellers: int = 2,
    words: int = 150,
    calls_per_lead: int = 2,
    named: Sequence[Names] = (Names(),),
    presentation: Presentation | None = None,
    audio: str | None = None,
) -> Path:
    """Write what a run writes that the report is made of.

    Args:
        out: the folder to make.
        calls, sellers: how many; calls go round the sellers.
        words: of each call.
        calls_per_lead: calls of one lead, one after the other.
        named: what stands in free fields, going round the leads.
        presentation: of the report.
        audio: of every call, relative to the folder of ``out``.
    """
    chance, rows = random.Random(7), _Rows()
    (out / "transcripts").mkdir(parents=True)
    for first in range(0, calls, calls_per_lead):
        place = first // calls_per_lead
        names = named[place % len(named)]
        lead = f"{names.lead}{place:04}"
        members = [
            _call(out, number, lead, sellers, words, names, chance, audio)
            for number in range(first, min(first + calls_per_lead, calls))
        ]
        comment, said = _comment(place, lead, members[0][0]["call_id"], names)
        of_calls = [signal for _, signals in members for signal in signals]
        rows.calls += [row for row, _ in members]
        rows.comments.append(comment)
        rows.signals += [*of_calls, *said]
        rows.leads.append(_lead(lead, members, comment, [*of_calls, *said], names))
    everyone = sorted({row["seller"] for row in rows.calls})
    rows.signals += [*_surveys("company", "company"), *(row for one in everyone for row in _surveys("seller", one))]
    _write(out, rows, named)
    save_presentation(out, presentation or Presentation(sellers={everyone[0]: "Anna A"}, audio_base=".."))
    return out


def write_tone(path: Path, seconds: float) -> Path:
    """A recording that a browser can seek in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, (0.1 * np.sin(np.arange(int(8000 * seconds)) / 4)).astype("float32"), 8000, subtype="PCM_16")
    return path


def _seller(names: Names, number: int) -> str:
    return f"{names.seller}{number}"


def _call(
    out: Path, number: int, lead: str, sellers: int, words: int, names: Names, chance: random.Random, audio: str | None
) -> tuple[dict[str, Any], list[SignalRecord]]:
    call_id = f"{names.call}/{number:04}"
    started = START + timedelta(days=7 * (number % 9), minutes=number)
    spoken, timeline = _spoken(words, names.word)
    transcript = {"schema_version": "1", "words": spoken, "timeline": timeline, "language": "en"}
    path = out / "transcripts" / f"{file_name_for(call_id)}.json"
    path.write_text(json.dumps(transcript, ensure_ascii=False), encoding="utf-8")
    seller = _seller(names, number % sellers)
    observed = Observation(
        "callsignals/t", lead, "lead", DIGEST, DIGEST, time=started, lead_id=lead, call_id=call_id, seller=seller
    )
    signals = [record_signal(signal, observed) for signal in _signals(spoken, chance)]
    row = {
        "call_id": call_id,
        "lead_id": lead,
        "seller": seller,
        "audio": audio,
        "started_at": started,
        "language": "en",
        "call_type": "conversation",
        "channel_mode": "stereo",
        "role_source": "manifest",
        "audio_complete": True,
        "duration_s": timeline[-1]["end_s"] + 1.0,
        "findings": ["music"],
        "stage": names.free,
        "outcome": "won",
        **signal_columns(signals),
    }
    return row, signals


def _spoken(count: int, odd_word: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Turns of thirty words; each has a need or product term, and every other ends in a question."""
    words: list[dict[str, Any]] = []
    timeline: list[dict[str, Any]] = []
    now = 1.0
    for turn in range(max(2, count // TURN_WORDS)):
        party, speaker = ("seller", "ch0") if turn % 2 == 0 else ("customer", "ch1")
        texts = [*(PLAIN[(turn + place) % len(PLAIN)] for place in range(TURN_WORDS - 3)), odd_word]
        texts += TERMS["need" if turn % 3 else "product"].split()
        begun = now
        for text in texts:
            ends = round(now + WORD_S - 0.05, 2)
            words.append({"text": text, "start_s": round(now, 2), "end_s": ends, "party": party, "speaker": speaker})
            now += WORD_S
        words[-1]["text"] += "?" if turn % 2 else "."
        timeline.append({"party": party, "speaker": speaker, "start_s": round(begun, 2), "end_s": round(now, 2)})
        now += 2.5 if turn % 5 == 4 else 0.3
    return words, timeline


def _signals(words: Sequence[dict[str, Any]], chance: random.Random) -> list[Signal]:
    found = []
    spans = _evidence(words)
    for name in {**CONVERSATION_SIGNALS, **TERM_SIGNALS}:
        if name == "overlap_share":
            found.append(Signal.insufficient(name, "mono_without_overlap"))
            continue
        share = DEFINITIONS[name].unit == "share"
        value = min(0.98, max(0.02, chance.gauss(0.5, 0.12))) if share else abs(chance.gauss(30, 8))
        part = 100.0 if share else None
        found.append(
            Signal(name, value, numerator=part and value * part, denominator=part, n=9, evidence=spans.get(name, ()))
        )
    return found


def _evidence(words: Sequence[dict[str, Any]]) -> dict[str, tuple[TimeSpan, ...]]:
    """Where terms and questions stand, and one interruption."""
    ends = range(TURN_WORDS - 1, len(words), TURN_WORDS)
    kinds: dict[str, list[TimeSpan]] = {"need": [], "product": [], "seller": [], "customer": []}
    for turn, end in enumerate(ends):
        term = TimeSpan(words[end - 1]["start_s"], words[end]["end_s"])
        kinds["need" if turn % 3 else "product"].append(term)
        if turn % 2:
            kinds["customer"].append(TimeSpan(words[end - 6]["start_s"], words[end]["end_s"]))
    return {
        "need_term_share": tuple(kinds["need"]),
        "product_term_share": tuple(kinds["product"]),
        "customer_questions_per_hour": tuple(kinds["customer"]),
        "seller_interruptions_per_hour": (TimeSpan(words[ends[0]]["start_s"], words[ends[0]]["end_s"]),),
    }


def _comment(number: int, lead: str, call_id: str, names: Names) -> tuple[dict[str, Any], list[SignalRecord]]:
    comment_id = f"{names.comment}{number:04}"
    when = START + timedelta(days=80, minutes=number)
    observed = Observation(
        "callsignals/t", lead, "lead", DIGEST, DIGEST, time=when, lead_id=lead, comment_id=comment_id
    )
    source = "existing_relationship"
    said = [
        Signal("referral_source", label=source, labels=(source,), confidence=0.91),
        Signal("nps_group", label="promoter", labels=("promoter",), confidence=0.9),
        Signal("comment_reasons", labels=("price:negative", "support:positive"), confidence=0.8),
        Signal.abstained("comment_polarity", "uncertain"),
    ]
    signals = [record_signal(signal, observed) for signal in said]
    row = {
        "comment_id": comment_id,
        "lead_id": lead,
        "kind": "survey",
        "created_at": when,
        "call_id": call_id,
        "respondent_id": names.free,
        "touchpoint": names.free,
        "score": 9.0,
        "scale": "nps",
        "status": "ok",
    }
    return row, signals


def _lead(
    lead: str,
    members: Sequence[tuple[dict[str, Any], list[SignalRecord]]],
    comment: dict[str, Any],
    signals: Sequence[SignalRecord],
    names: Names,
) -> LeadRecord:
    return LeadRecord(
        lead_id=lead,
        name=f"{names.free} {lead}",
        segment=names.free,
        outcome="won",
        first_seen=iso_time(members[0][0]["started_at"]),
        last_seen=iso_time(comment["created_at"]),
        calls=tuple(row["call_id"] for row, _ in members),
        comments=(comment["comment_id"],),
        phases=lead_phases(signals),
    )


def _surveys(level: Any, subject: str) -> list[SignalRecord]:
    seller = subject if level == "seller" else None
    observed = Observation("callsignals/t", subject, level, DIGEST, DIGEST, seller=seller)
    parts = {"denominator": 25.0, "n": 25, "interval": 0.95}
    nps = Signal("nps", 32.0, labels=("nps",), numerator=8, low=5.0, high=55.0, **parts)
    impact = Signal("nps_impact", -12.0, "price", ("price", "nps"), numerator=6, low=-20.0, high=-3.0, **parts)
    csat = Signal.insufficient("csat_share", "under_5_answers", n=2)
    # A run writes means of calls' signals as well; pages take those from the calls.
    mean = Signal("seller_talk_share", 0.987, low=0.985, high=0.989, **parts)
    share = Signal("referral_source", 0.983, "podcast", ("podcast",), numerator=24, low=0.9, high=0.99, **parts)
    return [record_signal(signal, observed) for signal in (nps, impact, csat, mean, share)]


def _write(out: Path, rows: _Rows, named: Sequence[Names]) -> None:
    rows.signals.sort(key=lambda row: row.subject)
    write_signals(out, rows.signals)
    write_frame(out / "calls.parquet", calls_frame(rows.calls))
    write_frame(out / "comments.parquet", comments_frame(rows.comments))
    write_records(out / "leads.jsonl", rows.leads)
    (out / "datapackage.json").write_text(json.dumps({"title": named[0].title}), encoding="utf-8")
    failures = [
        {"input": one.free, "row": 1, "stage": "hear", "error": "x", "message": one.free, "remedy": one.free}
        for one in named
    ]
    text = "".join(json.dumps(failure) + "\n" for failure in failures)
    (out / "failures.jsonl").write_text(text, encoding="utf-8")
