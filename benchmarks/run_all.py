"""Every benchmark, one after the other: ``python benchmarks/run_all.py [--data DIR]``.

DIR holds the recordings with references that accuracy is measured on (see the scripts); they are not in this
repository, so without it only the benchmarks that make do with the shipped example are run, and the others are named.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WITH_SHIPPED_EXAMPLE = (
    "acceptance/where_time_goes.py",
    "acceptance/kill_and_resume.py",
    "acceptance/flat_memory.py",
    "acceptance/year_of_calls.py",
    "comments/scale.py",
    "exports.py",
    "redaction.py",
    "report/build.py",
)
WITH_DATA = (
    "recognition/wer.py",
    "recognition/speed.py",
    "diarization/der.py",
    "diarization/share_interval.py",
    "diarization/recurring_voice.py",
    "diarization/voice_count.py",
    "diarization/roles.py",
)


def main() -> int:
    """Run what can be run; 1 when any of it failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="recordings with references")
    data = parser.parse_args().data
    failed = False
    for script in WITH_SHIPPED_EXAMPLE:
        failed |= run(script)
    for script in WITH_DATA:
        if data is None:
            print(f"left out: benchmarks/{script} (needs --data DIR; make bench DATA=DIR)")
        else:
            failed |= run(script, "--data", str(data))
    return int(failed)


def run(script: str, *arguments: str) -> bool:
    """Run one script; True when it failed."""
    print(f"== benchmarks/{script}", flush=True)
    return subprocess.run([sys.executable, str(HERE / script), *arguments], check=False).returncode != 0


if __name__ == "__main__":
    raise SystemExit(main())
