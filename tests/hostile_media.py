"""Small recordings in every accepted format, and what is done to them to make them hostile: same seed, same bytes.

Used by ``tests/hostile`` (a few hundred) and ``benchmarks/fuzz_media.py`` (thousands).
"""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

SECONDS = 0.3

# file name, encoder, rate, channels
FORMATS = (
    ("pcm.wav", "pcm_s16le", 8000, 2),
    ("alaw.wav", "pcm_alaw", 8000, 2),
    ("mulaw.wav", "pcm_mulaw", 8000, 1),
    ("float.wav", "pcm_f32le", 16000, 1),
    ("adpcm.wav", "adpcm_ms", 8000, 2),
    ("eight.wav", "pcm_s16le", 8000, 8),
    ("big.w64", "pcm_s16le", 8000, 2),
    ("lossless.flac", "flac", 16000, 2),
    ("speech.mp3", "libmp3lame", 16000, 2),
    ("apple.m4a", "aac", 16000, 2),
    ("alac.m4a", "alac", 16000, 1),
    ("stream.aac", "aac", 16000, 1),
    ("meeting.mp4", "aac", 16000, 2),
    ("movie.mov", "aac", 16000, 1),
    ("phone.3gp", "aac", 16000, 1),
    ("voice.ogg", "libopus", 48000, 2),
    ("voice.opus", "libopus", 16000, 1),
    ("old.oga", "vorbis", 16000, 2),
    ("browser.webm", "libopus", 48000, 1),
    ("container.mkv", "pcm_s16le", 16000, 2),
    ("phone.amr", "libopencore_amrnb", 8000, 1),
    ("apple.aiff", "pcm_s16be", 16000, 2),
    ("sun.au", "pcm_mulaw", 8000, 1),
    ("core.caf", "pcm_s16le", 16000, 2),
    ("windows.wma", "wmav2", 16000, 2),
    ("windows.avi", "pcm_s16le", 16000, 1),
    ("flash.flv", "libmp3lame", 44100, 1),
    ("broadcast.ts", "aac", 16000, 2),
    ("tape.voc", "pcm_u8", 8000, 1),
    ("true.tta", "tta", 16000, 1),
    ("pack.wv", "wavpack", 16000, 2),
)
WITH_PICTURE = ("meeting.mp4", "movie.mov", "windows.avi", "browser.webm")

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def seeds(loudness: float = 0.3) -> dict[str, bytes]:
    """A valid file of each format, by name; ``loudness`` of the tones in it, 1 for full scale."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: _encoded(Path(folder) / name, loudness, *rest) for name, *rest in FORMATS}


def _encoded(path: Path, loudness: float, codec: str, rate_hz: int, channels: int) -> bytes:
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[channels]
    time_s = np.arange(round(SECONDS * rate_hz)) / rate_hz
    tones = [loudness * np.sin(2 * np.pi * (220 + 70 * channel) * time_s) for channel in range(channels)]
    samples = np.round(32767 * np.stack(tones)).astype(np.int16)
    with av.open(str(path), "w", format="mpegts" if path.suffix == ".ts" else None) as file:
        picture: Any = _picture(file, path) if path.name in WITH_PICTURE else None
        stream: Any = file.add_stream(codec, rate=rate_hz, layout=layout, options={"strict": "experimental"})
        if codec == "wmav2":
            stream.bit_rate = 64_000
        stream.open()
        size = stream.codec_context.frame_size or 400
        converter = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate_hz, frame_size=size)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate_hz, 0
        for part in (*converter.resample(frame), *converter.resample(None)):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
        if picture is not None:
            file.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
            file.mux(picture.encode(None))
    return path.read_bytes()


def _picture(file: Any, path: Path) -> Any:
    stream = file.add_stream("libvpx" if path.suffix == ".webm" else "mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
    return stream


Mutation = Callable[[random.Random, bytearray, list[bytes]], bytearray]


def _flip_bits(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    for _flip in range(random.choice((1, 3, 10, 100))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data


def _flip_header_bits(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    for _flip in range(random.choice((1, 2, 5))):
        data[random.randrange(min(len(data), 200))] ^= 1 << random.randrange(8)
    return data


def _cut(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    return data[: random.randrange(len(data))]


def _lie(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    """An integer somewhere in the header becomes an extreme one: lengths, rates, channel counts, offsets."""
    for _field in range(random.choice((1, 1, 2, 4))):
        size, order = random.choice(((2, "<H"), (4, "<I"), (2, ">H"), (4, ">I")))
        at = random.randrange(max(1, min(len(data), 400) - size))
        data[at : at + size] = struct.pack(order, random.choice(EXTREMES) & (1 << 8 * size) - 1)
    return data


def _lie_about_a_chunk(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    """The length beside a four-letter name (RIFF, ISO boxes, AIFF, CAF) becomes another."""
    names = [at for at in range(len(data) - 12) if all(0x20 <= byte < 0x7F for byte in data[at : at + 4])]
    if not names:
        return _lie(random, data, [])
    at = random.choice(names)
    before, order = random.choice(((True, ">I"), (False, "<I"), (False, ">I")))
    place = max(0, at - 4) if before else at + 4
    data[place : place + 4] = struct.pack(order, random.choice((*EXTREMES, len(data), 2 * len(data))))
    return data


def _splice(random: random.Random, data: bytearray, others: list[bytes]) -> bytearray:
    """The head of one format before the body of another."""
    other = random.choice(others)
    return bytearray(other[: random.randrange(1, min(len(other), 2000))]) + data[random.randrange(len(data)) :]


def _repeat(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    start = random.randrange(len(data))
    stop = random.randrange(start, len(data)) + 1
    return data[:stop] + data[start:stop] * random.choice((1, 2, 50)) + data[stop:]


def _drop(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.choice((1, 4, 100, 1000)) :]


def _fill(random: random.Random, data: bytearray, _: list[bytes]) -> bytearray:
    start, size = random.randrange(len(data)), random.choice((4, 64, 2000))
    data[start : start + size] = bytes([random.choice((0, 0xFF, 0x41))]) * size
    return data


def _several(random: random.Random, data: bytearray, others: list[bytes]) -> bytearray:
    for _round in range(3):
        data = random.choice(MUTATIONS[:-1])(random, data, others) or bytearray(b"\0")
    return data


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _flip_header_bits,
    _cut,
    _lie,
    _lie,
    _lie_about_a_chunk,
    _splice,
    _repeat,
    _drop,
    _fill,
    _several,
)


def mutated(number: int, valid: dict[str, bytes], seed: int = 1) -> tuple[str, bytes]:
    """The name's suffix and the content of hostile recording ``number``."""
    chosen = random.Random(f"{seed}:{number}")
    names = sorted(valid)
    name = names[number % len(names)]
    data = chosen.choice(MUTATIONS)(chosen, bytearray(valid[name]), [valid[other] for other in names])
    suffix = Path(name if chosen.random() < 0.9 else chosen.choice(names)).suffix
    return suffix, bytes(data)


