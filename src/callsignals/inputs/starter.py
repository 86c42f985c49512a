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
    """Write settings, empty tables, the starter terms and a guide; what is there already stays as it is.

    Args:
        folder: made if it does not exist; may hold recordings, and files of a workspace such as ``calls.xlsx``.

    Returns:
        The files written, in order.

    Raises:
        OutputError: the folder holds all of them (or tables in other formats), or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        contents = _missing(folder)
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


def _missing(folder: Path) -> dict[str, str]:
    """What the folder does not hold yet; of a table one file is enough, whatever its format."""
    there = {path.name.casefold() for path in folder.iterdir()}
    tables = {f"{table}.csv" for table in COLUMNS if any(f"{table}{suffix}" in there for suffix in TABLE_SUFFIXES)}
    missing = {name: text for name, text in _contents().items() if name.casefold() not in there | tables}
    if not missing:
        raise OutputError(
            str(folder),
            "holds everything that would be written",
            "Edit what is there, or choose another folder: nothing is overwritten.",
            code="not_empty",
        )
    return missing
