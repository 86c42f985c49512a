"""Files that are not what they say: each has its own error, a file that breaks off keeps its good part."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import struct
import sys
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callsignals.errors import MediaError
from callsignals.hearing import decoder_process
from callsignals.hearing.decode import Decoder

_spec = importlib.util.spec_from_file_location("hearing_media", Path(__file__).with_name("media.py"))
assert _spec is not None
assert _spec.loader is not None
media = importlib.util.module_from_spec(_spec)
sys.modules["hearing_media"] = media
_spec.loader.exec_module(media)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


def refusal(decoder: Decoder, path: Path, **settings: float) -> MediaError:
    with pytest.raises(MediaError) as caught:
        decoder.decode(path, **settings)
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    return caught.value


def a_wav(path: Path, seconds: float = 1.0) -> Path:
    written: Path = media.write(path, media.voices(1, seconds, 8000), 8000, "pcm_s16le")
    return written


def test_an_empty_file(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    assert refusal(decoder, path).code == "empty_file"


def test_a_missing_file(decoder: Decoder, tmp_path: Path) -> None:
    assert refusal(decoder, tmp_path / "gone.wav").code == "missing_file"


def test_a_folder(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "call.wav").mkdir()
    assert refusal(decoder, tmp_path / "call.wav").code == "not_a_file"


def test_a_file_that_may_not_be_read(decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_wav(tmp_path / "private.wav")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:  # in this process: root reads everything
        patch.setattr(Path, "open", refuse)
        error = refusal(decoder, path)
    assert error.code == "unreadable_file"
    assert "permissions" in error.remedy


@pytest.mark.parametrize("name", ["notes.wav", "notes.mp3", "notes.ogg", "notes"])
def test_text_under_another_name(decoder: Decoder, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Hello, this is not a recording.\n" * 50, encoding="utf-8")
    assert refusal(decoder, path).code in ("not_audio", "broken_audio")


def test_a_zip_named_mp3(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "calls.mp3"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("noise", np.random.default_rng(1).bytes(200_000))
    assert refusal(decoder, path).code == "not_audio"


def test_random_bytes_are_no_call(decoder: Decoder, tmp_path: Path) -> None:
    for seed, name in enumerate(["a.mp3", "b.wav", "c.aac", "d.amr"]):
        path = tmp_path / name
        path.write_bytes(np.random.default_rng(seed).bytes(60_000))
        assert refusal(decoder, path).code in ("not_audio", "broken_audio")


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile sibling.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsibling.wav\n#EXT-X-ENDLIST\n",
        '<?xml version="1.0"?><MPD><Period><AdaptationSet mimeType="audio/wav"><Representation>'
        "<BaseURL>sibling.wav</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ],
    ids=["ffconcat", "m3u8", "dash", "sdp"],
)
@pytest.mark.parametrize("name", ["call.wav", "call.ffconcat", "call.m3u8"])
def test_a_playlist_does_not_open_its_sibling(decoder: Decoder, tmp_path: Path, text: str, name: str) -> None:
    a_wav(tmp_path / "sibling.wav")
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert refusal(decoder, path).code in ("not_audio", "broken_audio")


def test_a_name_that_looks_like_an_address(decoder: Decoder, tmp_path: Path) -> None:
    if sys.platform == "win32":  # no colons in names there
        return
    for name in ("http:call.wav", "concat:a|b.wav", "call 10:30 #2 %03d.wav", "möte–åäö \udcff.wav"):
        assert decoder.decode(a_wav(tmp_path / name)).duration_s == pytest.approx(1.0)


def test_a_video_without_sound(decoder: Decoder, tmp_path: Path) -> None:
    import av

    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as file:
        video = file.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        file.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        file.mux(video.encode(None))
    assert refusal(decoder, path).code == "no_audio_stream"


def test_an_unknown_codec(decoder: Decoder, tmp_path: Path) -> None:
    data = bytearray(a_wav(tmp_path / "odd.wav").read_bytes())
    at = data.index(b"fmt ") + 8
    data[at : at + 2] = struct.pack("<H", 0x1234)
    path = tmp_path / "odd.wav"
    path.write_bytes(data)
    assert refusal(decoder, path).code in ("unsupported_codec", "broken_audio")


def test_more_than_the_budget(decoder: Decoder, tmp_path: Path) -> None:
    """A long silence is a small file: what counts is what it decodes to."""
    silence = np.zeros((1, 8000 * 600))
    path = media.write(tmp_path / "silence.flac", silence, 8000, "flac", frame_s=0.5)
    assert path.stat().st_size < 200_000
    error = refusal(decoder, path, max_hours=0.15)
    assert error.code == "too_long"
    assert "0.15 hours" in error.problem
    assert "[calls] max_hours" in error.remedy
    assert decoder.decode(path, max_hours=0.17).duration_s == pytest.approx(600.0)


def test_a_gap_counts_against_the_budget(decoder: Decoder, tmp_path: Path) -> None:
    path = media.write(
        tmp_path / "gap.mkv",
        media.voices(1, 2.0, 8000),
        8000,
        "pcm_s16le",
        starts_s=[(0.0, 1.0, 0.0), (1.0, 2.0, 36_000.0)],
    )
    assert refusal(decoder, path, max_hours=4).code == "too_long"


TRUNCATED = [
    ("cut.wav", "pcm_s16le", None),
    ("cut.flac", "flac", None),
    ("cut.mp3", "libmp3lame", None),
    ("cut.ogg", "libopus", None),
    ("cut.webm", "libopus", None),
    ("cut.mkv", "pcm_s16le", None),
    ("cut.aiff", "pcm_s16be", None),
    ("cut.au", "pcm_mulaw", None),
    ("cut.wma", "wmav2", 64_000),
]


@pytest.mark.parametrize(("name", "codec", "bit_rate"), TRUNCATED, ids=[row[0] for row in TRUNCATED])
def test_a_file_that_breaks_off_keeps_its_good_part(
    decoder: Decoder, tmp_path: Path, name: str, codec: str, bit_rate: int | None
) -> None:
    put_in = media.voices(2, 8.0, 16000)
    path = media.write(tmp_path / name, put_in, 16000, codec, bit_rate=bit_rate)
    whole = decoder.decode(path)
    assert whole.complete
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * 0.6)])
    part = decoder.decode(path)
    assert not part.complete
    assert part.findings == ("truncated",) or set(part.findings) == {"truncated", "broken_frames"}
    assert 3.5 < part.duration_s < 6.5
    good = slice(0, 3 * 16000)
    np.testing.assert_array_equal(part.samples[:, good], whole.samples[:, good])


def test_an_m4a_whose_index_is_at_the_end_and_lost(decoder: Decoder, tmp_path: Path) -> None:
    path = media.write(tmp_path / "cut.m4a", media.voices(1, 6.0, 16000), 16000, "aac")
    path.write_bytes(path.read_bytes()[:-3000])
    assert refusal(decoder, path).code == "broken_audio"


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF - 36, 0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_from_a_pipe_is_whole(decoder: Decoder, tmp_path: Path, size: int) -> None:
    """Its writer did not know how long it would be."""
    path = tmp_path / "pipe.wav"
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(32000))
    data = bytearray(buffer.getvalue())
    data[40:44] = struct.pack("<I", size)
    path.write_bytes(data)
    recording = decoder.decode(path)
    assert recording.complete
    assert recording.duration_s == pytest.approx(2.0)


def test_damage_in_the_middle_keeps_the_clock(decoder: Decoder, tmp_path: Path) -> None:
    put_in = media.voices(1, 8.0, 16000)
    path = media.write(tmp_path / "damaged.flac", put_in, 16000, "flac", frame_s=0.25)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    recording = decoder.decode(path)
    assert recording.duration_s == pytest.approx(8.0, abs=0.01)
    assert set(recording.findings) <= {"gap", "broken_frames"}
    assert recording.findings
    expected = np.round(put_in[0] * 32767)
    for part in (slice(0, 3 * 16000), slice(6 * 16000, 8 * 16000)):
        np.testing.assert_allclose(recording.samples[0, part], expected[part], atol=1)


def kill_before_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child dies with the request in its hands."""
    receive = decoder_process.DecoderProcess.receive

    def dying(child: Any, stall_s: float, wall_s: float) -> dict[str, Any]:
        child._process.kill()
        child._process.wait()
        while not child._lines.empty():
            child._lines.get()
        child._lines.put(None)
        return receive(child, stall_s, wall_s)

    monkeypatch.setattr(decoder_process.DecoderProcess, "receive", dying)


