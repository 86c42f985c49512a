"""Hearing once, measuring often: every recording of these tests is heard one time, however many tests look at it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from acceptance.altered import HARPERVALLEY
from callsignals.batch.calls import hearing_settings
from callsignals.batch.hearing_work import hear_key
from callsignals.batch.measure_stage import MeasuredCall, measure_call
from callsignals.batch.run import RunOptions, RunResult, run_workspace
from callsignals.batch.store import Store
from callsignals.conversation.roles import settle_roles
from callsignals.files import file_digest
from callsignals.hearing.hear import Ears
from callsignals.inputs.settings import Settings
from callsignals.language.term_list import starter_terms
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Transcript
from support import AUDIO, write_csv


class Hearing:
    """Hears files with the settings of an empty workspace; remembers what it heard by the file's bytes."""

    def __init__(self, ears: Ears, store: Store, settings: Settings) -> None:
        self._ears = ears
        self._store = store
        self._settings = hearing_settings(settings)

    def key(self, audio: Path, language: str | None) -> str:
        return hear_key(file_digest(audio), language, self._settings)

    def __call__(self, audio: Path, language: str | None = "en") -> Transcript:
        key = self.key(audio, language)
        heard = self._store.get("hear", key, Transcript)
        if heard is None:
            heard = self._ears.hear(audio, language=language)
            self._store.put("hear", key, heard)
        return heard


@pytest.fixture(scope="session")
def hear(tmp_path_factory) -> Iterator[Hearing]:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # workers share what was heard
    settings = Settings.model_validate({})
    with Ears(hearing_settings(settings)) as ears:
        yield Hearing(ears, Store(shared / "heard"), settings)


@pytest.fixture(scope="session")
def harpervalley(hear) -> dict[str, Transcript]:
    """The four calls as shipped."""
    return {call: hear(AUDIO / name) for call, name in HARPERVALLEY.items()}


@dataclass(frozen=True)
class Measured:
    """A settled and measured call."""

    transcript: Transcript
    call: MeasuredCall

    @property
    def signals(self) -> dict[str, Signal]:
        return {signal.name: signal for signal in self.call.signals}

    @property
    def seller_share(self) -> float | None:
        return self.signals["seller_talk_share"].value

    def words_of(self, party: str) -> list[str]:
        return [word.text for word in self.transcript.words if word.party == party]


@pytest.fixture(scope="session")
def measure() -> Callable[..., Measured]:
    terms = starter_terms()

    def settled(heard: Transcript, seller_channel: int | None = 0, seller_speaks_at_s: float | None = None) -> Measured:
        transcript = settle_roles(
            heard,
            seller_channel=seller_channel,
            channel_source="manifest",
            seller_speaks_at_s=seller_speaks_at_s,
        )
        return Measured(transcript, measure_call(transcript, terms))

    return settled


@dataclass(frozen=True)
class Call:
    """A row of the calls table; ``heard`` stands for what a recording would be heard as, where none says it."""

    call_id: str
    audio: Path
    columns: dict[str, object] = field(default_factory=dict)
    heard: Transcript | None = None


@dataclass(frozen=True)
class Rows:
    """What a run wrote."""

    result: RunResult
    calls: dict[str, dict]

    def reasons(self, call_id: str) -> dict[str, str]:
        """Why each signal of a call has no value."""
        return {item["signal"]: item["reason"] for item in self.calls[call_id]["without_value"]}


@pytest.fixture(scope="session")
def run_calls(hear) -> Callable[[Path, Sequence[Call]], Rows]:
    """Runs a workspace over calls that are heard here, so that the run itself finds them heard."""

    def run(folder: Path, calls: Sequence[Call]) -> Rows:
        rows = []
        for call in calls:
            row = {"call_id": call.call_id, "lead_id": call.call_id, "audio": call.audio.name, "seller_channel": 0}
            row |= {"language": "en", **call.columns}
            language = str(row["language"]) or None
            Store(folder / "out").put("hear", hear.key(call.audio, language), call.heard or hear(call.audio, language))
            rows.append(row)
        write_csv(folder / "calls.csv", rows)
        result = run_workspace(folder, RunOptions(workers=1))
        table = pl.read_parquet(result.out / "calls.parquet").to_dicts()
        return Rows(result, {row["call_id"]: row for row in table})

    return run
