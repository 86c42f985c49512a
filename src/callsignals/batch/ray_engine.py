"""Hearing on a Ray cluster: the same work per call as on this machine, one actor a core or GPU.

The driver (this process) hands out one recording at a time to each actor and stores what comes back, so that OUT
needs no folder that all nodes share. Recordings are read where the actor is when the path is there too; else their
bytes are sent along. A call whose actor dies is tried again elsewhere; the loss of a whole node is not held
against it.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from callsignals.batch.hear_stage import ATTEMPTS, died
from callsignals.batch.hearing_work import Heard, Hearing, HearTask, HearWith, HearWork, Result
from callsignals.batch.memory import own_peak_bytes
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, MediaError, ModelError
from callsignals.files import sources_digest
from callsignals.weights import whisper_model

__all__ = ["RayEngine"]

_SILENCE_S = 600.0
"""So long nothing may be heard of a cluster on which not one actor is running."""
_FAILED_STARTS = 3
"""So many workers for each wanted one may die while they start."""
_NOT_THERE = "not_on_node"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an actor says of a task, or of itself when it has been started."""

    error: CallSignalsError | None
    results: tuple[Result, ...] = ()
    peak_bytes: int | None = None
    node: str = ""


class _Hearer:
    """Hears on a node of the cluster; becomes a Ray actor."""

    def __init__(self, work: HearWork, code: str) -> None:
        self._work = work
        self._code = code
        self._hear: Hearing | None = None

    def start(self) -> _Answer:
        """Load the models, unless code or weights of this node are not the driver's."""
        import ray

        node = str(ray.get_runtime_context().get_node_id())
        try:
            _check_same(self._work, self._code, node)
            self._hear = self._work.start()
        except CallSignalsError as error:
            return _Answer(error, node=node)
        return _Answer(None, node=node)

    def hear(self, task: HearTask, known: bytes | None, audio: bytes | None) -> _Answer:
        """One recording, from its path or from its bytes."""
        if self._hear is None:
            raise RuntimeError("the actor was not started")
        results: list[Result] = []
        if audio is None and not task.audio.is_file():
            return _Answer(MediaError(str(task.audio), "is not on this node", "", code=_NOT_THERE))
        with tempfile.TemporaryDirectory() as folder:
            here = task
            if audio is not None:
                here = replace(task, audio=Path(folder) / task.audio.name)
                here.audio.write_bytes(audio)
            error = self._hear(here, lambda: known, results.append)
        if error is not None and error.what == str(here.audio):
            error = type(error)(str(task.audio), error.problem, error.remedy, code=error.code, row=error.row)
        return _Answer(error, tuple(results), own_peak_bytes())


def _check_same(work: HearWork, code: str, node: str) -> None:
    """Results must not depend on where a call is heard.

    Raises:
        ModelError: this node has another version of the code, or other weights.
    """
    if sources_digest("callsignals") != code:
        raise ModelError(f"Ray node {node}", "has another version of callsignals", "Install the same one on all nodes.")
    for name, digest in work.settings.digests if isinstance(work, HearWith) else ():
        if whisper_model(name).digest != digest:
            raise ModelError(f"Ray node {node}", f"has other weights under the name {name}", "Pull the same ones.")


@dataclass(slots=True)
class _Waiting:
    """A task that is not finished."""

    task: HearTask
    attempts: int = 0
    audio: bytes | None = None


@dataclass(slots=True)
class _Busy:
    """What an actor is doing; no task while it starts."""

    actor: Any
    node: str = ""
    waiting: _Waiting | None = None


@dataclass(frozen=True, slots=True)
class RayEngine:
    """Hears on a Ray cluster; see ``hear_stage.Engine``.

    Attributes:
        address: of the cluster; None for ``RAY_ADDRESS``, else one that runs on this machine, else a new local one.
    """

    address: str | None = None

    def __call__(self, tasks: Sequence[HearTask], work: HearWork, store: Store, workers: int | None) -> Iterator[Heard]:
        """Hear ``tasks``; yields each as it ends.

        Raises:
            CallSignalsError: Ray is not installed, cannot be reached, or offers nothing to run on.
            ModelError: a node has other code or weights.
            OutputError: results cannot be stored.
        """
        if not tasks:
            return
        ray = _import_ray()
        was_running = ray.is_initialized()
        if not was_running:
            _connect(ray, self.address, workers)
        try:
            on_gpu = isinstance(work, HearWith) and work.settings.device == "cuda"
            actors = min(workers or _offered(ray, on_gpu), len(tasks))
            yield from _Batch(ray, work, store, actors, on_gpu).hear(tasks)
        finally:
            if not was_running:
                ray.shutdown()


def _offered(ray: Any, on_gpu: bool) -> int:  # noqa: ANN401 - a module
    """How many actors there is room for."""
    offered = int(ray.cluster_resources().get("GPU" if on_gpu else "CPU", 0))
    if offered < 1:
        what = "GPU" if on_gpu else "core"
        raise CallSignalsError("the Ray cluster", f"offers no {what}", "Add nodes, or leave --engine out.")
    return offered


