"""What of a call's words goes into the copies in OUT: ``[privacy] redact`` and the names that the tables know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callsignals.files import digest_of
from callsignals.inputs.rows import CallRow, CommentRow
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.redaction import REDACTION_VERSION, person_names, redact_transcript
from callsignals.vocabulary.choices import RedactionLevel
from callsignals.vocabulary.spoken import Transcript

__all__ = ["Redactor"]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Redacts the transcripts of one workspace. The words as heard stay in the store, where measures are taken.

    Attributes:
        level: ``[privacy] redact``.
        seller_names: of all our people, as people call them and as tools write them.
        lead_names: by lead id.
    """

    level: RedactionLevel
    seller_names: tuple[str, ...]
    lead_names: Mapping[str, str]

    @classmethod
    def of(cls, workspace: Workspace) -> Redactor:
        """With the names of a workspace."""
        called = [name for seller in workspace.sellers for name in (seller.name or seller.seller, *seller.aliases)]
        listed = {seller.seller for seller in workspace.sellers}
        called += [name for row in workspace.calls for name in row.sellers if name not in listed]
        return cls(
            level=workspace.settings.privacy.redact,
            seller_names=person_names(name for name in called if name[:1].isupper()),
            lead_names={lead.lead_id: lead.name for lead in workspace.leads if lead.name},
        )

    def names(self, row: CallRow | CommentRow) -> tuple[str, ...]:
        """Names that may be said in a call or comment: of all our people and of its lead, unless that is a company."""
        return person_names((*self.seller_names, self.lead_names.get(row.lead_id)))

    def key(self, settled_key: str, row: CallRow) -> str:
        """The key of a call's written transcript: it is written again when another level or name would alter it."""
        return digest_of([settled_key, REDACTION_VERSION, self.level, self.names(row)])

    def copy(self, settled: Transcript, row: CallRow) -> Transcript:
        """The transcript as it may be shown."""
        return redact_transcript(settled, self.names(row), level=self.level)
