"""The voice that returns: made-up voiceprints whose similarities are known, then the whole way on real audio."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from faster_whisper.audio import decode_audio

from callsignals.batch.measure_stage import settle_call, settle_key
from callsignals.batch.recurring import CallVoices, RecurringVoice, recurring_voices
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.conversation.role_cues import RoleHints
from callsignals.inputs.rows import CallRow
from callsignals.vocabulary.spoken import Activity, Transcript
from support import results, write_csv, write_wav

AUDIO = Path(__file__).parents[2] / "fixtures" / "demo" / "audio"
SIZE = 192


def person(number: int) -> np.ndarray:
    """Every person's direction is at right angles to every other's."""
    return np.eye(SIZE)[number]


def heard(who: np.ndarray, seed: int, alike: float = 0.85) -> tuple[float, ...]:
    """The person on some line: two such voiceprints have a mean similarity of ``alike``."""
    noise = np.random.default_rng(seed).normal(size=SIZE)
    noise -= (noise @ who) * who
    print_ = np.sqrt(alike) * who + np.sqrt(1 - alike) * noise / np.linalg.norm(noise)
    return tuple(print_.tolist())


def calls_of(
    name: str, seller: int, partners: list[int], *, known: dict[int, str] | None = None, alike: float = 0.85
) -> list[CallVoices]:
    """The seller is ``spk1`` in every second call."""
    found = []
    for number, partner in enumerate(partners):
        pair = [heard(person(seller), 1000 * seller + number, alike), heard(person(partner), 77 * partner + number)]
        if number % 2:
            pair.reverse()
        key = f"{name}-{number}"
        voices = tuple((f"spk{place}", print_) for place, print_ in enumerate(pair))
        found.append(CallVoices(key, f"audio of {key}", name, voices, (known or {}).get(number)))
    return found


def right(name: str, count: int) -> dict[str, str]:
    return {f"{name}-{number}": f"spk{number % 2}" for number in range(count)}


def speakers(calls: list[CallVoices]) -> dict[str, str]:
    return {call_id: voice.speaker for call_id, voice in recurring_voices(calls).items()}


def test_the_seller_is_found_in_all_ten_calls_and_two_sellers_are_not_confused():
    anna = calls_of("anna", 0, list(range(10, 20)))
    bo = calls_of("bo", 1, list(range(10, 20)))
    found = recurring_voices([*anna, *bo])
    assert {call_id: voice.speaker for call_id, voice in found.items()} == {**right("anna", 10), **right("bo", 10)}
    assert all(0.9 <= voice.confidence < 1 for voice in found.values())


def test_the_order_of_calls_and_other_sellers_change_nothing():
    calls = [*calls_of("anna", 0, list(range(10, 16))), *calls_of("bo", 1, [20, 21, 22, 23])]
    expected = recurring_voices(calls)
    for seed in range(5):
        shuffled = calls.copy()
        random.Random(seed).shuffle(shuffled)
        assert recurring_voices(shuffled) == expected
    alone = recurring_voices(calls[:6])
    assert alone == {call_id: voice for call_id, voice in expected.items() if call_id.startswith("anna")}


def test_less_alike_is_less_certain():
    near, far = (recurring_voices(calls_of("anna", 0, [10, 11, 12, 13], alike=alike)) for alike in (0.9, 0.75))
    assert len(near) == len(far) == 4
    assert max(voice.confidence for voice in far.values()) <= min(voice.confidence for voice in near.values())


@pytest.mark.parametrize(
    "calls",
    [
        calls_of("anna", 0, [10, 11]),
        calls_of("anna", 0, [10, 10, 10, 10]),
        calls_of("anna", 0, [10, 11, 10, 11]),
        calls_of("anna", 0, list(range(10, 16)), alike=0.3),
        [*calls_of("anna", 0, [10, 11, 12]), *calls_of("anna", 1, [13, 14, 15])],
        [*calls_of("anna", 0, list(range(10, 18))), *calls_of("anna", 1, [0, 14, 15, 16])],
        [call for n in range(5) for call in calls_of("anna", 50 + n, [10 + n])],
    ],
    ids=[
        "two_calls",
        "one_partner",
        "two_partners",
        "not_alike",
        "two_people_under_one_name",
        "one_of_them_more",
        "nobody_returns",
    ],
)
def test_weak_or_contradictory_evidence_decides_nothing(calls):
    renamed = [
        CallVoices(f"c{number}", f"a{number}", call.seller, call.voices, call.known)
        for number, call in enumerate(calls)
    ]
    assert recurring_voices(renamed) == {}


def test_a_customer_who_returns_is_not_the_seller():
    calls = calls_of("anna", 0, [10, 10, 10, 10, 11, 12, 13])
    assert speakers(calls) == right("anna", 7)


def test_copies_of_one_recording_are_one_call():
    calls = calls_of("anna", 0, [10, 11])
    copies = [CallVoices(f"copy {call.call_id}", call.recording, "anna", call.voices) for call in calls]
    assert recurring_voices([*calls, *copies, *copies]) == {}


def test_a_call_that_the_manifest_settles_is_an_anchor_and_stays_as_it_is():
    assert speakers(calls_of("anna", 0, [10, 10], known={0: "spk0"})) == {"anna-1": "spk1"}
    pair = calls_of("anna", 0, [10, 10, 10], known={0: "spk1"})
    assert speakers(pair) == {"anna-1": "spk0", "anna-2": "spk1"}


def test_anchors_that_name_two_people_decide_nothing():
    calls = calls_of("anna", 0, list(range(10, 16)), known={0: "spk0", 1: "spk0"})
    assert recurring_voices(calls) == {}


def test_in_a_call_without_the_seller_nobody_is():
    stranger = CallVoices("x", "x", "anna", (("spk0", heard(person(90), 1)), ("spk1", heard(person(91), 2))))
    assert speakers([*calls_of("anna", 0, [10, 11, 12, 13]), stranger]) == right("anna", 4)


@pytest.fixture(scope="module")
def agents_calls(tmp_path_factory) -> Path:
    """One repair agent in three mono calls with three partners, cut from the demo's recordings; no column says who."""
    folder = tmp_path_factory.mktemp("recurring")
    agent = decode_audio(str(AUDIO / "auto_repairs_40.m4a"), split_stereo=True)[0]
    partners = [
        decode_audio(str(AUDIO / name), split_stereo=True)[side]
        for name, side in (
            ("harpervalley_00d676d7.wav", 0),
            ("harpervalley_03a17cc3.flac", 0),
            ("harpervalley_eb82ec7b.mp3", 0),
        )
    ]
    rows = []
    own, rate = loud(agent), 16_000
    for number, partner in enumerate(partners):
        said, answered = own[number * 9 * rate : (number * 9 + 9) * rate], loud(partner)[: 9 * rate]
        turns = [part[at : at + 3 * rate] for at in range(0, 9 * rate, 3 * rate) for part in (answered, said)]
        pause = np.zeros(rate // 3, np.float32)
        sound = np.concatenate([piece for turn in turns for piece in (turn, pause)])
        write_wav(folder / f"c{number}.wav", np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16), rate)
        rows.append({"call_id": f"c{number}", "lead_id": f"l{number}", "audio": f"c{number}.wav", "seller": "Kim"})
        rows[-1]["language"] = "en"
    write_csv(folder / "calls.csv", rows)
    return folder


