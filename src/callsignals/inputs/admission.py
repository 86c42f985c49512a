"""Which calls may be processed at all: those with a lawful basis where one is asked for, within their retention date.

Whoever was erased from OUT is left out. The words for a basis are those of GDPR article 6(1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath

from callsignals.errors import InputError
from callsignals.inputs.raw_rows import RawRow, Table
from callsignals.inputs.rows import CallRow, CommentRow
from callsignals.inputs.scan import Scanned
from callsignals.inputs.values import parse_choice, parse_date
from callsignals.privacy.tombstones import Tombstones, purged_call

__all__ = ["LAWFUL_BASES", "Erased", "parse_lawful_basis", "refusal", "without_lost_calls"]

LAWFUL_BASES = {
    "consent": ("samtycke", "suostumus", "a"),
    "contract": ("performance_of_a_contract", "avtal", "sopimus", "b"),
    "legal_obligation": ("rättslig_förpliktelse", "lakisääteinen_velvoite", "c"),
    "vital_interests": ("vital_interest", "grundläggande_intressen", "elintärkeä_etu", "d"),
    "public_task": ("public_interest", "allmänt_intresse", "yleinen_etu", "e"),
    "legitimate_interests": ("legitimate_interest", "berättigat_intresse", "oikeutettu_etu", "f"),
}
"""The words of ``lawful_basis``, and what else is read as them: Swedish, Finnish, the letter in article 6(1)."""

_LEAD_TABLES = ("calls", "comments", "leads", "messages", "metrics")


def parse_lawful_basis(text: str) -> str:
    """One of ``LAWFUL_BASES``.

    Raises:
        InputError: ``unknown_value``, naming the nearest and all of them.
    """
    others = {other: basis for basis, names in LAWFUL_BASES.items() for other in names}
    folded = "_".join(text.casefold().replace("-", " ").split())
    if folded in others:
        return others[folded]
    return parse_choice(text, LAWFUL_BASES)


def refusal(call: CallRow, today: date, *, require_basis: bool) -> InputError | None:
    """Why a call must not be processed; None when it may be.

    Args:
        call: a good row.
        today: ``retain_until`` is the last day.
        require_basis: ``[privacy] require_basis``.
    """
    if call.retain_until is not None and call.retain_until < today:
        return InputError(
            call.call_id,
            f"was to be kept until {call.retain_until.isoformat()} and is not processed",
            "Run 'callsignals purge OUT' to remove what is left of it, then remove its row and recording.",
            code="past_retention",
            row=call.row or None,
        )
    if require_basis and call.lawful_basis is None:
        return InputError(
            call.call_id,
            "has no lawful_basis, and [privacy] require_basis asks for one; nothing of it was opened",
            f"Write why you may process it in column 'lawful_basis' ({', '.join(LAWFUL_BASES)}), or remove the row.",
            code="no_lawful_basis",
            row=call.row or None,
        )
    return None


def without_lost_calls(comments: Sequence[CommentRow], lost: frozenset[str]) -> tuple[CommentRow, ...]:
    """Comments that no longer name calls which are not processed."""
    return tuple(replace(row, call_id=None) if row.call_id in lost else row for row in comments)


@dataclass(slots=True)
class Erased:
    """Leaves out the rows of erased leads, calls and sellers before anything else looks at them.

    Attributes:
        tombstones: who was erased.
        left_out: rows by table file.
        calls: ids of the calls left out.
    """

    tombstones: Tombstones
    left_out: Counter[str] = field(default_factory=Counter)
    calls: set[str] = field(default_factory=set)

    def without(self, name: str, table: Table) -> Table:
        """A table without their rows; of others' rows an erased seller's name is blank."""
        if not self.tombstones.hashes:
            return table
        rows = []
        for row in table.rows:
            if self._is_erased(name, row):
                self.left_out[table.path.name] += 1
                if name == "calls" and (call_id := row.cells.get("call_id")):
                    self.calls.add(call_id.strip())
            else:
                rows.append(self._without_seller(row))
        return replace(table, rows=tuple(rows))

    def of_scan(self, scanned: Scanned) -> Scanned:
        """The same for recordings that were found."""
        if not self.tombstones.hashes:
            return scanned
        kept = [call for call in scanned.calls if not self._is_erased_call(call.lead_id, call.call_id)]
        self.left_out["recordings"] += len(scanned.calls) - len(kept)
        self.calls |= {call.call_id for call in scanned.calls} - {call.call_id for call in kept}
        return replace(
            scanned,
            calls=tuple(kept),
            errors=tuple(error for error in scanned.errors if not self._is_path_of_erased(error.what)),
            renamed=tuple(name for name in scanned.renamed if not self._is_path_of_erased(name)),
            links=tuple(name for name in scanned.links if not self._is_path_of_erased(f"{name}/.")),
        )

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many rows were left out, by table."""
        return tuple(sorted((name, count) for name, count in self.left_out.items() if count))

    def notices(self) -> list[str]:
        """What the user should know, without ids."""
        if not self.counts():
            return []
        where = ", ".join(f"{name}: {count}" for name, count in self.counts())
        return [
            f"Rows that were erased or purged from these results are left out ({where}); remove them from your tables, "
            "and their recordings."
        ]

    def _is_erased(self, name: str, row: RawRow) -> bool:
        if name == "sellers":
            return any(self.tombstones.holds("seller", cell) for cell in _names(row.cells.get("seller")))
        if name not in _LEAD_TABLES:
            return False
        call_id = (row.cells.get("call_id") or "") if name == "calls" else ""
        if call_id and self._is_purged(call_id, row.cells.get("retain_until")):
            return True
        return self._is_erased_call(row.cells.get("lead_id") or "", call_id)

    def _is_purged(self, call_id: str, retain_until: str | None) -> bool:
        try:
            kept_until = parse_date((retain_until or "").strip())
        except InputError:
            return False
        return self.tombstones.holds("purged", purged_call(call_id, kept_until))

    def _is_erased_call(self, lead_id: str, call_id: str) -> bool:
        return self.tombstones.holds("lead", lead_id) or self.tombstones.holds("call", call_id)

    def _is_path_of_erased(self, relative: str) -> bool:
        path = PurePosixPath(relative)
        return self._is_erased_call(path.parent.name or path.stem, str(path.with_suffix("")))

    def _without_seller(self, row: RawRow) -> RawRow:
        """A call of several loses all of them: it was never one seller's, and must not become so."""
        cell = row.cells.get("seller")
        if not any(self.tombstones.holds("seller", name) for name in _names(cell)):
            return row
        return replace(row, cells={**row.cells, "seller": None})


def _names(cell: str | None) -> list[str]:
    return [name for name in (cell or "").split(";") if name.strip()]