def _import_ray() -> Any:  # noqa: ANN401 - a module
    try:
        import ray
    except ImportError:
        raise CallSignalsError(
            "--engine ray",
            "needs Ray, which is not installed",
            "Install it with: pip install 'callsignals[ray]'; or leave --engine out to use this machine alone.",
            code="ray_missing",
        ) from None
    return ray


def _connect(ray: Any, address: str | None, workers: int | None) -> None:  # noqa: ANN401 - a module
    """Join a cluster or start a local one; Ray reports nothing home and leaves our signal handlers alone."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    in_main_thread = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    address = address or os.environ.get("RAY_ADDRESS")
    options |= {"address": address} if address else {"include_dashboard": False, "num_cpus": workers}
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises RuntimeError, ConnectionError, ValueError and kinds of its own
        raise CallSignalsError(
            f"the Ray cluster {address or 'on this machine'}",
            f"cannot be reached ({type(error).__name__})",
            "Check RAY_ADDRESS or [batch] ray_address, and that `ray status` works there.",
            code="ray_unreachable",
        ) from error
    finally:
        if in_main_thread:
            for number, handler in handlers.items():
                signal.signal(number, handler)


class _Batch:
    """Tasks, actors and what is under way."""

    def __init__(self, ray: Any, work: HearWork, store: Store, actors: int, on_gpu: bool) -> None:  # noqa: ANN401
        self._ray = ray
        self._store = store
        self._wanted = actors
        resources = {"num_cpus": 0, "num_gpus": 1} if on_gpu else {"num_cpus": 1}
        self._kind = ray.remote(max_restarts=0, **resources)(_Hearer)
        self._work = ray.put(work)
        self._code = sources_digest("callsignals")
        self._failed_starts = 0
        self._queue: deque[_Waiting] = deque()
        self._busy: dict[Any, _Busy] = {}

    def hear(self, tasks: Sequence[HearTask]) -> Iterator[Heard]:
        self._queue.extend(_Waiting(task) for task in tasks)
        try:
            for _ in range(self._wanted):
                self._start_actor()
            while self._queue or any(busy.waiting for busy in self._busy.values()):
                ready, _ = self._ray.wait(list(self._busy), num_returns=1, timeout=_SILENCE_S)
                if not ready:
                    self._check_alive()
                for reference in ready:
                    yield from self._take(reference)
        finally:
            for busy in self._busy.values():
                self._ray.kill(busy.actor)
            self._busy.clear()

    def _start_actor(self) -> None:
        actor = self._kind.remote(self._work, self._code)
        self._busy[actor.start.remote()] = _Busy(actor)

    def _take(self, reference: Any) -> Iterator[Heard]:  # noqa: ANN401 - an object reference
        busy = self._busy.pop(reference)
        try:
            answer: _Answer = self._ray.get(reference)
        except self._ray.exceptions.RayError:
            yield from self._lost(busy)
            return
        if busy.waiting is None:
            if answer.error is not None:
                raise answer.error
            busy.node, self._failed_starts = answer.node, 0
        else:
            yield from self._finished(busy.waiting, answer)
        self._next(busy)

    def _finished(self, waiting: _Waiting, answer: _Answer) -> Iterator[Heard]:
        if answer.error is not None and answer.error.code == _NOT_THERE:
            try:
                waiting.audio = waiting.task.audio.read_bytes()
            except OSError as error:
                problem = f"cannot be read ({error.strerror or error})"
                yield Heard(waiting.task, MediaError(answer.error.what, problem, "Check that it may be read."))
            else:
                self._queue.appendleft(waiting)
            return
        for result in answer.results:
            self._store.put_stored(result.stage, result.key, result.content)
        yield Heard(waiting.task, answer.error, answer.peak_bytes)

    def _next(self, busy: _Busy) -> None:
        """The actor's next task; without one it stays idle until a lost one comes back."""
        if not self._queue:
            self._ray.kill(busy.actor)
            return
        busy.waiting = self._queue.popleft()
        task = busy.waiting.task
        known = self._store.get_stored("hear", task.key)
        self._busy[busy.actor.hear.remote(task, known, busy.waiting.audio)] = busy

    def _lost(self, busy: _Busy) -> Iterator[Heard]:
        """An actor died: another is started, and its task waits for the next free one."""
        self._failed_starts = self._failed_starts + 1 if busy.waiting is None else 0
        if self._failed_starts > _FAILED_STARTS * self._wanted:
            raise CallSignalsError(
                "the Ray cluster",
                "ends every worker before it can hear anything",
                "See the logs of the nodes: callsignals must be installed there, with memory for its models.",
                code="ray_workers_end",
            )
        self._start_actor()
        if busy.waiting is None:
            return
        alive = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
        busy.waiting.attempts += busy.node in alive
        if busy.waiting.attempts < ATTEMPTS:
            self._queue.append(busy.waiting)
        else:
            yield Heard(busy.waiting.task, died(busy.waiting.task))

    def _check_alive(self) -> None:
        if not any(busy.waiting for busy in self._busy.values()):
            raise CallSignalsError(
                "the Ray cluster",
                f"has had no room for a worker for {_SILENCE_S / 60:.0f} minutes",
                "Add nodes or wait for other jobs to end, then run again; what is finished is kept.",
                code="ray_full",
            )
