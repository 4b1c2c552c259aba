"""Node groups and secrets as a cluster has them, followed over changes and over its end."""

import base64
import hashlib
import json
import re
import socket
import ssl
import stat
import urllib.error
import urllib.request

import pytest
from support.embedded_cluster import EmbeddedCluster
from support.server import Server, refused, wait_until

GROUPS = "/apis/cluster.unicron.mpi-internal.com/v1alpha1/nodegroups"
OPEN = ("--set", "apps.clusters.enabled=true", "--set", "apps.clusters.access=open")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(server, path):
    """Status, document and headers."""
    try:
        with urllib.request.urlopen(server.base_url + path, timeout=10) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"null"), refusal.headers


def names(server, path):
    status, objects, _ = get(server, path)
    return {one["name"] for one in objects} if status == 200 else set()


def metric(server, name, cache):
    with urllib.request.urlopen(server.base_url + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(rf'^{name}{{cache="{cache}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else None


def kubeconfig(folder, cluster, user, verified=True):
    """A kubeconfig for that cluster, as YAML that says `user` of who we are."""
    theirs = json.loads(cluster.kubeconfig.read_text().split("\n", 1)[1])["clusters"][0]["cluster"]
    if not verified:
        theirs = {"server": theirs["server"], "insecure-skip-tls-verify": True}
    path = folder / "config.yaml"
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
        "contexts: [{name: here, context: {cluster: c, user: u, namespace: default}}]\n"
        f"clusters: [{{name: c, cluster: {json.dumps(theirs)}}}]\n"
        f"users: [{{name: u, user: {user}}}]\n"
    )
    return path


def group(name, most=3):
    return {
        "apiVersion": "cluster.unicron.mpi-internal.com/v1alpha1", "kind": "NodeGroup",
        "metadata": {"name": name},
        "spec": {"size": {"min": 1, "max": most, "target": 2},
                 "instanceTypes": {"default": "m5.large"}},
    }  # fmt: skip


@pytest.mark.parametrize("streaming", ["true", "false"])
def test_what_the_cluster_has_is_read_and_followed_over_its_end(tmp_path, streaming):
    port = str(free_port())
    with EmbeddedCluster(tmp_path, "--port", port) as cluster:
        (tmp_path / "token").write_text(cluster.token)
        # The next one on this port has another certificate.
        config = kubeconfig(tmp_path, cluster, "{tokenFile: token}", verified=False)
        server = Server(
            tmp_path, *OPEN, "--set", f"apps.clusters.kubeconfig={config}",
            "--set", f"apps.clusters.kube_streaming_lists={streaming}",
            "--set", "apps.clusters.cache_age_max=1s",
        ).start()  # fmt: skip
        wait_until(lambda: "general" in names(server, "/api/nodegroups"), 10, "the first list")
        wait_until(lambda: get(server, "/readiness")[0] == 200, 10, "readiness")
        assert metric(server, "clusters_cache_synced", "nodegroups") == 1
        server.says("clusters.certificate_unchecked")
        # Whoever sits between could put another certificate in to seal with.
        sealing = get(server, "/api/sealing/certificate")[1]
        assert sealing["certificate"] is None and "sealing_fingerprints" in sealing["problem"]

        assert cluster.call("POST", GROUPS, group("fresh"))[0] == 201
        wait_until(lambda: "fresh" in names(server, "/api/nodegroups"), 10, "an addition")
        patch = {"spec": {"size": {"max": 9}}}
        kind = "application/merge-patch+json"
        status, changed = cluster.call("PATCH", GROUPS + "/fresh", patch, kind=kind)
        assert status == 200

        def is_changed():
            return get(server, "/api/nodegroups/fresh")[1].get("max_size") == 9

        wait_until(is_changed, 10, "a change")
        _, _, headers = get(server, "/api/nodegroups/fresh")
        version = changed["metadata"]["resourceVersion"]
        assert int(headers["X-Cache-Resource-Version"]) >= int(version)
        assert cluster.call("DELETE", GROUPS + "/batch")[0] == 200
        wait_until(lambda: "batch" not in names(server, "/api/nodegroups"), 10, "a removal")

        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"},
                  "data": {"password": base64.b64encode(b"hunter2").decode()}}  # fmt: skip
        assert cluster.call("POST", "/api/v1/namespaces/default/secrets", secret)[0] == 201
        wait_until(lambda: "db" in names(server, "/api/secrets"), 10, "a secret")
        assert "hunter2" not in json.dumps(get(server, "/api/secrets/db")[1])

    # The cluster is away: what was read is still told, and that it is old.
    wait_until(lambda: get(server, "/api/readiness")[0] == 503, 10, "the loss to count")
    assert get(server, "/api/readiness")[1] == "Application not ready"
    status, told, _ = get(server, "/.backstage/health/v1/readiness")
    assert status == 503 and "clusters" not in json.dumps(told)
    assert "clusters.cache" in json.dumps(get(server, "/api/status")[1]["failing"])
    wait_until(lambda: metric(server, "clusters_cache_behind", "nodegroups") == 1, 10, "the loss")
    assert "fresh" in names(server, "/api/nodegroups")
    server.says("clusters.cache.failed")
    with EmbeddedCluster(tmp_path, "--port", port) as cluster:  # another one, with other tokens
        (tmp_path / "token").write_text(cluster.token)
        wait_until(lambda: "batch" in names(server, "/api/nodegroups"), 30, "the cluster again")
        assert "fresh" not in names(server, "/api/nodegroups")
        assert metric(server, "clusters_cache_behind", "nodegroups") == 0
        assert cluster.call("POST", GROUPS, group("later"))[0] == 201
        wait_until(lambda: "later" in names(server, "/api/nodegroups"), 10, "what happens then")
        assert server.stop() == 0
    assert "hunter2" not in server.output()


