"""Damaged and malicious recordings: each is heard or refused by name, and nothing else is read."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from callsignals.errors import MediaError
from callsignals.hearing.decode import Decoder
from hostile_media import mutated, reference_movie, seeds, tempting

FILES = 310
"""Ten of each format; ``benchmarks/fuzz_media.py`` does thousands through whole runs."""
OVER_LIMITS = {"decoder_crashed", "decoder_stalled", "decoder_too_slow"}


@pytest.fixture(scope="module")
def valid() -> dict[str, bytes]:
    return seeds()


def test_every_format_is_heard_while_it_is_whole(tmp_path: Path, valid: dict[str, bytes]) -> None:
    with Decoder() as decoder:
        for name, content in valid.items():
            path = tmp_path / name
            path.write_bytes(content)
            assert 0.29 < decoder.decode(path).duration_s < 0.4, name


def test_the_same_seed_makes_the_same_files(valid: dict[str, bytes]) -> None:
    assert [mutated(number, valid) for number in range(40)] == [mutated(number, valid) for number in range(40)]
    assert mutated(5, valid, seed=1) != mutated(5, valid, seed=2)


def test_mutated_recordings_are_heard_or_named(tmp_path: Path, valid: dict[str, bytes]) -> None:
    outcomes: Counter[str] = Counter()
    unnamed = 0
    with Decoder(stall_s=60.0) as decoder:
        for number in range(FILES):
            suffix, content = mutated(number, valid)
            path = tmp_path / f"{number}{suffix}"
            path.write_bytes(content)
            try:
                recording = decoder.decode(path, 0.1)
            except MediaError as error:
                outcomes[error.code] += 1
                unnamed += not (path.name in str(error) and error.remedy)
            else:
                outcomes["heard"] += 1
                assert recording.samples.dtype == np.int16
                assert recording.sample_count <= 0.1 * 3600 * 16_000
            path.unlink()
    assert (sum(outcomes.values()), unnamed) == (FILES, 0)
    assert outcomes["heard"] > FILES // 4, "mutations that break everything test nothing"
    assert outcomes["broken_audio"] > FILES // 20
    assert not OVER_LIMITS & set(outcomes)


def test_nothing_that_a_file_names_is_opened(tmp_path: Path, valid: dict[str, bytes]) -> None:
    """Playlists, manifests, reference movies and links, to a recording nearby, elsewhere, and on the network."""
    canary = tmp_path / "canary.wav"
    canary.write_bytes(valid["pcm.wav"])
    os.utime(canary, ns=(0, 0))
    before_ns = canary.stat().st_atime_ns
    with socket.create_server(("127.0.0.1", 0)) as server, Decoder() as decoder:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/canary.wav"
        for name, content in tempting(canary, url, valid).items():
            path = tmp_path / name
            path.write_bytes(content)
            if content.startswith(b"ID3") or name.startswith(("reference", "appended")):
                decoder.decode(path)  # has sound of its own
            else:
                with pytest.raises(MediaError):
                    decoder.decode(path)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert canary.stat().st_atime_ns == before_ns


def test_by_name_a_reference_movie_does_not_read_what_it_refers_to(tmp_path: Path, valid: dict[str, bytes]) -> None:
    """On Windows FFmpeg opens the file itself and could open others: its own sound is heard, not the other's."""
    canary = tmp_path / "canary.mov"
    canary.write_bytes(bytes(len(valid["movie.mov"])))
    path = tmp_path / "reference.mov"
    path.write_bytes(reference_movie(valid["movie.mov"], str(canary)))
    with Decoder(hands_over=False) as decoder:
        own = decoder.decode(path)
    assert own.samples.any()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's limits from /proc")
def test_the_decoder_runs_within_bounds(tmp_path: Path, valid: dict[str, bytes]) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(valid["pcm.wav"])
    with Decoder() as decoder:
        decoder.decode(path, 1.0)
        about = Path(f"/proc/{decoder.child_pid}")
        lines = (about / "limits").read_text(encoding="utf-8").splitlines()
        limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
        status = dict(
            line.split(":\t", 1)
            for line in (about / "status").read_text(encoding="utf-8").splitlines()
            if ":\t" in line
        )
    assert int(limits["Max address space"]) == 2 << 30
    assert int(limits["Max open files"]) == 32
    assert int(limits["Max cpu time"]) < 400
    assert limits["Max core file size"] == "0"
    assert status["Threads"].strip() == "1"


def test_a_folder_of_hostile_recordings_is_one_run(tmp_path: Path, valid: dict[str, bytes]) -> None:
    from callsignals import run

    for number in range(12):
        suffix, content = mutated(number, valid)
        (tmp_path / f"{number}{suffix}").write_bytes(content)
    (tmp_path / "good.wav").write_bytes(valid["pcm.wav"])
    names = [f"{path.name}" for path in sorted(tmp_path.iterdir())]
    rows = "".join(f"{name},lead,{name}\n" for name in names)
    (tmp_path / "calls.csv").write_text(f"call_id,lead_id,audio\n{rows}", encoding="utf-8")
    result = run(tmp_path, out=tmp_path / "out", workers=1)
    failed = [json.loads(line) for line in (tmp_path / "out" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert {failure["input"] for failure in failed} < set(names)
    assert "good.wav" not in {failure["input"] for failure in failed}
    assert all(failure["message"] and failure["remedy"] for failure in failed)
    unheard = {failure["error"] for failure in failed if failure["stage"] == "hear"}
    assert unheard <= {"broken_audio", "not_audio", "no_audio_stream"}
    assert unheard
    assert len(result.failures) == len(failed) > 0
