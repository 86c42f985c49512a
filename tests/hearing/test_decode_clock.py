"""Frames on the recording's clock, against samples laid out by hand; and the decoder's own answers, without a process.

What the confined process makes of whole files is tried in ``test_decode_formats`` and ``test_decode_broken``.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import socket
import struct
import sys
import wave
import zipfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from callsignals.hearing import confinement, decode_child
from callsignals.hearing.decode_clock import RATE_HZ, Clock, Rejected, Sink
from callsignals.hearing.decode_media import Source, _Count, _decode_packets, decode, probe
from hostile_media import seeds

Samples = npt.NDArray[np.int16]
Part = tuple[float | None, float, float]
"""Time stamp (s), where it was said (s), length (s)."""


def said(start_s: float, length_s: float) -> Samples:
    """What was said when: every sample is different from its neighbours and never 0."""
    first = round(start_s * RATE_HZ)
    return (1 + np.arange(first, first + round(length_s * RATE_HZ)) % 30_000).astype(np.int16)


def frame(samples: Samples, at_s: float | None, rate_hz: int = RATE_HZ) -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    made.sample_rate = rate_hz
    made.time_base = Fraction(1, rate_hz)
    made.pts = None if at_s is None else round(at_s * rate_hz)
    return made


def heard(
    parts: Sequence[Part],
    *,
    origin_s: float | None = 0.0,
    stated_s: float | None = None,
    broken_before: int | None = None,
) -> tuple[Samples, set[str]]:
    out = io.BytesIO()
    clock = Clock(Sink(out, 1, 3600 * RATE_HZ, lambda _: None), "mono", origin_s, stated_s)
    for position, (at_s, start_s, length_s) in enumerate(parts):
        clock.after_broken = position == broken_before
        clock.add(frame(said(start_s, length_s), at_s))
        clock.after_broken = False
    clock.close()
    return np.frombuffer(out.getvalue(), "<i2"), clock.findings


def laid_out(*parts: tuple[float, float, float]) -> Samples:
    """(from, said at, length) in seconds; nothing elsewhere."""
    result = np.zeros(round(max(at + length for at, _, length in parts) * RATE_HZ), np.int16)
    for at_s, start_s, length_s in parts:
        first = round(at_s * RATE_HZ)
        result[first : first + round(length_s * RATE_HZ)] = said(start_s, length_s)
    return result


CLOCKS = {
    "one after the other": ([(0, 0, 1), (1, 1, 1)], {}, [(0, 0, 2)], set()),
    "stamps that are rounded": ([(0, 0, 1), (1.04, 1, 1)], {}, [(0, 0, 2)], set()),
    "no stamps at all": ([(None, 0, 1), (None, 1, 1)], {}, [(0, 0, 2)], set()),
    "a gap": ([(0, 0, 1), (1.5, 1, 1)], {}, [(0, 0, 1), (1.5, 1, 1)], {"gap"}),
    "an overlap": ([(0, 0, 1), (0.6, 0.6, 1)], {}, [(0, 0, 1.6)], {"overlap_trimmed"}),
    "a frame within what was heard": ([(0, 0, 1), (0.2, 0.2, 0.3)], {}, [(0, 0, 1)], {"overlap_trimmed"}),
    "a clock that starts anew": ([(7, 0, 2), (0, 2, 1)], {"origin_s": 7.0}, [(0, 0, 3)], {"timestamps_reset"}),
    "a stamp beyond the end": ([(0, 0, 1), (90, 1, 1)], {"stated_s": 2.0}, [(0, 0, 2)], {"timestamps_reset"}),
    "a start at any time": ([(500, 0, 1), (501, 1, 1)], {"origin_s": None}, [(0, 0, 2)], set()),
    "a start that is rounded": ([(0.03, 0, 1), (1.03, 1, 1)], {}, [(0, 0, 2)], set()),
    "a codec's priming": ([(0.2, 0, 1)], {}, [(0.2, 0, 1)], set()),
    "a start that is missing": ([(0.5, 0, 1)], {}, [(0.5, 0, 1)], {"gap"}),
    "a frame that broke": ([(0, 0, 1), (1.03, 1, 1)], {"broken_before": 1}, [(0, 0, 1), (1.03, 1, 1)], set()),
    "many frames that broke": ([(0, 0, 1), (2.5, 1, 1)], {"broken_before": 1}, [(0, 0, 1), (2.5, 1, 1)], {"gap"}),
}


@pytest.mark.parametrize(("parts", "clock", "expected", "findings"), CLOCKS.values(), ids=CLOCKS)
def test_every_sample_is_where_its_time_stamp_says(parts, clock, expected, findings) -> None:
    samples, found = heard(parts, **clock)
    np.testing.assert_array_equal(samples, laid_out(*expected))
    assert found == findings


def test_a_change_of_rate_keeps_the_clock() -> None:
    out = io.BytesIO()
    clock = Clock(Sink(out, 1, 3600 * RATE_HZ, lambda _: None), "mono", 0.0, None)
    clock.add(frame(said(0, 1), 0.0))
    clock.add(frame(np.full(8000, 500, np.int16), 1.0, rate_hz=8000))
    clock.close()
    samples = np.frombuffer(out.getvalue(), "<i2")
    assert len(samples) == 2 * RATE_HZ
    np.testing.assert_array_equal(samples[:RATE_HZ], said(0, 1))
    np.testing.assert_allclose(samples[RATE_HZ + 500 : -500], 500, atol=2)
    assert clock.findings == set()


def test_the_budget_counts_what_is_heard_and_what_is_silent_and_progress_comes_by_the_minute() -> None:
    told: list[float] = []
    out = io.BytesIO()
    sink = Sink(out, 2, 250 * RATE_HZ, told.append)
    sink.silence(130 * RATE_HZ)
    with pytest.raises(Rejected):
        sink.silence(120 * RATE_HZ + 1)
    assert len(out.getvalue()) == 4 * 130 * RATE_HZ, "a gap of years must not be written before it is refused"
    sink.silence(100 * RATE_HZ)
    sink.write(bytes(4 * 20 * RATE_HZ))
    assert told == [60.0, 120.0, 190.0, 250.0]
    for more in (lambda: sink.silence(1), lambda: sink.write(bytes(4))):
        with pytest.raises(Rejected) as refused:
            more()
        assert refused.value.code == "too_long"
    assert out.getvalue() == bytes(4 * 250 * RATE_HZ)
    assert sink.digest.hexdigest() == hashlib.sha256(struct.pack("<I", 2) + bytes(4 * 250 * RATE_HZ)).hexdigest()


def decoded(path: Path, max_samples: int = 3600 * RATE_HZ) -> tuple[dict[str, Any], Samples]:
    """By name, which any test process may do."""
    out = io.BytesIO()
    with path.open("rb", buffering=0) as file:
        told = decode(Source(file, str(path)), out, max_samples, lambda _: None)
    return told, np.frombuffer(out.getvalue(), "<i2").reshape(-1, told["channels"]).T


def a_wav(samples: Samples, rate_hz: int = RATE_HZ) -> bytes:
    """Shape (channels, n)."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((len(samples), 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(samples.T).tobytes())
    return made.getvalue()


