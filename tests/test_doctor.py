"""What ``doctor`` finds missing, and how it says to get it."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace

import av
import pytest

from callsignals import doctor
from callsignals.doctor import Check
from callsignals.errors import MediaError
from callsignals.weights import ModelStatus


@pytest.fixture
def found(monkeypatch):
    """The checks by name; models are not hashed."""
    monkeypatch.setattr(doctor, "verify_models", list)

    def examined() -> dict[str, Check]:
        return {check.name: check for check in doctor.examine()}

    return examined


def test_here_nothing_needed_is_missing_and_what_works_needs_no_remedy(found):
    checks = found()
    assert [check.name for check in checks.values() if check.needed and not check.works] == []
    assert all(bool(check.remedy) == (not check.works) for check in checks.values())
    assert checks["decoder confined"].found or checks["decoder confined"].remedy


def test_missing_packages_and_decoders_are_named_with_the_command_that_brings_them(found, monkeypatch):
    def without_polars(name: str) -> str:
        if name == "polars":
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(doctor, "version", without_polars)
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"opus", "wmav2"})
    checks = found()
    packages, formats = checks["packages"], checks["audio formats"]
    assert (packages.works, packages.needed, packages.remedy) == (False, True, "pip install polars")
    assert "polars" not in packages.found
    assert (formats.works, formats.needed, formats.found) == (False, False, "without opus, wmav2")
    assert "pip install" in formats.remedy


def test_a_decoder_that_does_not_start_is_found(found, monkeypatch):
    """As with a release of av that knows an argument no more: then no recording at all can be heard."""
    assert found()["recordings decoded"].found == "a WAV of 0.1 s"

    def crashed(decoder, path, name):
        assert path.read_bytes()[:4] == b"RIFF"
        raise MediaError(name, "the decoder crashed on it", "Convert it")

    monkeypatch.setattr(doctor.Decoder, "decode", crashed)
    check = found()["recordings decoded"]
    assert (check.works, check.needed) == (False, True)
    assert "crashed" in check.found
    assert "av<19" in check.remedy


@pytest.mark.parametrize(("free", "works"), [(1_000_000_000, False), (1_000_000_001, True)])
def test_space_for_models_is_looked_for_where_they_go(found, monkeypatch, tmp_path, free, works):
    asked = []
    monkeypatch.setenv("CALLSIGNALS_CACHE", str(tmp_path / "not" / "made" / "yet"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: asked.append(folder) or SimpleNamespace(free=free))
    check = found()["space for models"]
    assert asked == [tmp_path]
    assert check.works == works
    assert ("CALLSIGNALS_CACHE" in check.remedy) == (not works)
    assert check.found == "1.0 GB free"


@pytest.mark.parametrize(("refuses", "works"), [([], False), (["files", "network"], True)])
def test_a_system_that_cannot_confine_the_decoder_is_told_of(found, monkeypatch, refuses, works):
    monkeypatch.setattr("callsignals.hearing.decode.Decoder.refuses", lambda _self: refuses)
    check = found()["decoder confined"]
    assert check.works == works
    assert check.found == ("it can open no files, no network" if works else "not on this system: see SECURITY.md")
    assert not check.needed


@pytest.mark.parametrize(
    ("state", "works"), [("ready", True), ("present", True), ("altered", False), ("missing", False)]
)
def test_a_model_that_is_not_as_it_was_shipped_says_what_to_do(found, monkeypatch, state, works):
    status = ModelStatus("base", "recogniser", state, None, None, 1, "the hub", "MIT", "Install callsignals again.")
    monkeypatch.setattr(doctor, "verify_models", lambda: [status])
    check = found()["model base"]
    assert (check.works, check.found, check.needed) == (works, state, True)
    assert check.remedy == ("" if works else "Install callsignals again.")
