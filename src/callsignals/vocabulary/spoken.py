"""What was spoken in a call: words, voice activity, and the transcript that holds both.

Times are seconds from the start of the recording. Before roles are settled every party is ``unknown`` and only
``speaker`` tells the voices apart (``ch0``, ``ch1`` for channels, ``spk0``, ``spk1`` for diarized voices, the
name as written for imported transcripts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "LANGUAGES",
    "Activity",
    "ChannelMode",
    "Dropped",
    "Party",
    "RoleSource",
    "Timing",
    "Transcript",
    "Word",
]

LANGUAGES = ("en", "sv", "fi")
"""The languages that are measured; anything else is ``insufficient``."""

Party = Literal["seller", "customer", "other", "unknown"]
ChannelMode = Literal["stereo", "mono_diarized", "transcript"]
RoleSource = Literal["manifest", "config", "voiceprint", "text", "transcript", "unknown"]
Timing = Literal["activity", "words", "cues", "none"]
"""What times rest on: voice activity; word times; caption (cue) times, which stretch over silence; nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised or transcribed word with its punctuation, without surrounding white space.

    Attributes:
        text: for instance ``"hello,"``.
        start_s, end_s: seconds; None when the transcript has no times.
        party: who said it, ``unknown`` until settled.
        speaker: which voice or channel.
        probability: the recogniser's own 0..1 figure, None for imported text.
    """

    text: str
    start_s: float | None
    end_s: float | None
    party: Party = "unknown"
    speaker: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A stretch in which one voice is active. ``start_s < end_s``, seconds."""

    start_s: float
    end_s: float
    party: Party = "unknown"
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Recognised text that was thrown away as a hallucination, and why (``repetition``, ``silence``, ...)."""

    text: str
    start_s: float
    end_s: float
    speaker: str
    why: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """One call as heard or imported.

    Attributes:
        words: by start time, then speaker; in written order when ``timing`` is ``none``.
        timeline: voice activity by start time, then speaker; empty when ``timing`` is ``none``.
        language: ISO 639-1 code as detected or given; may lie outside ``LANGUAGES``; None when nothing was said.
        language_confidence: 0..1, None when given by the user.
        channel_mode: how voices were told apart.
        timing: what the times rest on.
        duration_s: length of the recording (or end of the last word), None without times.
        audio_complete: False when the file broke off and only its good part was heard.
        model: recogniser and digest, empty for imported transcripts.
        role_source: what decided the parties.
        role_confidence: 0..1, None when unknown.
        dropped: what was thrown away.
        findings: stable names of what was noticed about the audio (``dead_channel``, ``bleed_suppressed``,
            ``one_signal_on_both_channels``, ``music``, ``gap``, ...), sorted.
        input_digest: sha256 of the decoded audio or of the transcript's bytes.
        talk_share_half_width: half-width (0..1) of the 90 % interval of either voice's share of the talk of both;
            None unless voices in one channel were told apart.
    """

    words: tuple[Word, ...]
    timeline: tuple[Activity, ...]
    language: str | None
    language_confidence: float | None
    channel_mode: ChannelMode
    timing: Timing
    duration_s: float | None
    audio_complete: bool = True
    model: str = ""
    role_source: RoleSource = "unknown"
    role_confidence: float | None = None
    dropped: tuple[Dropped, ...] = ()
    findings: tuple[str, ...] = ()
    input_digest: str = ""
    talk_share_half_width: float | None = None

    @property
    def roles_known(self) -> bool:
        """Whether seller and customer have been told apart."""
        return self.role_source != "unknown"
