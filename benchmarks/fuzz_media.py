"""Hostile files through ``callsignals run``: does a batch survive them, in time, reading nothing but its input?

    python benchmarks/fuzz_media.py [--files 10000] [--first 0] [--batch 1000] [--seed 1] [--traced 300] [--workers 1]

Mutated recordings of every accepted format (``tests/hostile_media.py``: bits, truncation, lies in headers and chunk
lengths, heads of one format on bodies of another), and files that name a canary or an address. They are 0.3 s of very
quiet tones, so that recognition has nothing to do where the mutation makes no noise, but all that comes before and
after it is done; ``[calls] max_hours = 0.01``, so that a lie about lengths costs half a minute of hearing at most.
Every batch is a workspace for the command itself. It passes when the command ends as it should, each call is either
in calls.parquet or named in failures.jsonl, none ended or outlasted its worker, and nobody opened the canary (inotify
on its folder) or connected to the address; what went over the decoder's limits is counted. The first ``--traced``
files run once more under strace, if there is one: the decoder may open nothing once it has begun. Exits with 1 when
anything of that is not so.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from hostile_media import mutated, seeds, tempting

DONE = (0, 3)
"""Exit codes of a run that went through: 3 when inputs failed."""
FATAL = ("internal", "worker_died", "timed_out")
NOT_DECODED = ("not_audio", "empty_file", "duplicate_recording")
"""What may be said of a file without asking the decoder."""
OVER_LIMIT = ("decoder_crashed", "decoder_stalled", "decoder_too_slow", "out_of_memory", "too_long")
LOUDNESS = 0.001
_IN_OPEN, _IN_ISDIR, _NONBLOCK = 0x20, 0x40000000, 0o4000


class Canary:
    """A recording and an address that nobody may touch, and whether somebody did."""

    def __init__(self, folder: Path, content: bytes) -> None:
        folder.mkdir()
        self.path = folder / "canary.wav"
        self.path.write_bytes(content)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/canary.wav"
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(_NONBLOCK)
        if self._watch < 0 or libc.inotify_add_watch(self._watch, os.fsencode(folder), _IN_OPEN) < 0:
            raise SystemExit("needs inotify (Linux)")

    def touched(self) -> list[str]:
        """What happened since it was asked last."""
        found = []
        try:
            events = os.read(self._watch, 1 << 16)
        except BlockingIOError:
            events = b""
        while events:
            _, what, _, length = struct.unpack_from("iIII", events)
            if not what & _IN_ISDIR:  # somebody who lists the folder opens that alone
                found.append("canary opened")
            events = events[16 + length :]
        try:
            self._server.accept()[0].close()
            found.append("connection")
        except BlockingIOError:
            pass
        return found


class Batch:
    """A workspace of hostile calls, run as a user would."""

    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder, self.out = folder / "workspace", folder / "out"
        self.calls = {f"call-{number}": name for number, name in enumerate(files)}
        self.folder.mkdir(parents=True)
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        with (self.folder / "calls.csv").open("w", encoding="utf-8", newline="") as table:
            rows = csv.writer(table)
            rows.writerow(("call_id", "lead_id", "audio", "seller_channel"))
            rows.writerows((call, f"lead-{call}", name, 0) for call, name in self.calls.items())
        (self.folder / "callsignals.toml").write_text("[calls]\nmax_hours = 0.01\n", encoding="utf-8")

    def run(self, *before: str, timeout_s: float, workers: int = 1) -> list[str]:
        """Run it; what is wrong."""
        command = [*before, sys.executable, "-m", "callsignals", "run", str(self.folder), "--out", str(self.out)]
        try:
            done = subprocess.run(
                [*command, "--workers", str(workers), "--json"],
                capture_output=True,
                timeout=timeout_s,
                encoding="utf-8",
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [f"the batch took more than {timeout_s:.0f} s"]
        if done.returncode not in DONE or "Traceback" in done.stderr:
            return [f"exit code {done.returncode}: {done.stderr[-2000:]}"]
        return []

    def heard(self) -> set[str]:
        """Calls that have a record."""
        return set(pl.read_parquet(self.out / "calls.parquet", columns=["call_id"])["call_id"])

    def failures(self) -> list[dict[str, str]]:
        """What failures.jsonl says."""
        lines = (self.out / "failures.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def check(self) -> tuple[Counter[str], list[str]]:
        """Outcomes by error code (``heard`` for none), and what is wrong."""
        problems, outcomes = [], Counter({"heard": len(self.heard())})
        named = set()
        for failure in self.failures():
            call = failure["input"]
            named.add(call)
            outcomes[failure["error"]] += 1
            what = f"{call} ({self.calls.get(call)}): {failure['error']}: {failure['message']}"
            if failure["error"] in FATAL or not (failure["message"] and failure["remedy"]):
                problems.append(what)
        missing = set(self.calls) - self.heard() - named
        if missing:
            problems.append(f"neither heard nor named: {sorted(missing)[:5]}")
        return outcomes, problems


def traced(folder: Path, files: dict[str, bytes]) -> list[str]:
    """The same under strace: what the decoder opened or connected to after its first request."""
    batch, log = Batch(folder, files), folder / "trace"
    calls = "trace=open,openat,openat2,connect,socket,execve,recvmsg,write"
    problems = batch.run(
        "strace", "-ff", "--seccomp-bpf", "-qq", "-s", "80", "-e", calls, "-o", str(log), timeout_s=1800
    )
    decoders = requests = 0
    for process in sorted(folder.glob("trace.*")):  # one file a process: no call of one is cut by another's
        is_decoder = False
        for call in process.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"{\\"ready\\"' in call:
                is_decoder, decoders = True, decoders + 1
            if not is_decoder:
                continue
            requests += call.startswith("recvmsg") and "SCM_RIGHTS" in call
            if re.match(r"open|connect|socket|execve", call) and "EPERM" not in call:
                problems.append(f"a decoder did this: {call}")
    print(f"traced: {len(files)} files, {decoders} decoders, {requests} requests", flush=True)
    outcomes, found = batch.check()
    decoded = sum(count for code, count in outcomes.items() if code not in NOT_DECODED)
    if requests < decoded:
        problems.append(f"{requests} requests for {decoded} decoded files: the trace is of something else")
    problems += found
    return problems


def main() -> int:
    """Run all batches; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="leave out the files before this one")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--traced", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    valid = seeds(LOUDNESS)
    outcomes: Counter[str] = Counter()
    problems: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        canary = Canary(folder / "elsewhere", valid["pcm.wav"])
        tempters = tempting(canary.path, canary.url, valid)
        if shutil.which("strace") and asked.traced:
            few = _files(0, asked.traced, valid, asked.seed)
            problems += [*traced(folder / "traced", {**tempters, **few}), *canary.touched()]
        for start in range(asked.first, asked.files, asked.batch):
            began_s = time.monotonic()
            stop = min(start + asked.batch, asked.files)
            files = _files(start, stop, valid, asked.seed)
            batch = Batch(folder / f"batch-{start}", {**files, **(tempters if not start else {})})
            found = batch.run(timeout_s=3600, workers=asked.workers)
            if not found:
                counted, found = batch.check()
                outcomes += counted
            problems += [*found, *canary.touched()]
            over = {code: outcomes[code] for code in OVER_LIMIT if outcomes[code]}
            print(f"{stop} files, {time.monotonic() - began_s:.0f} s, over limits {over}, {problems}", flush=True)
            shutil.rmtree(batch.folder.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(outcomes.most_common()))
    for problem in problems:
        print("WRONG:", problem)
    return int(bool(problems))


def _files(start: int, stop: int, valid: dict[str, bytes], seed: int) -> dict[str, bytes]:
    made = ((number, *mutated(number, valid, seed)) for number in range(start, stop))
    return {f"{number}{suffix}": content for number, suffix, content in made}


if __name__ == "__main__":
    raise SystemExit(main())
