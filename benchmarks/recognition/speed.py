"""Seconds, errors and memory of ``callsignals run`` beside its peers: same weights, same channels, same run.

python benchmarks/recognition/speed.py --data DIR --peer PATH/bin/whisper-ctranslate2

The calls are made from the recordings in DIR (:mod:`calls`); every system starts afresh in every round, ours with an
empty cache, and the systems take turns. The peers get each channel as a file of its own, all files in one command.
``--peer`` is an executable in an environment of its own: it is no dependency of ours.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calls import Call, make_calls
from wer import errors, normalised

from callsignals.weights import whisper_model

HERE = Path(__file__).parent
CORES = len(os.sched_getaffinity(0))
SAMPLE_EVERY_S = 0.2

Sides = dict[tuple[str, int], tuple[str, float]]
"""(call, side) -> (text, seconds of speech)."""


@dataclass(frozen=True)
class Round:
    """One system's measurements in one round."""

    took_s: float
    cpu_s: float
    peak_bytes: int
    heard: Sides


@dataclass(frozen=True)
class System:
    """A command to be measured, and how to read what it wrote below a folder."""

    name: str
    command: Callable[[Path], list[str]]
    read: Callable[[Path], Sides]


def ours(name: str, workspace: Path, workers: int) -> System:
    """``callsignals run``."""

    def command(out: Path) -> list[str]:
        run = [sys.executable, "-m", "callsignals", "run", str(workspace), "--out", str(out / "out")]
        return [*run, "--workers", str(workers), "--json"]

    def read(out: Path) -> Sides:
        heard: Sides = {}
        for path in sorted((out / "out" / "transcripts").glob("*.json")):
            transcript = json.loads(path.read_text(encoding="utf-8"))
            for side, party in enumerate(("seller", "customer")):
                text = " ".join(word["text"] for word in transcript["words"] if word["party"] == party)
                active = (item for item in transcript["timeline"] if item["party"] == party)
                heard[path.stem, side] = (text, sum(item["end_s"] - item["start_s"] for item in active))
        return heard

    return System(name, command, read)


def whisper_ctranslate2(name: str, executable: str, weights: Path, files: Sequence[Path], *more: str) -> System:
    """The command-line peer."""

    def command(out: Path) -> list[str]:
        run = [executable, *map(str, files), "--model_directory", str(weights), "--device", "cpu"]
        run += ["--vad_filter", "True", "--word_timestamps", "True", "--verbose", "False"]
        return [*run, "--output_format", "json", "--output_dir", str(out), *more]

    def read(out: Path) -> Sides:
        return _sides({path.stem: json.loads(path.read_text(encoding="utf-8")) for path in out.glob("*.json")})

    return System(name, command, read)


def library(name: str, weights: Path, files: Sequence[Path], arrangement: str, processes: int, beam: int) -> System:
    """The library peer."""

    def command(out: Path) -> list[str]:
        run = [sys.executable, str(HERE / "plain.py"), str(weights), arrangement, str(processes), str(beam)]
        return [*run, str(out / "heard.json"), *map(str, files)]

    def read(out: Path) -> Sides:
        heard = json.loads((out / "heard.json").read_text(encoding="utf-8"))
        return _sides({Path(path).stem: found for path, found in heard.items()})

    return System(name, command, read)


def _sides(heard: Mapping[str, Any]) -> Sides:
    """Side files are called CALL-SIDE."""
    found: Sides = {}
    for stem, result in heard.items():
        call, _, side = stem.rpartition("-")
        seconds = sum(segment["end"] - segment["start"] for segment in result["segments"])
        found[call, int(side)] = ("".join(segment["text"] for segment in result["segments"]), seconds)
    return found


def measure(system: System) -> Round:
    """Run a system once, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        out = Path(folder) / "result"
        out.mkdir()
        with log.open("wb") as output:
            begun = time.perf_counter()
            process = subprocess.Popen(system.command(out), stdout=output, stderr=subprocess.STDOUT)
            memory = _Memory(process.pid)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            took_s = time.perf_counter() - begun
        if process.returncode != 0:
            raise SystemExit(f"{system.name} failed:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        return Round(took_s, used.ru_utime + used.ru_stime, memory.stop(), system.read(out))


class _Memory:
    """Largest sum of the resident memory of a process and all below it, looked up while it runs (Linux)."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._stop.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_EVERY_S):
            self._peak = max(self._peak, sum(map(_resident_bytes, _family(self._root))))


