from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from callsignals.records.signal import Observation, SignalRecord, record_signal
from callsignals.vocabulary.signal import Signal

DIGEST = "ab" * 32


@pytest.fixture
def row() -> Callable[..., SignalRecord]:
    """A signal row of lead ``acme``; ``day`` of January 2026 or undated."""

    def build(signal: Signal, *, day: int | None = None, call_id: str = "c1", **changes: Any) -> SignalRecord:
        observed = Observation(
            source="callsignals/test",
            subject="acme",
            level="lead",
            settings_digest=DIGEST,
            input_digest=changes.pop("input_digest", DIGEST),
            digests=changes.pop("digests", ()),
            time=datetime(2026, 1, day, tzinfo=UTC) if day else None,
            lead_id="acme",
            call_id=call_id,
            **changes,
        )
        return record_signal(signal, observed)

    return build
