"""Settings: every key optional, unknown ones named with the nearest known one."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsignals.errors import SettingsError
from callsignals.inputs.settings import Settings, load_settings


def _load(tmp_path: Path, text: str, encoding: str = "utf-8") -> Settings:
    path = tmp_path / "callsignals.toml"
    path.write_bytes(text.encode(encoding))
    return load_settings(path)


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    settings = _load(tmp_path, "")
    assert settings == Settings()
    assert settings.workspace.name == "default"
    assert settings.recognition.model == "base"
    assert settings.recognition.hotwords == ()
    assert settings.calls.seller_channel is None
    assert settings.diarization.enabled is True
    assert settings.records.include_text is False
    assert settings.zone is None


def test_values_arrive_as_given(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        '\ufeff[workspace]\r\nname = "acme"\r\ntimezone = "Europe/Stockholm"\r\n'
        '[calls]\naudio_roots = ["../a", "/b"]\nseller_channel = "right"\nmax_hours = 3\n'
        '[recognition]\nlanguage = "Swedish"\nmodels = { "sv-SE" = "kb" }\nhotwords = ["Acme"]\n',
    )
    assert settings.zone is not None
    assert settings.zone.key == "Europe/Stockholm"
    assert settings.calls.audio_roots == ("../a", "/b")
    assert settings.calls.seller_channel == 1
    assert settings.calls.max_hours == 3.0
    assert settings.recognition.language == "sv"
    assert settings.recognition.models == {"sv": "kb"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[workspace]\ntimzone = "UTC"', ("'timzone'", "[workspace]", "Did you mean 'timezone'?")),
        ("[calls]\nseller_chanel = 1", ("'seller_chanel'", "[calls]", "Did you mean 'seller_channel'?")),
        ("[recogniton]\n", ("[recogniton]", "Did you mean 'recognition'?")),
        ('timezone = "UTC"', ("'timezone'", "belongs in [workspace]")),
        ("[calls]\nbeam_size = 5", ("'beam_size'", "belongs in [recognition]")),
    ],
)
def test_unknown_keys_name_the_section_and_the_nearest_known_key(
    tmp_path: Path, text: str, expected: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    for part in ("callsignals.toml", *expected):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[workspace]\ntimezone = "Mars/Base"', ("'timezone'", "Mars/Base", "Europe/Stockholm")),
        ('[recognition]\nbeam_size = "5"', ("'beam_size'", '"5"', "integer")),
        ("[recognition]\nbeam_size = 0", ("'beam_size'", "0")),
        ('[recognition]\ndevice = "gpu"', ("'device'", "gpu", "cuda")),
        ('[recognition]\nlanguage = "de"', ("'language'", "de", "sv")),
        ("[recognition]\nhotwords = [1]", ("'hotwords'", "1")),
        ("[calls]\nseller_channel = 2", ("'seller_channel'", "2", "left")),
        ("[calls]\nseller_channel = true", ("'seller_channel'", "true")),
        ("[calls]\nmax_hours = nan", ("'max_hours'",)),
        ('[records]\ninclude_text = "yes"', ("'include_text'", "yes")),
        ('[comments]\ndefault_scale = "np"', ("'default_scale'", "np", "nps_1_10")),
        ("calls = 3", ("'calls'", "[calls]")),
        ("a =", ("not valid TOML",)),
    ],
)
def test_wrong_values_name_key_and_value(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    for part in expected:
        assert part in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, '[calls]\nfoo = 1\n[report]\nlanguage = "xx"\n')
    assert "'foo'" in caught.value.problem
    assert "'language'" in caught.value.problem


def test_a_file_that_is_not_utf8_or_not_there_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        _load(tmp_path, '[workspace]\nname = "räv"', encoding="latin-1")
    with pytest.raises(SettingsError):
        load_settings(tmp_path / "nowhere.toml")


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().workspace.name = "other"  # type: ignore[misc]
