"""Which signals differ between groups of leads: won and lost, best and weakest sellers, stages, segments, periods.

Every signal is compared between two groups at a time: won against lost leads; the best third of the sellers (by won
share) against the weakest; and otherwise each group against all the others (two groups: one against the other). A
comparison needs ``MINIMUM_LEADS`` leads on either side; below that nothing is said. All comparisons of one call are
judged together: q is p after Benjamini and Hochberg's control of false discoveries, and a difference is spoken of when
q is under ``FLAGGED_BELOW``. How many calls a group has says nothing by itself: its won share stands beside it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from callsignals.errors import UsageError
from callsignals.figures.estimates import mean_interval, wilson_interval
from callsignals.insight.samples import Samples, comparable_signals
from callsignals.insight.statistics import Difference, compare_samples, false_discovery
from callsignals.vocabulary.choices import By
from callsignals.vocabulary.definitions import DEFINITIONS

__all__ = [
    "FLAGGED_BELOW",
    "MINIMUM_CLOSED",
    "MINIMUM_LEADS",
    "Comparison",
    "Finding",
    "Group",
    "GroupMean",
    "compare",
]

MINIMUM_LEADS = 10
"""Leads with a value on either side of a comparison: with fewer the intervals do not hold what they promise."""
MINIMUM_CLOSED = 5
"""Closed leads of a seller whose won share counts."""
FLAGGED_BELOW = 0.05
_MIRRORED = ("customer_talk_share", "product_term_share")
"""One less another signal: comparing both would count one difference twice."""
_OTHERS = "all others"
_BEST, _WEAKEST = "best sellers", "weakest sellers"


@dataclass(frozen=True, slots=True)
class Group:
    """A group and its outcome.

    Attributes:
        name: of the group.
        leads, calls: how many.
        won, closed: leads.
        won_share, low, high: with its 95 % interval (Wilson); None when no lead is closed.
    """

    name: str
    leads: int
    calls: int
    won: int
    closed: int
    won_share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class GroupMean:
    """A signal's mean over a group's leads with its 95 % interval (Student's t; None for under two leads)."""

    name: str
    n: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal between two groups.

    Attributes:
        signal: its name.
        first, second: the two groups.
        difference: None when there are too few leads.
        q: p after false-discovery control over all comparisons made; None with ``difference``.
    """

    signal: str
    first: GroupMean
    second: GroupMean
    difference: Difference | None = None
    q: float | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether the groups are said to differ."""
        return self.q is not None and self.q < FLAGGED_BELOW

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        first, second, name = self.first, self.second, self.signal
        if self.difference is None:
            return (
                f"Too few to compare {name}: it is known of {first.n} leads ({first.name}) and {second.n} "
                f"({second.name}); {MINIMUM_LEADS} of each are needed."
            )
        figures = f"{_shown(first, name)} against {_shown(second, name)}"
        d = self.difference
        evidence = f"Cliff's delta {d.delta:+.2f} ({d.low:+.2f} to {d.high:+.2f}), q = {self.q:.3f}"
        if not self.is_flagged:
            return f"No clear difference in {name} between {first.name} and {second.name}: {figures}; {evidence}."
        more = "higher" if d.delta > 0 else "lower"
        return f"{name} is {more} for {first.name} than for {second.name}: {figures}; {evidence}."


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was compared.

    Attributes:
        by: what grouped the leads.
        groups: by name.
        findings: those flagged first, the largest differences before smaller ones; those refused last.
        notes: what the reader should know.
    """

    by: By
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def compare(samples: Samples, by: By, signals: Collection[str] | None = None) -> Comparison:
    """Compare every signal between the groups.

    Args:
        samples: from ``callsignals.insight.samples.read_samples``.
        by: what grouped them.
        signals: only these.

    Raises:
        UsageError: there is no such signal, or it cannot be compared.
    """
    wanted = _wanted(signals)
    contrasts, notes = _contrasts(samples, by)
    findings = [
        _finding(signal, first, second, samples)
        for signal in wanted
        if signal in samples.values
        for first, second in contrasts
    ]
    tested = [finding for finding in findings if finding.difference is not None]
    adjusted = false_discovery([finding.difference.p for finding in tested if finding.difference is not None])
    judged = [replace(finding, q=q) for finding, q in zip(tested, adjusted, strict=True)]
    refused = [finding for finding in findings if finding.difference is None]
    groups = tuple(_group(name, (name,), samples) for name in samples.leads)
    further = tuple(_group(side.name, side.groups, samples) for pair in contrasts for side in pair if side.is_ranked)
    return Comparison(by, (*groups, *further), (*sorted(judged, key=_by_strength), *refused), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Side:
    name: str
    groups: tuple[str, ...]
    is_ranked: bool = False


def _wanted(signals: Collection[str] | None) -> tuple[str, ...]:
    known = comparable_signals()
    if signals is None:
        return tuple(name for name in known if name not in _MIRRORED)
    for name in signals:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            problem = "cannot be compared" if name in DEFINITIONS else "is no signal"
            raise UsageError(name, problem, f"Did you mean '{close}'? Those that can be: {', '.join(known)}.")
    return tuple(name for name in known if name in signals)


def _contrasts(samples: Samples, by: By) -> tuple[list[tuple[_Side, _Side]], list[str]]:
    names = tuple(samples.leads)
    notes = ["Differences go together with the groups; they do not show what causes what."]
    if by == "outcome":
        won_and_lost = (_Side("won leads", ("won",)), _Side("lost leads", ("lost",)))
        if not {"won", "lost"} <= set(names):
            notes.append("There are no won leads, or no lost ones, to compare.")
            return [], notes
        return [won_and_lost], notes
    pairs = []
    if by == "seller":
        ranked, note = _best_and_weakest(samples)
        pairs += [ranked] if ranked else []
        notes.append(note)
    if len(names) == 1:
        notes.append(f"There is only one group, {names[0]}: nothing to compare it with.")
    elif len(names) == 2:
        pairs.append((_Side(names[0], names[:1]), _Side(names[1], names[1:])))
    else:
        pairs += [(_Side(name, (name,)), _Side(_OTHERS, tuple(n for n in names if n != name))) for name in names]
    return pairs, notes


def _best_and_weakest(samples: Samples) -> tuple[tuple[_Side, _Side] | None, str]:
    """The third of the sellers with the highest won share and the third with the lowest."""
    shares = {}
    for name in samples.leads:
        won, closed = samples.won_and_closed(name)
        if closed >= MINIMUM_CLOSED:
            shares[name] = won / closed
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    third = max(1, len(ranked) // 3)
    if len(ranked) < 2 or shares[ranked[third - 1]] == shares[ranked[-third]]:
        return None, f"Best and weakest sellers cannot be told: it takes {MINIMUM_CLOSED} closed leads a seller."
    best, weakest = tuple(sorted(ranked[:third])), tuple(sorted(ranked[-third:]))
    sides = (_Side(_BEST, best, is_ranked=True), _Side(_WEAKEST, weakest, is_ranked=True))
    text = f"By won share the best sellers are {', '.join(best)}, the weakest {', '.join(weakest)}."
    return sides, f"{text} Mind the intervals of their won shares: few deals rank sellers by luck."


def _finding(signal: str, first: _Side, second: _Side, samples: Samples) -> Finding:
    one, other = _values(signal, first, samples), _values(signal, second, samples)
    enough = min(len(one), len(other)) >= MINIMUM_LEADS
    return Finding(
        signal=signal,
        first=_mean(first.name, one, signal),
        second=_mean(second.name, other, signal),
        difference=compare_samples(one, other) if enough else None,
    )


def _values(signal: str, side: _Side, samples: Samples) -> list[float]:
    """One value a lead; over several groups a lead's mean."""
    by_lead: dict[str, list[float]] = {}
    for group in side.groups:
        for lead, value in samples.values[signal].get(group, {}).items():
            by_lead.setdefault(lead, []).append(value)
    return [sum(found) / len(found) for _, found in sorted(by_lead.items())]


def _mean(name: str, values: Sequence[float], signal: str) -> GroupMean:
    if not values:
        return GroupMean(name, 0, None, None, None)
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return GroupMean(name, 1, mean, None, None)
    definition = DEFINITIONS[signal]
    highest = 1.0 if definition.unit == "share" or definition.kind == "boolean" else math.inf
    return GroupMean(name, len(values), mean, *mean_interval(values, 0.0, highest))


def _group(name: str, members: Sequence[str], samples: Samples) -> Group:
    leads = frozenset[str]().union(*(samples.leads[member] for member in members))
    outcomes = [samples.outcomes.get(lead) for lead in leads]
    won = outcomes.count("won")
    closed = won + outcomes.count("lost")
    low, high = wilson_interval(won, closed) if closed else (None, None)
    calls = sum(samples.calls[member] for member in members)
    return Group(name, len(leads), calls, won, closed, won / closed if closed else None, low, high)


def _by_strength(finding: Finding) -> tuple[bool, float, str, str]:
    delta = finding.difference.delta if finding.difference is not None else 0.0
    return (not finding.is_flagged, -abs(delta), finding.signal, finding.first.name)


def _shown(group: GroupMean, signal: str) -> str:
    unit = DEFINITIONS[signal].unit
    text = "".join(_numbers(group, signal))
    return f"{text} {unit} ({group.n} leads)" if unit not in ("share", "boolean", "") else f"{text} ({group.n} leads)"


def _numbers(group: GroupMean, signal: str) -> Iterator[str]:
    is_share = DEFINITIONS[signal].unit in ("share", "boolean")
    yield _number(group.mean, is_share)
    if group.low is not None:
        yield f" [{_number(group.low, is_share)} to {_number(group.high, is_share)}]"


def _number(value: float | None, is_share: bool) -> str:
    if value is None:
        return "-"
    return f"{value:.0%}" if is_share else f"{value:.3g}"
