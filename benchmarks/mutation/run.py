"""Do the tests notice when a measure is wrong? Mutation testing of the rooms that compute what users read.

``python benchmarks/mutation/run.py ROOM [--sample 200] [--seed 1] [--only PART] [--again FILE] [--out FILE]`` draws
mutants of a room at random (see ``mutants.py``), runs the room's own tests against each, and prints how many a test
noticed, with a 95 % Wilson interval, and which it did not. The source on disk is never changed: a forked process
imports the mutant from memory (so Linux or macOS). It runs the tests that reach the changed statement first, then the
others that reach the module, file by file, and stops at the first failure. Ten times the processor time counts as
noticed, too. ``equivalent.toml`` lists survivors that no test can tell from the original, with the reason; they leave
the count. Stopped with Ctrl-C, it reports what it has: the order is random, so that is a smaller sample.

Why not mutmut (3.8 tried): it leaves out decorated functions and module constants, and so every property of the
timeline and every threshold of a measure.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.machinery
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import coverage
import pytest
from mutants import Mutant, mutants_of, mutated

TREE = Path(__file__).resolve().parents[2]
SOURCE = TREE / "src"
sys.path.insert(0, str(SOURCE))  # the tree that this file lies in, whatever is installed

from callsignals.comments.calibrate import wilson_interval  # noqa: E402

PACKAGE = "callsignals"
ROOMS = {
    "measures": (
        [*(f"conversation/{name}.py" for name in ("call_type", "floor", "intervals", "measures", "pace", "sentences")),
         *(f"conversation/{name}.py" for name in ("talk", "timeline", "turns")), "vocabulary/call_measures"],
        ["tests/conversation", "tests/vocabulary"],
    ),
    "questions": (
        [f"conversation/questions{ending}.py" for ending in ("", "_english", "_finnish", "_swedish")],
        ["tests/conversation"],
    ),
    "figures": (["figures"], ["tests/figures"]),
    "terms": (["language"], ["tests/language"]),
    "records": (["records"], ["tests/records"]),
}  # fmt: skip
"""Modules and the tests that answer for them. The voices' roles (``conversation/role*``) are no measure."""

PYTEST = ["-q", "-x", "--rootdir", str(TREE), "-p", "no:cacheprovider", "--no-header", "--tb=no", "--assert=plain"]
MEMORY_BYTES = 16 << 30
NOTICED, SURVIVED, UNREACHED = "noticed", "survived", "unreached"


@dataclass(frozen=True)
class Reach:
    """Which tests run what.

    Attributes:
        by_line: file, line -> tests.
        at_import: file -> lines that run when it is imported.
        by_file: file -> tests.
        cpu_s: of each test.
    """

    by_line: dict[str, dict[int, set[str]]]
    at_import: dict[str, set[int]]
    by_file: dict[str, set[str]]
    cpu_s: dict[str, float]

    def tests(self, mutant: Mutant) -> list[str]:
        """Tests of a mutant, those first that reach its statement, quick ones first."""
        file = str(SOURCE / mutant.module)
        lines = range(mutant.first_line, mutant.last_line + 1)
        near = set().union(*(self.by_line[file].get(line, set()) for line in lines))
        if self.at_import[file].intersection(lines):
            # What a module makes when it is imported is read anywhere.
            all_tests = set(self.cpu_s) if not self.by_file[file] else self.by_file[file]
            return sorted(all_tests, key=lambda test: (test not in near, self.cpu_s.get(test, 0.0), test))
        if not near:
            return []
        return sorted(self.by_file[file], key=lambda test: (test not in near, self.cpu_s.get(test, 0.0), test))


class Timer:
    """A pytest plugin: what each test reaches and costs."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._coverage = measured
        self.cpu_s: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Count the lines and the time for the test."""
        self._coverage.switch_context(item.nodeid)
        start_s = time.process_time()
        result = yield
        self.cpu_s[item.nodeid] = time.process_time() - start_s
        self._coverage.switch_context("")
        return result


class Chosen:
    """A pytest plugin: some tests alone, in an order of ours."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = sorted((i for i in items if i.nodeid in self._places), key=lambda i: self._places[i.nodeid])


class MutantLoader(importlib.machinery.SourceFileLoader):
    """Imports a module from a tree in memory."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """The mutant's."""
        return compile(self._tree, self.path, "exec")


