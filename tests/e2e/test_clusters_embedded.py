"""The embedded cluster from outside: lists in pages, watches, shapes, refusals, who may come in."""

import base64
import json
import stat
import subprocess

import pytest

from support.embedded_cluster import EmbeddedCluster
from support.server import binary

GROUPS = "/apis/cluster.unicron.mpi-internal.com/v1alpha1/nodegroups"
MAPS = "/api/v1/namespaces/{}/configmaps"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with EmbeddedCluster(tmp_path_factory.mktemp("embedded"), "--bookmark-seconds", 1) as one:
        yield one


@pytest.fixture
def space(cluster, request):
    """A namespace of the test's own."""
    name = request.node.name.replace("_", "-")[:60].strip("-")
    status, _ = cluster.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert status == 201
    return name


def config_map(name, labels=None, **data):
    return {"metadata": {"name": name, "labels": labels or {}}, "data": data}


def events(answer, count):
    return [json.loads(answer.readline()) for _ in range(count)]


def shown(event):
    return event["type"], event["object"]["metadata"].get("name")


def test_its_kubeconfig_is_private_and_says_what_it_is_for(cluster):
    assert stat.S_IMODE(cluster.kubeconfig.stat().st_mode) == 0o600
    assert "not for production" in cluster.kubeconfig.read_text()
    answer = cluster.open("GET", "/version")
    assert "not for production" in answer.headers["X-Mainstay-Embedded-Cluster"]
    assert cluster.url.startswith("https://127.0.0.1:")


def test_its_examples_are_the_kinds_that_we_know(cluster):
    listed = cluster.get(GROUPS)
    assert listed["kind"] == "NodeGroupList"
    assert {one["metadata"]["name"] for one in listed["items"]} == {"batch", "general", "gpu"}
    assert listed["items"][0]["status"]["state"] == "present"
    keys = cluster.get(
        "/api/v1/namespaces/kube-system/secrets"
        "?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key%3Dactive"
    )
    assert keys["items"][0]["type"] == "kubernetes.io/tls"
    service = "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http"
    certificate = cluster.open("GET", service + "/proxy/v1/cert.pem")
    assert certificate.read().startswith(b"-----BEGIN CERTIFICATE-----")


def test_a_list_in_pages_shows_one_moment(cluster, space):
    path = MAPS.format(space)
    for i in range(7):
        cluster.call("POST", path, config_map(f"m{i}"))
    first = cluster.get(path + "?limit=3")
    cluster.call("DELETE", path + "/m5")
    cluster.call("POST", path, config_map("m9"))
    names, page = [one["metadata"]["name"] for one in first["items"]], first
    while token := page["metadata"].get("continue"):
        page = cluster.get(f"{path}?limit=3&continue={token}")
        assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        names += [one["metadata"]["name"] for one in page["items"]]
    assert names == [f"m{i}" for i in range(7)]
    assert cluster.call("GET", path + "?limit=3&continue=nonsense")[0] == 400
    selected = cluster.get(path + "?fieldSelector=metadata.name%3Dm9")
    assert len(selected["items"]) == 1


def test_shapes_metadata_and_tables(cluster, space):
    path = MAPS.format(space)
    cluster.call("POST", path, config_map("one", secret="value"))
    listed = cluster.get(path, accept=METADATA)
    assert listed["kind"] == "PartialObjectMetadataList"
    assert listed["items"][0]["kind"] == "PartialObjectMetadata"
    assert "value" not in json.dumps(listed["items"][0]["metadata"].get("name"))
    assert "data" not in listed["items"][0]
    table = cluster.get(GROUPS, accept=TABLE)
    assert [one["name"] for one in table["columnDefinitions"]] == [
        "Name", "Type", "Min", "Max", "State", "Age"]  # fmt: skip
    assert table["rows"][0]["cells"][:5] == ["batch", "c5.2xlarge", 0, 40, "present"]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    assert cluster.call("GET", path, accept="text/html")[0] == 406


def test_a_watch_tells_what_happens_and_goes_on_from_bookmarks(cluster, space):
    path = MAPS.format(space)
    begin = cluster.get(path)["metadata"]["resourceVersion"]
    query = f"?watch=true&allowWatchBookmarks=true&timeoutSeconds=10&resourceVersion={begin}"
    watch = cluster.open("GET", path + query)
    assert watch.headers["Transfer-Encoding"] == "chunked"
    cluster.call("POST", path, config_map("a"))
    cluster.call("PATCH", path + "/a", {"data": {"k": "v"}}, kind="application/merge-patch+json")
    cluster.call("DELETE", path + "/a")
    told = events(watch, 3)
    assert [shown(one) for one in told] == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    revisions = [int(one["object"]["metadata"]["resourceVersion"]) for one in told]
    assert revisions == sorted(set(revisions))
    bookmark = events(watch, 1)[0]
    assert bookmark["type"] == "BOOKMARK"
    assert int(bookmark["object"]["metadata"]["resourceVersion"]) >= revisions[-1]
    # From any revision that is kept what followed is told again.
    again = cluster.open("GET", f"{path}?watch=1&resourceVersion={revisions[0]}")
    assert [shown(one) for one in events(again, 2)] == [("MODIFIED", "a"), ("DELETED", "a")]


