"""What a bounded process gives, and how it fails: refusing its input is told from overstepping its bounds."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from callsignals.processes import Bounds, ChildFailedError, run_bounded

BOUNDS = Bounds(memory_bytes=2 << 30, cpu_s=60, wall_s=600.0, written_bytes=1 << 20)
TASKS = """
import os
import threading

def lines(data, *arguments):
    yield from data.decode().split()
    yield {"arguments": arguments, "missing": None}

def refusing(data):
    yield "begun"
    raise ValueError("not what it seems")

def panicking(data):
    raise BaseException("as a panic in Rust arrives")

def gluttonous(data):
    yield len(bytearray(8 << 30))

def endless(data):
    while True:
        pass

def waiting(data):
    threading.Event().wait()

def talkative(data):
    while True:
        yield "x" * 1000

def crashing(data):
    yield "begun"
    os._exit(0)
"""


@pytest.fixture(autouse=True)
def tasks(tmp_path, monkeypatch):
    """A module that only the child imports."""
    (tmp_path / "bounded_tasks.py").write_text(TASKS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))


def test_items_come_back_as_json_says_them():
    found = list(run_bounded("bounded_tasks:lines", "två ord".encode(), "sv", "x", bounds=BOUNDS))
    assert found == ["två", "ord", {"arguments": ["sv", "x"], "missing": None}]


@pytest.mark.parametrize("name", ["refusing", "panicking"])
def test_input_that_cannot_be_read_is_refused_and_nothing_of_it_given(name):
    given = []
    with pytest.raises(ChildFailedError) as raised:
        given.extend(run_bounded(f"bounded_tasks:{name}", b"", bounds=BOUNDS))
    assert raised.value.refused
    assert given == []


@pytest.mark.skipif(sys.platform != "linux", reason="no such bounds elsewhere")
@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("gluttonous", BOUNDS),
        ("endless", replace(BOUNDS, cpu_s=1)),
        ("waiting", replace(BOUNDS, wall_s=0.1)),
        ("talkative", BOUNDS),
        ("crashing", BOUNDS),
    ],
)
def test_bounds_that_are_overstepped_and_a_child_that_dies_are_no_refusal(name, bounds):
    given = []
    with pytest.raises(ChildFailedError) as raised:
        given.extend(run_bounded(f"bounded_tasks:{name}", b"", bounds=bounds))
    assert not raised.value.refused
    assert given == []
