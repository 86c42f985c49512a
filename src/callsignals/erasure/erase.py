"""Remove a lead, a seller, or what is past its date from OUT: plan, bury, strip, rebuild, sweep, search, log.

Every step may be repeated, and the plan is kept in OUT until the last is done: an erasure that was broken off is
finished by the next call, and until then nothing else runs in that OUT.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from callsignals.batch.lock import exclusive
from callsignals.batch.run import PENDING_FILE
from callsignals.erasure import journal
from callsignals.erasure.caches import keep_digests, keep_touched
from callsignals.erasure.copies import forget_exports, renew_index
from callsignals.erasure.masking import mask_names
from callsignals.erasure.plan import Plan
from callsignals.erasure.planning import plan_lead, plan_purge, plan_seller
from callsignals.erasure.proof import Proof, clean_others, files_of, search
from callsignals.erasure.rebuilt import Origin, check_source, origin_of
from callsignals.erasure.strip import strip_out
from callsignals.errors import CallSignalsError, InputError, UsageError
from callsignals.inputs.workspace import Workspace
from callsignals.privacy.tombstones import Tombstones, bury, load_tombstones
from callsignals.report.build import build_report

__all__ = ["Erasure", "ErasureOptions", "erase_lead", "erase_seller", "finish_erasure", "purge", "purge_preview"]

_REPORT_NEEDS = ("leads.jsonl", "signals.parquet", "calls.parquet", "comments.parquet")


@dataclass(frozen=True, slots=True)
class ErasureOptions:
    """What else the user says.

    Attributes:
        workspace: that filled OUT; None for what the last run noted.
        reason: for the audit log; must not name the erased.
    """

    workspace: Path | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done.

    Attributes:
        out: the folder of results.
        removed: how many of what.
        shared: calls of other leads that are the same recording and went, too.
        rows_left: how many rows of the tables still hold what was erased, by table; they are the user's to remove.
        why_not_rebuilt: why figures over several leads could not be made again; None when they were.
        to_do: what the user must do about copies elsewhere.
        proof: of a search of every file afterwards.
        left_out: names and phrases that others share, so that finding them would prove nothing.
        common_ids: ids that are common words or others', too, and were looked for where ids stand alone.
    """

    out: Path
    removed: Counter[str]
    shared: int
    rows_left: Counter[str]
    why_not_rebuilt: str | None
    to_do: tuple[str, ...]
    proof: Proof
    left_out: int
    common_ids: int


def erase_lead(out: Path, lead_id: str, options: ErasureOptions | None = None) -> Erasure:
    """Remove one lead from everything in OUT and from the exports that it knows of.

    Raises:
        InputError: nothing of that lead is there.
        UsageError: the reason names the lead.
        OutputError: OUT is in use or cannot be written.
    """
    return _erase(out, options, lambda workspace, known: plan_lead(out.resolve(), workspace, lead_id, known))


def erase_seller(out: Path, name: str, options: ErasureOptions | None = None) -> Erasure:
    """Remove a seller's voiceprints and figures, and their name from calls and report; see ``erase_lead``."""
    return _erase(out, options, lambda workspace, known: plan_seller(out.resolve(), workspace, name, known))


def purge(out: Path, as_of: date | None = None, options: ErasureOptions | None = None) -> Erasure:
    """Remove every call whose ``retain_until`` has passed, and all that was derived from it; see ``erase_lead``."""
    day = as_of or date.today()
    return _erase(out, options, lambda workspace, _: plan_purge(out.resolve(), workspace, day), as_of=day)


def purge_preview(out: Path, as_of: date | None = None, options: ErasureOptions | None = None) -> tuple[str, ...]:
    """Ids of the calls that ``purge`` would remove; nothing is changed."""
    out = _checked(out)
    workspace, _, _ = _opened(out, options or ErasureOptions())
    return plan_purge(out, workspace, as_of or date.today()).calls


def finish_erasure(out: Path) -> Erasure:
    """Finish what was broken off.

    Raises:
        UsageError: there is nothing to finish.
    """
    out = _checked(out)
    if not (out / PENDING_FILE).exists():
        raise UsageError("erase", "names nobody", "Add --lead ID or --seller NAME.")
    return _erase(out, None, None)


