"""What an erasure is about: which rows, and what must not be found afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from callsignals.erasure.needles import Needles
from callsignals.privacy.tombstones import ErasedKind

__all__ = ["Plan"]

Command = Literal["erase --lead", "erase --seller", "purge"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One erasure.

    Attributes:
        command: what was asked for.
        leads, calls, comments: ids of all that goes.
        sellers: everything that an erased seller is called, as written in the tables.
        buried: what is noted in the tombstones, (kind, id) pairs.
        digests: of the recordings and transcripts that go.
        needles: what must not be found afterwards.
        shared: calls of other leads that are the same recording and go, too.
        as_of: of a purge.
    """

    command: Command
    leads: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()
    buried: tuple[tuple[ErasedKind, str], ...] = ()
    digests: tuple[str, ...] = ()
    needles: Needles = field(default_factory=Needles)
    shared: int = 0
    as_of: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values, for the journal."""
        return {**asdict(replace(self, needles=Needles())), "needles": self.needles.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """What ``to_json`` gave."""
        lists = {name: tuple(stored[name]) for name in ("leads", "calls", "comments", "sellers", "digests")}
        return cls(
            command=stored["command"],
            **lists,
            buried=tuple((kind, identifier) for kind, identifier in stored["buried"]),
            needles=Needles.from_json(stored["needles"]),
            shared=int(stored["shared"]),
            as_of=stored["as_of"],
        )
