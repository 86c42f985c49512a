"""Makers of small calls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pytest

from callsignals.vocabulary.spoken import Activity, ChannelMode, Party, RoleSource, Timing, Transcript, Word

Span = tuple[float, float]


class MakeCall(Protocol):
    def __call__(
        self,
        seller: Iterable[Span] = (),
        customer: Iterable[Span] = (),
        other: Iterable[Span] = (),
        words: Iterable[Word] = (),
        *,
        language: str | None = "en",
        timing: Timing = "activity",
        channel_mode: ChannelMode = "stereo",
        role_source: RoleSource = "manifest",
        findings: tuple[str, ...] = (),
    ) -> Transcript: ...


@pytest.fixture(scope="session")
def data() -> Path:
    return Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def make_call() -> MakeCall:
    def make(
        seller: Iterable[Span] = (),
        customer: Iterable[Span] = (),
        other: Iterable[Span] = (),
        words: Iterable[Word] = (),
        *,
        language: str | None = "en",
        timing: Timing = "activity",
        channel_mode: ChannelMode = "stereo",
        role_source: RoleSource = "manifest",
        findings: tuple[str, ...] = (),
    ) -> Transcript:
        known = role_source != "unknown"
        sides: list[tuple[Party, str, Iterable[Span]]] = [
            ("seller" if known else "unknown", "ch0", seller),
            ("customer" if known else "unknown", "ch1", customer),
            ("other", "ch1", other),
        ]
        timeline = [Activity(s, e, party, speaker) for party, speaker, spans in sides for s, e in spans]
        said = list(words)
        ends = [a.end_s for a in timeline] + [w.end_s for w in said if w.end_s is not None]
        return Transcript(
            words=tuple(said),
            timeline=tuple(sorted(timeline, key=lambda a: (a.start_s, a.speaker))),
            language=language,
            language_confidence=0.9,
            channel_mode=channel_mode,
            timing=timing,
            duration_s=max(ends, default=0.0),
            role_source=role_source,
            role_confidence=1.0 if known else None,
            findings=findings,
        )

    return make


class Say(Protocol):
    def __call__(
        self, text: str, start_s: float, end_s: float, party: Party = "seller", speaker: str = ""
    ) -> list[Word]: ...


@pytest.fixture(scope="session")
def say() -> Say:
    """Words spread evenly over a stretch of time."""

    def spread(text: str, start_s: float, end_s: float, party: Party = "seller", speaker: str = "") -> list[Word]:
        tokens = text.split()
        step = (end_s - start_s) / len(tokens)
        voice = speaker or {"seller": "ch0", "customer": "ch1"}.get(party, "ch1")
        return [
            Word(token, start_s + n * step, start_s + (n + 1) * step, party, voice) for n, token in enumerate(tokens)
        ]

    return spread
