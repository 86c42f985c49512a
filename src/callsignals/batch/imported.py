"""Transcripts from elsewhere: read once, then reused like a heard call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from callsignals.batch.known_files import known_digest
from callsignals.batch.store import Store
from callsignals.errors import InputError
from callsignals.files import digest_of, sources_digest
from callsignals.inputs.rows import CallRow
from callsignals.inputs.transcripts import read_transcript
from callsignals.inputs.workspace import Workspace
from callsignals.language.text_language import detect_text_language
from callsignals.vocabulary.spoken import Transcript

__all__ = ["Importer", "import_transcript"]


@dataclass(frozen=True)
class Importer:
    """Brings the transcripts of a workspace into the store."""

    workspace: Workspace
    store: Store

    @cached_property
    def _lead_names(self) -> Mapping[str, str]:
        return {lead.lead_id: lead.name for lead in self.workspace.leads if lead.name}

    @cached_property
    def _common(self) -> list[object]:
        """What every import of this workspace depends on."""
        sellers = [[one.seller, one.name, one.aliases, one.email_domain] for one in self.workspace.sellers]
        return [sellers, self.workspace.settings.recognition.language, _reading_digest()]

    def key(self, row: CallRow) -> str:
        """The key of the row's transcript, which is read and stored unless it is there already.

        Raises:
            InputError: it cannot be read.
            OutputError: it cannot be stored.
        """
        if row.transcript is None:
            raise InputError(row.call_id, "names neither a recording nor a transcript", "Fill in audio or transcript.")
        about = [row.transcript.suffix, row.language, row.sellers, self._lead_names.get(row.lead_id)]
        key = digest_of(["transcript", known_digest(row.transcript, self.store), about, self._common])
        if not self.store.has("hear", key):
            self.store.put("hear", key, import_transcript(row, self.workspace))
        return key


@lru_cache(maxsize=1)
def _reading_digest() -> str:
    return sources_digest("callsignals.inputs.transcripts", "callsignals.language")


def import_transcript(row: CallRow, workspace: Workspace) -> Transcript:
    """The transcript that a row names, with parties by name and language by its words.

    Raises:
        InputError: it cannot be read.
    """
    names = tuple(lead.name for lead in workspace.leads if lead.lead_id == row.lead_id and lead.name)
    if row.transcript is None:
        raise InputError(row.call_id, "names no transcript", "Fill in the transcript column.")
    transcript = read_transcript(
        row.transcript, sellers=workspace.sellers, call_sellers=row.sellers, customer_names=names
    )
    if row.language or transcript.language is None:
        language = row.language or workspace.settings.recognition.language
        confidence = None
        if language is None:
            text = " ".join(word.text for word in transcript.words)
            language, confidence = detect_text_language(text)
        transcript = replace(transcript, language=language, language_confidence=confidence)
    return transcript
