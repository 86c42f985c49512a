"""On a Ray cluster of two nodes on this machine: the same bytes, also when a node is lost on the way."""

from __future__ import annotations

import sys

import pytest

from callsignals.batch.hear_stage import hear_all
from callsignals.batch.listener import Silent
from callsignals.batch.ray_engine import RayEngine
from callsignals.batch.run import RunOptions, run_workspace
from callsignals.errors import CallSignalsError
from support import clip, results, write_csv, write_wav

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray clusters of several nodes run on Linux")
STARTS_S = (3, 12, 22, 31, 43, 53)
CLIP_S = 7


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Six short calls, one of them not a recording."""
    folder = tmp_path_factory.mktemp("calls")
    rows = []
    for start_s in STARTS_S:
        write_wav(folder / f"{start_s}.wav", clip(start_s, start_s + CLIP_S)[0])
        rows.append({"call_id": f"call-{start_s}", "lead_id": "x", "audio": f"{start_s}.wav", "seller_channel": 0})
    (folder / "text.wav").write_text("no recording\n" * 50, encoding="utf-8")
    rows.append({"call_id": "text", "lead_id": "x", "audio": "text.wav", "seller_channel": 0})
    write_csv(folder / "calls.csv", [{"language": "en", **row} for row in rows])
    return folder


@pytest.fixture(scope="module")
def local(workspace, tmp_path_factory):
    """The same calls heard on this machine."""
    return run_workspace(workspace, RunOptions(out=tmp_path_factory.mktemp("local"), workers=2))


@pytest.fixture
def cluster(monkeypatch):
    """A head and one more node, each with room for one worker."""
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield cluster
    cluster.shutdown()


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_cluster_that_loses_a_node_gives_the_bytes_of_this_machine(workspace, local, cluster, tmp_path):
    lost = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()

    class LosesANode(Silent):
        done = 0

        def advance(self, done=1):
            self.done += done
            if self.done == 2:
                cluster.remove_node(lost, allow_graceful=False)

    result = run_workspace(workspace, RunOptions(out=tmp_path / "out", engine="ray"), LosesANode())
    assert results(result.out) == results(local.out)
    assert [(failure.input, failure.error) for failure in result.failures] == [("text", "not_audio")]
    assert result.failures == local.failures
    assert len(cluster.list_all_nodes()) == 1


def test_without_ray_the_command_says_how_to_get_it(workspace, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(CallSignalsError, match=r"callsignals\[ray\]"):
        run_workspace(workspace, RunOptions(out=tmp_path / "out", engine="ray"))


def test_a_cluster_that_is_not_there_is_named(workspace, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setattr("callsignals.batch.ray_engine._import_ray", lambda: NoCluster)
    (tmp_path / "ws").mkdir()
    for path in workspace.iterdir():
        if path.is_file():
            (tmp_path / "ws" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "ws" / "callsignals.toml").write_text('[batch]\nray_address = "nowhere:1"\n', encoding="utf-8")
    with pytest.raises(CallSignalsError, match="nowhere:1"):
        run_workspace(tmp_path / "ws", RunOptions(engine="ray"))


class NoCluster:
    """Ray, with nothing to connect to."""

    @staticmethod
    def is_initialized():
        return False

    @staticmethod
    def init(**_options):
        raise ConnectionError


def test_with_nothing_to_hear_no_engine_starts_anything():
    assert list(hear_all([], None, None)) == []
    assert list(RayEngine()([], None, None, None)) == []
