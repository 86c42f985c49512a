"""A CUDA device is used where it can be, and what stands in the way is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callsignals import doctor
from callsignals.errors import ModelError
from callsignals.hearing.device import choose_compute_type, choose_device, fall_back_notice, find_gpu

Machine = Callable[..., None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Pretends a machine: so many CUDA devices, and whether the CUDA libraries can be opened."""

    def pretend(*, devices: int, libraries: bool = True, platform: str = "linux") -> None:
        def opened(name: str) -> object:
            if not libraries:
                raise OSError(f"{name}: cannot open shared object file")
            return object()

        monkeypatch.setattr("sys.platform", platform)
        monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: devices)
        monkeypatch.setattr("ctypes.CDLL", opened)

    return pretend


def test_a_device_with_its_libraries_is_used(machine: Machine) -> None:
    machine(devices=2)
    assert find_gpu().usable
    assert find_gpu().problem() == ""
    assert choose_device("auto") == choose_device("cuda") == "cuda"
    assert choose_device("cpu") == "cpu"
    assert fall_back_notice("auto") is None


def test_without_a_device_the_processor_is_used_and_nothing_is_said(machine: Machine) -> None:
    machine(devices=0)
    assert choose_device("auto") == "cpu"
    assert fall_back_notice("auto") is None
    with pytest.raises(ModelError, match=r"no CUDA device.*--device cpu"):
        choose_device("cuda")


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_a_device_without_its_libraries_is_passed_over_and_that_is_said(machine: Machine, platform: str) -> None:
    machine(devices=1, libraries=False, platform=platform)
    assert choose_device("auto") == "cpu"
    notice = fall_back_notice("auto")
    assert notice is not None
    assert "cuBLAS 12 cannot be loaded" in notice
    assert "pip install nvidia-cublas-cu12" in notice
    assert fall_back_notice("cpu") is None
    with pytest.raises(ModelError, match="cuBLAS 12 cannot be loaded"):
        choose_device("cuda")


def test_a_broken_driver_is_said_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")

    monkeypatch.setattr("ctranslate2.get_cuda_device_count", broken)
    assert choose_device("auto") == "cpu"
    assert "driver version is insufficient" in (fall_back_notice("auto") or "")
    with pytest.raises(ModelError, match="driver version is insufficient"):
        choose_device("cuda")


def test_an_unknown_device_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="Use cpu, cuda or auto"):
        choose_device("tpu")


@pytest.mark.parametrize(
    ("supported", "chosen"),
    [
        ({"float16", "int8_float16", "float32", "int8"}, "float16"),
        ({"int8_float32", "int8", "float32"}, "int8_float32"),  # Pascal: no fast half precision
        ({"float32"}, "float32"),
    ],
)
def test_a_card_gets_the_fastest_type_that_it_has(
    monkeypatch: pytest.MonkeyPatch, supported: set[str], chosen: str
) -> None:
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda _device: supported)
    assert choose_compute_type("cuda", None) == chosen


def test_the_processor_computes_in_int8_and_the_user_wins() -> None:
    assert choose_compute_type("cpu", None) == "int8"
    assert choose_compute_type("cpu", "float32") == choose_compute_type("cuda", "float32") == "float32"


@pytest.mark.parametrize(
    ("devices", "libraries", "found"),
    [(1, True, "CUDA devices: 1"), (1, False, "cuBLAS 12 cannot be loaded"), (0, True, "no CUDA device")],
)
def test_doctor_says_what_is_missing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, devices: int, libraries: bool, found: str
) -> None:
    machine(devices=devices, libraries=libraries)
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda _device: {"float16"})
    monkeypatch.setattr(doctor, "verify_models", list)
    (check,) = [check for check in doctor.examine() if check.name == "GPU"]
    assert found in check.found
    assert check.works == (devices > 0 and libraries)
    assert bool(check.remedy) == (not check.works)
    assert not check.needed