def test_every_format_is_told_with_its_rate_channels_and_length(tmp_path: Path) -> None:
    for name, content in seeds().items():
        path = tmp_path / name
        path.write_bytes(content)
        told, samples = decoded(path)
        with av.open(str(path)) as file:
            stream = file.streams.audio[0]
            assert told["channels"] == stream.channels, name
            assert told["source_rate_hz"] == stream.rate, name
            assert told["container"] == file.format.name
        assert told["samples"] == samples.shape[1]
        assert 0.29 < told["samples"] / RATE_HZ < 0.4, name
        assert not told["end_broken"]
        with path.open("rb", buffering=0) as file:
            assert probe(Source(file, str(path)))["duration_s"] == told["stated_s"]


def test_samples_that_need_no_conversion_are_the_files_own(tmp_path: Path) -> None:
    put_in = np.stack([said(0, 2), said(5, 2)])
    path = tmp_path / "call.wav"
    path.write_bytes(a_wav(put_in))
    told, samples = decoded(path)
    np.testing.assert_array_equal(samples, put_in)
    expected = hashlib.sha256(struct.pack("<I", 2) + np.ascontiguousarray(put_in.T).tobytes())
    assert told["digest"] == expected.hexdigest()
    assert told["findings"] == []
    with pytest.raises(Rejected) as refused:
        decoded(path, max_samples=2 * RATE_HZ - 1)
    assert refused.value.code == "too_long"


def _zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("call.wav", a_wav(said(0, 1)[None]))
    return made.getvalue()


def _picture_alone() -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as file:
        video: Any = file.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        file.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        file.mux(video.encode(None))
    return made.getvalue()


