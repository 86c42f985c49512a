"""What lies in the store that stands in for S3 and its like."""

from __future__ import annotations

__all__ = ["stored"]


def stored(memory, prefix: str) -> dict[str, bytes]:
    """What lies below a prefix of the store, by name."""
    return {
        path[len(prefix) + 1 :]: memory.cat_file(path) for path in memory.find(prefix) if path.startswith(f"{prefix}/")
    }
