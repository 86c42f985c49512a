"""What must and must not lie in the packages of a folder: ``python tests/dist_contents.py dist``.

Not a test by name: ``make dist`` runs it on what it has built.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "callsignals"
SHIPPED = "callsignals/_shipped/"
LICENCES = re.compile(r"(?:^|/)LICENSE[^/]*$")
SECRET_OR_LOCAL = re.compile(rb"/(?:home|Users|work|root|tmp)/[\w.-]+/")
MOST_WHEEL_BYTES = 100_000_000
"""What PyPI takes without asking."""


def tracked() -> set[str]:
    """The files of the project: git's, or all where there is no git (an unpacked sdist)."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 0 and done.stdout:
        return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}
    return {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts
    }


def wheel_problems(content: Mapping[str, bytes], project: set[str]) -> Iterator[str]:
    """What is missing from a wheel's files, or should not be there."""
    names = set(content)
    code = {name.removeprefix("src/") for name in project if name.startswith("src/callsignals/")}
    demo = {SHIPPED + name for name in project if name.startswith("fixtures/demo/")}
    yield from (f"lacks {name}" for name in sorted((code | demo) - names))
    for name in sorted(name for name in project if re.fullmatch(r"models/\w+/manifest\.json", name)):
        folder = PurePosixPath(SHIPPED + name).parent
        files = json.loads(content.get(SHIPPED + name, b"{}")).get("files", {})
        yield from (f"lacks {folder / file}" for file in ("manifest.json", *files) if str(folder / file) not in names)
    licences = {
        name for name in project if LICENCES.search(name) and name.startswith(("models/", "fixtures/demo/", "src/"))
    }
    kept = {name.partition(".dist-info/licenses/")[2] for name in names}
    yield from (f"lacks the licence {name}" for name in sorted({"LICENSE", *licences} - kept))
    for name in sorted(names - code - demo):
        of_models = name.startswith(SHIPPED + "models/") and name.removeprefix(SHIPPED) in project
        training = name.endswith((".py", ".tsv")) or (name.endswith(".jsonl") and "/data/heldout/" not in name)
        if not (".dist-info/" in name or (of_models and not training)):
            yield f"has {name}, which nothing needs at run time"


def metadata_problems(content: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong in METADATA: what an index shows to people."""
    text = next(data for name, data in content.items() if name.endswith((".dist-info/METADATA", "/PKG-INFO")))
    fields = BytesParser().parsebytes(text)
    wanted = ("Name", "Version", "Summary", "License-Expression", "Requires-Python", "Description-Content-Type")
    yield from (f"metadata has no {name}" for name in wanted if not fields[name])
    classifiers = fields.get_all("Classifier") or []
    yield from (
        f"metadata does not name Python {version}"
        for version in ("3.11", "3.12", "3.13")
        if f"Programming Language :: Python :: {version}" not in classifiers
    )
    version = re.escape(fields["Version"])
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"(?m)^## \[{version}\] - \d{{4}}-\d\d-\d\d$", changes):
        yield f"CHANGELOG.md has no dated section '## [{fields['Version']}] - YYYY-MM-DD'"
    if not re.search(rf"(?m)^version: {version}$", (ROOT / "CITATION.cff").read_text(encoding="utf-8")):
        yield f"CITATION.cff is not of version {fields['Version']}"
    if found := SECRET_OR_LOCAL.search(text):
        yield f"metadata names a folder of somebody's machine: {found[0].decode()}"


def read(package: Path) -> dict[str, bytes]:
    """Content by name, an sdist's without its first folder."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(package) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: _content(archive, member) for member in members}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def problems(package: Path, project: set[str]) -> list[str]:
    """Everything that is wrong with one package."""
    content = read(package)
    if package.suffix == ".whl":
        found = [*wheel_problems(content, project), *metadata_problems(content)]
        if package.stat().st_size > MOST_WHEEL_BYTES:
            found.append(f"is larger than {MOST_WHEEL_BYTES // 1_000_000} MB")
        return found
    left_out = (".ci/", ".github/", ".gitignore")
    missing = sorted(name for name in project - content.keys() if not name.startswith(left_out))
    added = sorted(content.keys() - project - {"PKG-INFO"})
    return [
        *(f"lacks {name}" for name in missing),
        *(f"has {name}, which is not in the project" for name in added),
        *metadata_problems({"/PKG-INFO": content["PKG-INFO"]}),
    ]


def main() -> None:
    """Print sizes; end with 1 and the list where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dist", type=Path)
    dist = parser.parse_args().dist
    packages = [*dist.glob("*.whl"), *dist.glob("*.tar.gz")]
    if len(packages) != 2:
        sys.exit(f"{dist} holds {len(packages)} packages instead of a wheel and an sdist")
    project = tracked()
    wrong = [f"{package.name} {problem}" for package in packages for problem in problems(package, project)]
    for package in packages:
        print(f"{package.name}: {package.stat().st_size / 1e6:.1f} MB, {len(read(package))} files")  # noqa: T201
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
