"""Property tests are the same on every run, and a busy machine does not fail them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("callsignals", deadline=None, derandomize=True, database=None)
settings.load_profile("callsignals")
