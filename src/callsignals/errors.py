"""Everything that can go wrong, as one tree.

::

    CallSignalsError
    ├── UsageError          the command line or an argument makes no sense
    ├── SettingsError       callsignals.toml or terms.toml
    ├── InputError          a table, a row or a transcript
    ├── MediaError          a recording that cannot be heard
    ├── ModelError          weights that are missing, altered or unusable
    └── OutputError         OUT cannot be written, or is in use

Each message says which input, what is wrong and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CallSignalsError",
    "Failure",
    "InputError",
    "MediaError",
    "ModelError",
    "OutputError",
    "SettingsError",
    "Stage",
    "UsageError",
]

Stage = Literal["inputs", "hear", "settle", "measure", "relate", "records", "report"]


class CallSignalsError(Exception):
    """Root of the tree.

    Args:
        what: the input at fault, as the user would name it (a file, a row, an id).
        problem: what is wrong with it, in one clause.
        remedy: what the user can do.
        code: a stable machine-readable name, for instance ``unreadable_date``.
        row: 1-based row of a table, header not counted; None when it is not about a row.
    """

    default_code = "error"

    def __init__(
        self, what: str, problem: str, remedy: str, *, code: str | None = None, row: int | None = None
    ) -> None:
        self.what = what
        self.problem = problem
        self.remedy = remedy
        self.code = code or self.default_code
        self.row = row
        super().__init__(f"{what}: {problem}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by arguments, so that an error survives the way back from a worker process."""
        return (_rebuild, (type(self), self.what, self.problem, self.remedy, self.code, self.row))


def _rebuild(
    kind: type[CallSignalsError], what: str, problem: str, remedy: str, code: str, row: int | None
) -> CallSignalsError:
    return kind(what, problem, remedy, code=code, row=row)


class UsageError(CallSignalsError):
    """The command line or an argument makes no sense."""

    default_code = "usage"


class SettingsError(CallSignalsError):
    """``callsignals.toml`` or ``terms.toml`` cannot be used."""

    default_code = "settings"


class InputError(CallSignalsError):
    """A table, a row or a transcript cannot be used."""

    default_code = "bad_input"


class MediaError(CallSignalsError):
    """A recording cannot be heard."""

    default_code = "bad_media"


class ModelError(CallSignalsError):
    """Weights are missing, altered or unusable."""

    default_code = "model"


class OutputError(CallSignalsError):
    """OUT cannot be written, or another run is using it."""

    default_code = "output"


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that failed: a line of ``failures.jsonl``.

    Attributes:
        input: the file or id at fault.
        row: 1-based row of the table (header not counted), or None.
        stage: where it failed.
        error: stable machine-readable name.
        message: what is wrong.
        remedy: what to do.
    """

    input: str
    row: int | None
    stage: Stage
    error: str
    message: str
    remedy: str

    @classmethod
    def of(cls, error: CallSignalsError, stage: Stage, *, input_name: str | None = None) -> Failure:
        """The failure that ``error`` amounts to in ``stage``."""
        return cls(
            input=input_name or error.what,
            row=error.row,
            stage=stage,
            error=error.code,
            message=error.problem if input_name is None else f"{error.what}: {error.problem}",
            remedy=error.remedy,
        )
