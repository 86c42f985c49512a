"""Progress without a terminal: lines."""

from __future__ import annotations

from itertools import pairwise

import pytest

from callsignals.cli.progress import StderrListener, _Lines


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_every_tenth_is_told_and_hearing_at_once(capsys, clock):
    listener = StderrListener(clock)
    listener.begin("hear", 20)
    for _ in range(4):
        listener.advance()
    listener.end()
    listener.advance()
    assert capsys.readouterr().err.splitlines() == [
        "Hearing calls: 0 of 20",
        "Hearing calls: 2 of 20",
        "Hearing calls: 4 of 20",
    ]


def test_after_a_while_a_line_says_how_long_it_took_and_what_is_left(capsys, clock):
    lines = _Lines("Hearing calls", 4, 10, clock)
    clock.now_s = 14.0
    lines.tell_if_quiet()
    assert capsys.readouterr().err == ""
    clock.now_s = 15.0
    lines.tell_if_quiet()
    lines.tell_if_quiet()
    assert capsys.readouterr().err == "Hearing calls: 0 of 4, 0:00:15 so far\n"
    clock.now_s = 60.0
    lines.advance(1)
    assert capsys.readouterr().err == "Hearing calls: 1 of 4, 0:01:00 so far\n"
    clock.now_s = 80.0  # twenty seconds a call: what the first one took was mostly loading
    lines.advance(1)
    assert capsys.readouterr().err == "Hearing calls: 2 of 4, 0:01:20 so far, about 0:00:40 left\n"
    clock.now_s = 90.0
    lines.advance(2)
    assert capsys.readouterr().err == "Hearing calls: 4 of 4, 0:01:30 so far\n"
    clock.now_s = 1000.0
    lines.tell_if_quiet()
    assert capsys.readouterr().err == ""


def test_lines_of_a_long_stage_come_apart_by_a_twentieth_of_its_time_and_never_by_more_than_five_minutes(capsys, clock):
    told_s = []
    lines = _Lines("Measuring", 1, 0, clock)
    while clock.now_s < 7 * 3600:
        clock.now_s += 1.0
        lines.tell_if_quiet()
        if capsys.readouterr().err:
            told_s.append(clock.now_s)
    gaps_s = [later - before for before, later in pairwise(told_s)]
    assert told_s[:2] == [15.0, 30.0]
    assert all(gap_s <= max(15.0, told / 20 + 1.0) for gap_s, told in zip(gaps_s, told_s[1:], strict=True))
    assert max(gaps_s) == 300.0


def test_what_is_quick_as_a_rule_says_nothing_until_it_takes_long(capsys, clock):
    listener = StderrListener(clock)
    listener.begin("check", 3)
    listener.advance(3)
    listener.end()
    assert capsys.readouterr().err == ""