class MutantFinder:
    """Stands in front of the import system for one module."""

    def __init__(self, name: str, loader: MutantLoader) -> None:
        self._name = name
        self._loader = loader

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        """The mutant, or nothing."""
        return importlib.util.spec_from_loader(name, self._loader) if name == self._name else None


def main() -> int:
    """Draw, run, print; 1 when under 85 % were noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=200, help="mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="modules whose path contains this")
    parser.add_argument("--again", type=Path, help="only what survived in this earlier --out")
    parser.add_argument("--out", type=Path, help="verdicts, as JSON")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    if not sys.flags.warn_default_encoding:  # so that a mutant without its encoding is noticed where UTF-8 is usual
        os.execv(sys.executable, [sys.executable, "-X", "warn_default_encoding", *sys.argv])
    os.chdir(TREE)
    sys.dont_write_bytecode = False
    with tempfile.TemporaryDirectory() as compiled:
        sys.pycache_prefix = compiled
        return _run(asked)


def _run(asked: argparse.Namespace) -> int:
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    sources, tests = ROOMS[asked.room]
    files = sorted(
        file for source in sources for file in _modules(SOURCE / PACKAGE / source) if asked.only in str(file)
    )
    drawn = [mutant for file in files for mutant in mutants_of(file, SOURCE)]
    total = len(drawn)
    earlier: dict[str, str] = json.loads(asked.again.read_text(encoding="utf-8")) if asked.again else {}
    if earlier:
        existing = {mutant.key for mutant in drawn}
        earlier = {key: verdict for key, verdict in earlier.items() if key in existing}
        drawn = [mutant for mutant in drawn if earlier.get(mutant.key, NOTICED) != NOTICED]
    elif 0 < asked.sample < total:
        drawn = random.Random(asked.seed).sample(drawn, asked.sample)
    reach, imported = _measured(tests, files)
    _warm(imported)
    print(f"{asked.room}: {len(drawn)} of {total} mutants, {len(reach.cpu_s)} tests", file=sys.stderr, flush=True)
    verdicts = dict(earlier)
    with suppress(KeyboardInterrupt):
        for key, verdict in _verdicts(drawn, reach, asked.workers):
            verdicts[key] = verdict
    if asked.out:
        asked.out.write_text(json.dumps(dict(sorted(verdicts.items())), indent=1, ensure_ascii=False), encoding="utf-8")
    return _report(asked.room, verdicts, total)


def _modules(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _measured(tests: Sequence[str], files: Sequence[Path]) -> tuple[Reach, list[str]]:
    """What the tests reach, and which modules they import; by a forked process, which leaves this one clean."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            answer = repr(_baseline(tests, files))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        with os.fdopen(write, "w", encoding="utf-8") as out:
            out.write(answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as whole:
        text = whole.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the tests do not pass as they are")
    parts, imported = ast.literal_eval(text)
    return Reach(*parts), imported


def _baseline(tests: Sequence[str], files: Sequence[Path]) -> tuple[tuple[object, ...], list[str]]:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]  # so that what they do when they are imported is seen as well
    measured = coverage.Coverage(data_file=None, include=[str(file) for file in files], config_file=False)
    measured.start()
    timer = Timer(measured)
    code = pytest.main([*PYTEST, *tests], plugins=[timer])
    measured.stop()
    if code != 0:
        raise RuntimeError(f"pytest: {code}")
    data = measured.get_data()
    by_line: dict[str, dict[int, set[str]]] = {}
    at_import: dict[str, set[int]] = {}
    by_file: dict[str, set[str]] = {}
    for file in map(str, files):
        contexts = data.contexts_by_lineno(file)
        by_line[file] = {line: {*names} - {""} for line, names in contexts.items()}
        at_import[file] = {line for line, names in contexts.items() if "" in names}
        by_file[file] = set().union(*by_line[file].values())
    ours = [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]
    # Of other packages the whole package is enough.
    others = {name.partition(".")[0] for name in sys.modules if str(_file(name)).startswith(sys.prefix)}
    return (by_line, at_import, by_file, timer.cpu_s), sorted(others - {"pytest", "_pytest", "coverage"}) + sorted(ours)


def _file(name: str) -> object:
    return getattr(sys.modules[name], "__file__", None)


