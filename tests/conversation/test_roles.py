"""Roles from what the user says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callsignals.conversation.roles import settle_roles
from callsignals.vocabulary.spoken import Activity, ChannelMode, Transcript, Word


def heard(mode: ChannelMode = "stereo", names: tuple[str, str] = ("ch0", "ch1")) -> Transcript:
    first, second = names
    return Transcript(
        words=(Word("hello", 1.0, 2.0, speaker=first), Word("hi", 5.0, 6.0, speaker=second)),
        timeline=(
            Activity(1.0, 4.0, speaker=first),
            Activity(3.5, 8.0, speaker=second),
            Activity(20.0, 30.0, party="other", speaker=second),
        ),
        language="en",
        language_confidence=1.0,
        channel_mode=mode,
        timing="activity",
        duration_s=40.0,
    )


def settle(
    call: Transcript, channel: int | None = None, at_s: float | None = None, source: str = "manifest"
) -> Transcript:
    return settle_roles(call, seller_channel=channel, channel_source=source, seller_speaks_at_s=at_s)  # type: ignore[arg-type]


def parties(call: Transcript) -> list[str]:
    return [item.party for item in (*call.words, *call.timeline)]


def test_the_channel_names_the_seller_and_other_stays_other() -> None:
    settled = settle(heard(), channel=1)
    assert parties(settled) == ["customer", "seller", "customer", "seller", "other"]
    assert (settled.role_source, settled.role_confidence) == ("manifest", 1.0)


def test_a_channel_from_the_settings_says_so() -> None:
    assert settle(heard(), channel=0, source="config").role_source == "config"


@pytest.mark.parametrize("at_s", [2.0, 0.2, 0.0])
def test_the_voice_at_the_moment_or_within_a_second_is_the_seller(at_s: float) -> None:
    settled = settle(heard("mono_diarized", ("spk0", "spk1")), at_s=at_s)
    assert parties(settled) == ["seller", "customer", "seller", "customer", "other"]
    assert settled.role_source == "manifest"


@pytest.mark.parametrize("at_s", [3.7, 15.0, 25.0])
def test_two_voices_nobody_or_only_music_leave_roles_unknown_with_a_finding(at_s: float) -> None:
    settled = settle(heard("mono_diarized", ("spk0", "spk1")), at_s=at_s)
    assert not settled.roles_known
    assert settled.findings == ("seller_moment_unclear",)
    assert set(parties(settled)) == {"unknown", "other"}


def test_a_channel_and_a_moment_that_disagree_settle_nothing() -> None:
    settled = settle(heard(), channel=1, at_s=2.0)
    assert not settled.roles_known
    assert settled.findings == ("roles_conflict",)
    assert settle(heard(), channel=0, at_s=2.0).roles_known


def test_an_unclear_moment_does_not_unsettle_the_channel() -> None:
    settled = settle(heard(), channel=0, at_s=3.7)
    assert settled.role_source == "manifest"
    assert settled.findings == ("seller_moment_unclear",)


def test_a_channel_that_never_speaks_can_be_the_sellers() -> None:
    call = heard()
    silent = replace(call, words=call.words[1:], timeline=call.timeline[1:2])
    assert parties(settle(silent, channel=0)) == ["customer", "customer"]


def test_a_channel_means_nothing_in_mono() -> None:
    call = heard("mono_diarized", ("spk0", "spk1"))
    assert settle(call, channel=0).findings == ("seller_channel_unusable",)
    assert settle(call, channel=0, source="config").findings == ()
    assert not settle(call, channel=0).roles_known


def test_an_imported_transcript_keeps_its_parties() -> None:
    call = settle(heard(), channel=0)
    imported = replace(call, channel_mode="transcript", role_source="transcript")
    assert settle(imported, channel=1, at_s=7.0) == imported


def test_an_imported_transcript_without_parties_takes_the_moment_from_its_words() -> None:
    call = replace(heard("transcript", ("Anna", "Bo")), timeline=(), timing="words")
    assert parties(settle(call, at_s=1.5)) == ["seller", "customer"]


def test_nothing_said_settles_nothing() -> None:
    assert settle(heard()) == heard()
