"""Where the recogniser runs and with which numbers: a CUDA device where one can be used, else the processor.

CTranslate2 finds a device through the driver alone and looks for cuBLAS only when it first computes, so a
machine without it would fail in the middle of its first call. It is looked for here, before anything is promised.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Literal

import ctranslate2

from callsignals.errors import ModelError

__all__ = ["REMEDY", "Device", "Gpu", "choose_compute_type", "choose_device", "fall_back_notice", "find_gpu"]

Device = Literal["cpu", "cuda"]

_LIBRARIES = {"linux": {"cuBLAS 12": "libcublas.so.12"}, "win32": {"cuBLAS 12": "cublas64_12.dll"}}
"""What the wheels of CTranslate2 4.8 open on CUDA and do not bring along; there is no CUDA on macOS."""
_GPU_TYPES = ("float16", "int8_float16", "int8_float32", "float32")
"""The best first: cards before Volta lack fast half precision."""
REMEDY = (
    "Install the card's driver and cuBLAS of CUDA 12 (pip install nvidia-cublas-cu12, with its lib folder on "
    "LD_LIBRARY_PATH, on Windows its bin folder on PATH)"
)
"""How to make a device usable."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """What there is to compute on besides the processor.

    Attributes:
        count: CUDA devices that the driver shows.
        missing: libraries that CTranslate2 would not find.
        trouble: what the driver says when it is broken.
    """

    count: int
    missing: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def usable(self) -> bool:
        """Whether a recogniser can run there."""
        return self.count > 0 and not self.missing

    def problem(self) -> str:
        """Why it cannot be used; empty when it can."""
        if self.trouble:
            return f"the CUDA driver does not work ({self.trouble})"
        if not self.count:
            return "there is no CUDA device, or its driver is not installed"
        if self.missing:
            return f"a CUDA device is there, but {' and '.join(self.missing)} cannot be loaded"
        return ""


def find_gpu() -> Gpu:
    """What CTranslate2 could use here. Never raises."""
    try:
        count = int(ctranslate2.get_cuda_device_count())
    except (RuntimeError, OSError) as error:  # the driver is there but broken
        return Gpu(0, trouble=str(error).strip().splitlines()[0][:200] if str(error).strip() else "no reason given")
    if not count:
        return Gpu(0)
    wanted = _LIBRARIES.get(sys.platform, {})
    return Gpu(count, tuple(name for name, file in wanted.items() if not _loads(file)))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def choose_device(wanted: str) -> Device:
    """The device to use.

    Args:
        wanted: ``auto`` takes a CUDA device when it can be used, else the processor.

    Raises:
        ModelError: ``cuda`` was asked for and cannot be used, or the name is unknown.
    """
    if wanted == "cpu":
        return "cpu"
    if wanted not in ("auto", "cuda"):
        raise ModelError(f"the device {wanted}", "is unknown", "Use cpu, cuda or auto", code="unknown_device")
    gpu = find_gpu()
    if gpu.usable:
        return "cuda"
    if wanted == "cuda":
        raise ModelError(
            "the device cuda", f"cannot be used: {gpu.problem()}", f"{REMEDY}; or use --device cpu", code="no_cuda"
        )
    return "cpu"


def fall_back_notice(wanted: str) -> str | None:
    """What to tell the user when ``auto`` passes over a device that is there; None when nothing is passed over."""
    if wanted != "auto":
        return None
    gpu = find_gpu()
    if gpu.usable or not (gpu.count or gpu.trouble):
        return None
    return f"Calls are heard on the processor: {gpu.problem()}. {REMEDY}."


def choose_compute_type(device: Device, wanted: str | None) -> str:
    """The compute type to use.

    Args:
        device: as chosen.
        wanted: the user's; None for ``int8`` on the processor and on CUDA ``float16``, or what comes nearest on cards
            without fast half precision.
    """
    if wanted is not None:
        return wanted
    if device == "cpu":
        return "int8"
    supported = ctranslate2.get_supported_compute_types("cuda")
    return next((name for name in _GPU_TYPES if name in supported), "default")
