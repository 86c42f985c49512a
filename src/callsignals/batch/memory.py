"""Peak memory of this process and of its finished workers, where the system tells."""

from __future__ import annotations

import sys

__all__ = ["peak_memory_bytes"]


def peak_memory_bytes() -> dict[str, int] | None:
    """Largest resident size of this process and of the largest finished child; None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return {
        "process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "largest_worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit,
    }
