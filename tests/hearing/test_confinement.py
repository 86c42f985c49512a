"""A file that takes over the decoder finds that it can do nothing there; what it answers is not believed."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import queue
import subprocess
import sys
import textwrap
import wave
from pathlib import Path
from typing import Any

import pytest
from av.codec import Codec
from av.codec.codec import UnknownCodecError

from callsignals.errors import MediaError
from callsignals.hearing import decode, decoder_process
from callsignals.hearing.decode import Decoder
from callsignals.hearing.decode_media import CODECS
from callsignals.hearing.decoder_process import HANDS_OVER, DecoderProcess
from callsignals.processes import own_command

CONFINED = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")
only_linux = pytest.mark.skipif(not CONFINED, reason="the kernel's filter of system calls is Linux's")


def a_wav(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(250)) * 64)
    return path


def in_a_confined_process(code: str, *arguments: str) -> str:
    """What ``code`` prints after ``confine()``."""
    script = f"""
import ctypes, os, pathlib, signal, socket, subprocess, sys
from callsignals.hearing.confinement import confine
confine()
{textwrap.dedent(code)}
"""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120).stdout


@only_linux
def test_the_decoder_can_open_no_file_no_connection_and_no_program() -> None:
    with Decoder() as decoder:
        assert decoder.refuses() == ["files", "network", "programs"]


@only_linux
def test_every_way_out_is_closed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    code = """
    libc = ctypes.CDLL(None, use_errno=True)
    path = pathlib.Path(sys.argv[1])
    def call(name, *arguments):
        if getattr(libc, name)(*arguments) == -1:
            raise OSError(ctypes.get_errno(), name)
    tries = dict(
        read=lambda: path.read_text(),
        write=lambda: path.with_name("new").write_text("x"),
        truncate=lambda: os.truncate(path, 0),
        unlink=path.unlink,
        rename=lambda: path.rename(path.with_name("other")),
        link=lambda: os.link(path, path.with_name("link")),
        chmod=lambda: path.chmod(0o777),
        list=lambda: os.listdir(path.parent),
        mkdir=lambda: path.with_name("folder").mkdir(),
        tcp=lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        udp=lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        unix=lambda: socket.socket(socket.AF_UNIX),
        pair=socket.socketpair,
        fork=os.fork,
        exec=lambda: os.execv("/bin/true", ["true"]),
        kill=lambda: os.kill(os.getppid(), signal.SIGTERM),
        ptrace=lambda: call("ptrace", 16, os.getppid(), 0, 0),
        namespaces=lambda: call("unshare", 0x10000000),
        memory=lambda: os.memfd_create("x"),
        more_filters=lambda: call("prctl", 22, 0, 0, 0, 0),
    )
    for name, attempt in tries.items():
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            os.write(1, f"{name}: {error}\\n".encode())
            continue
        os.write(1, f"{name}\\n".encode())
    os.write(1, b"end")
    """
    assert in_a_confined_process(code, str(secret)) == "end"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert secret.read_text(encoding="utf-8") == "secret"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound no address space")
def test_memory_is_bounded() -> None:
    code = "from callsignals.processes import bound_process; bound_process(1 << 30); bytearray(2 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no processor time")
def test_processor_time_is_bounded_from_now_on() -> None:
    code = "from callsignals.processes import bound_file\nsum(range(10**7))\nbound_file(1, 0)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == -24  # SIGXCPU


def test_only_decoders_of_sound_may_run() -> None:
    kinds = set()
    for name in CODECS:
        with contextlib.suppress(UnknownCodecError):  # encodes only
            kinds.add(Codec(name, "r").type)
    assert kinds == {"audio"}


def test_a_file_that_takes_too_much_processor_time_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        return
    ends_with(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)")
    assert refusal(a_wav(tmp_path / "a.wav")).code == "decoder_too_slow"


def test_progress_for_ever_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with(
        monkeypatch, "import sys\nwhile True:\n    sys.stdout.write('{\"progress\": 1}\\n')\n    sys.stdout.flush()"
    )
    monkeypatch.setattr(decode, "wall_limit_s", lambda _: 0.5)
    assert refusal(a_wav(tmp_path / "a.wav")).code == "decoder_too_slow"


TRUE = {
    "ok": True,
    "container": "wav",
    "stated_s": 1.0,
    "channels": 1,
    "samples": 0,
    "source_rate_hz": 8000,
    "end_broken": False,
    "findings": [],
    "digest": "0" * 64,
}


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps(TRUE | lie)
        for lie in (
            {"samples": 10**9},
            {"samples": 5},
            {"samples": -1},
            {"channels": 0},
            {"channels": 10**6},
            {"channels": "many"},
            {"source_rate_hz": 0},
            {"digest": "../../etc/passwd"},
            {"findings": 5},
            {"samples": None},
            {"samples": float("inf")},
        )
    ]
    + ["{}", "[]", "null", "nonsense", "[" * 60_000, "x" * 200_000, ""],
)
def test_an_answer_that_cannot_be_true_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    says = tmp_path / "answer"
    says.write_text(answer + "\n", encoding="utf-8")
    code = f"import sys, pathlib; sys.stdout.write(pathlib.Path({str(says)!r}).read_text()); sys.stdout.flush()"
    ends_with(monkeypatch, code)
    assert refusal(a_wav(tmp_path / "a.wav")).code == "decoder_crashed"


def test_made_up_findings_and_errors_do_not_come_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps(TRUE | {"findings": ["<script>", "gap"], "stated_s": -1e308})
    decoded = decode._decoded(json.loads(answer), 10, 0)
    assert decoded is not None
    assert (decoded.findings, decoded.stated_s) == ({"gap"}, None)
    ends_with(monkeypatch, 'print(\'{"error": "<script>"}\', flush=True)')
    assert refusal(a_wav(tmp_path / "a.wav")).code == "broken_audio"


def ends_with(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """In place of the decoder, a process that runs ``code`` when it has been asked."""
    waiting = f"import os\nos.read(0, 1)\n{code}"
    monkeypatch.setattr(decoder_process, "own_command", lambda *_: [sys.executable, "-c", waiting])


def refusal(path: Path) -> MediaError:
    with Decoder() as decoder, pytest.raises(MediaError) as caught:
        decoder.decode(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    return caught.value


def test_the_decoder_ends_with_whoever_asked() -> None:
    child = DecoderProcess()
    child.refuses(60.0)
    for end in (child._channel, child._process.stdin):
        if end is not None:
            end.close()
    assert child._process.wait(timeout=60) == 0
    child.stop()


def test_a_flood_does_not_keep_a_decoder_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = "import sys\nwhile True:\n    sys.stdout.write('{}\\n' * 1000)"
    monkeypatch.setattr(decoder_process, "own_command", lambda *_: [sys.executable, "-c", flood])
    child = DecoderProcess()
    while not child._lines.full():
        child._listener.join(0.01)
    child.stop()
    assert not child._listener.is_alive()
    assert isinstance(child._lines, queue.Queue)


@pytest.mark.parametrize("hands_over", [True, False])
def test_the_same_is_heard_however_the_file_is_passed(tmp_path: Path, hands_over: bool) -> None:
    if hands_over and not HANDS_OVER:
        return
    path = a_wav(tmp_path / "call 10:30 %03d.wav" if sys.platform != "win32" else tmp_path / "call.wav")
    with Decoder(hands_over=hands_over) as decoder:
        assert decoder.decode(path).samples.shape == (1, 16000)
        assert decoder.probe(path) == pytest.approx(1.0)


def test_names_that_no_file_can_have() -> None:
    with Decoder() as decoder:
        for name in ("a\0b.wav", "x" * 5000 + ".wav"):
            with pytest.raises(MediaError) as caught:
                decoder.decode(name)
            assert caught.value.code in ("missing_file", "unreadable_file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "call.wav")
    assert refusal(tmp_path / "call.wav").code == "not_a_file"


def test_own_commands_take_nothing_from_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "callsignals.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    command: list[Any] = own_command("callsignals.hearing.decode_child:main", "named")
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"ready": []}
