"""Hearing on a cluster without a cluster: what an actor answers, what the driver does when actors or nodes are lost.

``test_ray`` does whole runs on a real one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from callsignals.batch import ray_engine
from callsignals.batch.calls import hearing_settings
from callsignals.batch.hearing_work import HearTask, HearWith, Result
from callsignals.batch.ray_engine import RayEngine, _Hearer
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, MediaError, ModelError
from callsignals.files import sources_digest
from callsignals.inputs.settings import Settings

CODE = sources_digest("callsignals")


class Work:
    """Hears what is in the file; what begins with ``bad`` is refused by its path."""

    def start(self):
        def hear(task, _known, keep):
            content = task.audio.read_bytes()
            if content.startswith(b"bad"):
                return MediaError(str(task.audio), "is bad", "Leave it out.", code="bad")
            keep(Result("hear", task.key, b'"heard %s"' % content))
            return None

        return hear


@pytest.fixture
def task(tmp_path) -> Callable[..., HearTask]:
    def made(name: str, content: bytes | None = b"a") -> HearTask:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return HearTask(name, tmp_path / name, "en")

    return made


@pytest.fixture
def node(monkeypatch) -> None:
    """This process is a node of that name."""
    context = SimpleNamespace(get_node_id=lambda: "n1")
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get_runtime_context=lambda: context))


def test_an_actor_hears_from_the_path_or_from_bytes_and_names_the_drivers_path(node, task) -> None:
    hearer = _Hearer(Work(), CODE)
    with pytest.raises(RuntimeError):
        hearer.hear(task("early.wav"), None, None)
    started = hearer.start()
    assert (started.error, started.node) == (None, "n1")
    assert hearer.hear(task("a.wav"), None, None).results == (Result("hear", "a.wav", b'"heard a"'),)
    elsewhere = task("b.wav", None)
    absent = hearer.hear(elsewhere, None, None)
    assert absent.error is not None
    assert absent.error.what == str(elsewhere.audio)
    assert hearer.hear(elsewhere, None, b"sent").results == (Result("hear", "b.wav", b'"heard sent"'),)
    refused = hearer.hear(elsewhere, None, b"bad").error
    assert refused is not None
    assert (refused.what, refused.code) == (str(elsewhere.audio), "bad")
    assert not elsewhere.audio.exists()


def test_a_node_with_other_code_or_weights_is_refused(node, monkeypatch) -> None:
    other = _Hearer(Work(), "of another version").start().error
    assert isinstance(other, ModelError)
    assert "Ray node n1" in str(other)
    assert "another version" in str(other)
    monkeypatch.setattr(ray_engine, "whisper_model", lambda name: SimpleNamespace(digest=f"of {name} here"))
    settings = replace(hearing_settings(Settings()), digests=(("base", "of base there"),))
    weights = _Hearer(HearWith(settings), CODE).start().error
    assert isinstance(weights, ModelError)
    assert "other weights under the name base" in str(weights)


class RayError(Exception):
    """Stands in for Ray's own."""


class FakeRay:
    """A cluster of one node whose actors work in this process, when their answer is waited for.

    Args:
        start: what an actor says of itself; an exception ends it.
        hear: what an actor says of a task.
        silent: nothing is ever ready.
    """

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self, hear: Callable[..., Any], *, start: Any = None, cores: int = 2, silent: bool = False) -> None:
        self._hear, self._start, self._cores, self._silent = hear, start, cores, silent
        self.node_is_alive = True
        self.started = self.ended = 0

    def is_initialized(self) -> bool:
        return True

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self._cores}

    def put(self, value: object) -> object:
        return value

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": "n1", "Alive": self.node_is_alive}]

    def remote(self, **_resources: object) -> Callable[[type], Any]:
        return lambda _kind: SimpleNamespace(remote=self._actor)

    def _actor(self, _work: object, _code: str) -> Any:
        self.started += 1
        start = self._start or (lambda: ray_engine._Answer(None, node="n1"))
        return SimpleNamespace(
            start=SimpleNamespace(remote=lambda: (start, ())), hear=SimpleNamespace(remote=self._task)
        )

    def _task(self, *given: object) -> tuple[Callable[..., Any], tuple[object, ...]]:
        self._tasks = getattr(self, "_tasks", 0) + 1  # no two references are equal
        return (lambda *_: self._hear(*given), (self._tasks,))

    def wait(self, references: list[Any], *, num_returns: int, timeout: float) -> tuple[list[Any], list[Any]]:
        del num_returns, timeout
        return ([], references) if self._silent else (references[:1], references[1:])

    def get(self, reference: Any) -> Any:
        work, given = reference
        return work(*given)

    def kill(self, _actor: object) -> None:
        self.ended += 1