def test_a_watch_with_a_selector_sees_objects_come_and_go(cluster, space):
    path = MAPS.format(space)
    begin = cluster.get(path)["metadata"]["resourceVersion"]
    watch = cluster.open("GET", f"{path}?watch=1&labelSelector=x%3D1&resourceVersion={begin}")
    cluster.call("POST", path, config_map("a"))
    for value in ["1", "2"]:
        patch = {"metadata": {"labels": {"x": value}}}
        cluster.call("PATCH", path + "/a", patch, kind="application/merge-patch+json")
    assert [shown(one) for one in events(watch, 2)] == [("ADDED", "a"), ("DELETED", "a")]


def test_a_streaming_list_ends_with_its_bookmark(cluster, space):
    path = MAPS.format(space)
    cluster.call("POST", path, config_map("a"))
    query = "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
    status, refusal = cluster.call("GET", path + query)
    assert (status, refusal["reason"]) == (422, "Invalid")
    watch = cluster.open("GET", path + query + "&resourceVersionMatch=NotOlderThan")
    first, bookmark = events(watch, 2)
    assert shown(first) == ("ADDED", "a")
    annotations = bookmark["object"]["metadata"]["annotations"]
    assert annotations == {"k8s.io/initial-events-end": "true"}
    cluster.call("POST", path, config_map("b"))
    assert shown(next(e for e in iter(lambda: events(watch, 1)[0], None)
                      if e["type"] != "BOOKMARK")) == ("ADDED", "b")  # fmt: skip


def test_revisions_that_are_gone_or_not_there_yet(cluster, space):
    path = MAPS.format(space)
    watch = cluster.open("GET", path + "?watch=1&resourceVersion=1")
    # What is kept begins at the first revision here: no 410 yet.
    assert watch.status == 200
    status, refusal = cluster.call("GET", path + "?resourceVersion=999999999")
    assert status == 504
    assert refusal["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"
    status, refusal = cluster.call("GET", path + "?resourceVersion=x")
    assert (status, refusal["kind"], refusal["reason"]) == (400, "Status", "BadRequest")


def test_yaml_is_taken_where_kubernetes_takes_it(cluster, space):
    text = "metadata:\n  name: a\ndata:\n  k: 'yes'\n"
    path = MAPS.format(space)
    status, made = cluster.call("POST", path, text, kind="application/yaml")
    assert (status, made["data"]) == (201, {"k": "yes"})
    one = path + "/b?fieldManager=me"
    apply = "application/apply-patch+yaml"
    status, applied = cluster.call("PATCH", one, "data:\n  k: v\n", kind=apply)
    assert (status, applied["data"]) == (201, {"k": "v"})
    assert applied["metadata"]["managedFields"][0]["operation"] == "Apply"
    assert cluster.call("POST", path, "a: [", kind="application/yaml")[0] == 400
    assert cluster.call("POST", path, "x", kind="text/plain")[0] == 415


def test_tokens_come_from_secrets_and_end_with_them(cluster, space):
    assert cluster.call("GET", GROUPS, token="wrong")[0] == 401
    secret = {
        "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": "reader",
            "annotations": {
                "kubernetes.io/service-account.name": "reader",
                "mainstay/verbs": "get, list",
            },
        },
    }
    path = f"/api/v1/namespaces/{space}/secrets"
    _, made = cluster.call("POST", path, secret)
    token = base64.b64decode(made["data"]["token"]).decode()
    assert cluster.call("GET", GROUPS, token=token)[0] == 200
    status, refusal = cluster.call("DELETE", GROUPS + "/gpu", token=token)
    assert status == 403
    assert refusal["message"] == (
        "nodegroups.cluster.unicron.mpi-internal.com is forbidden: User "
        f'"system:serviceaccount:{space}:reader" cannot delete resource "nodegroups" in API group '
        '"cluster.unicron.mpi-internal.com" at the cluster scope'
    )
    cluster.call("DELETE", path + "/reader")
    assert cluster.call("GET", GROUPS, token=token)[0] == 401


def test_paths_and_methods_that_are_not_there(cluster):
    for path in ["/apis/no.such/v1/things", "/api/v1/pods", "/nothing", GROUPS + "/gpu/scale"]:
        status, refusal = cluster.call("GET", path)
        assert (status, refusal["reason"]) == (404, "NotFound"), path
    assert cluster.call("PUT", GROUPS, {})[0] == 405
    assert cluster.call("GET", GROUPS + "/no")[1]["message"] == (
        'nodegroups.cluster.unicron.mpi-internal.com "no" not found')  # fmt: skip


def test_what_is_too_large_is_refused(cluster, space):
    path = MAPS.format(space)
    status, _ = cluster.call("POST", path, config_map("a", k="x" * (2 << 20)))
    assert status == 422  # Kubernetes' bound of a ConfigMap's data
    big = config_map("b")
    big["metadata"]["annotations"] = {"note": "x" * (2 << 20)}
    assert cluster.call("POST", path, big)[0] == 413
    assert cluster.call("POST", path, "[" * 100 + "]" * 100)[0] == 400


def test_a_port_that_is_taken_is_said(cluster, tmp_path):
    port = cluster.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [binary(), "clusters", "embedded", "--data", tmp_path, "--port", port],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert port in done.stderr
