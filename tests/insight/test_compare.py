"""What differs between groups, said beside their outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from callsignals.errors import UsageError
from callsignals.insight.compare import MINIMUM_LEADS, compare
from callsignals.insight.samples import Samples

SIGNAL = "seller_talk_share"


def samples(groups, outcomes=None, signal=SIGNAL, **others):
    """Groups of values; the leads of each are named after it."""
    values = {
        name: {group: {f"{group}{at}": value for at, value in enumerate(found)} for group, found in by_group.items()}
        for name, by_group in {signal: groups, **others}.items()
    }
    leads = {group: frozenset(f"{group}{at}" for at in range(len(found))) for group, found in groups.items()}
    return Samples(values, leads, {group: 2 * len(found) for group, found in groups.items()}, outcomes or {})


def spread(middle, n, width=0.1):
    return list(np.linspace(middle - width, middle + width, n))


def test_won_against_lost_in_words():
    found = compare(
        samples(
            {"lost": spread(0.7, 20), "won": spread(0.5, 20), "open": spread(0.1, 20)},
            {**{f"won{at}": "won" for at in range(20)}, **{f"lost{at}": "lost" for at in range(20)}},
        ),
        "outcome",
    )
    (finding,) = found.findings
    assert finding.is_flagged
    assert finding.difference.delta < -0.9
    assert finding.sentence.startswith(
        "seller_talk_share is lower for won leads than for lost leads: 50% [47% to 53%] (20 leads) against 70% "
    )
    assert "Cliff's delta -" in finding.sentence
    assert {group.name: (group.won, group.closed) for group in found.groups} == {
        "won": (20, 20),
        "lost": (0, 20),
        "open": (0, 0),
    }


def test_no_difference_is_called_none():
    found = compare(samples({"won": spread(0.5, 30), "lost": spread(0.5, 30)}), "outcome")
    (finding,) = found.findings
    assert not finding.is_flagged
    assert finding.sentence.startswith("No clear difference in seller_talk_share between won leads and lost leads")


def test_under_the_minimum_nothing_is_said():
    found = compare(samples({"won": spread(0.2, MINIMUM_LEADS - 1), "lost": spread(0.9, 50)}), "outcome")
    (finding,) = found.findings
    assert finding.difference is None
    assert finding.q is None
    assert not finding.is_flagged
    assert finding.sentence.startswith("Too few to compare seller_talk_share: it is known of 9 leads")


def test_three_groups_stand_against_all_others_and_two_against_each_other():
    three = compare(samples({name: spread(0.5, 12) for name in ("a", "b", "c")}), "segment")
    assert [(f.first.name, f.second.name, f.second.n) for f in three.findings] == [
        (name, "all others", 24) for name in ("a", "b", "c")
    ]
    two = compare(samples({name: spread(0.5, 12) for name in ("a", "b")}), "segment")
    assert [(f.first.name, f.second.name) for f in two.findings] == [("a", "b")]


def test_best_sellers_stand_against_the_weakest_by_won_share():
    outcomes = {}
    for seller, won in (("ann", 10), ("bo", 6), ("cia", 5), ("dan", 1)):
        outcomes |= {f"{seller}{at}": "won" if at < won else "lost" for at in range(12)}
    groups = {"ann": spread(0.4, 12), "bo": spread(0.55, 12), "cia": spread(0.55, 12), "dan": spread(0.7, 12)}
    found = compare(samples(groups, outcomes), "seller")
    ranked = next(f for f in found.findings if f.first.name == "best sellers")
    assert ranked.second.name == "weakest sellers"
    assert (ranked.first.mean, ranked.second.mean) == (pytest.approx(0.4), pytest.approx(0.7))
    by_name = {group.name: group for group in found.groups}
    assert (by_name["best sellers"].won, by_name["weakest sellers"].won) == (10, 1)
    assert any("best sellers are ann, the weakest dan" in note for note in found.notes)


def test_sellers_without_closed_leads_are_not_ranked():
    found = compare(samples({"ann": spread(0.4, 12), "bo": spread(0.5, 12)}), "seller")
    assert [f.first.name for f in found.findings] == ["ann"]
    assert any("cannot be told" in note for note in found.notes)


def test_every_group_has_its_outcome_beside_its_counts():
    found = compare(samples({"a": spread(0.5, 12), "b": spread(0.5, 12)}, {"a0": "won", "a1": "lost"}), "segment")
    group = found.groups[0]
    assert (group.name, group.leads, group.calls, group.won, group.closed, group.won_share) == ("a", 12, 24, 1, 2, 0.5)
    assert group.low < 0.5 < group.high
    assert found.groups[1].won_share is None


def test_q_is_judged_over_all_comparisons_made():
    one = {"won": spread(0.5, 15), "lost": spread(0.56, 15)}
    alone = compare(samples(one), "outcome")
    noise = {"won": spread(0.5, 15), "lost": spread(0.5, 15)}
    names = ("silence_share", "overlap_share", "need_term_share", "need_uptake")
    among = compare(samples(one, **dict.fromkeys(names, noise)), "outcome")
    q = {finding.signal: finding.q for finding in among.findings}
    assert q[SIGNAL] > alone.findings[0].q
    assert alone.findings[0].q == alone.findings[0].difference.p


def test_only_the_signals_asked_for_and_none_that_does_not_exist():
    both = samples(
        {"won": spread(0.5, 12), "lost": spread(0.5, 12)}, silence_share={"won": spread(0.1, 12), "lost": []}
    )
    assert [f.signal for f in compare(both, "outcome", ["silence_share"]).findings] == ["silence_share"]
    with pytest.raises(UsageError, match="Did you mean 'silence_share'"):
        compare(both, "outcome", ["silense_share"])
    with pytest.raises(UsageError, match="cannot be compared"):
        compare(both, "outcome", ["nps"])
