"""Kills a run at random moments and checks that it ends with the bytes of an undisturbed one.

    python benchmarks/acceptance/kill_and_resume.py [--kills 30] [--calls 6] [--workers 2] [--seed 1] [--folder DIR]

Each round kills a run (SIGKILL, POSIX only; in turn the whole process group and the main process alone) and starts the
same command again on the same OUT; when a run ends before it is killed, the next round starts on a new OUT. In the
end every OUT is run to its end and compared with the undisturbed one: all results, transcripts and tables, byte for
byte. A call that was heard is in the store; its file must stay as it is to the end, or it was heard a second time.
Exits with 1 when any file differs, when a call is heard again, or when an interrupted run leaves a file half written.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

AUDIO = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "audio"
CUTS = [
    (name, start_s)
    for start_s in (3, 15, 27, 38)
    for name in ("harpervalley_03a17cc3.flac", "harpervalley_00d676d7.wav", "harpervalley_eb82ec7b.mp3")
]
CUT_S = 11
VOLATILE = {"run.json"}
"""Holds clock times and peak memory by design."""
COMMENTS = [
    ("referral", "A colleague recommended you", "en"),
    ("survey", "Snabb och trevlig hjälp, tack!", "sv"),
    ("survey", "Vastaus kesti aivan liian kauan.", "fi"),
]


@dataclass
class Figures:
    """What happened to the killed runs."""

    killed_at_s: list[float] = field(default_factory=list)
    heard_when_killed: list[int] = field(default_factory=list)
    finished: dict[Path, tuple[int, int]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    outs: list[Path] = field(default_factory=list)


def build_workspace(folder: Path, calls: int) -> None:
    """Short cuts of the shipped calls, and a few comments."""
    folder.mkdir(parents=True)
    rows: list[dict[str, object]] = []
    for at, (name, start_s) in enumerate(CUTS[:calls]):
        samples, rate_hz = soundfile.read(AUDIO / name, always_2d=True)
        cut = np.asarray(samples)[start_s * rate_hz : (start_s + CUT_S) * rate_hz]
        soundfile.write(folder / f"cut-{at}.wav", cut, rate_hz, subtype="PCM_16")
        rows.append(
            {"call_id": f"cut-{at}", "lead_id": f"lead-{at % 3}", "audio": f"cut-{at}.wav", "seller_channel": 0}
        )
    write_table(folder / "calls.csv", rows)
    write_table(
        folder / "comments.csv",
        [
            {"comment_id": f"c{at}", "lead_id": f"lead-{at}", "kind": kind, "text": text, "language": language}
            for at, (kind, text, language) in enumerate(COMMENTS)
        ],
    )


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """Rows of one shape as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def start(workspace: Path, out: Path, workers: int) -> subprocess.Popen[bytes]:
    """A run in a process group of its own."""
    command = [sys.executable, "-m", "callsignals", "run", str(workspace), "--out", str(out), "--workers", str(workers)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def finish(workspace: Path, out: Path, workers: int) -> float:
    """Run to the end; returns the seconds it took."""
    begun = time.perf_counter()
    code = start(workspace, out, workers).wait()
    if code != 0:
        sys.exit(f"the run on {out.name} ended with {code}")
    return time.perf_counter() - begun


def contents(out: Path) -> dict[str, bytes]:
    """Every file that must be the same, by its name in ``out``."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".cache" not in path.relative_to(out).parts and path.name not in VOLATILE
        if not path.name.startswith(".")
    }


def leftovers(out: Path) -> list[str]:
    """Half-written files that a finished run leaves behind."""
    return [path.relative_to(out).as_posix() for path in sorted(out.rglob("*.part"))]


def note_heard(out: Path, figures: Figures) -> int:
    """Remember each finished call by its file, and note those that were written again; gives how many there are."""
    heard = sorted((out / ".cache" / "hear").rglob("*.json"))
    for path in heard:
        stat = path.stat()
        written = (stat.st_ino, stat.st_mtime_ns)
        if figures.finished.setdefault(path, written) != written:
            figures.repeats.append(f"{out.name}/{path.stem[:12]}")
            figures.finished[path] = written
    return len(heard)


def kill_at_random(arguments: argparse.Namespace, workspace: Path, folder: Path, whole_s: float) -> Figures:
    """``arguments.kills`` kills; a run that ends by itself makes way for a new OUT."""
    moments = random.Random(arguments.seed)
    figures = Figures(outs=[folder / "killed-0"])
    while len(figures.killed_at_s) < arguments.kills:
        out = figures.outs[-1]
        process = start(workspace, out, arguments.workers)
        wait_s = moments.uniform(0.1, whole_s)
        try:
            process.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            if len(figures.killed_at_s) % 2:
                os.kill(process.pid, signal.SIGKILL)
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            figures.killed_at_s.append(wait_s)
            figures.heard_when_killed.append(note_heard(out, figures))
        else:
            figures.outs.append(folder / f"killed-{len(figures.outs)}")
    return figures


def compare(expected: dict[str, bytes], figures: Figures, workspace: Path, workers: int) -> None:
    """Run every OUT to its end and note what differs."""
    for out in figures.outs:
        finish(workspace, out, workers)
        note_heard(out, figures)
        found = contents(out)
        names = sorted(expected.keys() | found.keys())
        figures.differing += [f"{out.name}/{name}" for name in names if expected.get(name) != found.get(name)]
        figures.leftovers += [f"{out.name}/{name}" for name in leftovers(out)]


def main() -> None:
    """Kill, resume, compare, print figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--calls", type=int, default=6, choices=range(1, len(CUTS) + 1), metavar="1..12")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="a new folder to keep everything in; else a temporary one")
    arguments = parser.parse_args()
    if os.name != "posix":
        sys.exit("this needs process groups and SIGKILL: POSIX only")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        workspace = folder / "workspace"
        build_workspace(workspace, arguments.calls)
        whole_s = finish(workspace, folder / "whole", arguments.workers)
        expected = contents(folder / "whole")
        finish(workspace, folder / "one-worker", 1)
        figures = kill_at_random(arguments, workspace, folder, whole_s)
        compare(expected, figures, workspace, arguments.workers)
        one_worker = contents(folder / "one-worker") == expected
    print(f"undisturbed run: {whole_s:.1f} s, {len(expected)} files compared")
    print(f"one worker gives the same bytes as {arguments.workers}: {one_worker}")
    print(f"killed {len(figures.killed_at_s)} times in {len(figures.outs)} runs")
    print("  after seconds: " + ", ".join(f"{moment:.1f}" for moment in figures.killed_at_s))
    print("  calls heard by then: " + ", ".join(map(str, figures.heard_when_killed)))
    print(f"files that differ: {figures.differing or 'none'}")
    print(f"finished calls heard again: {figures.repeats or 'none'} (of {len(figures.finished)} finished)")
    print(f"half-written files left: {figures.leftovers or 'none'}")
    sys.exit(bool(figures.differing or figures.leftovers or figures.repeats or not one_worker))


if __name__ == "__main__":
    main()
