"""From a decoded recording to who is active when: one side a channel in stereo, one side of several voices in mono."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.bleed import suppress_bleed
from callsignals.hearing.channels import ChannelLayout, analyse_channels, live_channels
from callsignals.hearing.music import NonSpeech, find_non_speech, outside
from callsignals.hearing.recording import Interval, Recording
from callsignals.hearing.voices import diarize
from callsignals.vocabulary.spoken import Activity, ChannelMode

__all__ = ["Heard", "Side", "listen"]


@dataclass(frozen=True, slots=True)
class Side:
    """One channel to be recognised.

    Attributes:
        name: ``ch0``, ``ch1``, ...: the channel in the file.
        channel: row of ``Recording.samples``.
        speech: when anybody speaks in it.
        voices: who, when several voices share the channel; empty when there is one.
    """

    name: str
    channel: int
    speech: tuple[Interval, ...]
    voices: tuple[Activity, ...] = ()

    def speaker_of(self, start_s: float | None, end_s: float | None) -> str:
        """The voice that says a word: the one active for most of it, else the nearest."""
        if not self.voices or start_s is None or end_s is None:
            return self.name
        shared: dict[str, float] = {}
        for voice in self.voices:
            overlap_s = min(end_s, voice.end_s) - max(start_s, voice.start_s)
            if overlap_s > 0:
                shared[voice.speaker] = shared.get(voice.speaker, 0.0) + overlap_s
        if shared:
            return max(sorted(shared), key=lambda speaker: shared[speaker])
        middle_s = (start_s + end_s) / 2
        return min(
            self.voices, key=lambda voice: max(voice.start_s - middle_s, middle_s - voice.end_s)
        ).speaker


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is active when.

    Attributes:
        sides: what is to be recognised.
        timeline: activity of every voice, and ``other`` for music and tones.
        channel_mode: how voices were told apart.
        findings: what was noticed.
    """

    sides: tuple[Side, ...]
    timeline: tuple[Activity, ...]
    channel_mode: ChannelMode
    findings: tuple[str, ...]


def listen(recording: Recording, *, diarize_mono: bool, speakers: int) -> Heard:
    """Channels, voice activity, bleed, music, and voices.

    Args:
        recording: as decoded.
        diarize_mono: whether to tell voices in mono apart.
        speakers: how many to expect there.
    """
    live = live_channels(recording)
    heard_in = [
        speech_intervals(recording, channel) if channel in live else []
        for channel in range(recording.channel_count)
    ]
    layout = analyse_channels(recording, heard_in)
    music = {channel: find_non_speech(recording, channel, heard_in[channel]) for channel in layout.sides}
    speech = [outside(found, music.get(channel, [])) for channel, found in enumerate(heard_in)]
    if layout.mode == "stereo":
        heard = _stereo(recording, layout, speech)
    else:
        heard = _mono(recording, layout, speech, speakers if diarize_mono else 1)
    return _with_music(heard, [found for channel in layout.sides for found in music[channel]])


def _stereo(recording: Recording, layout: ChannelLayout, speech: Sequence[Sequence[Interval]]) -> Heard:
    suppressed = suppress_bleed(recording, speech, layout.sides)
    sides = tuple(
        Side(f"ch{channel}", channel, tuple(suppressed.intervals_by_channel[channel]))
        for channel in layout.sides
    )
    timeline = tuple(
        Activity(start_s, end_s, speaker=side.name) for side in sides for start_s, end_s in side.speech
    )
    return Heard(sides, timeline, "stereo", (*layout.findings, *suppressed.findings))


def _mono(
    recording: Recording, layout: ChannelLayout, speech: Sequence[Sequence[Interval]], speakers: int
) -> Heard:
    channel = layout.sides[0]
    intervals = tuple(speech[channel])
    found = diarize(recording, channel, intervals, speakers=speakers)
    side = Side(f"ch{channel}", channel, intervals, found.voices)
    return Heard((side,), found.voices, "mono_diarized", (*layout.findings, *found.findings))


def _with_music(heard: Heard, music: Sequence[NonSpeech]) -> Heard:
    if not music:
        return heard
    spans = sorted({(found.start_s, found.end_s, found.kind) for found in music})
    others = tuple(Activity(start_s, end_s, party="other", speaker=kind) for start_s, end_s, kind in spans)
    return Heard(
        heard.sides,
        (*heard.timeline, *others),
        heard.channel_mode,
        (*heard.findings, *{kind for _, _, kind in spans}),
    )
