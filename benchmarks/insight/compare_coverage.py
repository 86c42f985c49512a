"""Does ``compare`` keep its promises? Coverage of its intervals with a known effect, false alarms without any.

Samples of two groups are drawn from distributions whose effect is known: the bell curve, skewed ones (log-normal,
exponential), shares (beta) and counts (Poisson). Cliff's delta of the populations is computed from a million pairs.
For the false alarms there are 20 signals of which none differs; q is judged over all of them as ``compare`` does.

Usage::

    python benchmarks/insight/compare_coverage.py [--simulations 1000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from callsignals.figures.estimates import mean_interval
from callsignals.insight.compare import FLAGGED_BELOW
from callsignals.insight.statistics import cliffs_delta, compare_samples, delta_interval, false_discovery

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], tuple[Floats, Floats]]

POPULATIONS: dict[str, Draw] = {
    "normal, d = 0.6": lambda r, n, m: (r.normal(0.6, 1, n), r.normal(0, 1, m)),
    "normal, d = 0.95, unequal spread": lambda r, n, m: (r.normal(1.5, 2, n), r.normal(0, 1, m)),
    "log-normal": lambda r, n, m: (r.lognormal(0.6, 1, n), r.lognormal(0, 1, m)),
    "beta (a share)": lambda r, n, m: (r.beta(6, 4, n), r.beta(4, 6, m)),
    "Poisson (many ties)": lambda r, n, m: (r.poisson(2, n) * 1.0, r.poisson(1, m) * 1.0),
    "exponential, no effect": lambda r, n, m: (r.exponential(1, n), r.exponential(1, m)),
}
SIZES = ((10, 10), (10, 25), (20, 20), (40, 60))
PAIRS = 200_000
SIGNALS = 20


def main() -> None:
    """Print the tables of ``docs/compare.md``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--simulations", type=int, default=1000)
    count = parser.parse_args().simulations
    print(f"{count} simulations each\n\n| population | delta | " + " | ".join(f"{n} and {m}" for n, m in SIZES) + " |")
    print("|---|---|" + "---|" * len(SIZES))
    pooled = []
    for name, draw in POPULATIONS.items():
        truth = cliffs_delta(*draw(np.random.default_rng(1), PAIRS, PAIRS))
        cells = []
        for n, m in SIZES:
            generator = np.random.default_rng(2)
            ends = [delta_interval(*draw(generator, n, m)) for _ in range(count)]
            covered = np.mean([low <= truth <= high for low, high in ends])
            pooled.append(covered)
            cells.append(f"{covered:.1%}")
        print(f"| {name} | {truth:+.3f} | {' | '.join(cells)} |", flush=True)
    print(f"\nall: {np.mean(pooled):.1%}\n")
    for name, draw in POPULATIONS.items():
        truth = float(draw(np.random.default_rng(1), PAIRS * 5, 1)[0].mean())
        cells = []
        for n, _ in SIZES:
            generator = np.random.default_rng(3)
            ends = [mean_interval(list(draw(generator, n, 1)[0]), -np.inf, np.inf) for _ in range(count)]
            cells.append(f"{np.mean([low <= truth <= high for low, high in ends]):.1%}")
        print(f"mean, Student's t, {name}: {', '.join(cells)}", flush=True)
    generator = np.random.default_rng(4)
    flagged, any_flagged, runs = 0, 0, max(1, count // SIGNALS)
    for _ in range(runs):
        draws = [POPULATIONS["exponential, no effect"](generator, 15, 20) for _ in range(SIGNALS)]
        adjusted = false_discovery([compare_samples(list(x), list(y)).p for x, y in draws])
        flagged += sum(q < FLAGGED_BELOW for q in adjusted)
        any_flagged += any(q < FLAGGED_BELOW for q in adjusted)
    print(
        f"\nno effect: {flagged} of {runs * SIGNALS} comparisons flagged, in {any_flagged} of {runs} runs of {SIGNALS}"
    )


if __name__ == "__main__":
    main()
