"""Calls that are not plain conversations: their rows say so and no ratio lies."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from acceptance.altered import held, line_noise, pause_near_the_middle, samples_of, spoken
from acceptance.conftest import Call
from callsignals.vocabulary.definitions import CONVERSATION_SIGNALS
from callsignals.vocabulary.spoken import Activity, Transcript, Word
from support import AUDIO, write_wav

HOLD_S = 60.0
EDGE_S = 2.0
"""A word or two right beside the music may go with it."""
WITHIN = 0.030
TWO_PARTY = [
    "seller_talk_share",
    "customer_talk_share",
    "customer_seller_talk_ratio",
    "silence_share",
    "overlap_share",
    "patience_s",
    "customer_latency_s",
]
BROKEN_AT_S = 45.0
GREETING = "Hi, you have reached Robert Johnson. Please leave a message after the tone."


def voicemail(call: Transcript) -> Transcript:
    """A real seller's words and activity behind a greeting on the customer's channel."""
    texts = GREETING.split()
    greeting = [Word(text, 0.5 + 0.4 * at, 0.8 + 0.4 * at, speaker="ch1") for at, text in enumerate(texts)]
    later_s = 7.0
    message = [
        replace(word, start_s=word.start_s + later_s, end_s=word.end_s + later_s)
        for word in call.words
        if word.speaker == "ch0"
    ]
    timeline = [
        replace(item, start_s=item.start_s + later_s, end_s=item.end_s + later_s)
        for item in call.timeline
        if item.speaker == "ch0"
    ]
    return replace(
        call,
        words=(*greeting, *message),
        timeline=(Activity(0.5, 0.8 + 0.4 * (len(texts) - 1), speaker="ch1"), *timeline),
        input_digest="0" * 64,
    )


@pytest.fixture(scope="module")
def rows(tmp_path_factory, hear, harpervalley, run_calls):
    folder = tmp_path_factory.mktemp("odd")
    bank, rate_hz = samples_of("00d676d7")
    balance, balance_rate_hz = samples_of("eb82ec7b")
    silent = bank.copy()
    silent[:, 1] = line_noise(len(silent), -55)
    bank_pause_s, balance_pause_s = pause_near_the_middle("00d676d7"), pause_near_the_middle("eb82ec7b")
    whole = (AUDIO / "harpervalley_03a17cc3.flac").read_bytes()
    (folder / "broken.flac").write_bytes(whole[: int(len(whole) * BROKEN_AT_S / 75.84)])
    mp3 = (AUDIO / "harpervalley_eb82ec7b.mp3").read_bytes()
    (folder / "broken.mp3").write_bytes(mp3[: len(mp3) // 2])
    shutil.copyfile(AUDIO / "harpervalley_00d676d7.wav", folder / "bank.wav")
    shutil.copyfile(AUDIO / "harpervalley_eb82ec7b.mp3", folder / "balance.mp3")
    shutil.copyfile(AUDIO / "harpervalley_03a17cc3.flac", folder / "bill.flac")
    shutil.copyfile(folder / "bank.wav", folder / "bank_again.wav")
    (folder / "voicemail.wav").write_bytes(b"stands for a recording with a greeting")
    write_wav(folder / "silent.wav", silent, rate_hz)
    write_wav(folder / "hold.wav", held(bank, rate_hz, bank_pause_s, (0, 1)), rate_hz)
    write_wav(folder / "hold_there.wav", held(balance, balance_rate_hz, balance_pause_s, (1,)), balance_rate_hz)
    return run_calls(
        folder,
        [
            Call("bank", folder / "bank.wav"),
            Call("bank-again", folder / "bank_again.wav"),
            Call("balance", folder / "balance.mp3"),
            Call("bill", folder / "bill.flac"),
            Call("silent", folder / "silent.wav"),
            Call("hold", folder / "hold.wav"),
            Call("hold-there", folder / "hold_there.wav"),
            Call("broken-flac", folder / "broken.flac"),
            Call("broken-mp3", folder / "broken.mp3"),
            Call("voicemail", folder / "voicemail.wav", heard=voicemail(harpervalley["eb82ec7b"])),
        ],
    )


def test_a_silent_customer_is_one_speaker_and_gives_no_share(rows):
    row = rows.calls["silent"]
    assert row["customer_speech_s"] == 0
    assert row["seller_speech_s"] == pytest.approx(rows.calls["bank"]["seller_speech_s"], abs=0.5)
    why = rows.reasons("silent")
    for name in TWO_PARTY:
        assert row[name] is None
        assert why[name] == "one_speaker"
    assert row["longest_monologue_s"] is None


def test_a_voicemail_greeting_is_no_conversation(rows):
    row = rows.calls["voicemail"]
    assert row["call_type"] == "voicemail"
    assert all(row[name] is None for name in CONVERSATION_SIGNALS)
    assert set(rows.reasons("voicemail").values()) == {"voicemail"}


@pytest.mark.parametrize(("held_call", "clean"), [("hold", "bank"), ("hold-there", "balance")])
def test_hold_music_counts_neither_as_speech_nor_as_silence(rows, held_call, clean):
    row, expected = rows.calls[held_call], rows.calls[clean]
    assert row["call_type"] == "conversation"
    assert row["channel_mode"] == "stereo"
    assert {"hold_music", "music"} & set(row["findings"])
    assert row["duration_s"] == pytest.approx(expected["duration_s"] + HOLD_S, abs=0.1)
    assert row["other_s"] == pytest.approx(HOLD_S, abs=EDGE_S)
    assert row["call_span_s"] == pytest.approx(expected["call_span_s"], abs=EDGE_S)
    for name in ("seller_talk_share", "customer_talk_share", "silence_share"):
        assert row[name] == pytest.approx(expected[name], abs=WITHIN), name
    assert row["words"] == pytest.approx(expected["words"], rel=0.1)
    assert row["longest_monologue_s"] < HOLD_S / 2


def test_a_call_that_breaks_off_is_measured_up_to_there(rows):
    row = rows.calls["broken-flac"]
    assert row["audio_complete"] is False
    assert rows.calls["bill"]["audio_complete"] is True
    assert "truncated" in row["findings"]
    assert row["call_type"] == "conversation"
    until_s = row["duration_s"]
    assert 0.7 * BROKEN_AT_S < until_s < 1.3 * BROKEN_AT_S  # the same part of the bytes, not of the seconds
    marked = {
        role: sum(
            max(0.0, min(segment["end_s"], until_s) - segment["start_s"])
            for segment in spoken("03a17cc3")
            if segment["speaker_role"] == role
        )
        for role in ("agent", "caller")
    }
    expected = marked["agent"] / sum(marked.values())
    assert row["seller_talk_share"] == pytest.approx(expected, abs=WITHIN)


def test_an_mp3_that_breaks_off_says_so(rows):
    row = rows.calls["broken-mp3"]
    assert row["duration_s"] == pytest.approx(53.19 / 2, abs=1)
    assert row["audio_complete"] is False


def test_the_same_recording_under_two_ids_counts_once(rows):
    again = rows.calls["bank-again"]
    assert again["duplicate_of"] == "bank"
    assert rows.calls["bank"]["duplicate_of"] is None
    assert rows.calls["bank"]["seller_talk_share"] is not None
    assert all(again[name] is None for name in CONVERSATION_SIGNALS)
    assert set(rows.reasons("bank-again").values()) == {"duplicate_recording"}
    failure = next(failure for failure in rows.result.failures if failure.input == "bank-again")
    assert failure.error == "duplicate_recording"
    assert failure.remedy


def test_a_lead_with_nothing_but_odd_calls_has_no_ratio(rows):
    leads = {lead.lead_id: lead for lead in rows.result.leads}
    for call in ("silent", "voicemail", "bank-again"):
        share = leads[call].phases["during"]["seller_talk_share"]
        assert share.value is None
        assert share.pooled is None
        assert share.status == "insufficient"
    assert leads["bank"].phases["during"]["seller_talk_share"].value is not None