def tempting(canary: Path, url: str, valid: dict[str, bytes]) -> dict[str, bytes]:
    """Files that name another file or an address: nothing may read ``canary`` or connect to ``url``.

    Args:
        canary: a valid recording outside of the workspace.
        url: of something that would notice.
        valid: what ``seeds`` gave.
    """
    found: dict[str, bytes] = {}
    for kind, target in (("file", str(canary)), ("fileurl", f"file://{canary}"), ("near", canary.name), ("url", url)):
        texts = {
            "ffconcat": f"ffconcat version 1.0\nfile '{target}'\n",
            "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
            "m3u8_key": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n',
            "dash": '<?xml version="1.0"?><MPD type="static"><Period><AdaptationSet mimeType="audio/wav">'
            f"<Representation><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>",
            "xxe": f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "{target}">]><MPD>&b;</MPD>',
            "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns={target}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
            "smil": f'<smil><body><audio src="{target}"/></body></smil>',
            "pls": f"[playlist]\nFile1={target}\nNumberOfEntries=1\nVersion=2\n",
            "rtsp": f"[Reference]\nRef1={target}\n",
            "imf": f'<AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><Path>{target}</Path></AssetMap>',
            "vapoursynth": f"import vapoursynth\nopen({target!r})\n",
            "edl": f"# mpv EDL v0\n{target}\n",
        }
        for name, text in texts.items():
            for suffix in (".wav", ".mp3", f".{name}"):
                found[f"{name}_{kind}{suffix}"] = text.encode()
        found[f"reference_{kind}.mov"] = reference_movie(valid["movie.mov"], target)
        found[f"reference_{kind}.m4a"] = reference_movie(valid["apple.m4a"], target)
        found[f"tagged_{kind}.mp3"] = _tagged(target) + valid["speech.mp3"]
        found[f"appended_{kind}.mp3"] = valid["speech.mp3"] + texts["m3u8"].encode()
    return found


def reference_movie(movie: bytes, target: str) -> bytes:
    """A QuickTime file whose sound "lies in" the file ``target``: ``dref`` entries ``url `` in place of "here"."""
    at = movie.index(b"dref") - 4
    size = int.from_bytes(movie[at : at + 4], "big")
    url = target.encode() + b"\0"
    entry = struct.pack(">I4sI", 12 + len(url), b"url ", 0) + url  # flags 0: not in this file
    dref = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    return _with_grown_boxes(movie, at, dref, size)


def _with_grown_boxes(movie: bytes, at: int, replacement: bytes, size: int) -> bytes:
    data = bytearray(movie[:at] + replacement + movie[at + size :])
    grown = len(replacement) - size
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        place = data.rindex(name, 0, at) - 4
        data[place : place + 4] = struct.pack(">I", int.from_bytes(data[place : place + 4], "big") + grown)
    return bytes(data)


def _tagged(target: str) -> bytes:
    """An ID3 tag with a linked picture and a link."""
    picture = b"\0-->\0\3\0" + target.encode()
    link = b"\0\0" + target.encode()
    frames = b"".join(
        name + struct.pack(">IH", len(body), 0) + body for name, body in ((b"APIC", picture), (b"WXXX", link))
    )
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + frames
