"""Candidates for the term lists, from a finished OUT: found, and written for a person to accept."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from callsignals.files import write_text
from callsignals.insight.conversations import conversations
from callsignals.language.term_discovery import Candidate, Suggestions, suggest_terms
from callsignals.language.term_list import TermList

__all__ = ["CANDIDATES_FILE", "candidates_toml", "suggest_from", "suggestions_json", "write_candidates"]

CANDIDATES_FILE = "term_candidates.toml"
_HEAD = (
    "# Words that customers use more than sellers (need) and sellers more than customers (product), for a person to\n"
    "# judge: copy the lines you accept into the lists of the same name in terms.toml, under whichever kind is right.\n"
    "# Behind each: z-score, times said by customer and seller, leads, and where to listen (call, minute:second).\n"
)


def suggest_from(out: Path, terms: TermList, *, top: int) -> Suggestions:
    """Candidates from the transcripts of OUT.

    Raises:
        InputError: OUT is no folder of results, or a transcript is missing.
    """
    return suggest_terms(partial(conversations, out), terms, top=top)


def write_candidates(path: Path, found: Suggestions) -> None:
    """Write the candidates as lists in the form of ``terms.toml``.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text(path, candidates_toml(found))


def candidates_toml(found: Suggestions) -> str:
    """A term list of candidates, each with its evidence as a comment."""
    sections: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in found.candidates:
        sections.setdefault((candidate.kind, candidate.language), []).append(candidate)
    lines = [_HEAD]
    for (kind, language), members in sorted(sections.items()):
        lines += [f"[{kind}.{language}]", "phrases = ["]
        lines += [f"  {json.dumps(one.phrase, ensure_ascii=False)},  # {_evidence(one)}" for one in members]
        lines += ["]", ""]
    return "\n".join(lines)


def _evidence(one: Candidate) -> str:
    places = (json.dumps(e.call_id, ensure_ascii=False) + _clock(e.start_s) for e in one.examples)
    counts = f"customer {one.customer_count}, seller {one.seller_count}, leads {one.lead_count}"
    return f"z {one.z:+.2f}, {counts}; {', '.join(places)}"


def _clock(start_s: float | None) -> str:
    return "" if start_s is None else f" {int(start_s) // 60}:{int(start_s) % 60:02d}"


def suggestions_json(found: Suggestions) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "calls": dict(found.calls),
        "methods": dict(found.methods),
        "too_little": list(found.too_little),
        "candidates": [
            {
                "kind": one.kind,
                "language": one.language,
                "phrase": one.phrase,
                "z": round(one.z, 6),
                "customer_count": one.customer_count,
                "seller_count": one.seller_count,
                "lead_count": one.lead_count,
                "examples": [{"call_id": e.call_id, "start_s": e.start_s} for e in one.examples],
            }
            for one in found.candidates
        ],
        "unused": [{"kind": one.kind, "language": one.language, "term": one.term} for one in found.unused],
    }
