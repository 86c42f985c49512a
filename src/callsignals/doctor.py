"""What works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import wave
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import av

from callsignals.batch.hear_stage import default_workers
from callsignals.errors import MediaError
from callsignals.hearing.decode import Decoder
from callsignals.hearing.device import REMEDY, choose_compute_type, find_gpu
from callsignals.weights import ModelStatus, cache_dir, verify_models

__all__ = ["Check", "examine"]

_DECODERS = (
    "pcm_s16le",
    "pcm_alaw",
    "pcm_mulaw",
    "flac",
    "mp3float",
    "aac",
    "opus",
    "vorbis",
    "amrnb",
    "wmav2",
)
_REINSTALL = "pip install --force-reinstall 'av<19' (its wheels carry all decoders)"
_RATE_HZ = 8_000
_SPACE_NEEDED_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what.
        works: whether it does.
        found: what was found.
        remedy: how to get it, "" when it works.
        needed: whether callsignals cannot work without it.
    """

    name: str
    works: bool
    found: str
    remedy: str = ""
    needed: bool = True


def examine() -> list[Check]:
    """Every check, most basic first. Verifies all models by digest."""
    checks = [_python(), _machine(), _packages(), _decoders(), _decoding(), _confinement(), _gpu(), _space()]
    return [*checks, *(_model(status) for status in verify_models())]


def _python() -> Check:
    return Check("Python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.system()}")


def _machine() -> Check:
    return Check("processor", True, f"{platform.machine()}, {default_workers()} workers by default")


def _packages() -> Check:
    names = ("av", "ctranslate2", "faster-whisper", "onnxruntime", "polars", "scikit-learn", "spacy")
    found = {name: _version(name) for name in names}
    missing = [name for name, number in found.items() if number is None]
    return Check(
        "packages",
        not missing,
        ", ".join(f"{name} {number}" for name, number in found.items() if number),
        f"pip install {' '.join(missing)}" if missing else "",
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _decoders() -> Check:
    missing = [name for name in _DECODERS if name not in av.codecs_available]
    return Check(
        "audio formats",
        not missing,
        "WAV, a-law, mu-law, FLAC, MP3, AAC, Opus, Vorbis, AMR-NB, WMA"
        if not missing
        else f"without {', '.join(missing)}",
        _REINSTALL if missing else "",
        needed=False,
    )


def _decoding() -> Check:
    """A tenth of a second of silence goes the way of every recording."""
    with tempfile.TemporaryDirectory(prefix="callsignals-", ignore_cleanup_errors=True) as folder, Decoder() as decoder:
        path = Path(folder) / "silence.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(_RATE_HZ)
            sound.writeframes(bytes(2 * _RATE_HZ // 10))
        try:
            heard_s = decoder.decode(path, name="a tenth of a second of silence").duration_s
        except MediaError as error:
            return Check("recordings decoded", False, f"{error.what}: {error.problem}", _REINSTALL)
    return Check("recordings decoded", True, f"a WAV of {heard_s:.1f} s")


def _confinement() -> Check:
    with Decoder() as decoder:
        refused = decoder.refuses()
    return Check(
        "decoder confined",
        bool(refused),
        f"it can open no {', no '.join(refused)}" if refused else "not on this system: see SECURITY.md",
        "" if refused else "Hear recordings of strangers on Linux (x86-64 or arm64).",
        needed=False,
    )


def _gpu() -> Check:
    gpu = find_gpu()
    if gpu.usable:
        return Check("GPU", True, f"CUDA devices: {gpu.count}, {choose_compute_type('cuda', None)}", needed=False)
    return Check("GPU", False, f"{gpu.problem()}; calls are heard on the processor", f"{REMEDY}.", needed=False)


def _space() -> Check:
    folder = next(path for path in (cache_dir(), *cache_dir().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return Check(
        "space for models",
        free > _SPACE_NEEDED_BYTES,
        f"{free / 1e9:.1f} GB free",
        "" if free > _SPACE_NEEDED_BYTES else "Free some space, or set CALLSIGNALS_CACHE to a folder on another disk.",
        needed=False,
    )


def _model(status: ModelStatus) -> Check:
    works = status.state in ("ready", "present")
    return Check(f"model {status.name}", works, status.state, "" if works else status.detail)
