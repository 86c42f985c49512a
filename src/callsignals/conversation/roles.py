"""Who is the seller: from what the user says about the call, else from what the voices say.

The manifest names the seller's channel or a moment when the seller speaks. Where both are given they must
agree. Where neither decides, the voice that returns over the seller's calls does (told by the caller, who knows the
other calls), else the text if it is clear enough (``callsignals.conversation.role_cues``). Where the returning voice
and a very clear text disagree, one of them is wrong, and nobody knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from callsignals.conversation.intervals import subtract, union
from callsignals.conversation.role_cues import RoleGuess, RoleHints, guess_seller
from callsignals.vocabulary.spoken import Activity, Party, Transcript

__all__ = ["MOMENT_REACH_S", "STRONG_TEXT", "settle_roles", "speaking_moments"]

MOMENT_REACH_S = 1.0
"""A voice up to this far from ``seller_speaks_at_s`` is taken when nobody speaks at that very moment."""

TOLD_CONFIDENCE = 1.0
"""Roles the user stated are certain."""

STRONG_TEXT = 0.9
"""A text as clear as this can contradict the returning voice: of such, 1 in 200 is wrong in cross-validation."""

_TIE_S = 1e-6
_LEAST_MOMENT_S = 0.5


def settle_roles(
    transcript: Transcript,
    *,
    seller_channel: int | None,
    channel_source: Literal["manifest", "config"],
    seller_speaks_at_s: float | None,
    hints: RoleHints | None = None,
    recurring: tuple[str, float] | None = None,
    product_mentions: Callable[[], Mapping[str, int]] | None = None,
) -> Transcript:
    """Give every word and activity its party.

    Args:
        transcript: as heard or imported; one that already names its parties keeps them.
        seller_channel: 0-based channel of the seller, from the row if it says so, else from the settings.
        channel_source: where ``seller_channel`` comes from.
        seller_speaks_at_s: a moment when the seller speaks, seconds.
        hints: names for the text to be searched for, any of them empty; None leaves the text unasked.
        recurring: speaker whose voice returns over the seller's calls, and how sure that is; None when unknown.
        product_mentions: counts the product terms that each voice says; called only when the text is asked.

    Returns:
        The transcript with parties, ``role_source`` and ``role_confidence``; parties stay ``unknown`` when
        nothing decides. Findings: ``roles_conflict`` (channel and moment name different voices),
        ``seller_moment_unclear`` (nobody or both speak then), ``seller_channel_unusable`` (no such channel),
        ``voice_and_text_disagree`` (the returning voice is one's, and the text clearly the other's).

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
    return _untold(transcript, hints, recurring, product_mentions)


def _untold(
    transcript: Transcript,
    hints: RoleHints | None,
    recurring: tuple[str, float] | None,
    product_mentions: Callable[[], Mapping[str, int]] | None,
) -> Transcript:
    """Without a word of the user: the voice that returns, unless the text clearly contradicts it, else the text."""
    guess = RoleGuess(None, 0.5)
    if hints is not None:
        guess = guess_seller(transcript, hints, product_mentions=product_mentions() if product_mentions else None)
    if recurring is None:
        return transcript if guess.seller_speaker is None else _by_text(transcript, guess, guess.seller_speaker)
    if guess.seller_speaker not in (None, recurring[0]) and guess.confidence >= STRONG_TEXT:
        findings = {*transcript.findings, "voice_and_text_disagree"}
        return replace(transcript, findings=tuple(sorted(findings)))
    return _assign(transcript, recurring[0], "voiceprint", confidence=recurring[1])


def _by_text(transcript: Transcript, guess: RoleGuess, seller: str) -> Transcript:
    return _assign(transcript, seller, "text", customer=guess.customer_speaker, confidence=round(guess.confidence, 4))


def speaking_moments(transcript: Transcript) -> dict[str, float]:
    """For each voice a second at which it speaks and nobody else does, the middle of its longest such stretch.

    Given as ``seller_speaks_at_s`` it makes that voice the seller; voices that never speak alone are missing.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for activity in _voiced(transcript):
        spans.setdefault(activity.speaker, []).append((activity.start_s, activity.end_s))
    moments = {}
    for speaker in sorted(spans):
        others = union(span for other, found in spans.items() if other != speaker for span in found)
        alone = subtract(union(spans[speaker]), others)
        start_s, end_s = max(alone, key=lambda span: span[1] - span[0], default=(0.0, 0.0))
        if end_s - start_s >= _LEAST_MOMENT_S:
            moments[speaker] = round((start_s + end_s) / 2, 1)
    return moments


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