def _erase(
    out: Path,
    options: ErasureOptions | None,
    planned: Callable[[Workspace | None, Tombstones], Plan] | None,
    as_of: date | None = None,
) -> Erasure:
    out, options = _checked(out), options or ErasureOptions()
    with exclusive(out):
        pending = journal.pending_plan(out)
        if pending is not None:
            done = _Work(out, options, *pending).finish()
            if planned is None:
                return done
        if planned is None:
            raise UsageError("erase", "names nobody", "Add --lead ID or --seller NAME.")
        workspace, _, _ = _opened(out, options)
        plan = planned(workspace, load_tombstones(out))
        if options.reason and plan.needles.is_in(options.reason):
            raise UsageError("--reason", "names the erased", "The audit log must not: say why without who.")
        return _Work(out, options, plan, {}, options.reason).finish()


def _checked(out: Path) -> Path:
    if not out.is_dir():
        raise InputError(str(out), "is not a folder", "Name the OUT folder of a run.", code="no_results")
    if not ((out / "run.json").is_file() or (out / ".cache").is_dir() or (out / PENDING_FILE).is_file()):
        raise InputError(str(out), "holds no results", "Name the OUT folder of a run.", code="no_results")
    return out.resolve()


def _opened(out: Path, options: ErasureOptions) -> tuple[Workspace | None, Origin | None, str | None]:
    """The workspace with all its rows, calls past their date too; or why there is none."""
    try:
        origin = origin_of(out, options.workspace, date.min)
        workspace = origin.opened()
        check_source(workspace, out)
    except CallSignalsError as error:
        if options.workspace is not None:
            raise
        return None, None, str(error)
    return workspace, origin, None


class _Work:
    """One erasure on its way."""

    def __init__(
        self, out: Path, options: ErasureOptions, plan: Plan, removed: dict[str, int], reason: str | None
    ) -> None:
        self.out, self.options, self.plan, self.reason = out, options, plan, reason
        self.removed: Counter[str] = Counter(removed)
        self.to_do: list[str] = []

    def finish(self) -> Erasure:
        out, plan = self.out, self.plan
        self._keep()
        if plan.buried:
            bury(out, plan.buried)
        self.removed += strip_out(out, plan)
        self._keep()
        self.removed["calls with a masked name"] += mask_names(out, plan.needles)
        rows_left, why_not = self._rebuild()
        if (to_do := renew_index(out)) is not None:
            self.to_do.append(to_do)
        exported, about = forget_exports(out)
        self.removed["exported files"] += exported
        self.to_do += about
        pending = {out / PENDING_FILE}
        proof = search(files_of(out, but=pending), plan.needles, out)
        if cleaned := clean_others(out, plan.needles, proof):
            self.removed += cleaned
            proof = search(files_of(out, but=pending), plan.needles, out)
        self._log(proof, why_not)
        journal.end(out)
        return Erasure(
            out=out,
            removed=+self.removed,
            shared=plan.shared,
            rows_left=rows_left,
            why_not_rebuilt=why_not,
            to_do=tuple(self.to_do),
            proof=proof,
            left_out=plan.needles.left_out,
            common_ids=sum(map(len, plan.needles.common.values())),
        )

    def _keep(self) -> None:
        journal.begin(self.out, self.plan, self.removed, self.reason)

    def _rebuild(self) -> tuple[Counter[str], str | None]:
        """Make the figures again; whatever happens, the cache keeps nothing of the erased."""
        _, origin, why_not = _opened(self.out, self.options)
        rows_left: Counter[str] = Counter()
        if origin is not None:
            as_of = date.fromisoformat(self.plan.as_of) if self.plan.as_of else None
            try:
                origin = origin_of(self.out, self.options.workspace, as_of)
                workspace = origin.opened()
                rows_left = Counter(dict(workspace.left_out))
                touched = origin.rebuild(self.out, workspace)
                self.removed["cached results"] += keep_touched(self.out, touched)
                return rows_left, None
            except CallSignalsError as error:
                why_not = str(error)
        kept = _digests(self.out)
        self.removed["cached results"] += keep_digests(self.out, kept)
        if all((self.out / name).is_file() for name in _REPORT_NEEDS):
            build_report(self.out)
        return rows_left, why_not

    def _log(self, proof: Proof, why_not: str | None) -> None:
        facts = {
            "command": self.plan.command,
            "reason": self.reason,
            "as_of": self.plan.as_of,
            "removed": dict(+self.removed),
            "recomputed": why_not is None,
            "searched_files": proof.files,
            "files_with_traces": len(proof.traces),
            "files_not_opened": len(proof.unreadable),
        }
        journal.note(self.out, facts)


def _digests(out: Path) -> set[str]:
    path = out / "calls.parquet"
    return set(pl.read_parquet(path, columns=["input_digest"])["input_digest"]) if path.is_file() else set()
