"""Transcripts made elsewhere, and our own in both directions."""

from callsignals.inputs.transcripts.read import TRANSCRIPT_SUFFIXES, read_transcript

__all__ = ["TRANSCRIPT_SUFFIXES", "read_transcript"]
