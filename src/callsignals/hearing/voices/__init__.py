"""Telling voices in one channel apart: segmentation, voiceprints, clustering, and a second pass over boundaries."""

from callsignals.hearing.voices.diarize import Diarized, diarize

__all__ = ["Diarized", "diarize"]
