"""A commented workspace to fill in (``callsignals init``)."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from callsignals.errors import OutputError
from callsignals.inputs.settings import SETTINGS_FILE
from callsignals.inputs.tables import COLUMNS, TABLE_SUFFIXES

__all__ = ["write_workspace"]

_README = "README.txt"
_TERMS = "terms.toml"


def write_workspace(folder: Path) -> tuple[Path, ...]:
    """Write settings, empty tables, the starter terms and a guide; nothing that is there is ever replaced.

    Args:
        folder: made if it does not exist; may hold other files, such as recordings.

    Returns:
        The files written, in order.

    Raises:
        OutputError: the folder holds one of the files (or a table in another format), or cannot be written.
    """
    contents = _contents()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_free(folder, contents)
        for name, text in contents.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise OutputError(
            str(folder),
            f"cannot be written ({error.strerror or 'no reason given'})",
            "Choose another folder.",
        ) from None
    return tuple(folder / name for name in contents)


def _contents() -> dict[str, str]:
    templates = files("callsignals.inputs").joinpath("templates")
    terms = files("callsignals.language").joinpath("starter_terms.toml")
    return {
        SETTINGS_FILE: templates.joinpath(SETTINGS_FILE).read_text(encoding="utf-8"),
        **{f"{table}.csv": ",".join(columns) + "\n" for table, columns in COLUMNS.items()},
        _TERMS: terms.read_text(encoding="utf-8"),
        _README: templates.joinpath(_README).read_text(encoding="utf-8"),
    }


def _check_free(folder: Path, contents: dict[str, str]) -> None:
    tables = {f"{table}{suffix}" for table in COLUMNS for suffix in TABLE_SUFFIXES}
    ours = {name.casefold() for name in contents} | tables
    taken = sorted(path.name for path in folder.iterdir() if path.name.casefold() in ours)
    if taken:
        raise OutputError(
            str(folder),
            f"already holds {', '.join(taken)}",
            "Choose another folder, or move those files away: nothing is overwritten.",
            code="not_empty",
        )
