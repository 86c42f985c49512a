"""Install wheel and sdist of a folder into empty environments and try them: ``python tests/clean_install.py dist``.

Not a test by name: it fetches the dependencies. It takes every Python from 3.11 on that the machine has; those that it
does not have are named.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13")
TRANSCRIPT = ROOT / "fixtures" / "demo" / "transcripts" / "syn-en-brackwater-1.vtt"


def interpreters() -> dict[str, Path]:
    """An interpreter of each version, where there is one: this one, on the path, or pyenv's."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": Path(sys.executable)}
    for version in VERSIONS:
        candidates = [*sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))]
        candidates += [Path(path) for path in [shutil.which(f"python{version}")] if path]
        works = (
            path for path in candidates if _runs(path, "-c", f"import sys; assert sys.version.startswith('{version}.')")
        )
        path = next(works, None)
        if path is not None:
            found.setdefault(version, path)
    return found


def _runs(*command: object) -> bool:
    return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0


def try_out(python: Path, package: Path, folder: Path) -> None:
    """Install a package into a new environment and use it, away from the source tree."""
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = [scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", package], check=True)
    shutil.copy(TRANSCRIPT, folder)
    (folder / "calls.csv").write_text(
        f"call_id,lead_id,seller,transcript\nc1,l1,lv,{TRANSCRIPT.name}\n", encoding="utf-8"
    )
    (folder / "sellers.csv").write_text("seller,name\nlv,Laura Virtanen\n", encoding="utf-8")
    (folder / "comments.csv").write_text(
        "comment_id,lead_id,kind,text\n1,l1,referral,En kollega tipsade\n", encoding="utf-8"
    )
    callsignals = scripts / "callsignals"
    for arguments in (["--version"], ["models", "verify"], ["run", "."], ["validate", "out/signals.jsonl"]):
        subprocess.run([callsignals, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Try every package with every interpreter; sdists with the first alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dist", type=Path)
    dist = parser.parse_args().dist.resolve()
    known = interpreters()
    for version in VERSIONS:
        if version not in known:
            print(f"Python {version}: not on this machine, not tried", flush=True)  # noqa: T201
    for package in [*sorted(dist.glob("*.whl")), *sorted(dist.glob("*.tar.gz"))]:
        for version, python in known.items():
            if package.suffix == ".gz" and python != next(iter(known.values())):
                continue
            with tempfile.TemporaryDirectory() as folder:
                try_out(python, package, Path(folder))
            print(f"Python {version}: {package.name} installs and works", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
