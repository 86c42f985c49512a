"""Install wheel and sdist of a folder into empty environments and use them: ``python tests/clean_install.py dist``.

Not a test by name: it fetches the dependencies (``make dist-check``). It takes every Python from 3.11 on that the
machine has; those that it does not have are named. Each installation is used in a folder and a home of its own, both
empty.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13")
TRANSCRIPT = ROOT / "fixtures" / "demo" / "transcripts" / "syn-en-brackwater-1.vtt"
RECORDING = ROOT / "fixtures" / "demo" / "audio" / "commercial_mono.wav"
KEY = "kLX7vTYrCk0yH2m9s4uQ1w8e5r3t6y7u8i9o0pQwErs="
EXTRAS: Mapping[str, tuple[str, Sequence[str], int]] = {
    "encryption": ("cryptography.fernet", ("run", "with-key"), 1),
    "postgresql": ("psycopg", ("export", "out", "--to", "postgresql://nobody@127.0.0.1:1/none"), 2),
    "ray": ("ray", ("run", "recorded", "--engine", "ray"), 1),
    "remote": ("fsspec", ("run", "memory://team"), 2),
}
"""By extra that a user installs: a module of it, a command that asks for it, and that command's exit code."""


def interpreters(wanted: Sequence[str]) -> dict[str, Path]:
    """An interpreter of each version, where there is one: this one, pyenv's, or on the path."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = {own: Path(sys.executable)} if own in wanted else {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in wanted:
        candidates = [*sorted(pyenv.glob(f"{version}.*/bin/python"))]
        candidates += [Path(path) for path in [shutil.which(f"python{version}")] if path]
        works = (
            path for path in candidates if _runs(path, "-c", f"import sys; assert sys.version.startswith('{version}.')")
        )
        path = next(works, None)
        if path is not None:
            found.setdefault(version, path)
    return found


def _runs(*command: str | Path, environment: Mapping[str, str] | None = None) -> bool:
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


class UnusableError(Exception):
    """A package that cannot be installed, or does not do what it should once it is."""


class Installation:
    """callsignals in an environment of its own, and an empty home to use it from."""

    def __init__(self, python: Path, package: Path, folder: Path, *, pinned: bool, uv: str | None) -> None:
        self._scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        own = self._scripts / "python"
        strange = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CALLSIGNALS_CACHE"}
        self._to_install = {name: value for name, value in os.environ.items() if name not in strange}
        make = [uv, "venv", "--quiet", "--python", python] if uv else [python, "-m", "venv"]
        self._must([*make, folder / "venv"])
        self._pip = [uv, "pip"] if uv else [own, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        self._into = ["--quiet", "--python", own] if uv else []
        self._constraints = ["--constraint", str(ROOT / "constraints.txt")] if pinned else []
        self._package = package
        self.here = folder / "empty"
        self.here.mkdir()
        kept = {name: value for name, value in self._to_install.items() if "XDG_" not in name}
        home = folder / "home"
        home.mkdir()
        self._environment = {**kept, "HOME": str(home), "USERPROFILE": str(home), "CALLSIGNALS_TEST_KEY": KEY}
        self.install()

    def install(self, extra: str = "") -> None:
        """The package, or it with an extra."""
        named = f"{self._package}[{extra}]" if extra else str(self._package)
        self._must([*self._pip, "install", *self._into, *self._constraints, named])
        self._must([*self._pip, "check", *self._into])

    def ask(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """What a command prints; it must end with ``code``."""
        return self._output([self._scripts / "callsignals", *arguments], code, environment)

    def python(self, program: str) -> str:
        """What a program prints."""
        return self._output([self._scripts / "python", "-c", program], 0, {})

    def unpinned(self) -> set[str]:
        """What is installed and has no version in constraints.txt."""
        pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
        listed = self.python("import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))")
        return {_folded(name) for name in listed.split()} - {_folded(name) for name in pinned} - {"pip", "callsignals"}

    def has(self, module: str) -> bool:
        """Whether it can be imported."""
        return _runs(self._scripts / "python", "-c", f"import {module}", environment=self._environment)

    def _must(self, command: Sequence[str | Path]) -> None:
        """Runs it in the environment of who installs: with the settings and caches of pip and uv."""
        environment = self._to_install
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            asked = " ".join(map(str, command))
            raise UnusableError(f"{asked} ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def _output(self, command: Sequence[str | Path], code: int, environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.here,
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != code:
            asked = " ".join(map(str, command))
            raise UnusableError(f"{asked} ended with {done.returncode} instead of {code}:\n{done.stdout}")
        return done.stdout


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def try_out(installed: Installation) -> None:
    """What a user does first: version, checks, help, completion, a workspace."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    _expect(f"callsignals {version}", installed.ask("--version"))
    _expect("model comments", installed.ask("doctor"))
    _expect("Examples:", installed.ask("run", "--help"))
    asked = {"_CALLSIGNALS_COMPLETE": "complete_bash", "COMP_WORDS": "callsignals d", "COMP_CWORD": "1"}
    _expect("doctor", installed.ask(**asked))
    installed.ask("models", "verify")
    shutil.copy(TRANSCRIPT, installed.here)
    tables = {
        "calls.csv": f"call_id,lead_id,seller,transcript\nc1,l1,lv,{TRANSCRIPT.name}\n",
        "sellers.csv": "seller,name\nlv,Laura Virtanen\n",
        "comments.csv": "comment_id,lead_id,kind,text\n1,l1,referral,En kollega tipsade\n",
    }
    for name, text in tables.items():
        (installed.here / name).write_text(text, encoding="utf-8")
    installed.ask("run", ".")
    installed.ask("validate", "out/signals.jsonl", "out/leads.jsonl")
    shutil.copy(RECORDING, installed.here)
    installed.ask("transcribe", RECORDING.name, "--out", "heard")
    heard = json.loads((installed.here / "heard" / f"{RECORDING.stem}.json").read_text(encoding="utf-8"))
    _expect("regular", " ".join(word["text"] for word in heard["words"]))


