"""Stage 1, hear: every recording that has not been heard yet, on worker processes.

A result is stored by the worker itself, so that what is finished stays finished whatever becomes of the batch.
Each worker uses one thread of the recogniser: two such workers beat one worker of two threads, and the bytes of a
call cannot depend on how many workers there are.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from callsignals.batch.memory import own_peak_bytes
from callsignals.batch.store import Store
from callsignals.errors import CallSignalsError, MediaError
from callsignals.files import digest_of
from callsignals.hearing.hear import Ears, HearingSettings
from callsignals.hearing.voices.voiceprint import VOICEPRINT_VERSION
from callsignals.processes import CONTEXT
from callsignals.vocabulary.spoken import Activity, Transcript

__all__ = ["HearTask", "Heard", "default_workers", "hear_all", "hear_key", "voiceprint_key"]

CALLS_PER_WORKER = 500
"""A worker is replaced after so many calls, so that a leak in a decoder cannot grow for ever."""
ATTEMPTS = 2
"""A call that ends its worker so many times is failed."""
SECONDS_PER_CALL = 6 * 3600.0
"""A call that takes longer is stuck."""


@dataclass(frozen=True, slots=True)
class HearTask:
    """One recording to hear.

    Attributes:
        key: of the result in the store.
        audio: the recording.
        language: fixed by the user, or None to detect it.
        turns: who speaks when in mono, from the user; None to find out.
    """

    key: str
    audio: Path
    language: str | None
    turns: tuple[Activity, ...] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """How one task ended.

    Attributes:
        task: which.
        error: None when its result is in the store.
        peak_bytes: largest memory of its worker so far, where known.
    """

    task: HearTask
    error: CallSignalsError | None
    peak_bytes: int | None = None


def hear_key(audio_digest: str, language: str | None, settings: HearingSettings, rttm_digest: str | None = None) -> str:
    """Digest of all that a heard call depends on.

    Args:
        audio_digest: sha256 of the file's bytes.
        language: fixed by the user, or None.
        settings: with their models' digests.
        rttm_digest: sha256 of the user's RTTM, if there is one.
    """
    return digest_of([audio_digest, language, settings.digest(), *([rttm_digest] if rttm_digest else [])])


def voiceprint_key(hear_key: str, settings: HearingSettings) -> str:
    """Digest of all that the voiceprints of a heard call depend on."""
    return digest_of([hear_key, settings.voices_digest, VOICEPRINT_VERSION])


def default_workers() -> int:
    """One worker for each core that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def hear_all(tasks: Sequence[HearTask], settings: HearingSettings, store: Store, workers: int) -> Iterator[Heard]:
    """Hear ``tasks`` on ``workers`` processes; yields each as it ends, in no fixed order.

    Raises:
        KeyboardInterrupt: passed on after the workers have been stopped; finished calls stay in the store.
    """
    if not tasks:
        return
    pool = ProcessPool(
        max_workers=min(workers, len(tasks)),
        max_tasks=CALLS_PER_WORKER,
        initializer=_start_worker,
        initargs=(settings, store),
        context=CONTEXT,
    )
    try:
        yield from _drain(pool, tasks)
        pool.close()  # type: ignore[no-untyped-call]
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        pool.join()


def _drain(pool: ProcessPool, tasks: Sequence[HearTask]) -> Iterator[Heard]:
    attempts = dict.fromkeys((task.key for task in tasks), 1)
    running = {_schedule(pool, task): task for task in tasks}
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            task = running.pop(future)
            heard = _outcome(future, task)
            if heard.error is not None and heard.error.code == "worker_died" and attempts[task.key] < ATTEMPTS:
                attempts[task.key] += 1
                running[_schedule(pool, task)] = task
            else:
                yield heard


def _schedule(pool: ProcessPool, task: HearTask) -> Future[Heard]:
    future: Future[Heard] = pool.schedule(_hear_one, args=(task,), timeout=SECONDS_PER_CALL)
    return future


def _outcome(future: Future[Heard], task: HearTask) -> Heard:
    try:
        return future.result()
    except ProcessExpired:
        error = MediaError(
            str(task.audio),
            "ended the process that was hearing it",
            "Convert it to WAV or FLAC and run again; the file is probably damaged, or memory ran out.",
            code="worker_died",
        )
    except TimeoutError:
        error = MediaError(
            str(task.audio),
            "took too long to hear",
            "Cut the recording into shorter ones and run again.",
            code="timed_out",
        )
    return Heard(task, error)


def _hear_and_store(task: HearTask, ears: Ears, settings: HearingSettings, store: Store) -> None:
    """A call that was heard before voiceprints were asked for is not heard again."""
    heard = store.get("hear", task.key, Transcript) if settings.voiceprints else None
    if heard is None:
        heard = ears.hear(task.audio, language=task.language, turns=task.turns)
        store.put("hear", task.key, heard)
    if settings.voiceprints:
        store.put("voiceprint", voiceprint_key(task.key, settings), ears.voiceprints(task.audio, heard))


_hear: Callable[[HearTask], CallSignalsError | None] | None = None
"""Set once in each worker process: the loaded models must outlive single tasks."""


def _start_worker(settings: HearingSettings, store: Store) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    ears = Ears(settings)

    def hear(task: HearTask) -> CallSignalsError | None:
        try:
            _hear_and_store(task, ears, settings, store)
        except CallSignalsError as error:
            return error
        except Exception as error:
            return MediaError(
                str(task.audio),
                f"could not be heard ({type(error).__name__})",
                "Run `callsignals transcribe` on it with --debug and report what it prints.",
                code="internal",
            )
        return None

    global _hear
    _hear = hear


def _hear_one(task: HearTask) -> Heard:
    if _hear is None:
        raise RuntimeError("the worker was not started")
    error = _hear(task)
    return Heard(task, error, own_peak_bytes())