def _warm(imported: Iterable[str]) -> None:
    """Import here what every mutant's process would: it is forked from this one."""
    for name in imported:
        with suppress(ImportError):
            importlib.import_module(name)
    import simplemma

    for language in ("en", "sv", "fi"):
        simplemma.lemmatize("a", lang=language)


def _verdicts(mutants: Sequence[Mutant], reach: Reach, workers: int) -> Iterable[tuple[str, str]]:
    readers = _readers()
    waiting, running = list(reversed(mutants)), dict[int, Mutant]()
    done = 0
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            tests = reach.tests(mutant)
            if not tests:
                yield mutant.key, UNREACHED
                continue
            pid = os.fork()
            if pid == 0:
                os._exit(_trial(mutant, tests, readers, 10 + 10 * sum(reach.cpu_s[test] for test in tests)))
            running[pid] = mutant
        if running:
            pid, status = os.wait()
            mutant = running.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code == pytest.ExitCode.NO_TESTS_COLLECTED:
                raise RuntimeError(f"no test was run for {mutant.key}")
            done += 1
            print(f"{done} {mutant.key}: {'survived' if code == 0 else code}", file=sys.stderr, flush=True)
            yield mutant.key, SURVIVED if code == 0 else NOTICED


def _trial(mutant: Mutant, tests: Sequence[str], readers: dict[str, set[str]], cpu_s: float) -> int:
    """In a child: pytest's exit code with the mutant in place."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    try:
        file = SOURCE / mutant.module
        name = _module_name(file)
        for stale in _with_readers(name, readers):
            if sys.modules.pop(stale, None) is not None:
                parent, _, last = stale.rpartition(".")
                vars(sys.modules[parent]).pop(last, None) if parent in sys.modules else None
        loader = MutantLoader(name, str(file), mutated(file, mutant.number))
        sys.meta_path.insert(0, MutantFinder(name, loader))  # type: ignore[arg-type]
        return _run_by_file(tests)
    except BaseException:
        return 3


def _run_by_file(tests: Sequence[str]) -> int:
    """Pytest's exit code; a file is only read when those before it noticed nothing."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        by_file[test.partition("::")[0]].append(test)
    for path, chosen in by_file.items():
        code = int(pytest.main([*PYTEST, path], plugins=[Chosen(chosen)]))
        if code:
            return code
    return 0


def _module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _readers() -> dict[str, set[str]]:
    """Module -> modules that import it."""
    files = {_module_name(file): file for file in (SOURCE / PACKAGE).rglob("*.py")}
    readers: dict[str, set[str]] = defaultdict(set)
    for name, file in files.items():
        text = file.read_text(encoding="utf-8")
        if "iter_modules" in text:  # a package that imports whatever lies in it
            for other in files:
                if other.rpartition(".")[0] == name:
                    readers[other].add(name)
        for node in ast.walk(ast.parse(text)):
            named: list[str] = []
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                named = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for other in named:
                if other in files:
                    readers[other].add(name)
    return readers


def _with_readers(name: str, readers: dict[str, set[str]]) -> set[str]:
    """A module and everything that rests on it; packages of the way stay."""
    found, new = {name}, [name]
    while new:
        for reader in readers.get(new.pop(), ()):
            if reader not in found:
                found.add(reader)
                new.append(reader)
    return found


def _report(room: str, verdicts: dict[str, str], total: int) -> int:
    listed = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text(encoding="utf-8"))
    equivalent = {entry["mutant"] for entry in listed.get("equivalent", [])}
    survivors = sorted(key for key, verdict in verdicts.items() if verdict != NOTICED)
    same = [key for key in survivors if key in equivalent]
    left = [key for key in survivors if key not in equivalent]
    n, noticed = len(verdicts) - len(same), len(verdicts) - len(survivors)
    for key in left:
        print(f"{verdicts[key]}: {key}")
    low, high = wilson_interval(noticed, n)
    plain = noticed / len(verdicts)
    print(
        f"{room}: {noticed} of {n} noticed, {noticed / n:.1%} ({low:.1%} to {high:.1%}); drawn from {total} mutants, "
        f"{len(same)} more cannot be told from the original ({plain:.1%} of all {len(verdicts)} drawn)"
    )
    return int(noticed < 0.85 * n)


if __name__ == "__main__":
    raise SystemExit(main())
