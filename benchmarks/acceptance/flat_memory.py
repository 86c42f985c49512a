"""Does memory grow with the number of calls? After 50 short calls and after 500, in the main process and in a worker.

    python benchmarks/acceptance/flat_memory.py [--few 50] [--many 500] [--without-hearing]

The main process: a whole run over generated transcripts (see year_of_calls.py), a process each for few and many calls.
The worker: one worker that hears short cuts of the shipped calls, no two alike; its peak after each is what the system
says of the process itself. Exits with 1 when either grows by more than 5 %.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from year_of_calls import build, run

from callsignals.batch.calls import hearing_settings
from callsignals.batch.hear_stage import hear_all
from callsignals.batch.hearing_work import HearTask, HearWith
from callsignals.batch.store import Store
from callsignals.inputs.settings import Settings

AUDIO = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "audio"
NAMES = ("harpervalley_03a17cc3.flac", "harpervalley_00d676d7.wav", "harpervalley_eb82ec7b.mp3")
CUT_S = 2.0
STEP_S = 0.35
MOST_GROWTH = 0.05


def main_process(folder: Path, few: int, many: int) -> tuple[int, int]:
    """Peak bytes of a run over few and over many calls."""
    peaks = []
    for calls in (few, many):
        build(folder / str(calls), calls, comments=0)  # the comments model would hide it
        peaks.append(run(folder / str(calls), f"{calls} generated calls")[1])
    return peaks[0], peaks[1]


def cuts(folder: Path, count: int) -> list[HearTask]:
    """Short stereo cuts, each from another place and at another level."""
    folder.mkdir()
    tasks = []
    recordings = [soundfile.read(AUDIO / name, always_2d=True) for name in NAMES]
    for number in range(count):
        samples, rate_hz = recordings[number % len(recordings)]
        start = int((1 + STEP_S * (number // len(recordings)) % 45) * rate_hz)
        level = 0.6 + 0.3 * (number % 7) / 7
        path = folder / f"{number}.wav"
        cut = np.asarray(samples)[start : start + int(CUT_S * rate_hz)] * level
        soundfile.write(path, cut, rate_hz, subtype="PCM_16")
        tasks.append(HearTask(f"{number:064x}", path, "en"))
    return tasks


def worker(folder: Path, few: int, many: int) -> tuple[int, int]:
    """Peak bytes of one worker after few and after many calls."""
    tasks = cuts(folder / "cuts", many)
    after: list[int] = []
    for heard in hear_all(tasks, HearWith(hearing_settings(Settings())), Store(folder / "heard"), 1):
        if heard.error is not None:
            sys.exit(str(heard.error))
        after.append(heard.peak_bytes or 0)
        if len(after) % few == 0:
            print(f"worker after {len(after)} calls: {after[-1] / 2**20:.0f} MiB", flush=True)
    return after[few - 1], after[many - 1]


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=50)
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--without-hearing", action="store_true", help="the main process alone")
    arguments = parser.parse_args()
    grown = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        measured = {"main process": main_process(folder, arguments.few, arguments.many)}
        if not arguments.without_hearing:
            measured["worker"] = worker(folder, arguments.few, arguments.many)
    for who, (few, many) in measured.items():
        print(f"{who}: {few / 2**20:.0f} MiB after {arguments.few}, {many / 2**20:.0f} MiB after {arguments.many}")
        grown |= many > few * (1 + MOST_GROWTH)
    return int(grown)


if __name__ == "__main__":
    raise SystemExit(main())
