"""How much of a batch's processor time is recognition and voice activity, and how much is everything else, by stage.

    python benchmarks/acceptance/where_time_goes.py [--repeats 1] [--stereo]

Hears the shipped recordings in one process, as a worker would, then runs the workspace of them with the results in the
store, as the main process would, and adds up processor seconds by stage (the decoder's own process and its start
included). Loading models and word lists, which happens once in a process however many calls there are, is shown by
itself. ``--stereo``: only recordings with a channel a party.
"""

from __future__ import annotations

import argparse
import csv
import functools
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import callsignals.batch.run as batch_run
import callsignals.hearing.hear as hear
import callsignals.hearing.recognise as recognise
from callsignals.batch.calls import hearing_settings
from callsignals.batch.hearing_work import hear_key
from callsignals.batch.rehearsal import rehearsed
from callsignals.batch.store import Store
from callsignals.files import file_digest
from callsignals.hearing import activity, channels, music, sides
from callsignals.inputs.settings import Settings
from callsignals.processes import ONE_THREAD
from callsignals.vocabulary.spoken import LANGUAGES

AUDIO = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "audio"
STEREO = ("harpervalley", "auto_repairs", "finnish")
SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".m4a", ".opus")
RECOGNITION, ACTIVITY, VOICES = "recognition", "voice activity", "telling voices in mono apart"


class Parts:
    """Processor seconds by part; a part inside another counts once, for the inner one."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open: list[float] = []

    def time(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, with its time noted."""

        @functools.wraps(call)
        def timed(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it takes
            self._open.append(0.0)
            begun = time.process_time()
            try:
                return call(*arguments, **options)
            finally:
                took = time.process_time() - begun
                inner = self._open.pop()
                self.seconds[name] += took - inner
                if self._open:
                    self._open[-1] += took

        return timed

    def wrap(self, owner: Any, attribute: str, name: str) -> None:  # noqa: ANN401 - a module or a class
        """Note the time of ``owner.attribute`` from now on."""
        setattr(owner, attribute, self.time(name, getattr(owner, attribute)))


def watch(parts: Parts) -> None:
    """Note the time of every stage."""
    parts.wrap(recognise.Recogniser, "recognise", RECOGNITION)
    parts.wrap(hear, "detect_language", RECOGNITION)
    parts.wrap(activity, "speech_probabilities", ACTIVITY)
    for module in (activity, channels):
        parts.wrap(module, "window_powers", "levels")
    parts.wrap(sides, "analyse_channels", "channels and bleed")
    parts.wrap(sides, "suppress_bleed", "channels and bleed")
    parts.wrap(music, "find_non_speech", "music and tones")
    parts.wrap(sides, "diarize", VOICES)
    parts.wrap(batch_run, "hear_calls", "looking up what is heard")
    parts.wrap(batch_run, "measure_calls", "roles and measures")
    parts.wrap(batch_run, "write_results", "tables and records")
    parts.wrap(batch_run, "build_report", "report")


def write_calls(folder: Path, recordings: Sequence[Path], repeats: int) -> list[dict[str, object]]:
    """A workspace of copies of the recordings; the stereo seller is on channel 0."""
    for path in recordings:
        shutil.copy(path, folder)
    rows: list[dict[str, object]] = [
        {
            "call_id": f"{path.stem}-{number}",
            "lead_id": f"lead-{path.stem}",
            "audio": path.name,
            "seller_channel": 0 if path.stem.startswith(STEREO) else "",
        }
        for number in range(repeats)
        for path in recordings
    ]
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


def main() -> None:
    """Hear, run, add up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--stereo", action="store_true", help="recordings with a channel a party alone")
    arguments = parser.parse_args()
    recordings = sorted(path for path in AUDIO.rglob("*") if path.suffix in SUFFIXES)
    if arguments.stereo:
        recordings = [path for path in recordings if path.stem.startswith(STEREO)]
    parts = Parts()
    settings = hearing_settings(Settings())
    with tempfile.TemporaryDirectory() as temporary, hear.Ears(settings) as ears:
        folder = Path(temporary)
        begun = time.process_time()
        shortest = sorted(recordings, key=lambda path: path.stat().st_size)
        with rehearsed(LANGUAGES):
            stereo = next(path for path in shortest if path.stem.startswith(STEREO))
            batch_run.run_workspace(_heard_before(folder / "first", stereo, ears))
        if not arguments.stereo:
            ears.hear(next(path for path in shortest if not path.stem.startswith(STEREO)))
        print(f"loading models and lists, with a call or two: {time.process_time() - begun:.1f} s")
        watch(parts)
        heard = parts.time("the rest of hearing", ears.hear)
        audio_s = 0.0
        workspace = folder / "all"
        workspace.mkdir()
        rows = write_calls(workspace, recordings, arguments.repeats)
        store = Store(workspace / "out")
        for row in rows:
            path = workspace / str(row["audio"])
            transcript = heard(path)
            audio_s += transcript.duration_s or 0.0
            key = hear_key(file_digest(path), None, settings)
            parts.time("the rest of hearing", store.put)("hear", key, transcript)
        result = parts.time("the rest of the run", batch_run.run_workspace)(workspace)
        if result.counts["calls"] != len(rows):
            sys.exit(f"calls that failed: {result.failures}")
    _print(parts, len(rows), audio_s)


def _heard_before(folder: Path, recording: Path, ears: hear.Ears) -> Path:
    folder.mkdir()
    write_calls(folder, [recording], 1)
    key = hear_key(file_digest(recording), None, hearing_settings(Settings()))
    Store(folder / "out").put("hear", key, ears.hear(recording))
    return folder


def _print(parts: Parts, calls: int, audio_s: float) -> None:
    children = os.times()
    parts.seconds["decoding"] = children.children_user + children.children_system
    whole = sum(parts.seconds.values())
    print(f"{calls} calls, {audio_s:.0f} s of audio, {whole:.1f} s of processor time")
    for name, seconds in sorted(parts.seconds.items(), key=lambda found: -found[1]):
        print(f"  {name}: {seconds:.2f} s, {100 * seconds / whole:.2f} %, {1000 * seconds / audio_s:.2f} ms per second")
    rest = whole - parts.seconds[RECOGNITION] - parts.seconds[ACTIVITY]
    print(f"all but recognition and voice activity: {100 * rest / whole:.2f} %")
    voices = parts.seconds[VOICES]
    print(f"... and without telling voices in mono apart: {100 * (rest - voices) / (whole - voices):.2f} %")


if __name__ == "__main__":
    if not ONE_THREAD.keys() <= os.environ.keys():  # as workers have it; numpy reads it when it is imported
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
    main()
