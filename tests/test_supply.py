"""What the program is made of: nothing in it runs code that came as data, and the list of its parts can be made."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import callsignals

SOURCE = Path(callsignals.__file__).parent
REPOSITORY = SOURCE.parents[1]
MODULES = sorted(SOURCE.rglob("*.py"))

FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "torch", "yaml"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_METHODS = {"os.system", "popen", "read_pickle", "to_pickle", "allow_pickle"}


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def called(tree: ast.AST) -> set[str]:
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def methods(tree: ast.AST) -> set[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    attributes = {node.attr for node in found}
    attributes |= {f"{node.value.id}.{node.attr}" for node in found if isinstance(node.value, ast.Name)}
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    return attributes | keywords


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_runs_what_came_as_data(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert not imported(tree) & FORBIDDEN_MODULES
    assert not called(tree) & FORBIDDEN_CALLS
    assert not methods(tree) & FORBIDDEN_METHODS
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "shell"]


def test_the_check_would_notice() -> None:
    tree = ast.parse("import pickle\nfrom yaml import load\neval('1')\nos.system('ls')\nnp.load(x, allow_pickle=True)")
    assert imported(tree) == {"pickle", "yaml"}
    assert called(tree) == {"eval"}
    assert {"os.system", "allow_pickle"} <= methods(tree)


def test_every_run_time_dependency_has_a_pinned_version() -> None:
    """``make sbom`` installs them with these constraints."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    constraints = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    pinned = {folded(name) for name in re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", constraints)}
    needed = {folded(re.split(r"[\s;<>=!~\[]", line)[0]) for line in project["dependencies"]}
    assert needed <= pinned


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def test_the_tests_that_the_threat_model_names_are_there() -> None:
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|benchmarks)/[\w./]+)`", text))
    assert len(named) > 8
    assert not [name for name in named if not (REPOSITORY / name).exists()]
