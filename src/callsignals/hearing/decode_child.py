"""The process that opens media: a crash, a leak or an endless loop in FFmpeg costs one file, not the run.

It speaks JSON lines: ``{"ready"}`` once; for each request ``{"task", "max_samples"}`` any number of ``{"progress"}``
and one ``{"ok"}`` or ``{"error"}`` on standard output. JSON and not pickle, because this process reads what strangers
recorded. Requests come through a socket on standard input together with the open files (POSIX), so that the process
itself never opens any and can be confined; or, on Windows, as lines with the files' names. Samples go to the second
file: int16, interleaved, 16 kHz.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import signal
import socket
import sys
import tempfile
import wave
from collections.abc import Iterator
from typing import Any, BinaryIO

from callsignals.hearing.confinement import confine
from callsignals.hearing.decode_clock import RATE_HZ, Rejected
from callsignals.hearing.decode_media import MAX_CHANNELS, Source, decode, probe
from callsignals.processes import bound_file, bound_process

__all__ = ["HANDED", "NAMED", "cpu_limit_s", "main"]

HANDED, NAMED = "handed", "named"
"""How files come: as open descriptors, or by name."""

MEMORY_LIMIT_BYTES = 2 << 30
"""Address space. Decoding four hours of any format stays under 0.4 GiB, libraries included."""
_DESCRIPTORS = 32
_REQUEST_BYTES = 1 << 16


def cpu_limit_s(max_samples: int) -> int:
    """Seconds of processor time for a file of so many samples at most: 20 times real time, which any machine beats."""
    return 60 + max_samples // (20 * RATE_HZ)


def main() -> None:
    """Answers requests until standard input closes; then the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    how = sys.argv[1]
    if how == HANDED:
        channel = socket.socket(fileno=0)
        _warm_up()
        bound_process(MEMORY_LIMIT_BYTES, _DESCRIPTORS)
        _say({"ready": confine()})
        requests = _handed(channel)
    else:
        bound_process(MEMORY_LIMIT_BYTES)
        _say({"ready": []})
        requests = _named()
    for request, source, out in requests:
        _say(_answer(request, source, out))


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _answer(request: dict[str, Any], source: Source, out: BinaryIO) -> dict[str, Any]:
    max_samples = int(request["max_samples"])
    bound_file(cpu_limit_s(max_samples), max_samples * MAX_CHANNELS * 2)
    try:
        if request["task"] == "probe":
            return probe(source)
        return decode(source, out, max_samples, lambda seconds: _say({"progress": seconds}))
    except Rejected as rejected:
        return {"error": rejected.code, "detail": rejected.detail}
    except MemoryError:
        return {"error": "out_of_memory", "detail": ""}
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EFBIG)
        return {"error": "no_temporary_space" if full else "broken_audio", "detail": error.strerror or ""}
    except Exception as error:  # whatever PyAV throws at us is about this one file
        return {"error": "broken_audio", "detail": type(error).__name__}


def _handed(channel: socket.socket) -> Iterator[tuple[dict[str, Any], Source, BinaryIO]]:
    while True:
        line, files, _, _ = socket.recv_fds(channel, _REQUEST_BYTES, 2)
        if len(files) != 2:
            return
        with open(files[0], "rb", buffering=0) as source, _output(files[1]) as out:  # noqa: PTH123 - a descriptor
            yield json.loads(line), Source(source), out


def _named() -> Iterator[tuple[dict[str, Any], Source, BinaryIO]]:
    for line in sys.stdin:
        request = json.loads(line)
        source, out = request["files"]
        with open(source, "rb", buffering=0) as taken, _output(out) as given:  # noqa: PTH123
            yield request, Source(taken, source), given


@contextlib.contextmanager
def _output(file: str | int) -> Iterator[BinaryIO]:
    out = open(file, "wb", buffering=1 << 20)  # noqa: PTH123, SIM115 - closed below
    try:
        yield out
    finally:
        with contextlib.suppress(OSError):  # what could not be written has been told
            out.close()


def _warm_up() -> None:
    """Decodes a moment of silence: whatever Python and FFmpeg load late must be there before nothing can be opened."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(3200))
    with tempfile.TemporaryFile(buffering=0) as source, tempfile.TemporaryFile() as out:
        source.write(sound.getvalue())
        decode(Source(source), out, RATE_HZ, lambda _: None)


if __name__ == "__main__":
    main()