def _family(root: int) -> list[int]:
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        below.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    family = [root]
    for pid in family:
        family += below.get(pid, [])
    return family


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def word_errors(calls: Sequence[Call], heard: Sides) -> tuple[int, int]:
    """(wrong words, words) over every side with a reference."""
    totals = [0, 0]
    for call in calls:
        for side in (0, 1):
            reference = normalised(call.text(side), "en")
            if reference:
                text, _ = heard.get((call.name, side), ("", 0.0))
                found = errors(reference, normalised(text, "en"))
                totals = [totals[0] + found[0], totals[1] + found[1]]
    return totals[0], totals[1]


def share_error(calls: Sequence[Call], heard: Sides) -> float:
    """Mean absolute error of side 0's share of the speech, in points."""
    off = []
    for call in calls:
        if call.said is not None:
            seconds = [heard.get((call.name, side), ("", 0.0))[1] for side in (0, 1)]
            off.append(100 * abs(seconds[0] / (sum(seconds) or 1.0) - call.share()))
    return statistics.mean(off)


def write_workspace(folder: Path, calls: Sequence[Call]) -> None:
    """``calls.csv`` beside the calls; the seller is on channel 0."""
    rows = ["call_id,lead_id,audio,seller_channel"]
    rows += [f"{call.name},lead-{call.name},calls/{call.path.name},0" for call in calls]
    (folder / "calls.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of recordings with references")
    parser.add_argument("--peer", help="the whisper-ctranslate2 executable")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of a call")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[CORES])
    parser.add_argument("--only", nargs="+", help="systems by name")
    parser.add_argument(
        "--append",
        type=Path,
        help="file of rounds to add to and to summarise, so that rounds can be measured one at a time",
    )
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="callsignals-speed-"))
    try:
        calls = make_calls(arguments.data, folder, count=arguments.calls, seconds=arguments.seconds)
        write_workspace(folder, calls)
        systems = _systems(arguments, folder, calls)
        rounds = _before(arguments.append)
        for _ in range(arguments.rounds):
            for system in systems[:: 1 if len(rounds) % 2 else -1]:
                found = measure(system)
                wrong, words = word_errors(calls, found.heard)
                rounds.append(
                    {
                        "system": system.name,
                        "took_s": found.took_s,
                        "cpu_s": found.cpu_s,
                        "peak_bytes": found.peak_bytes,
                        "wer": 100 * wrong / words,
                        "words": words,
                        "share_error": share_error(calls, found.heard),
                    }
                )
                times = f"{found.took_s:7.1f} s, {found.cpu_s:.1f} s of processors"
                print(f"{system.name:40} {times}", file=sys.stderr, flush=True)
            if arguments.append:
                arguments.append.write_text(json.dumps(rounds), encoding="utf-8")
        _print_table(rounds, sum(call.duration_s for call in calls), len(calls))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _systems(arguments: argparse.Namespace, folder: Path, calls: Sequence[Call]) -> list[System]:
    weights = whisper_model("base").path
    files = [side for call in calls for side in call.sides]
    found = [ours(f"callsignals, {n} worker{'s' * (n > 1)}", folder, n) for n in arguments.workers]
    if arguments.peer:
        found.append(whisper_ctranslate2("whisper-ctranslate2", arguments.peer, weights, files))
        batched = ("--batched", "True")
        found.append(whisper_ctranslate2("whisper-ctranslate2 batched", arguments.peer, weights, files, *batched))
    for arrangement in ("sequential", "batched"):
        for processes in (1, CORES):
            how = f"{CORES} threads" if processes == 1 else f"{processes} x 1 thread"
            found.append(library(f"faster-whisper {arrangement}, {how}", weights, files, arrangement, processes, 5))
    return [system for system in found if not arguments.only or system.name in arguments.only]


def _before(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _print_table(rounds: Sequence[Mapping[str, Any]], audio_s: float, count: int) -> None:
    names = list(dict.fromkeys(found["system"] for found in rounds))
    ordered = {name: [found for found in rounds if found["system"] == name] for name in sorted(names)}
    times = {name: [found["took_s"] for found in some] for name, some in ordered.items()}
    first = statistics.median(next(iter(times.values())))
    print(f"{count} stereo calls, {audio_s:.0f} s of audio; median (range) of the rounds; ratios to the first row")
    print("| system | rounds | wall s | audio s/s | times the first | CPU s | WER | talk-share error | peak memory |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, some in ordered.items():
        middle = statistics.median(times[name])
        cells = [
            name,
            str(len(some)),
            f"{middle:.1f} ({min(times[name]):.1f}-{max(times[name]):.1f})",
            f"{audio_s / middle:.1f}",
            f"{middle / first:.2f}",
            f"{statistics.median(found['cpu_s'] for found in some):.1f}",
            f"{statistics.median(found['wer'] for found in some):.2f} %",
            f"{statistics.median(found['share_error'] for found in some):.2f} points",
            f"{max(found['peak_bytes'] for found in some) / 2**20:.0f} MiB",
        ]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
