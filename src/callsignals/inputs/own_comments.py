"""What users add to the classification of comments: heads of their own, and rules of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callsignals.errors import SettingsError
from callsignals.inputs.settings import SETTINGS_FILE, Settings

__all__ = ["OWN_COMMENT_MODELS", "OWN_COMMENT_RULES", "OwnComments", "own_comments"]

OWN_COMMENT_MODELS = "comment-models"
"""Where ``callsignals models train`` writes heads of the user's own, beside their labels."""
OWN_COMMENT_RULES = "comment-rules.toml"
"""The user's own brands and stock phrases, in the shape of ``comments/rules.toml``."""


@dataclass(frozen=True, slots=True)
class OwnComments:
    """The user's own heads (a folder) and rules (a file); None: only what is shipped."""

    models: Path | None = None
    rules: Path | None = None


def own_comments(root: Path, settings: Settings) -> OwnComments:
    """What ``[comments] models`` and ``rules`` name, else what lies under the usual names, if anything.

    Args:
        root: the workspace, or the folder of a table that is classified alone.
        settings: of ``callsignals.toml`` in it.

    Raises:
        SettingsError: the named folder or file does not exist.
    """
    given = settings.comments
    models, rules = root / (given.models or OWN_COMMENT_MODELS), root / (given.rules or OWN_COMMENT_RULES)
    if given.models is not None and not models.is_dir():
        raise _missing(root, "models", given.models, "a folder")
    if given.rules is not None and not rules.is_file():
        raise _missing(root, "rules", given.rules, "a file")
    has_models = given.models is not None or (models / "manifest.json").is_file()
    return OwnComments(models.resolve() if has_models else None, rules if rules.is_file() else None)


def _missing(root: Path, key: str, named: str, what: str) -> SettingsError:
    return SettingsError(
        str(root / SETTINGS_FILE),
        f"key '{key}' in [comments] names '{named}', which is not {what}",
        f"Correct the name, or remove the key to use the shipped {'heads' if key == 'models' else 'rules alone'}.",
    )
