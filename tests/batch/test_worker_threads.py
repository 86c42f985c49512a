"""Processes of which several run side by side have one thread each in numpy's libraries."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from callsignals.processes import CONTEXT, ONE_THREAD


def environment_of_a_child() -> dict[str, str | None]:
    """What a process started through ``CONTEXT`` sees."""
    with ProcessPoolExecutor(1, mp_context=CONTEXT) as pool:
        return dict(zip(ONE_THREAD, pool.map(os.getenv, ONE_THREAD), strict=True))


def test_a_child_has_one_thread_and_the_parent_keeps_its_own_environment(monkeypatch):
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    assert environment_of_a_child() == dict.fromkeys(ONE_THREAD, "1")
    assert not ONE_THREAD.keys() & os.environ.keys()


@pytest.mark.parametrize("name", sorted(ONE_THREAD))
def test_what_the_user_set_is_left_alone(monkeypatch, name):
    monkeypatch.setenv(name, "3")
    assert environment_of_a_child()[name] == "3"
    assert os.environ[name] == "3"