def test_a_crash_of_the_decoder_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_wav(tmp_path / "call.wav")
    with Decoder() as decoder:
        with monkeypatch.context() as patch:
            kill_before_answer(patch)
            assert refusal(decoder, path).code == "decoder_crashed"
        assert decoder.decode(path).duration_s == pytest.approx(1.0)


def test_a_decoder_killed_between_two_files_costs_none(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "call.wav")
    with Decoder() as decoder:
        decoder.decode(path)
        first = decoder.child_pid
        assert first is not None
        child = decoder._room.child
        assert child is not None
        child._process.kill()
        child._process.wait()
        assert decoder.decode(path).duration_s == pytest.approx(1.0)
        assert decoder.child_pid != first


def test_a_decoder_that_hangs_is_stopped(tmp_path: Path) -> None:
    if sys.platform == "win32":
        return
    path = a_wav(tmp_path / "call.wav")
    with Decoder(stall_s=0.3) as decoder:
        decoder._running_child()
        pid = decoder.child_pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        assert refusal(decoder, path).code == "decoder_stalled"
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize("hands_over", [False, decoder_process.HANDS_OVER])
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hands_over: bool) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    path = a_wav(tmp_path / "call.wav")
    with Decoder(hands_over=hands_over) as decoder:
        recording = decoder.decode(path)
        if hands_over:
            assert list(temporary.iterdir()) == []
        elif sys.platform != "win32":
            (private,) = temporary.iterdir()
            assert list(private.iterdir()) == []
            assert private.stat().st_mode & 0o077 == 0
        pid = decoder.child_pid
    assert recording.samples[0].any(), "samples stay readable"
    if sys.platform != "win32":
        assert list(temporary.iterdir()) == []
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_child_needs_nothing_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_wav(tmp_path / "call.wav")
    for name in ("av.py", "numpy.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('taken from the working folder')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Decoder() as decoder:
        assert decoder.decode(Path("call.wav")).duration_s == pytest.approx(1.0)
        assert decoder.probe(path) == pytest.approx(1.0)
