"""Interval arithmetic against a brute-force grid of 10 ms cells."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.conversation.intervals import Interval, clip, intersect, subtract, total_s, union

GRID_S = 0.01
CELLS = 600

on_grid = st.lists(
    st.tuples(st.integers(0, CELLS - 1), st.integers(1, 80)).map(
        lambda pair: (pair[0] * GRID_S, min(pair[0] + pair[1], CELLS) * GRID_S)
    ),
    max_size=12,
)


def cells(intervals: list[Interval] | tuple[Interval, ...]) -> set[int]:
    return {cell for s, e in intervals for cell in range(round(s / GRID_S), round(e / GRID_S))}


def closed(taken: set[int], gap_cells: int) -> set[int]:
    """Cells with every gap of fewer than ``gap_cells`` empty cells filled."""
    filled = set(taken)
    for cell in taken:
        for width in range(1, gap_cells):
            if cell + 1 not in taken and cell + width + 1 in taken:
                filled |= set(range(cell, cell + width + 1))
                break
    return filled


@given(on_grid)
def test_union_covers_exactly_the_cells_of_its_parts(spans: list[Interval]) -> None:
    merged = union(spans)
    assert cells(merged) == cells(spans)
    assert total_s(merged) == pytest.approx(len(cells(spans)) * GRID_S)
    assert all(first[1] < second[0] for first, second in pairwise(merged))


@given(on_grid)
def test_merge_gap_closes_gaps_under_it_and_no_others(spans: list[Interval]) -> None:
    assert cells(union(spans, merge_gap_s=0.25)) == closed(cells(spans), 25)


def test_a_gap_of_exactly_the_merge_gap_stays_open_in_spite_of_binary_fractions() -> None:
    # 10.35 - 10.1 is 0.2499999... in binary
    assert union([(10.0, 10.1), (10.35, 11.0)], merge_gap_s=0.25) == ((10.0, 10.1), (10.35, 11.0))
    assert union([(10.0, 10.1), (10.34, 11.0)], merge_gap_s=0.25) == ((10.0, 11.0),)


@given(on_grid, on_grid)
def test_intersect_and_subtract_match_the_grid(first: list[Interval], second: list[Interval]) -> None:
    a, b = union(first), union(second)
    assert cells(intersect(a, b)) == cells(a) & cells(b)
    assert cells(subtract(a, b)) == cells(a) - cells(b)
    assert total_s(intersect(a, b)) + total_s(subtract(a, b)) == pytest.approx(total_s(a))


@given(on_grid, st.integers(0, CELLS), st.integers(0, CELLS))
def test_clip_keeps_what_lies_between(spans: list[Interval], start: int, end: int) -> None:
    kept = clip(union(spans), start * GRID_S, end * GRID_S)
    assert cells(kept) == {cell for cell in cells(spans) if start <= cell < end}


def test_intervals_without_length_vanish_but_bridge() -> None:
    assert union([(1.0, 1.0)]) == ()
    assert union([(1.0, 1.1), (1.3, 1.3), (1.5, 2.0)], merge_gap_s=0.25) == ((1.0, 2.0),)


def test_intervals_that_end_before_they_start_are_dropped_and_do_not_stop_the_rest() -> None:
    assert union([(2.0, 1.0), (3.0, 4.0)]) == ((3.0, 4.0),)
    assert union([(0.0, 1.0), (1.0, 2.0)]) == ((0.0, 2.0),)


def test_a_clip_without_length_is_empty() -> None:
    assert clip(((0.0, 10.0),), 4.0, 4.0) == ()
    assert clip(((0.0, 10.0),), 5.0, 4.0) == ()
    assert clip(((0.0, 10.0),), 4.0, 5.0) == ((4.0, 5.0),)


def test_intervals_that_only_touch_have_nothing_in_common_and_nothing_is_taken_off() -> None:
    assert intersect(((0.0, 1.0),), ((1.0, 2.0),)) == ()
    assert subtract(((0.0, 1.0),), ((1.0, 2.0),)) == ((0.0, 1.0),)
    assert subtract(((1.0, 2.0),), ((0.0, 1.0), (1.5, 1.6))) == ((1.0, 1.5), (1.6, 2.0))
    assert subtract(((0.0, 10.0),), ((0.0, 1.0), (9.0, 10.0))) == ((1.0, 9.0),)
