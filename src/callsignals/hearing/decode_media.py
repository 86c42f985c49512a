"""Demultiplexing and decoding through PyAV, of the file that was handed over and of nothing that it names.

Runs in the decoder's process (:mod:`callsignals.hearing.decode_child`) and nowhere else.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import av

from callsignals.hearing.decode_clock import Clock, Rejected, Sink

__all__ = ["CODECS", "FORMATS", "MAX_CHANNELS", "decode", "probe"]

MAX_CHANNELS = 32

FORMATS = (
    "wav,w64,aiff,au,caf,voc,flac,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm,asf,amr,amrnb,amrwb,aac,ac3,"
    "gsm,wv,ape,tta,avi,mpeg,mpegts,flv"
)
"""No playlist, concat or device: a ``call.wav`` of ffconcat text opened its sibling in PyAV 18.1."""

_CODECS = (
    "pcm_*", "adpcm_*", "aac*", "ac3*", "eac3*", "alac", "amr*", "libopencore_amr*", "ape", "atrac3*",
    "comfortnoise", "cook", "dca", "dss_sp", "dvaudio", "evrc", "flac", "g722", "g723*", "g726*", "g728", "g729",
    "gsm*", "ilbc", "mlp", "mp1*", "mp2*", "mp3*", "nellymoser", "opus", "libopus", "qcelp", "qdm*", "ra_*",
    "real_*", "sipr", "siren", "msnsiren", "speex", "libspeex", "tak", "truehd", "truespeech", "tta", "vorbis",
    "wavpack", "wma*", "xma*",
)  # fmt: skip
CODECS = frozenset(name for pattern in _CODECS for name in fnmatch.filter(av.codecs_available, pattern))
"""Decoders that may run: telephony, music and broadcast. Nothing decodes a picture or a subtitle, not even to look
what it is; FFmpeg's other decoders (consoles, games, experiments) are the least tended."""

GOOD_SHARE = 0.05
"""Fewer packets than this that decode: it was not audio in the first place (a zip named ``.mp3``)."""
MAX_READ_ERRORS = 50

