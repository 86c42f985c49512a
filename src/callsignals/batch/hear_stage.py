"""Stage 1, hear: every recording that has not been heard yet, on worker processes.

A result is stored by the worker itself, so that what is finished stays finished whatever becomes of the batch.
Each worker uses one thread of the recogniser: two such workers beat one worker of two threads, and the bytes of a
call cannot depend on how many workers there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

from pebble import ProcessExpired, ProcessPool

from callsignals.batch.hearing_work import Heard, HearTask, HearWork, Result
from callsignals.batch.memory import own_peak_bytes
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, MediaError, OutputError
from callsignals.processes import CONTEXT

__all__ = ["ATTEMPTS", "CALLS_PER_WORKER", "Engine", "default_workers", "died", "hear_all", "timed_out"]

CALLS_PER_WORKER = 500
"""A worker is replaced after so many calls, so that a leak in a decoder cannot grow for ever."""
ATTEMPTS = 2
"""A call that ends its worker so many times is failed."""
SECONDS_PER_CALL = 6 * 3600.0
"""A call that takes longer is stuck, or the machine slept: it is tried once more."""
_WAITING_PER_WORKER = 4
"""Calls handed to the pool ahead of time; more would only take memory."""
_TRIED_AGAIN = ("worker_died", "timed_out")


class Engine(Protocol):
    """Where calls are heard: ``hear_all`` on this machine, ``ray_engine.RayEngine`` on a cluster."""

    def __call__(self, tasks: Sequence[HearTask], work: HearWork, store: Store, workers: int | None) -> Iterator[Heard]:
        """Hear ``tasks`` and keep the results in ``store``; yields each as it ends, in no fixed order.

        Raises:
            OutputError: results cannot be kept; the others are stopped.
        """


def default_workers() -> int:
    """One worker for each core that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def hear_all(
    tasks: Sequence[HearTask],
    work: HearWork,
    store: Store,
    workers: int | None = None,
    *,
    calls_per_worker: int = CALLS_PER_WORKER,
) -> Iterator[Heard]:
    """Hear ``tasks`` on processes of this machine; see ``Engine``.

    Args:
        tasks: what to hear.
        work: what a worker does.
        store: where results go.
        workers: processes; None for one a core.
        calls_per_worker: after so many a worker is replaced.

    Raises:
        OutputError: results cannot be kept.
        KeyboardInterrupt: passed on after the workers have been stopped; finished calls stay in the store.
    """
    if not tasks:
        return
    wanted = min(workers or default_workers(), len(tasks))
    pool = ProcessPool(
        max_workers=wanted,
        max_tasks=calls_per_worker,
        initializer=_start_worker,
        initargs=(work, store),
        context=CONTEXT,
    )
    try:
        yield from _drain(pool, tasks, _WAITING_PER_WORKER * wanted)
        pool.close()  # type: ignore[no-untyped-call]
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        pool.join()


def _drain(pool: ProcessPool, tasks: Sequence[HearTask], at_once: int) -> Iterator[Heard]:
    attempts: dict[str, int] = {}
    waiting = iter(tasks)
    running: dict[Future[Heard], HearTask] = {}

    def schedule(task: HearTask) -> None:
        attempts[task.key] = attempts.get(task.key, 0) + 1
        running[pool.schedule(_hear_one, args=(task,), timeout=SECONDS_PER_CALL)] = task

    while True:
        while len(running) < at_once and (task := next(waiting, None)) is not None:
            schedule(task)
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            task = running.pop(future)
            heard = _outcome(future, task)
            if isinstance(heard.error, OutputError):
                raise heard.error
            if heard.error is not None and heard.error.code in _TRIED_AGAIN and attempts[task.key] < ATTEMPTS:
                schedule(task)
            else:
                del attempts[task.key]
                yield heard


def _outcome(future: Future[Heard], task: HearTask) -> Heard:
    try:
        return future.result()
    except ProcessExpired:
        return Heard(task, died(task))
    except TimeoutError:
        return Heard(task, timed_out(task))


def died(task: HearTask) -> MediaError:
    """The error of a call that ended its worker."""
    return MediaError(
        str(task.audio),
        f"ended the process that was hearing it, {ATTEMPTS} times",
        "Convert it to WAV or FLAC and run again; the file is probably damaged, or memory ran out.",
        code="worker_died",
    )


def timed_out(task: HearTask) -> MediaError:
    """The error of a call that took too long."""
    return MediaError(
        str(task.audio),
        f"took longer than {SECONDS_PER_CALL / 3600:.0f} hours to hear, {ATTEMPTS} times",
        "Cut the recording into shorter ones and run again.",
        code="timed_out",
    )


_hear: Callable[[HearTask], CallSignalsError | None] | None = None
"""Set once in each worker process: the loaded models must outlive single tasks."""


def _start_worker(work: HearWork, store: Store) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    hear = work.start()

    def hear_and_store(task: HearTask) -> CallSignalsError | None:
        def keep(result: Result) -> None:
            store.put_stored(result.stage, result.key, result.content)

        return hear(task, lambda: store.get_stored("hear", task.key), keep)

    global _hear
    _hear = hear_and_store


def _end_with_parent() -> None:
    """Do not go on for a batch that was killed: the next one may be hearing the same call by now."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _hear_one(task: HearTask) -> Heard:
    if _hear is None:
        raise RuntimeError("the worker was not started")
    error = _hear(task)
    return Heard(task, error, own_peak_bytes())