def test_without_rights_on_secrets_and_with_a_pin(tmp_path):
    """A mode in which nothing is asked of Secrets; and what makes a connection that is not checked
    good enough to seal with."""
    with EmbeddedCluster(tmp_path) as cluster:
        proxy = "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy"
        answer = cluster.open("GET", f"{proxy}/v1/cert.pem", accept="*/*")
        assert answer.status == 200
        pem = answer.read().decode().split("-----END CERTIFICATE-----")[0]
        der = ssl.PEM_cert_to_DER_cert(pem + "-----END CERTIFICATE-----\n")
        pin = hashlib.sha256(der).hexdigest()
        for kind, path, more in (
            ("Secret", "/api/v1/namespaces/default/secrets", {"data": {}}),
            ("SealedSecret", "/apis/bitnami.com/v1alpha1/namespaces/default/sealedsecrets",
             {"spec": {"encryptedData": {"key": "AgA="}}}),
        ):  # fmt: skip
            version = "v1" if kind == "Secret" else "bitnami.com/v1alpha1"
            name = {"Secret": "plain", "SealedSecret": "sealed"}[kind]
            one = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **more}
            status, said = cluster.call("POST", path, one)
            assert status == 201, said
        config = kubeconfig(tmp_path, cluster, f"{{token: {cluster.token}}}", verified=False)
        with Server(
            tmp_path, *OPEN, "--set", f"apps.clusters.kubeconfig={config}",
            "--set", "apps.clusters.watch_secrets=false",
            "--set", f"apps.clusters.sealing_fingerprints={pin}",
        ) as server:  # fmt: skip
            wait_until(lambda: "sealed" in names(server, "/api/secrets"), 10, "the first list")
            assert "plain" not in names(server, "/api/secrets")
            assert metric(server, "clusters_cache_synced", "sealedsecrets") == 1
            assert metric(server, "clusters_cache_synced", "secrets") is None
            wait_until(lambda: get(server, "/readiness")[0] == 200, 10, "readiness")

            def sealing():
                return get(server, "/api/sealing/certificate")[1]

            wait_until(lambda: sealing()["certificate"], 10, "the certificate")
            assert sealing()["certificate"]["fingerprint"] == pin


def test_programs_for_credentials_run_only_when_they_are_named(tmp_path):
    with EmbeddedCluster(tmp_path) as cluster:
        (tmp_path / "token").write_text(cluster.token)
        program = tmp_path / "get-token"
        program.write_text(
            "#!/bin/sh\ntest -n \"$KUBERNETES_EXEC_INFO\" || exit 1\n"
            'echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",'
            '\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$(cat "$1")\\"}}"\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        config = kubeconfig(
            tmp_path, cluster,
            f"{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {program}, "
            f"args: [{tmp_path / 'token'}], interactiveMode: Never}}}}",
        )  # fmt: skip
        here = (*OPEN, "--set", f"apps.clusters.kubeconfig={config}")
        said = refused(tmp_path, *here)
        assert str(program) in said and "apps.clusters.kube_exec_allowed" in said
        allowed = ("--set", f"apps.clusters.kube_exec_allowed={program}")
        with Server(tmp_path, *here, *allowed) as server:
            wait_until(lambda: "general" in names(server, "/api/nodegroups"), 10, "the first list")
            assert cluster.token not in server.output()


def test_what_cannot_be_a_cluster_stops_the_start(tmp_path):
    said = refused(tmp_path, *OPEN, "--set", "apps.clusters.kubeconfig=/not/there")
    assert "/not/there" in said
    said = refused(tmp_path, *OPEN, "--set", "apps.clusters.node_group_kinds=nodegroup, pool")
    assert "no kind is called pool" in said
    (tmp_path / "kinds.yaml").write_text("name: pool\ngroup: a.b\nversion: v1\nplural: pools\n"
                                         "kind: Pool\npaths: {size: spec.size}\n")  # fmt: skip
    said = refused(tmp_path, *OPEN, "--set", "apps.clusters.node_group_kinds_file=kinds.yaml")
    assert "node group kind pool: no field is called size" in said
