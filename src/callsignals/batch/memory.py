"""Peak memory of a process, where the system tells."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["own_peak_bytes"]

_STATUS = Path("/proc/self/status")


def own_peak_bytes() -> int | None:
    """Largest resident size of this process so far; None on Windows.

    On Linux from ``VmHWM``: ``ru_maxrss`` survives exec, so a small process started by a large one would look large.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, others KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
