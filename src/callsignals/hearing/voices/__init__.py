"""Telling voices in one channel apart: segmentation, voiceprints, clustering, and a second pass over boundaries."""

from callsignals.hearing.voices.diarize import Diarized, diarize
from callsignals.hearing.voices.words import words_to_voices

__all__ = ["Diarized", "diarize", "words_to_voices"]
