"""Hear one recording: decode, channels, voice activity, language, words. Roles come later.

Everything here depends on the recording and the settings alone, never on other calls of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from callsignals.files import canonical_json, digest_of
from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.bleed import suppress_bleed
from callsignals.hearing.channels import analyse_channels
from callsignals.hearing.decode import Decoder
from callsignals.hearing.music import find_non_speech
from callsignals.hearing.recognise import Recogniser
from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.spoken_language import detect_language
from callsignals.vocabulary.spoken import LANGUAGES, Activity, ChannelMode, Dropped, Transcript, Word
from callsignals.weights import whisper_model

__all__ = ["HEARING_VERSION", "Ears", "HearingSettings"]

HEARING_VERSION = 1
"""Raised whenever the same recording and settings would be heard differently."""
