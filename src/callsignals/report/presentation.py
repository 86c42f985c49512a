"""How the report is to be shown: a run writes it beside the pages, so that OUT alone is enough to rebuild them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

from callsignals.files import path_from, write_text
from callsignals.inputs.workspace import Workspace

__all__ = ["PRESENTATION_FILE", "Presentation", "load_presentation", "presentation_of", "save_presentation"]

PRESENTATION_FILE = "report/report.json"


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the settings and the tables say about the report.

    Attributes:
        title: its heading; None for the one of ``datapackage.json``.
        language: of the interface: ``en``, ``sv`` or ``fi``.
        transcripts: whether call pages show what was said.
        timezone: IANA name of the zone that times and weeks are shown in.
        audio_base: folder that ``audio`` in ``calls.parquet`` starts from, relative to OUT where it can be.
        sellers: names for people by seller id.
    """

    title: str | None = None
    language: str = "en"
    transcripts: bool = True
    timezone: str = "UTC"
    audio_base: str | None = None
    sellers: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times and weeks."""
        return ZoneInfo(self.timezone)

    def seller_name(self, seller: str) -> str:
        """What people call a seller; of several, all of them."""
        return ", ".join(self.sellers.get(one, one) for one in seller.split(";"))


def presentation_of(workspace: Workspace) -> Presentation:
    """What a workspace's settings and tables say about its report."""
    report = workspace.settings.report
    return Presentation(
        title=report.title,
        language=report.language,
        transcripts=report.transcripts,
        timezone=workspace.settings.workspace.timezone or "UTC",
        audio_base=path_from(workspace.out, workspace.root),
        sellers={seller.seller: seller.name for seller in workspace.sellers if seller.name},
    )


def save_presentation(out: Path, presentation: Presentation) -> None:
    """Write it into OUT.

    Raises:
        OutputError: OUT cannot be written.
    """
    text = json.dumps(asdict(presentation), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(out / PRESENTATION_FILE, text + "\n")


def load_presentation(out: Path) -> Presentation:
    """What a run wrote; the defaults where there is nothing to read."""
    try:
        stored = json.loads((out / PRESENTATION_FILE).read_text(encoding="utf-8"))
        known = {item.name for item in fields(Presentation)}
        return Presentation(**{name: value for name, value in stored.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return Presentation()
