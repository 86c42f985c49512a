"""Child processes that start clean and do not run the user's script a second time."""

from __future__ import annotations

import sys
import threading
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

__all__ = ["CONTEXT"]

_LAUNCH = threading.Lock()


class _CleanProcess(SpawnProcess):
    """A spawned process that does not import ``__main__``.

    ``multiprocessing`` makes every spawned child import the parent's main module, so that a script that calls
    ``callsignals.run`` without an ``if __name__ == "__main__"`` guard would start itself again in each worker. Our
    children only run functions of this package, so they need no main module.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: ANN401, N802 - the hook's own name and untyped arguments
        with _LAUNCH:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _CleanContext(SpawnContext):
    Process = _CleanProcess


CONTEXT = _CleanContext()
"""Use this wherever a child process is started: spawn, never fork (polars and onnxruntime run threads)."""
