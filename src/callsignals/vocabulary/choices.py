"""What people choose from, in settings, in arguments and on the command line: one list each.

They stand by themselves so that the command line can name them without loading what makes use of them.
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "REVIEW_COUNT",
    "UNNAMED_WORKSPACE",
    "By",
    "DeviceChoice",
    "EngineName",
    "Every",
    "LanguageChoice",
    "RecordKind",
    "RedactionLevel",
    "Tier",
]

By = Literal["outcome", "seller", "stage", "segment", "period"]
"""What groups the leads that are compared."""

DeviceChoice = Literal["auto", "cpu", "cuda"]
"""Where the recogniser runs; ``auto``: on a GPU that can be used, else on the processor."""

EngineName = Literal["local", "ray"]
"""Where calls are heard: on this machine, or on a Ray cluster."""

Every = Literal["week", "month", "quarter"]
"""Length of periods."""

LanguageChoice = Literal["en", "sv", "fi"]

RecordKind = Literal["signal", "lead", "transcript"]

RedactionLevel = Literal["all", "contacts", "off"]
"""``all``; ``contacts``: contact details and numbers that identify or pay, but not names; ``off``: nothing."""

Tier = Literal["auto", "exact", "fast"]
"""Who classifies comments; ``auto``: the fast tier where it is sure, else the exact one."""

REVIEW_COUNT = 200
"""How many comments a review holds unless told otherwise: an evening's work."""

UNNAMED_WORKSPACE = "default"
"""``[workspace] name`` of one that was given none."""
