"""The embedded cluster with stock kubectl: Debian's 1.20, and newer ones where there are any."""

import re

import pytest

from support.embedded_cluster import EmbeddedCluster, Kubectl, kubectls

GROUP = "cluster.unicron.mpi-internal.com/v1alpha1"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with EmbeddedCluster(tmp_path_factory.mktemp("kubectl")) as one:
        yield one


@pytest.fixture(scope="module", params=kubectls() or ["none"])
def kubectl(request, cluster, tmp_path_factory):
    if request.param == "none":
        pytest.skip("kubectl is not installed (Debian: kubernetes-client)")
    return Kubectl(request.param, cluster, tmp_path_factory.mktemp("home"))


def node_group(name, **size):
    return {
        "apiVersion": GROUP,
        "kind": "NodeGroup",
        "metadata": {"name": name},
        "spec": {"size": size, "instanceTypes": {"default": "m5.large"}},
    }


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_get(kubectl):
    table = kubectl.run("get", "ng")
    assert re.match(r"NAME +TYPE +MIN +MAX +STATE +AGE\n", table)
    assert re.search(r"^general +m5.large +2 +10 +present +\d+[sm]", table, re.MULTILINE)
    assert "nodegroups" in kubectl.run("api-resources")
    assert "target: 3" in kubectl.run("get", "nodegroup", "general", "-o", "yaml")
    assert "m5.large" in kubectl.run("describe", "nodegroup", "general")
    assert "kube-system" in kubectl.run("get", "namespaces")
    assert kubectl.run("auth", "can-i", "list", "secrets").strip() == "yes"
    assert "how many nodes" in kubectl.run("explain", "nodegroup.spec.size")
    assert "NotFound" in kubectl.run("get", "ng", "no", fails=True)


def test_get_watch(kubectl):
    watch = kubectl.start("get", "nodegroups", "--watch", "--no-headers")
    try:
        first = [watch.stdout.readline().split()[0] for _ in range(3)]
        assert first == ["batch", "general", "gpu"]
        kubectl.run("create", "-f", kubectl.manifest(node_group("watched", max=4)))
        assert watch.stdout.readline().split()[:2] == ["watched", "m5.large"]
        kubectl.run("patch", "ng", "watched", "--type=merge", "-p", '{"spec":{"size":{"max":5}}}')
        assert "5" in watch.stdout.readline().split()
        kubectl.run("delete", "ng", "watched")
        assert watch.stdout.readline().startswith("watched")
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()


def test_apply(kubectl):
    said = kubectl.run("apply", "-f", kubectl.manifest(node_group("app", max=4, min=1)))
    assert "app created" in said
    changed = kubectl.manifest(node_group("app", max=6), config_map("app", a="1", b="2"))
    said = kubectl.run("apply", "-f", changed)
    assert "app configured" in said
    assert "configmap/app created" in said
    assert "min" not in kubectl.run("get", "ng", "app", "-o", "jsonpath={.spec.size}")
    assert "app unchanged" in kubectl.run("apply", "-f", changed)
    kubectl.run("apply", "-f", kubectl.manifest(config_map("app", b="3", c="4")))
    kept = kubectl.run("get", "cm", "app", "-o", "jsonpath={.data.a} {.data.b} {.data.c}")
    assert kept == " 3 4"
    said = kubectl.run("apply", "--dry-run=server", "-f", kubectl.manifest(node_group("dry")))
    assert "server dry run" in said
    kubectl.run("get", "ng", "dry", fails=True)
    kubectl.run("delete", "ng/app", "cm/app")


def test_apply_refuses_what_the_schema_does_not_know(kubectl):
    wrong = node_group("wrong", max="many")
    assert "integer" in kubectl.run("apply", "-f", kubectl.manifest(wrong), fails=True)
    typo = config_map("typo")
    typo["dato"] = {"k": "v"}
    assert "dato" in kubectl.run("apply", "-f", kubectl.manifest(typo), fails=True)
    kubectl.run("get", "ng", "wrong", fails=True)


def test_apply_server_side(kubectl):
    mine = kubectl.manifest(config_map("ssa", a="1", b="1"))
    theirs = kubectl.manifest(config_map("ssa", b="2"))
    apply = ["apply", "--server-side", "--field-manager"]
    assert "serverside-applied" in kubectl.run(*apply, "mine", "-f", mine)
    refused = kubectl.run(*apply, "theirs", "-f", theirs, fails=True)
    assert 'conflict with "mine"' in refused
    assert ".data.b" in refused
    kubectl.run(*apply, "theirs", "--force-conflicts", "-f", theirs)
    both = kubectl.run("get", "cm", "ssa", "-o", "jsonpath={.data.a} {.data.b}")
    assert both == "1 2"
    # What was applied in the old way can be applied on the server too.
    kubectl.run("apply", "-f", kubectl.manifest(config_map("both", a="1")))
    kubectl.run("apply", "--server-side", "--force-conflicts", "-f",
                kubectl.manifest(config_map("both", a="2")))  # fmt: skip
    kubectl.run("delete", "cm", "ssa", "both")


def test_secrets_namespaces_and_definitions(kubectl):
    kubectl.run("create", "namespace", "team")
    kubectl.run("-n", "team", "create", "secret", "generic", "s", "--from-literal=k=two words")
    assert re.search(r"^s +Opaque +1 ", kubectl.run("-n", "team", "get", "secrets"), re.MULTILINE)
    coded = kubectl.run("-n", "team", "get", "secret", "s", "-o", "jsonpath={.data.k}")
    assert coded == "dHdvIHdvcmRz"
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "toys.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"kind": "Toy", "plural": "toys"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": {"type": "object", "properties": {
                                "colour": {"type": "string"}}}},
                        }
                    },
                }
            ],
        },
    }  # fmt: skip
    kubectl.run("apply", "-f", kubectl.manifest(definition))
    kubectl.run("wait", "--for=condition=Established", "crd/toys.example.org")
    toy = {"apiVersion": "example.org/v1", "kind": "Toy", "metadata": {"name": "ball"},
           "spec": {"colour": "red"}}  # fmt: skip
    kubectl.run("-n", "team", "apply", "-f", kubectl.manifest(toy))
    kubectl.run("-n", "team", "label", "toys", "ball", "size=small")
    assert "ball" in kubectl.run("get", "toys", "--all-namespaces", "-l", "size=small")
    kubectl.run("delete", "crd", "toys.example.org")
    kubectl.run("delete", "namespace", "team")
    assert "team" not in kubectl.run("get", "ns")


def test_no_token_no_entry(kubectl):
    said = kubectl.run("--token=wrong", "get", "ng", fails=True)
    assert "Unauthorized" in said or "logged in" in said
