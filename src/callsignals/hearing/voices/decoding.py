"""The likeliest sequence of voices by Viterbi decoding (Forney 1973), with changes that cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "likeliest_path"]

Floats = npt.NDArray[np.float64]
_BLOCK_FRAMES = 10_000


def likeliest_path(emission: Floats, change_cost: Floats) -> npt.NDArray[np.int64]:
    """The sequence of states with the largest sum of emissions less the costs of its changes.

    Any state may follow any other at the same cost, so only the best state of the frame before can be worth
    changing from: the work is frames x states. Plain floats beat small arrays here by an order of magnitude.

    Args:
        emission: shape (frames, states).
        change_cost: shape (frames,), of changing state on entering each frame; the first is not used.

    Returns:
        Shape (frames,). Ties stay in the state they are in, else take the lowest.
    """
    frames, states = emission.shape
    if frames == 0:
        return np.zeros(0, dtype=np.int64)
    best = emission[0].tolist()
    leaders = np.zeros(frames, dtype=np.int8)
    changed = np.zeros((frames, states), dtype=np.bool_)
    for start in range(1, frames, _BLOCK_FRAMES):
        block = slice(start, start + _BLOCK_FRAMES)
        steps = zip(emission[block].tolist(), change_cost[block].tolist(), strict=True)
        for frame, (gains, cost) in enumerate(steps, start):
            highest = max(best)
            leaders[frame] = best.index(highest)
            after_change = highest - cost
            for state, gain in enumerate(gains):
                if best[state] < after_change:
                    changed[frame, state] = True
                    best[state] = after_change + gain
                else:
                    best[state] += gain
    path = np.zeros(frames, dtype=np.int64)
    state = best.index(max(best))
    path[-1] = state
    for frame in range(frames - 1, 0, -1):
        if changed[frame, state]:
            state = int(leaders[frame])
        path[frame - 1] = state
    return path
