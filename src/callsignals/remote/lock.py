"""One run at a time on one OUT in a store: a small object there that the run renews as long as it lives.

Stores have no locks that end with a process. So a run that gave no sign of life for some minutes is taken for dead;
one of this machine's own that was killed is known to be dead, because its working folder is free. Where a store can
create an object only if there is none (memory, local, S3), two runs cannot begin at once; elsewhere both write and read
back, and the one that was overwritten stops.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from callsignals.errors import CallSignalsError, OutputError
from callsignals.remote.depot import Depot

__all__ = ["LOCK_FILE", "RemoteLock"]

LOCK_FILE = ".cache/remote/lock"
_RENEWALS = 5
"""So often within the time after which a run is taken for dead."""


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds OUT, and when that one last said so (seconds since 1970)."""

    run: str
    host: str
    renewed_s: float


@dataclass(slots=True)
class RemoteLock:
    """The lock of one OUT.

    Attributes:
        depot: OUT.
        host: says which working folder of which machine, without naming it.
        stale_s: seconds without renewal after which a run is taken for dead.
        clock: seconds since 1970.
    """

    depot: Depot
    host: str
    stale_s: float
    clock: Callable[[], float] = time.time
    _run: str = field(default_factory=lambda: uuid.uuid4().hex)
    _ended: threading.Event = field(default_factory=threading.Event)
    _began: float = 0.0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold OUT.

        Raises:
            OutputError: another run holds it, or the store cannot be written.
            InputError: the store cannot be read.
        """
        self._take()
        renewing = threading.Thread(target=self._renew_until_ended, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            self._ended.set()
            renewing.join()
            with contextlib.suppress(CallSignalsError):  # a lock that stays is taken for dead in the end
                if self._is_ours():
                    self.depot.remove([LOCK_FILE])

    def check(self) -> None:
        """Before something is changed that others read.

        Raises:
            OutputError: another run has taken OUT, since this one gave no sign of life.
        """
        if not self._is_ours():
            raise OutputError(
                self.depot.address.shown,
                "was taken by another run, because this one could not renew its lock",
                "Run again when that one has ended; what is finished is kept.",
                code="lock_lost",
            )

    def _take(self) -> None:
        self._began = self.clock()
        found = self._found()
        if found is not None:
            silent_s = self.clock() - found.renewed_s
            if found.host != self.host and silent_s < self.stale_s:
                raise self._in_use(silent_s)
            self.depot.write(LOCK_FILE, self._content())
        elif not self.depot.write(LOCK_FILE, self._content(), new=True):
            raise self._in_use(0.0)
        if not self._is_ours():
            raise self._in_use(0.0)

    def _in_use(self, silent_s: float) -> OutputError:
        shown = self.depot.address.shown
        return OutputError(
            shown,
            f"another run is using this address (its last sign of life: {max(silent_s, 0) / 60:.0f} minutes ago)",
            f"Wait for it. If it was killed, its lock ends {self.stale_s / 60:.0f} minutes after that sign; "
            f"to go on at once, remove the object {shown}/{LOCK_FILE}.",
            code="in_use",
        )

    def _renew_until_ended(self) -> None:
        while not self._ended.wait(self.stale_s / _RENEWALS):
            with contextlib.suppress(CallSignalsError):  # tried again soon; ``check`` tells when it was too late
                if self._is_ours():
                    self.depot.write(LOCK_FILE, self._content())

    def _content(self) -> bytes:
        now = self.clock()
        told = {"run": self._run, "host": self.host, "began": _iso(self._began), "renewed": _iso(now), "renewed_s": now}
        return (json.dumps(told) + "\n").encode("utf-8")

    def _is_ours(self) -> bool:
        found = self._found()
        return found is not None and found.run == self._run

    def _found(self) -> _Holder | None:
        content = self.depot.read(LOCK_FILE)
        if content is None:
            return None
        try:
            told = json.loads(content)
            return _Holder(str(told["run"]), str(told["host"]), float(told["renewed_s"]))
        except (ValueError, KeyError, TypeError):  # half-written: somebody is taking it just now
            return _Holder("", "", self.clock())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