@pytest.fixture
def hear(tmp_path, monkeypatch):
    """What the engine yields for these tasks on this cluster, by key; and what it stored."""

    def heard(ray: FakeRay, *tasks: HearTask, workers: int | None = None) -> tuple[dict[str, str | None], Store]:
        monkeypatch.setattr(ray_engine, "_import_ray", lambda: ray)
        store = Store(tmp_path / "out")
        found = list(RayEngine()(tasks, Work(), store, workers))
        assert len({one.task.key for one in found}) == len(found)
        return {one.task.key: one.error.code if one.error else None for one in found}, store

    return heard


def answering(hearer: _Hearer) -> Callable[..., Any]:
    return lambda task, known, audio: hearer.hear(task, known, audio)


def test_every_task_is_heard_once_and_actors_end(node, task, hear) -> None:
    hearer = _Hearer(Work(), CODE)
    hearer.start()
    ray = FakeRay(answering(hearer))
    found, store = hear(ray, task("a.wav"), task("b.wav", b"bad"), task("c.wav", b"c"))
    assert found == {"a.wav": None, "b.wav": "bad", "c.wav": None}
    assert store.get_stored("hear", "c.wav") == b'"heard c"'
    assert store.get_stored("hear", "b.wav") is None
    assert ray.started == ray.ended == 2


def test_what_is_not_on_the_node_is_sent_and_what_is_nowhere_is_named(task, hear) -> None:
    sent = []

    def not_there(task: HearTask, _known: object, audio: bytes | None) -> Any:
        if audio is None:
            return ray_engine._Answer(MediaError(str(task.audio), "", "", code=ray_engine._NOT_THERE))
        sent.append(audio)
        return ray_engine._Answer(None)

    found, _ = hear(FakeRay(not_there), task("here.wav", b"sound"), task("nowhere.wav", None), workers=1)
    assert sent == [b"sound"]
    assert found["here.wav"] is None
    assert found["nowhere.wav"] is not None


@pytest.mark.parametrize(
    ("node_is_alive", "deaths", "code"), [(True, 1, None), (True, 2, "worker_died"), (False, 5, None)]
)
def test_a_task_that_ends_its_actor_is_tried_again_and_a_lost_node_is_not_held_against_it(
    task, hear, node_is_alive: bool, deaths: int, code: str | None
) -> None:
    died: list[str] = []

    def dying(task: HearTask, _known: object, _audio: object) -> Any:
        if task.key == "killer.wav" and len(died) < deaths:
            died.append(task.key)
            raise RayError
        return ray_engine._Answer(None)

    ray = FakeRay(dying)
    ray.node_is_alive = node_is_alive
    found, _ = hear(ray, task("killer.wav"), task("other.wav"), workers=1)
    assert found == {"killer.wav": code, "other.wav": None}
    assert ray.started == 1 + deaths


def failing_start() -> Any:
    raise RayError


def other_code() -> Any:
    return ray_engine._Answer(ModelError("Ray node n1", "has another version", "Install it."))


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"cores": 0}, "offers no core"),
        ({"start": failing_start}, "ends every worker before it can hear anything"),
        ({"start": other_code}, "has another version"),
        ({"silent": True}, "has had no room for a worker for 10 minutes"),
    ],
)
def test_a_cluster_that_is_of_no_use_is_one_clear_error(task, hear, cluster: dict[str, Any], said: str) -> None:
    ray = FakeRay(lambda *_: ray_engine._Answer(None), **cluster)
    with pytest.raises(CallSignalsError, match=said):
        hear(ray, task("a.wav"))


def test_a_gpu_is_asked_for_where_the_recogniser_runs_on_one(tmp_path, task, monkeypatch) -> None:
    monkeypatch.setattr(ray_engine, "_import_ray", lambda: FakeRay(lambda *_: None))
    work = HearWith(replace(hearing_settings(Settings()), device="cuda"))
    with pytest.raises(CallSignalsError, match="offers no GPU"):
        list(RayEngine()([task("a.wav")], work, Store(tmp_path / "out"), None))
