"""Property tests are the same on every run, and a busy machine does not fail them; what is slow is marked.

``pytest -m "not slow"`` leaves out whole batches, recordings, browsers, servers and clusters: most of the time.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("callsignals", deadline=None, derandomize=True, database=None)
settings.load_profile("callsignals")

SLOW = (
    "acceptance",
    "batch",
    "docs/test_examples.py",
    "docs/test_integrations.py",
    "exports/test_audio.py",
    "exports/test_databases.py",
    "hearing",
    "hostile",
    "privacy/test_erase.py",
    "privacy/test_retention.py",
    "remote",
    "report/test_browser.py",
)
"""Where a test runs a whole batch, hears a recording, or starts a browser, a server or a cluster."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow."""
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here) if item.path.is_relative_to(here) else item.path
        if any(place.is_relative_to(slow) for slow in SLOW):
            item.add_marker(pytest.mark.slow)