def loud(audio: np.ndarray) -> np.ndarray:
    """The parts with speech, by energy, brought to one level."""
    frames = audio[: len(audio) // 1600 * 1600].reshape(-1, 1600)
    power = np.sqrt((frames**2).mean(axis=1))
    spoken = frames[power > 0.2 * np.quantile(power, 0.95)].ravel()
    return (spoken * np.float32(0.08 / np.sqrt((spoken**2).mean()))).astype(np.float32)


def by_call(out: Path) -> dict[str, dict]:
    return {row["call_id"]: row for row in pl.read_parquet(out / "calls.parquet").to_dicts()}


def test_off_no_voiceprint_is_kept_on_the_agent_is_found_and_off_again_they_are_removed(agents_calls, tmp_path):
    out = tmp_path / "out"
    prints = out / ".cache" / "voiceprint"
    before = run_workspace(agents_calls, RunOptions(out=out, workers=2))
    assert {row["role_source"] for row in by_call(before.out).values()}.isdisjoint({"voiceprint"})
    assert not prints.exists()
    heard_at = {path: path.stat().st_mtime_ns for path in (out / ".cache" / "hear").rglob("*.json")}
    unprinted = results(out)

    settings = agents_calls / "callsignals.toml"
    settings.write_text("[privacy]\nvoiceprints = true\n", encoding="utf-8")
    run_workspace(agents_calls, RunOptions(out=out, workers=2))
    assert {path: path.stat().st_mtime_ns for path in (out / ".cache" / "hear").rglob("*.json")} == heard_at
    assert len(list(prints.rglob("*.json"))) == 3
    rows = by_call(out)
    assert [row["role_source"] for row in rows.values()] == ["voiceprint"] * 3
    for call_id in rows:
        transcript = json.loads((out / "transcripts" / f"{call_id}.json").read_text(encoding="utf-8"))
        talk = [turn for turn in transcript["timeline"] if turn["party"] == "seller"]
        # The agent has every second turn of 3 1/3 s, the partner the first.
        own_s = sum(turn["end_s"] - turn["start_s"] for turn in talk)
        right_s = sum(
            max(0.0, min(turn["end_s"], at + 10 / 3) - max(turn["start_s"], at))
            for turn in talk
            for at in (10 / 3, 10, 50 / 3)
        )
        assert right_s > 0.85 * own_s > 0
        assert transcript["role_source"] == "voiceprint"
        assert not any(len(value) == SIZE for value in transcript.values() if isinstance(value, list))
    first = results(out)
    run_workspace(agents_calls, RunOptions(out=tmp_path / "again", workers=1))
    assert results(tmp_path / "again") == first

    settings.unlink()
    run_workspace(agents_calls, RunOptions(out=out, workers=2))
    assert not prints.exists()
    assert results(out) == unprinted


def test_the_manifest_comes_before_the_returning_voice_and_a_changed_voice_is_measured_again():
    heard = Transcript(
        words=(),
        timeline=(Activity(0.0, 5.0, speaker="spk0"), Activity(5.0, 9.0, speaker="spk1")),
        language="en",
        language_confidence=None,
        channel_mode="mono_diarized",
        timing="activity",
        duration_s=9.0,
    )
    row = CallRow("c", "l")
    returning = RecurringVoice("spk1", 0.9)
    settled = settle_call(heard, row, RoleHints(), returning)
    assert [(item.speaker, item.party) for item in settled.timeline] == [("spk0", "customer"), ("spk1", "seller")]
    assert (settled.role_source, settled.role_confidence) == ("voiceprint", 0.9)
    told = settle_call(heard, CallRow("c", "l", seller_speaks_at_s=1.0), RoleHints(), returning)
    assert [(item.speaker, item.party) for item in told.timeline] == [("spk0", "seller"), ("spk1", "customer")]
    assert told.role_source == "manifest"
    keys = {
        settle_key("heard", row, RoleHints(), voice)
        for voice in (None, returning, RecurringVoice("spk0", 0.9), RecurringVoice("spk1", 0.8))
    }
    assert len(keys) == 4
