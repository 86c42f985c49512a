"""Our own transcripts, as JSON and as captions, there and back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import webvtt

from callsignals.errors import InputError
from callsignals.inputs.transcripts import read_transcript
from callsignals.inputs.transcripts.own import TranscriptRecord, transcript_to_json, transcript_to_vtt
from callsignals.vocabulary.spoken import Activity, Dropped, Transcript, Word

Write = Callable[[str, str | bytes], Path]

HEARD = Transcript(
    words=(
        Word("Hello,", 0.5, 0.9, "seller", "ch0", 0.98),
        Word("Anna.", 1.0, 1.4, "seller", "ch0", 0.7),
        Word("R&D", 1.3, 1.5, "customer", "ch1", None),
        Word("<here>?", 1.5, 2.0, "customer", "ch1", 0.5),
        Word("Yes", 30.0, 30.25, "seller", "ch0", 0.5),
    ),
    timeline=(
        Activity(0.4, 1.45, "seller", "ch0"),
        Activity(1.25, 2.1, "customer", "ch1"),
        Activity(29.9, 30.3, "seller", "ch0"),
    ),
    language="sv",
    language_confidence=0.9,
    channel_mode="stereo",
    timing="activity",
    duration_s=31.0,
    audio_complete=False,
    model="base@d01c",
    role_source="manifest",
    role_confidence=1.0,
    dropped=(Dropped("Thanks for watching", 20.0, 22.0, "ch1", "silence"),),
    findings=("bleed_suppressed", "hold_music"),
    input_digest="abc",
)


def test_our_own_json_comes_back_as_it_was(write: Write) -> None:
    path = write("call.json", json.dumps(transcript_to_json(HEARD)))
    read = read_transcript(path)
    assert replace(read, input_digest="abc") == HEARD
    assert len(read.input_digest) == 64


def test_how_sure_a_mono_call_is_comes_back(write: Write) -> None:
    mono = replace(HEARD, channel_mode="mono_diarized", talk_share_half_width=0.031)
    read = read_transcript(write("call.json", json.dumps(transcript_to_json(mono))))
    assert (read.channel_mode, read.talk_share_half_width) == ("mono_diarized", 0.031)


def test_our_own_json_has_the_fields_of_the_contract() -> None:
    record = transcript_to_json(HEARD)
    assert set(record) == set(TranscriptRecord.model_fields)
    assert list(record["words"][0]) == ["text", "start_s", "end_s", "party", "speaker", "probability"]
    assert list(record["timeline"][0]) == ["party", "speaker", "start_s", "end_s"]
    assert {"language", "channel_mode", "model", "dropped"} <= set(record)


def test_a_transcript_without_times_comes_back_as_it_was(write: Write) -> None:
    untimed = Transcript(
        words=(Word("b", None, None, speaker="Zed"), Word("a", None, None, speaker="Amy")),
        timeline=(),
        language=None,
        language_confidence=None,
        channel_mode="transcript",
        timing="none",
        duration_s=None,
    )
    read = read_transcript(write("call.json", json.dumps(transcript_to_json(untimed))))
    assert replace(read, input_digest="") == untimed
    assert "-->" not in transcript_to_vtt(untimed)


def test_hand_written_json_needs_words_only_and_tells_roles_by_party(write: Write) -> None:
    words = [
        {"text": "Hei", "start_s": 1, "end_s": 1.5, "party": "seller"},
        {"text": "moi", "start_s": 0.25, "end_s": 0.75, "party": "customer"},
    ]
    read = read_transcript(write("call.json", json.dumps({"words": words, "made_by": "us"})))
    assert [word.text for word in read.words] == ["moi", "Hei"]
    assert (read.timing, read.role_source, read.duration_s) == ("words", "transcript", 1.5)
    assert [(activity.start_s, activity.end_s, activity.party) for activity in read.timeline] == [
        (0.25, 0.75, "customer"),
        (1.0, 1.5, "seller"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "{",
        '{"words": 3}',
        '{"words": [{"text": ""}]}',
        '{"words": [{"text": "a", "start_s": 1}]}',
        '{"words": [{"text": "a", "start_s": 2, "end_s": 1}]}',
        '{"words": [{"text": "a", "start_s": NaN, "end_s": 1}]}',
        '{"words": [{"text": "a", "party": "boss"}]}',
        '{"words": [], "timeline": [{"start_s": 1, "end_s": 1}]}',
        "[" * 100_000,
    ],
    ids=range(12),
)
def test_other_json_is_refused_without_showing_what_it_holds(write: Write, content: str) -> None:
    with pytest.raises(InputError) as caught:
        read_transcript(write("call.json", content))
    assert "call.json" in str(caught.value)
    assert "boss" not in str(caught.value)


def test_our_vtt_is_valid_webvtt_with_a_voice_and_a_sentence_a_cue() -> None:
    captions = webvtt.from_buffer(io.StringIO(transcript_to_vtt(HEARD)))
    assert [(caption.start, caption.end, caption.voice, caption.text) for caption in captions] == [
        ("00:00:00.500", "00:00:01.400", "seller", "Hello, Anna."),
        ("00:00:01.300", "00:00:02.000", "customer", "R&amp;D &lt;here&gt;?"),
        ("00:00:30.000", "00:00:30.250", "seller", "Yes"),
    ]


def test_our_vtt_reads_back_with_the_same_words_and_parties(write: Write) -> None:
    read = read_transcript(write("call.vtt", transcript_to_vtt(HEARD)))
    assert [(word.text, word.party) for word in read.words] == [(word.text, word.party) for word in HEARD.words]
    assert read.role_source == "transcript"


def test_no_cue_is_longer_than_ten_seconds_or_holds_a_long_pause() -> None:
    words = tuple(Word(f"w{n}", n * 0.7, n * 0.7 + 0.6, speaker="spk0") for n in range(60))
    captions = list(webvtt.from_buffer(io.StringIO(transcript_to_vtt(replace(HEARD, words=words)))))
    assert len(captions) == 5
    assert max(caption.end_in_seconds - caption.start_in_seconds for caption in captions) <= 10
    assert {caption.voice for caption in captions} == {"spk0"}
    assert " ".join(caption.text for caption in captions) == " ".join(word.text for word in words)
