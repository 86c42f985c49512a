"""From a decoded recording to who is active when: one side a channel in stereo, one side of several voices in mono."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from callsignals.errors import InputError
from callsignals.hearing.bleed import own_samples, suppress_bleed
from callsignals.hearing.channels import ChannelLayout, analyse_channels, live_channels
from callsignals.hearing.music import NonSpeech, speech_and_other
from callsignals.hearing.recording import Int16, Interval, Recording
from callsignals.hearing.voices import diarize, words_to_voices
from callsignals.vocabulary.spoken import Activity, ChannelMode, Word

__all__ = ["Heard", "Side", "listen"]

BEYOND_END_S = 1.0
"""Turns that end so much after the recording belong to another one."""
TURN_MARGIN_S = 0.2
"""Around a told turn, so that no word is cut."""


@dataclass(frozen=True, slots=True)
class Side:
    """One channel to be recognised.

    Attributes:
        name: ``ch0``, ``ch1``, ...: the channel in the file.
        channel: row of ``Recording.samples``.
        speech: when anybody speaks in it.
        voices: who, when several voices share the channel; empty when there is one.
        foreign: what is heard in the channel and is not its own: bleed of the other side, music. Empty where the
            channel is clean.
    """

    name: str
    channel: int
    speech: tuple[Interval, ...]
    voices: tuple[Activity, ...] = ()
    foreign: tuple[Interval, ...] = ()

    def samples(self, recording: Recording) -> Int16:
        """What the recogniser may hear, shape (n,): nobody's words are to be written twice."""
        if not self.foreign:
            whole: Int16 = recording.samples[self.channel]
            return whole
        return own_samples(recording, self.channel, self.speech, self.foreign)

    def attributed(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Words recognised in this channel with their ``speaker``: its one voice, or who of several says each."""
        named = [replace(word, speaker=self.name) for word in words]
        return words_to_voices(named, self.voices)


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is active when.

    Attributes:
        sides: what is to be recognised.
        timeline: activity of every voice, and ``other`` for music and tones.
        channel_mode: how voices were told apart.
        findings: what was noticed.
        talk_share_half_width: how far the shares of two voices told apart may be off; None where nothing was.
    """

    sides: tuple[Side, ...]
    timeline: tuple[Activity, ...]
    channel_mode: ChannelMode
    findings: tuple[str, ...]
    talk_share_half_width: float | None = None


def listen(
    recording: Recording, *, diarize_mono: bool, speakers: int, turns: Sequence[Activity] | None = None
) -> Heard:
    """Channels, voice activity, bleed, music, and voices.

    Args:
        recording: as decoded.
        diarize_mono: whether to tell voices in mono apart.
        speakers: how many to expect there.
        turns: who speaks when in mono, told by the user; then nothing is told apart here.

    Raises:
        InputError: the turns lie beyond the recording.
    """
    live = live_channels(recording)
    found = {channel: speech_and_other(recording, channel) for channel in live}
    speech = [found[channel][0] if channel in found else [] for channel in range(recording.channel_count)]
    layout = analyse_channels(recording, speech)
    music = [found[channel][1] if channel in found else [] for channel in range(recording.channel_count)]
    if layout.mode == "stereo":
        heard = _stereo(recording, layout, speech, music)
        if turns is not None:
            heard = replace(heard, findings=(*heard.findings, "rttm_unused"))
    elif turns is not None:
        heard = _told(recording, layout, turns)
    else:
        heard = _mono(recording, layout, speech, speakers if diarize_mono else 1)
    return _with_music(heard, [item for channel in layout.sides for item in music[channel]])


def _stereo(
    recording: Recording,
    layout: ChannelLayout,
    speech: Sequence[Sequence[Interval]],
    music: Sequence[Sequence[NonSpeech]],
) -> Heard:
    suppressed = suppress_bleed(recording, speech, layout.sides)
    own = suppressed.intervals_by_channel
    sides = []
    for channel, other in (layout.sides, layout.sides[::-1]):
        foreign = [(item.start_s, item.end_s) for item in music[channel]]
        if suppressed.findings:
            foreign += own[other]
        sides.append(Side(f"ch{channel}", channel, tuple(own[channel]), foreign=tuple(sorted(foreign))))
    timeline = tuple(Activity(start_s, end_s, speaker=side.name) for side in sides for start_s, end_s in side.speech)
    return Heard(tuple(sides), timeline, "stereo", (*layout.findings, *suppressed.findings))


def _mono(recording: Recording, layout: ChannelLayout, speech: Sequence[Sequence[Interval]], speakers: int) -> Heard:
    channel = layout.sides[0]
    intervals = tuple(speech[channel])
    found = diarize(recording, channel, intervals, speakers=speakers)
    side = Side(f"ch{channel}", channel, intervals, found.voices)
    findings = (*layout.findings, *found.findings)
    return Heard((side,), found.voices, "mono_diarized", findings, found.share_half_width)


def _told(recording: Recording, layout: ChannelLayout, turns: Sequence[Activity]) -> Heard:
    """One channel whose voices somebody else has told apart: only what they call speech is recognised."""
    channel = layout.sides[0]
    end_s = recording.duration_s
    last_s = max((turn.end_s for turn in turns), default=0.0)
    if recording.complete and last_s > end_s + BEYOND_END_S:
        raise InputError(
            "rttm",
            f"has a turn that ends at {last_s:.1f} s, but the recording ends at {end_s:.1f} s",
            "Check that column 'rttm' names the file of this recording.",
            code="rttm_beyond_recording",
        )
    voices = tuple(replace(turn, end_s=min(turn.end_s, end_s)) for turn in turns if turn.start_s < end_s)
    speech: list[Interval] = []
    overlapping = False
    for turn in voices:
        start_s, stop_s = max(0.0, turn.start_s - TURN_MARGIN_S), min(end_s, turn.end_s + TURN_MARGIN_S)
        if speech and start_s <= speech[-1][1]:
            start_s, stop_s = speech[-1][0], max(speech.pop()[1], stop_s)
        speech.append((start_s, stop_s))
    last: dict[str, float] = {}
    for turn in voices:
        overlapping = overlapping or any(turn.start_s < stop_s for name, stop_s in last.items() if name != turn.speaker)
        last[turn.speaker] = max(turn.end_s, last.get(turn.speaker, 0.0))
    findings = ["rttm", *(["overlap_aware"] if overlapping else []), *(["one_speaker"] if len(last) == 1 else [])]
    side = Side(f"ch{channel}", channel, tuple(speech), voices)
    return Heard((side,), voices, "mono_diarized", (*layout.findings, *findings))


def _with_music(heard: Heard, music: Sequence[NonSpeech]) -> Heard:
    if not music:
        return heard
    spans = sorted({(found.start_s, found.end_s, found.kind) for found in music})
    others = tuple(Activity(start_s, end_s, party="other", speaker=kind) for start_s, end_s, kind in spans)
    findings = (*heard.findings, *{kind for _, _, kind in spans})
    return replace(heard, timeline=(*heard.timeline, *others), findings=findings)
