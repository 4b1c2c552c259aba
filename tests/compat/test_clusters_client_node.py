"""The embedded cluster with npm's @kubernetes/client-node: informers and typed calls."""

import json
import pathlib
import subprocess

from support.embedded_cluster import EmbeddedCluster

HERE = pathlib.Path(__file__).resolve().parent


def test_an_informer_sees_what_happens(node, tmp_path):
    with EmbeddedCluster(tmp_path) as cluster:
        done = subprocess.run(
            [node, "cluster_informer.mjs", cluster.kubeconfig],
            cwd=HERE, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    named = [event for event in seen["events"] if event[1] == "informed"]
    assert named == [["add", "informed"], ["update", "informed"], ["delete", "informed"]]
    assert {name for kind, name in seen["events"] if kind == "add"} >= {"batch", "general", "gpu"}
    assert "error" not in {kind for kind, _ in seen["events"]}
    assert seen["cached"] == 4
    assert seen["secret"] == {"k": "dg=="}
    assert seen["refusal"] == "NotFound"
