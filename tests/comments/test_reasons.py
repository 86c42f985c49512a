from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.comments.normalise import normalise
from callsignals.comments.reasons import MAXIMUM_CLAUSES, clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Good software, but support could be better", ["Good software", "but support could be better"]),
        ("Bra pris. Trevlig personal!", ["Bra pris.", "Trevlig personal!"]),
        ("Hyvä tuote mutta kallis hinta", ["Hyvä tuote", "mutta kallis hinta"]),
        ("Bra produkt och trevliga människor", ["Bra produkt", "och trevliga människor"]),
        ("salt and pepper", ["salt and pepper"]),
        ("Dyrt, buggigt och ingen ringer tillbaka", ["Dyrt", "buggigt", "och ingen ringer tillbaka"]),
        ("One line\nanother line", ["One line", "another line"]),
        ("Version 2.5 is fine", ["Version 2.5 is fine"]),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    assert [clause.text for clause in clauses(text)] == parts


def test_endless_lists_stop_at_the_maximum() -> None:
    text = "Very bad. " * 100
    found = clauses(text)
    assert len(found) == MAXIMUM_CLAUSES
    assert found[-1].end == len(text.strip())


@given(st.text(max_size=300))
def test_clauses_are_pieces_of_the_text_in_order(original: str) -> None:
    text = normalise(original).text
    found = clauses(text)
    assert all(text[c.start : c.end] == c.text for c in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
