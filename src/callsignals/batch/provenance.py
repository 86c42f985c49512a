"""What the rows of one run have in common, and what each was measured on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callsignals.figures.grouped import Subject
from callsignals.figures.periods import Period
from callsignals.inputs.rows import CallRow
from callsignals.records.signal import Observation

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every row of a run has in common.

    The methods give what a signal row holds besides its figure. The digests are those of what it was measured on, then
    of whatever else its value depends on (a model, a term list, a classifier); formulas always count.

    Attributes:
        source: ``callsignals/NAME``.
        settings_digest: of the settings that values depend on.
        definitions_digest, terms_digest: of formulas and term lists.
    """

    source: str
    settings_digest: str
    definitions_digest: str
    terms_digest: str

    def of_subject(self, subject: Subject, input_digest: str, *digests: str) -> Observation:
        """Anything about one lead, seller or segment, or the company."""
        return Observation(
            source=self.source,
            subject=subject.name,
            level=subject.level,
            settings_digest=self.settings_digest,
            input_digest=input_digest,
            digests=(self.definitions_digest, *digests),
            lead_id=subject.name if subject.level == "lead" else None,
            seller=subject.name if subject.level == "seller" else None,
        )

    def of_call(self, row: CallRow, input_digest: str, *digests: str) -> Observation:
        """One call, of its lead; the seller stands in it when there is one alone."""
        return replace(
            self.of_subject(Subject("lead", row.lead_id), input_digest, *digests),
            time=row.started_at,
            call_id=row.call_id,
            seller=row.sellers[0] if len(row.sellers) == 1 else None,
        )

    def of_group(
        self, subject: Subject, period: Period | None, input_digest: str, *digests: str, part: str | None = None
    ) -> Observation:
        """A figure over several observations: in total, or of a period. ``part``: as in ``Observation``."""
        return replace(
            self.of_subject(subject, input_digest, *digests),
            period_start=period.start if period else None,
            period_end=period.end if period else None,
            part=part,
        )