_NOT_MEDIA = (b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


class Source:
    """The file to decode, opened by whoever was allowed to.

    Args:
        file: positioned anywhere, unbuffered.
        name: its path where FFmpeg has to open it itself (Windows); None to read through the descriptor of ``file``.
    """

    def __init__(self, file: BinaryIO, name: str | None = None) -> None:
        self._file = file
        # "file:" because "call:1.wav" would otherwise name a protocol.
        self.address = "fd:" if name is None else f"file:{name}"
        self.options = {
            "format_whitelist": FORMATS,
            "codec_whitelist": ",".join(sorted(CODECS)),
            "protocol_whitelist": "fd" if name is None else "file",
        } | ({"fd": str(file.fileno())} if name is None else {})

    def head(self) -> bytes:
        """The first bytes; leaves the file at its start, where FFmpeg begins to read."""
        self._file.seek(0)
        head = self._file.read(4096)
        self._file.seek(0)
        return head


class _Count:
    """How the packets fared."""

    def __init__(self) -> None:
        self.good = 0
        self.broken = 0
        self.last_broken = False
        self.read_error = False


def _packets(container: Any, stream: Any, count: _Count) -> Iterator[Any]:  # noqa: ANN401 - PyAV is untyped
    """The stream's packets; a read error in the middle is stepped over."""
    for _ in range(MAX_READ_ERRORS):
        got = False
        try:
            for packet in container.demux(stream):
                got = True
                count.read_error = False
                yield packet
            return
        except MemoryError:
            raise
        except av.FFmpegError:
            count.read_error = True
            count.broken += 1
            if not got:
                return


def _decode_packets(
    container: Any,  # noqa: ANN401
    stream: Any,  # noqa: ANN401
    sink_of: Callable[[av.AudioFrame], Sink],
    stated_s: float | None,
) -> tuple[Clock, _Count]:
    clock: Clock | None = None
    count = _Count()
    origin_s = None if container.start_time is None else container.start_time / av.time_base
    for packet in _packets(container, stream, count):
        frames = _frames_of(packet, count)
        if frames is None and clock is not None:
            clock.after_broken = True
        for frame in frames or ():
            clock = clock or Clock(sink_of(frame), frame.layout.name, origin_s, stated_s)
            clock.add(frame)
            clock.after_broken = False
    if clock is None or count.good < GOOD_SHARE * (count.good + count.broken):
        raise Rejected("broken_audio")
    clock.close()
    return clock, count


def _frames_of(packet: Any, count: _Count) -> list[av.AudioFrame] | None:  # noqa: ANN401
    """The packet's frames, None when it is broken; the last, empty packet only flushes the decoder."""
    try:
        frames = [frame for frame in packet.decode() if frame.samples]
    except MemoryError:  # PyAV's is an FFmpegError too; the limit is ours
        raise
    except av.FFmpegError:
        count.broken += 1
        count.last_broken = True
        return None
    if packet.size:
        count.good += 1
        count.last_broken = bool(packet.is_corrupt)
    return frames


def _open(source: Source) -> Any:  # noqa: ANN401
    head = source.head()
    if not head:
        raise Rejected("empty_file")
    if head.startswith(_NOT_MEDIA):
        raise Rejected("not_audio")
    try:
        return av.open(source.address, options=source.options, metadata_errors="ignore")
    except MemoryError:
        raise
    except av.FFmpegError as error:
        cut = head[4:8] == b"ftyp" or head[:4] in (b"OggS", b"fLaC", b"RIFF")
        raise Rejected("broken_audio" if cut else "not_audio", error.strerror or "") from None


def _audio_stream(container: Any) -> Any:  # noqa: ANN401
    streams = [stream for stream in container.streams if stream.type == "audio"]
    if not streams:
        raise Rejected("no_audio_stream")
    for stream in streams:
        if stream.codec_context is not None and stream.codec_context.name in CODECS:
            stream.thread_count = 1
            return stream
    raise Rejected("unsupported_codec")


def decode(source: Source, out: BinaryIO, max_samples: int, progress: Callable[[float], None]) -> dict[str, Any]:
    """Decodes a file and says what was found.

    Args:
        source: the media file.
        out: where the int16 samples go, interleaved, 16 kHz.
        max_samples: budget a channel, in decoded samples (24 h of silence are a FLAC of 17 MB).
        progress: told the seconds decoded so far, about once a minute of them.

    Raises:
        Rejected: the file cannot be heard.
    """
    with _open(source) as container:
        stream = _audio_stream(container)
        stated_s = _stated_s(container)
        rate: list[int] = []

        def sink_of(frame: av.AudioFrame) -> Sink:
            channels = len(frame.layout.channels)
            if channels > MAX_CHANNELS:
                raise Rejected("too_many_channels", str(channels))
            rate.append(frame.sample_rate)
            return Sink(out, channels, max_samples, progress)

        clock, count = _decode_packets(container, stream, sink_of, stated_s)
        sink, name = clock.sink, container.format.name
    out.flush()
    return {
        "ok": True,
        "container": name,
        "stated_s": stated_s,
        "channels": sink.channels,
        "samples": sink.count,
        "source_rate_hz": rate[0],
        "end_broken": count.last_broken or count.read_error,
        "findings": sorted(clock.findings | ({"broken_frames"} if count.broken else set())),
        "digest": sink.digest.hexdigest(),
    }


def probe(source: Source) -> dict[str, Any]:
    """The length that a file's header states; nothing is decoded.

    Raises:
        Rejected: the file cannot be heard.
    """
    with _open(source) as container:
        _audio_stream(container)
        return {"ok": True, "duration_s": _stated_s(container)}


def _stated_s(container: Any) -> float | None:  # noqa: ANN401
    return None if container.duration is None else float(container.duration / av.time_base)
