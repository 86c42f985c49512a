"""Redaction: names, contact details, and numbers that identify or pay, written or spoken, in three languages.

``find`` gives offsets, ``redacted`` the text without, ``redact_transcript`` a transcript without, ``spans_of`` the
stretches of sound. Pure functions: no files, no clock. What is found how well is in ``docs/redaction.md``.
"""

from callsignals.privacy.redaction.find import find, redact_text
from callsignals.privacy.redaction.finding import CONTACT_KINDS, KINDS, Finding, Kind, redacted
from callsignals.privacy.redaction.known import person_names
from callsignals.privacy.redaction.placeholders import is_placeholder
from callsignals.privacy.redaction.words import Span, redact_transcript, redact_words, spans_of

__all__ = [
    "CONTACT_KINDS",
    "KINDS",
    "REDACTION_VERSION",
    "Finding",
    "Kind",
    "Span",
    "find",
    "is_placeholder",
    "person_names",
    "redact_text",
    "redact_transcript",
    "redact_words",
    "redacted",
    "spans_of",
]

REDACTION_VERSION = "2"
"""Raised when the same text would be redacted otherwise: copies are then written again."""