def _other_codec() -> bytes:
    """A format tag that nobody has registered."""
    data = bytearray(a_wav(said(0, 1)[None]))
    at = data.index(b"fmt ") + 8
    data[at : at + 2] = struct.pack("<H", 0x1234)
    return bytes(data)


REFUSED = {
    "empty": (b"", {"empty_file"}),
    "zip": (_zipped(), {"not_audio"}),
    "text": (b"This is not a recording.\n" * 40, {"not_audio", "broken_audio"}),
    "a beginning alone": (b"RIFF\xff\xff\xff\xff", {"broken_audio"}),
    "a picture alone": (_picture_alone(), {"no_audio_stream"}),
    "an unknown codec": (_other_codec(), {"unsupported_codec"}),
    "too many channels": (a_wav(np.zeros((33, 1600), np.int16)), {"too_many_channels"}),
    "no samples": (a_wav(np.zeros((1, 0), np.int16)), {"broken_audio"}),
}


@pytest.mark.parametrize(("content", "codes"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_heard_has_a_name(tmp_path: Path, content: bytes, codes: set[str]) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    with pytest.raises(Rejected) as refused:
        decoded(path)
    assert refused.value.code in codes


class _Packet:
    """A tenth of a second; ``broken`` packets cannot be decoded."""

    size = 2

    def __init__(self, at_s: float | None = None, *, broken: bool = False) -> None:
        self._at_s = at_s
        self._broken = broken
        self.is_corrupt = False

    def decode(self) -> list[av.AudioFrame]:
        if self._broken:
            raise av.FFmpegError(errno.EINVAL, "Invalid data found when processing input")
        return [frame(said(self._at_s or 0, 0.1), self._at_s)]


class _Container:
    """Stands in for a file: so many packets, then a read error, and again."""

    start_time = 0

    def __init__(self, *readings: Sequence[_Packet]) -> None:
        self._readings = list(readings)

    def demux(self, _stream: object) -> Iterator[_Packet]:
        yield from self._readings.pop(0)
        if self._readings:
            raise av.FFmpegError(errno.EIO, "Input/output error")


def decoded_packets(*readings: Sequence[_Packet]) -> tuple[Samples, set[str], _Count]:
    out = io.BytesIO()
    sink = Sink(out, 1, 3600 * RATE_HZ, lambda _: None)
    clock, count = _decode_packets(_Container(*readings), None, lambda _: sink, None)
    return np.frombuffer(out.getvalue(), "<i2"), clock.findings, count


def test_a_broken_packet_leaves_silence_and_the_rest_in_its_place() -> None:
    packets = [_Packet(), _Packet(0.1), _Packet(0.2, broken=True), _Packet(0.3)]
    samples, findings, count = decoded_packets(packets)
    np.testing.assert_array_equal(samples, laid_out((0, 0, 0.2), (0.3, 0.3, 0.1)))
    assert findings == set()
    assert (count.good, count.broken, count.last_broken) == (3, 1, False)


def test_a_broken_end_is_known() -> None:
    assert decoded_packets([_Packet(), _Packet(0.1, broken=True)])[2].last_broken


@pytest.mark.parametrize("broken", [19, 20])
def test_what_hardly_ever_decodes_was_no_audio(broken: int) -> None:
    packets = [_Packet(), *(_Packet(broken=True) for _ in range(broken))]
    if broken == 19:
        assert len(decoded_packets(packets)[0]) == RATE_HZ // 10
        return
    with pytest.raises(Rejected) as refused:
        decoded_packets(packets)
    assert refused.value.code == "broken_audio"


@pytest.mark.parametrize(
    ("readings", "packets", "end_broken"), [((3, 2), 5, False), ((3, 0), 3, True), ((2, 1, 0, 4), 3, True)]
)
def test_a_read_error_is_stepped_over_unless_nothing_comes_after_it(readings, packets, end_broken) -> None:
    samples, _, count = decoded_packets(*([_Packet() for _ in range(number)] for number in readings))
    assert len(samples) == packets * RATE_HZ // 10
    assert count.read_error == end_broken
    assert count.broken > 0


def test_memory_that_runs_out_is_not_taken_for_a_damaged_file() -> None:
    class Full(_Packet):
        def decode(self) -> list[av.AudioFrame]:
            raise MemoryError

    with pytest.raises(MemoryError):
        decoded_packets([_Packet(), Full()])


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (Rejected("not_audio", "Invalid data"), {"error": "not_audio", "detail": "Invalid data"}),
        (MemoryError(), {"error": "out_of_memory", "detail": ""}),
        (OSError(errno.ENOSPC, "No space left"), {"error": "no_temporary_space", "detail": "No space left"}),
        (OSError(errno.EFBIG, "File too large"), {"error": "no_temporary_space", "detail": "File too large"}),
        (OSError(errno.EIO, "I/O error"), {"error": "broken_audio", "detail": "I/O error"}),
        (KeyError("what Anna said"), {"error": "broken_audio", "detail": "KeyError"}),
    ],
)
def test_whatever_goes_wrong_is_an_answer_without_content(monkeypatch, error, answer) -> None:
    def failing(*_args: object) -> None:
        raise error

    bounds: list[tuple[int, int]] = []
    monkeypatch.setattr(decode_child, "bound_file", lambda *given: bounds.append(given))
    monkeypatch.setattr(decode_child, "decode", failing)
    request = {"task": "decode", "max_samples": 20 * RATE_HZ}
    assert decode_child._answer(request, None, io.BytesIO()) == answer  # type: ignore[arg-type]
    assert bounds == [(61, 20 * RATE_HZ * 32 * 2)]