def try_extras(installed: Installation) -> None:
    """Each is asked for by name while it is absent, and can be imported once it is installed."""
    shutil.copytree(installed.here, installed.here / "with-key", ignore=shutil.ignore_patterns("out", "with-key"))
    settings = '[privacy]\nvoiceprints = true\nvoiceprint_key_env = "CALLSIGNALS_TEST_KEY"\n'
    (installed.here / "with-key" / "callsignals.toml").write_text(settings, encoding="utf-8")
    (installed.here / "recorded").mkdir()
    shutil.copy(RECORDING, installed.here / "recorded")
    for extra, (module, arguments, code) in EXTRAS.items():
        if installed.has(module):
            print(f"extra {extra}: {module} is there already, by another dependency", flush=True)  # noqa: T201
        else:
            _expect(f"pip install 'callsignals[{extra}]'", installed.ask(*arguments, code=code))
        installed.install(extra)
        installed.python(f"import {module}")
        installed.ask("--version")


def try_demo(installed: Installation) -> str:
    """The whole example, heard and measured: the digest of its signals, which is one for all Pythons."""
    _expect("Report: ", installed.ask("demo", "--out", "demo", "--workers", "1"))
    installed.ask("validate", "demo/signals.jsonl", "demo/leads.jsonl")
    return hashlib.sha256((installed.here / "demo" / "signals.jsonl").read_bytes()).hexdigest()


def _expect(part: str, text: str) -> None:
    if part not in text:
        raise UnusableError(f"'{part}' is not in:\n{text}")


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Says how long it took once it is done."""
    started = time.monotonic()
    yield
    print(f"  {name}: {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201


def use(python: Path, package: Path, given: argparse.Namespace, *, first: bool) -> str | None:
    """Install and use one package with one interpreter; the demo's digest where it was run."""
    uv = shutil.which("uv") if given.uv else None
    of_wheel = package.suffix == ".whl"
    digest = None
    with tempfile.TemporaryDirectory() as folder:
        with _step("install"):
            installed = Installation(python, package, Path(folder), pinned=not given.newest, uv=uv)
        if not given.newest and (free := installed.unpinned()):
            raise UnusableError(f"constraints.txt has no version of {', '.join(sorted(free))}")
        with _step("first use"):
            try_out(installed)
        if given.demo and (of_wheel or first):
            with _step("demo"):
                digest = try_demo(installed)
        if given.extras and of_wheel and first:
            with _step("extras"):
                try_extras(installed)
    return digest


def main() -> None:
    """Try every package with every interpreter; the sdist's demo and the extras with the first alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--python", nargs="+", default=VERSIONS, metavar="3.N")
    parser.add_argument("--newest", action="store_true", help="without constraints.txt: what pip finds today")
    parser.add_argument("--uv", action="store_true", help="install with uv where there is one: quicker")
    parser.add_argument("--demo", action="store_true", help="run the demo too, minutes each")
    parser.add_argument("--extras", action="store_true", help="install the extras too")
    given = parser.parse_args()
    dist = given.dist.resolve()
    known = interpreters(given.python)
    digests: set[str | None] = set()
    failed: list[str] = []
    for version in given.python:
        if version not in known:
            print(f"Python {version}: not on this machine, not tried", flush=True)  # noqa: T201
    for package in [*sorted(dist.glob("*.whl")), *sorted(dist.glob("*.tar.gz"))]:
        for version, python in known.items():
            tried = f"Python {version}: {package.name}"
            print(tried, flush=True)  # noqa: T201
            try:
                digests.add(use(python, package, given, first=version == next(iter(known))))
            except UnusableError as error:
                print(f"  {error}", flush=True)  # noqa: T201
                failed.append(tried)
            else:
                print("  installs and works", flush=True)  # noqa: T201
    if failed:
        sys.exit("\n".join(["failed:", *failed]))
    if len(digests - {None}) > 1:
        sys.exit("the demo's signals.jsonl differ between these installations")


if __name__ == "__main__":
    main()
