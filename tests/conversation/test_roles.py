"""Roles from what the user says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callsignals.conversation.role_cues import RoleHints, guess_seller
from callsignals.conversation.roles import STRONG_TEXT, settle_roles, speaking_moments
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


SAID = (
    ("spk0", "thank you for calling Northwind my name is Grace how may I help you"),
    ("spk1", "my router keeps dropping and I can't work from home"),
    ("spk0", "I'm sorry to hear that can I have your account number please"),
    ("spk1", "it's four four one nine"),
    ("spk0", "let me check that for you is there anything else I can help you with"),
)


def spoken(turns: tuple[tuple[str, str], ...] = SAID) -> Transcript:
    """A mono call, a second for each word."""
    words, timeline = [], []
    for speaker, text in turns:
        start_s = float(len(words))
        words += [Word(word, start_s + i, start_s + i + 0.9, speaker=speaker) for i, word in enumerate(text.split())]
        timeline.append(Activity(start_s, float(len(words)), speaker=speaker))
    return replace(heard("mono_diarized", ("spk0", "spk1")), words=tuple(words), timeline=tuple(timeline))


def test_the_returning_voice_decides_where_the_text_agrees_or_says_little() -> None:
    for voice, turns in (("spk0", SAID), ("spk1", (("spk0", "yes well the weather is fine"), ("spk1", "so it is")))):
        settled = settle_roles(
            spoken(turns),
            seller_channel=None,
            channel_source="manifest",
            seller_speaks_at_s=None,
            hints=RoleHints(),
            recurring=(voice, 0.9),
        )
        assert (settled.role_source, settled.role_confidence) == ("voiceprint", 0.9)
        assert {word.speaker for word in settled.words if word.party == "seller"} == {voice}
        assert settled.findings == ()


def test_the_returning_voice_against_a_clear_text_leaves_roles_unknown_until_the_manifest_says() -> None:
    assert guess_seller(spoken()).confidence > STRONG_TEXT

    def settled(moment_s: float | None) -> Transcript:
        return settle_roles(
            spoken(),
            seller_channel=None,
            channel_source="manifest",
            seller_speaks_at_s=moment_s,
            hints=RoleHints(),
            recurring=("spk1", 0.97),
        )

    assert settled(None).findings == ("voice_and_text_disagree",)
    assert not settled(None).roles_known
    assert set(parties(settled(None))) == {"unknown"}
    for speaker, moment_s in speaking_moments(spoken()).items():
        told = settled(moment_s)
        assert told.role_source == "manifest"
        assert {word.speaker for word in told.words if word.party == "seller"} == {speaker}
        assert told.findings == ()


def test_product_terms_are_counted_only_when_the_text_is_asked() -> None:
    counted: list[int] = []

    def count() -> dict[str, int]:
        counted.append(1)
        return {"spk0": 3}

    for channel, asked in ((0, 0), (None, 1)):
        settle_roles(
            replace(spoken(), channel_mode="transcript") if channel is None else heard(),
            seller_channel=channel,
            channel_source="manifest",
            seller_speaks_at_s=None,
            hints=RoleHints(),
            product_mentions=count,
        )
        assert len(counted) == asked


def test_a_moment_of_each_voice_lies_where_nobody_else_speaks() -> None:
    # ch0 alone from 1 to 3.5 s, ch1 alone from 4 to 8 s; the music of 20 to 30 s is nobody.
    assert speaking_moments(heard()) == {"ch0": 2.2, "ch1": 6.0}
    together = replace(heard(), timeline=(Activity(1.0, 4.0, speaker="a"), Activity(1.0, 4.2, speaker="b")))
    assert speaking_moments(together) == {}


def test_several_voices_beside_the_sellers_are_one_party() -> None:
    call = heard("mono_diarized", ("spk0", "spk1"))
    third = replace(call, timeline=(*call.timeline, Activity(9.0, 12.0, speaker="spk2")))
    assert parties(settle(third, at_s=2.0)) == ["seller", "customer", "seller", "customer", "other", "customer"]