def test_by_name_it_answers_line_by_line_until_its_input_closes(tmp_path: Path, monkeypatch, capsys) -> None:
    path, out = tmp_path / "call.wav", tmp_path / "samples"
    path.write_bytes(a_wav(said(0, 61)[None]))
    (tmp_path / "notes.wav").write_bytes(b"")
    requests = [
        {"task": "decode", "max_samples": 70 * RATE_HZ, "files": [str(path), str(out)]},
        {"task": "probe", "max_samples": 1, "files": [str(path), os.devnull]},
        {"task": "probe", "max_samples": 1, "files": [str(tmp_path / "notes.wav"), os.devnull]},
    ]
    for name in ("bound_file", "bound_process"):  # they would bind this process
        monkeypatch.setattr(decode_child, name, lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["decoder", decode_child.NAMED])
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(json.dumps(request) + "\n" for request in requests)))
    decode_child.main()
    ready, progress, whole, length, refused = map(json.loads, capsys.readouterr().out.splitlines())
    assert ready == {"ready": []}
    assert progress == {"progress": pytest.approx(60, abs=1)}
    assert (whole["ok"], whole["samples"]) == (True, 61 * RATE_HZ)
    np.testing.assert_array_equal(np.fromfile(out, "<i2"), said(0, 61))
    assert length == {"ok": True, "duration_s": 61.0}
    assert refused == {"error": "empty_file", "detail": ""}


@pytest.mark.skipif(not hasattr(socket, "send_fds"), reason="no open files can be handed over here")
def test_open_files_are_taken_two_by_two_until_the_other_end_closes(tmp_path: Path) -> None:
    path, out = tmp_path / "call.wav", tmp_path / "samples"
    path.write_bytes(a_wav(said(0, 1)[None]))
    ours, theirs = socket.socketpair()
    with ours, path.open("rb") as source, out.open("wb") as samples:
        socket.send_fds(ours, [b'{"task": "decode", "max_samples": 16000}\n'], [source.fileno(), samples.fileno()])
        ours.shutdown(socket.SHUT_WR)
        with theirs:
            taken = []
            for request, given, to in decode_child._handed(theirs):
                assert given.address == "fd:"
                taken.append((request["task"], decode(given, to, request["max_samples"], lambda _: None)["samples"]))
    assert taken == [("decode", RATE_HZ)]
    np.testing.assert_array_equal(np.fromfile(out, "<i2"), said(0, 1))


def test_what_is_loaded_late_is_loaded_without_a_trace(capsys) -> None:
    decode_child._warm_up()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("system", "machine", "found"),
    [("win32", "AMD64", []), ("linux", "riscv64", ["programs"]), ("linux", "x86_64", ["programs"])],
)
def test_only_what_was_refused_on_trial_is_promised(monkeypatch, system: str, machine: str, found: list[str]) -> None:
    """Another system has no filter, and a kernel may refuse to set one: then files still open."""

    def refused() -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    def no_filter(*_: object) -> None:
        raise OSError(errno.EINVAL, "prctl")

    def broken() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(confinement, "_allow_only", no_filter)
    monkeypatch.setattr(confinement, "_fork", refused)
    monkeypatch.setattr(socket, "socket", broken)
    assert confinement.confine() == found
