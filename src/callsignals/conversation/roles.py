"""Who is the seller: from what the user says about the call, else from what the voices say.

The manifest names the seller's channel or a moment when the seller speaks. Where both are given they must
agree. Where neither decides, the voice that returns over the seller's calls does (told by the caller, who knows the
other calls), else the text if it is clear enough (``callsignals.conversation.role_cues``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from callsignals.conversation.role_cues import RoleHints, guess_seller
from callsignals.vocabulary.spoken import Activity, Party, Transcript

__all__ = ["MOMENT_REACH_S", "settle_roles"]

MOMENT_REACH_S = 1.0
"""A voice up to this far from ``seller_speaks_at_s`` is taken when nobody speaks at that very moment."""

TOLD_CONFIDENCE = 1.0
"""Roles the user stated are certain."""

_TIE_S = 1e-6


def settle_roles(
    transcript: Transcript,
    *,
    seller_channel: int | None,
    channel_source: Literal["manifest", "config"],
    seller_speaks_at_s: float | None,
    hints: RoleHints | None = None,
    recurring: tuple[str, float] | None = None,
) -> Transcript:
    """Give every word and activity its party.

    Args:
        transcript: as heard or imported; one that already names its parties keeps them.
        seller_channel: 0-based channel of the seller, from the row if it says so, else from the settings.
        channel_source: where ``seller_channel`` comes from.
        seller_speaks_at_s: a moment when the seller speaks, seconds.
        hints: names for the text to be searched for, any of them empty; None leaves the text unasked.
        recurring: speaker whose voice returns over the seller's calls, and how sure that is; None when unknown.

    Returns:
        The transcript with parties, ``role_source`` and ``role_confidence``; parties stay ``unknown`` when
        nothing decides. Findings: ``roles_conflict`` (channel and moment name different voices),
        ``seller_moment_unclear`` (nobody or both speak then), ``seller_channel_unusable`` (no such channel).

    Raises:
        ModelError: the text is asked and its weights are missing or altered.
    """
    if _names_parties(transcript):
        if transcript.roles_known:
            return transcript
        return replace(transcript, role_source="transcript", role_confidence=TOLD_CONFIDENCE)
    by_channel = _voice_of_channel(transcript, seller_channel)
    by_moment = None if seller_speaks_at_s is None else _voice_at(_voiced(transcript), seller_speaks_at_s)
    findings = set(transcript.findings)
    if seller_channel is not None and by_channel is None and channel_source == "manifest":
        findings.add("seller_channel_unusable")
    if seller_speaks_at_s is not None and by_moment is None:
        findings.add("seller_moment_unclear")
    if by_moment is not None and channel_source == "config":
        by_channel = by_moment  # what the row says wins over what the settings say of all calls
    seller = by_channel or by_moment
    if by_channel is not None and by_moment is not None and by_channel != by_moment:
        findings.add("roles_conflict")
        seller = None
    transcript = replace(transcript, findings=tuple(sorted(findings)))
    if seller is not None:
        source: Literal["manifest", "config"] = "manifest" if by_moment is not None else channel_source
        return _assign(transcript, seller, source)
    if "roles_conflict" in findings:
        return transcript  # what the user contradicts themselves about is theirs to settle
    if recurring is not None:
        return _assign(transcript, recurring[0], "voiceprint", confidence=recurring[1])
    return transcript if hints is None else _by_text(transcript, hints)


def _by_text(transcript: Transcript, hints: RoleHints) -> Transcript:
    guess = guess_seller(transcript, hints)
    if guess.seller_speaker is None:
        return transcript
    return _assign(
        transcript, guess.seller_speaker, "text", customer=guess.customer_speaker, confidence=round(guess.confidence, 4)
    )


def _names_parties(transcript: Transcript) -> bool:
    return any(party in ("seller", "customer") for party, _ in _said(transcript))


def _said(transcript: Transcript) -> list[tuple[Party, str]]:
    """Party and speaker of every word and activity."""
    words = [(word.party, word.speaker) for word in transcript.words]
    return words + [(item.party, item.speaker) for item in transcript.timeline]


def _voice_of_channel(transcript: Transcript, seller_channel: int | None) -> str | None:
    """The channel's voice, also when it never speaks; None when the call has no such channel."""
    if seller_channel is None or transcript.channel_mode == "mono_diarized":
        return None
    speakers = {speaker for _, speaker in _said(transcript)}
    if transcript.channel_mode == "stereo":
        speakers |= {"ch0", "ch1"}
    voice = f"ch{seller_channel}"
    return voice if voice in speakers else None


def _voiced(transcript: Transcript) -> list[Activity]:
    """Activity of possible sellers; word times where there is no voice activity."""
    timeline = transcript.timeline or tuple(
        Activity(word.start_s, word.end_s, word.party, word.speaker)
        for word in transcript.words
        if word.start_s is not None and word.end_s is not None
    )
    return [activity for activity in timeline if activity.party != "other"]


def _voice_at(timeline: list[Activity], moment_s: float) -> str | None:
    """The one voice nearest to a moment, None when there is none within reach or it is a tie."""
    distances: dict[str, float] = {}
    for activity in timeline:
        distance_s = max(activity.start_s - moment_s, moment_s - activity.end_s, 0.0)
        distances[activity.speaker] = min(distance_s, distances.get(activity.speaker, distance_s))
    near = sorted((distance_s, speaker) for speaker, distance_s in distances.items() if distance_s <= MOMENT_REACH_S)
    if not near or (len(near) > 1 and near[1][0] - near[0][0] < _TIE_S):
        return None
    return near[0][1]


def _assign(
    transcript: Transcript,
    seller: str,
    source: Literal["manifest", "config", "voiceprint", "text"],
    *,
    customer: str | None = None,
    confidence: float = TOLD_CONFIDENCE,
) -> Transcript:
    """Name the parties: every voice but the seller's is the customer's, or only the one given."""

    def party(current: Party, speaker: str) -> Party:
        if current == "other":
            return "other"
        if speaker == seller:
            return "seller"
        return "customer" if customer is None or speaker == customer else "unknown"

    return replace(
        transcript,
        words=tuple(replace(word, party=party(word.party, word.speaker)) for word in transcript.words),
        timeline=tuple(replace(item, party=party(item.party, item.speaker)) for item in transcript.timeline),
        role_source=source,
        role_confidence=confidence,
    )
