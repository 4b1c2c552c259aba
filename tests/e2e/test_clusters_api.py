"""The platform API as its clients see it: what the service answered whose paths it has, with that
one's defects as regressions; changes from the request to the group that is there; who may what."""

import base64
import http.client
import json
import threading
from contextlib import closing
from pathlib import Path

import pytest
from wire.golden import run_file

from support import openapi
from support.auth_client import add_user
from support.clusters import GROUP, ON, OPEN, Api, platform, wait_for
from support.server import refused

pytestmark = pytest.mark.xdist_group("clusters_api")  # two servers for the file

SOURCE = Path(__file__).with_name("clusters_source.wire")


@pytest.fixture(scope="module")
def server(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with platform(tmp_path_factory.mktemp("clusters_api"), OPEN) as started:
        yield started


@pytest.fixture(scope="module")
def api(server):
    return Api(server.base_url)


def group(name, **more):
    return {**GROUP, "name": name, **more}


def test_what_the_source_answers(server, request):
    """Section 1.2 of its description, and better error bodies."""
    failures = run_file(SOURCE, server.base_url, request.config.getoption("--update"))
    assert not failures, "\n\n".join(failures)


def test_a_group_from_the_request_to_the_cluster(api):
    made = api.must(200, "POST", "/api/nodegroups", group("journey", team="data", reason="load"))
    assert made["status"] == "ok" and made["url"]
    request = api.request(made["request"])
    assert request["state"] == "pull_request_open"
    states = [step["state"] for step in request["timeline"]]
    assert states == ["requested", "validated", "policy_checked", "rendered", "branch_pushed",
                      "pull_request_open"]
    (file,) = request["files"]
    assert file["path"] == "infrastructure/_catalog/templates/nodegroup-journey.yaml"
    assert "+  name: journey" in request["diff"]
    assert request["monthly_cost"].startswith("+") and "would be created" in request["dry_run"]
    pull = api.see(f"/clusters/forge/pulls/{request['pull_request']['number']}")
    for shown in (request["monthly_cost"], request["dry_run"], "+  name: journey", "load"):
        assert shown in pull["body"], shown
    api.merge(made["request"])
    ready = api.until(made["request"], "ready")
    assert ready["merge_commit"] and ready["is_over"]
    listed = wait_for(lambda: [one for one in api.see("/api/nodegroups")
                               if one["name"] == "journey"])
    assert listed[0]["min_size"] == 1 and listed[0]["instance_type"]["name"] == "m5.large"
    assert listed[0]["team"] == "data" and float(listed[0]["monthly_cost"]["target"]) > 0

    changed = api.must(200, "PATCH", "/api/nodegroups/journey", {"max_size": 9})
    diff = api.request(changed["request"])["diff"]
    assert "-    max: 4" in diff and "+    max: 9" in diff
    api.merge(changed["request"])
    wait_for(lambda: api.see("/api/nodegroups/journey")["max_size"] == 9)

    removed = api.must(200, "DELETE", "/api/nodegroups/journey?reason=done")
    assert api.request(removed["request"])["files"][0]["removed"]
    api.merge(removed["request"])
    wait_for(lambda: api.call("GET", "/api/nodegroups/journey").status == 404)


def test_a_request_as_events_until_it_is_over(api):
    made = api.must(202, "POST", "/api/nodegroups", group("events"), {"Prefer": "respond-async"})
    assert made["status"] == "accepted"
    api.until(made["request"], "pull_request_open")
    seen = []

    def listen():
        for name, data in api.stream(f"/api/requests/{made['request']}/events"):
            assert name == "request" and data["id"] == made["request"]
            seen.append(data["state"])

    listener = threading.Thread(target=listen)
    listener.start()
    wait_for(lambda: seen)
    api.merge(made["request"])
    listener.join(30)
    assert not listener.is_alive() and seen[0] == "pull_request_open" and seen[-1] == "ready"


def test_the_same_again_is_the_same(api):
    headers = {"Idempotency-Key": "a-key-of-mine"}
    first = api.must(200, "POST", "/api/nodegroups", group("twice"), headers)
    again = api.must(200, "POST", "/api/nodegroups", group("twice"), headers)
    assert again["request"] == first["request"]
    other = group("twice", max_size="9")
    assert api.refusal(422, "POST", "/api/nodegroups", other, headers) == "idempotency_key_reused"
    # Without a key: the branch follows from the content, and so does its pull request.
    third = api.must(200, "POST", "/api/nodegroups", group("twice"))
    assert third["url"] == first["url"]
    bad = {"Idempotency-Key": "two words"}
    assert api.refusal(400, "POST", "/api/nodegroups", group("x"), bad) == (
        "idempotency_key_invalid")


def test_two_at_once_do_not_meet(api):
    """The source had one work tree for all: two requests destroyed each other's."""
    answers = {}
    callers = [threading.Thread(target=lambda name=name: answers.update(
        {name: api.must(200, "POST", "/api/nodegroups", group(name))})) for name in
        ("at-once-1", "at-once-2", "at-once-3", "at-once-4")]
    for one in callers:
        one.start()
    for one in callers:
        one.join(60)
    assert len({one["url"] for one in answers.values()}) == 4
    for name, made in answers.items():
        files = api.request(made["request"])["files"]
        assert [file["path"].endswith(f"nodegroup-{name}.yaml") for file in files] == [True]


def test_a_plan_proposes_nothing(api):
    before = api.see("/api/requests")["requests"]
    plan = api.must(200, "POST", "/api/nodegroups?plan=true", group("planned"))
    assert plan["status"] == "planned" and plan["monthly_cost"] and "planned" in plan["diff"]
    assert api.see("/api/requests")["requests"] == before


@pytest.mark.parametrize("wrong, code", [
    ({"name": "../../etc/passwd"}, "field_invalid"),
    ({"name": "a\n---\nkind: Secret"}, "field_invalid"),
    ({"name": "--upload-pack=x"}, "field_invalid"),
    ({"ephemeral": "100Gi\nkind: Secret"}, "field_invalid"),
    ({"default_instance_type": "m5.large # none"}, "field_invalid"),
    ({"default_instance_type": "m5.nosuch"}, "field_invalid"),
    ({"labels": {"a": "b\n- &x"}}, "field_invalid"),
    ({"min_size": "9", "max_size": "2"}, "field_invalid"),
    ({"min_size": -1}, "field_invalid"),
    ({"kind": "nosuch"}, "field_invalid"),
])
def test_hostile_fields_are_refused_by_name(api, wrong, code):
    answer = api.call("POST", "/api/nodegroups", {**GROUP, "name": "hostile", **wrong})
    assert (answer.status, answer.code) == (422, code), answer
    field = next(iter(wrong)).split("_")[0]
    assert field in answer.json["detail"] or "instance type" in answer.json["detail"]


def test_bodies_that_are_none(api):
    for body in ("", "{", "[]", "null", '{"name":"x"}', '{"name":"x","nmae":1}', b"\xff"):
        assert api.refusal(400, "POST", "/api/nodegroups", body) == "body_invalid", body
    huge = api.call("POST", "/api/nodegroups", '{"name":"' + "x" * (3 << 20) + '"}')
    assert huge.status == 413, huge
    assert api.refusal(400, "GET", "/api/instance_types?nosuch=1") == "query_invalid"
    assert api.refusal(404, "GET", "/api/requests/0123456789abcdef") == "change_not_found"


SECRET = {"name": "database", "literals": {"password": "correct horse --from-file=k=/etc/passwd"},
          "skip_pull_request": False}


def test_secrets_are_sealed_and_never_seen_again(api, server):
    """The source put values into a command line, where a blank began the next flag."""
    rendered = api.must(200, "POST", "/api/secrets/render", SECRET)
    assert rendered.header("Content-Type") == "application/yaml"
    assert "kind: SealedSecret" in rendered.text and "password: AQ" in rendered.text
    assert rendered.text.count("\n    password:") == 1 and "\n    k:" not in rendered.text
    made = api.must(200, "POST", "/api/secrets", SECRET)
    request = api.request(made["request"])
    assert request["files"][0]["path"].endswith("/sealed-secret-database.yaml")
    sealed_with = rendered.header("X-Sealed-With")
    assert sealed_with.startswith("SHA256:")
    assert f"sealed with {sealed_with}" in request["policies"]
    assert f'"sealed with {sealed_with}"' in api.call("GET", "/clusters/audit").text
    api.merge(made["request"])
    listed = wait_for(lambda: [one for one in api.see("/api/secrets")
                               if one["name"] == "database"])
    assert listed[0]["version"] == "1" and listed[0]["sealed"]["keys"] == ["password"]
    api.until(made["request"], "ready")
    more = {"literals": {"user": "ada"}}
    merged = api.must(200, "PATCH", "/api/secrets/database", more)
    assert "+    user: AQ" in api.request(merged["request"])["diff"]
    everything = json.dumps(api.request(made["request"])) + server.output() + json.dumps(
        api.see("/api/requests")) + api.call("GET", "/clusters/audit").text
    for value in ("correct horse", base64.b64encode(b"correct horse").decode()[:16]):
        assert value not in everything
    for wrong in ({"literals": {"a b": "c"}}, {"literals": {"a": 1}}, {"name": "A"},
                  {"scope": "everywhere"}, {"data": {"a": "not base64!"}}):
        answer = api.call("POST", "/api/secrets", {**SECRET, **wrong})
        assert answer.status in (400, 422) and "correct horse" not in answer.text, answer


def test_what_is_sealed_is_looked_at_and_sealed_anew(api):
    """By the cluster's controller, which has the keys."""
    text = api.must(200, "POST", "/api/secrets/render", SECRET).text
    kind = {"Content-Type": "application/yaml"}
    told = api.must(200, "POST", "/api/secrets/validate", text, kind)
    assert told == {"name": "database", "namespace": "default", "scope": "strict",
                    "keys": ["password"], "can_be_opened": True, "asked": "controller"}
    again = api.must(200, "POST", "/api/secrets/reencrypt", text, kind)
    assert again.header("Content-Type") == "application/yaml"
    assert one_document(again.text)["metadata"] == one_document(text)["metadata"]
    as_json = json.dumps(one_document(again.text))
    assert api.must(200, "POST", "/api/secrets/validate", as_json)["can_be_opened"] is True
    moved = text.replace("name: database", "name: other")
    assert api.must(200, "POST", "/api/secrets/validate", moved, kind)["can_be_opened"] is False
    assert api.refusal(502, "POST", "/api/secrets/reencrypt", moved, kind) == "cluster_refused"
    claim = '    metadata:\n      annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}\n'
    wider = text.replace("    metadata:\n", claim, 1)
    wrongs = [(wider, 422), ("kind: Secret\n", 422), ("a: [", 400), ("a: &a [*a]", 400), ("", 400)]
    for wrong, status in wrongs:
        for route in ("validate", "reencrypt"):
            answer = api.call("POST", f"/api/secrets/{route}", wrong, kind)
            assert answer.status == status, (wrong, answer.text)


def test_the_certificate_and_what_works(api):
    sealing = api.see("/api/sealing/certificate")
    assert len(sealing["certificate"]["fingerprint"]) == 64
    status = api.see("/api/status")
    assert status["failing"] == [] and {one["name"] for one in status["caches"]} >= {"nodegroups"}
    answer = api.call("GET", "/api/nodegroups")
    assert int(answer.header("X-Cache-Age")) < 60 and answer.header("X-Cache-Resource-Version")
    costs = api.see("/api/costs")
    assert costs["currency"] == "USD" and len(costs["groups"]) >= 1
    types = api.see("/api/instance_types?vcpu_min=2&cheapest=true")
    assert len(types) == 1 and types[0]["vcpu"] >= 2
    assert api.see("/api/instance_types/m5.large")["family"]


def test_the_catalog_and_its_deltas(api):
    entities = api.see("/api/catalog/entities?types=node-group")["entities"]
    assert entities and all(one["spec"]["type"] == "node-group" for one in entities)
    assert api.refusal(400, "GET", "/api/catalog/entities?types=nosuch") == "query_invalid"
    deltas = []

    def listen():
        for name, data in api.stream("/api/catalog/events"):
            deltas.append((name, data))
            if name == "delta":
                return

    listener = threading.Thread(target=listen)
    listener.start()
    wait_for(lambda: deltas)
    made = api.must(200, "POST", "/api/nodegroups", group("in-catalog"))
    api.merge(made["request"])
    listener.join(30)
    assert deltas[0] == ("begin", {})
    names = {one["metadata"]["name"] for one in deltas[-1][1]["added"]}
    assert "nodegroup-in-catalog" in names


def test_foreign_pages_and_names_may_nothing(api):
    """Without accounts only this machine may ask: no page of somebody else's, no rebound name."""
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Host": "evil.example"}):
        assert api.refusal(403, "POST", "/api/nodegroups", GROUP, headers) == "permission_missing"
    assert api.refusal(403, "GET", "/api/secrets", None, {"Host": "evil.example"}) == (
        "permission_missing")


# What may be text of a document, its structure, or another document.
HOSTILE = ("a\nb", "a\r\n---\nkind: Evil", "&a", "*a", "!!binary a", "a\u2028b", "a\u0085b",
           "{{NAME}}", "n", "0x1f", "a: b", "# a", "%a", "\u202ea", "a\tb", "'", '"\\n')
GROUP_TEXTS = {
    "name": str, "namespace": str, "team": str, "kind": str, "capacity_type": str,
    "ephemeral": str, "default_instance_type": str, "alternate_instance_type": str,
    "alternate_instance_types": lambda text: [text], "zones": lambda text: [text],
    "min_size": str, "labels": lambda text: {"a": text},
    "taints": lambda text: [{"key": "a", "value": text, "effect": "NoSchedule"}],
    "reason": str,
}  # fmt: skip
SECRET_TEXTS = {
    "name": str, "namespace": str, "type": str, "scope": str, "labels": lambda text: {"a": text},
    "annotations": lambda text: {"a": text}, "literals": lambda text: {text: "v"},
}  # fmt: skip


def leaves(document):
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from leaves(value)
    elif isinstance(document, list):
        for value in document:
            yield from leaves(value)
    else:
        yield document


def one_document(text):
    yaml = pytest.importorskip("yaml")
    (document,) = yaml.safe_load_all(text)
    return document


def added(diff):
    return "".join(line[1:] + "\n" for line in diff.splitlines()
                   if line.startswith("+") and not line.startswith("+++"))


def test_hostile_text_in_every_field(api):
    """Refused by the field's name, or one document that others read with that very text."""
    refused = taken = 0
    for field, shaped in GROUP_TEXTS.items():
        for text in HOSTILE:
            body = {**GROUP, "name": "hostile", field: shaped(text)}
            answer = api.call("POST", "/api/nodegroups?plan=true", body)
            if answer.status in (400, 422):
                refused += 1
                said = answer.json["detail"].replace("instance type", field)
                assert field.split("_")[0].removesuffix("s") in said, (field, text, said)
                continue
            assert answer.status == 200, (field, text, answer)
            taken += 1
            document = one_document(added(answer.json["diff"]))
            assert document["kind"] == "NodeGroup" and "Evil" not in document
            # This kind has no place for zones and is in no namespace; a reason is for people.
            is_unread = field in ("reason", "namespace", "zones")
            assert is_unread or text in leaves(document), (field, text, document)
    for field, shaped in SECRET_TEXTS.items():
        for text in HOSTILE:
            answer = api.call("POST", "/api/secrets/render", {**SECRET, field: shaped(text)})
            if answer.status in (400, 422):
                refused += 1
                assert field in answer.json["detail"], (field, text, answer.text)
                continue
            assert answer.status == 200, (field, text, answer)
            taken += 1
            document = one_document(answer.text)
            assert document["kind"] == "SealedSecret" and text in leaves(document), (field, text)
    assert refused > 200 and taken > len(HOSTILE), (refused, taken)  # annotations are any text


# --- with accounts -------------------------------------------------------------------------------

PEOPLE = {
    "rea": ["clusters_reader"],
    "aut": ["clusters_author"],
    "dir": ["clusters_author", "clusters_direct", "clusters_reader"],
    "sec": ["clusters_secrets", "clusters_reader"],
    "rev": ["clusters_reader", "clusters_merge"],
    "aud": ["clusters_audit"],
    "non": [],
    "hasty": ["clusters_author", "clusters_secrets"],
}
GUARDED = {
    **ON,
    "MAINSTAY__APPS__CLUSTERS__NAMESPACE_ROLES": "shop-*: shop_team",
    "MAINSTAY__APPS__CLUSTERS__ACCESS_REVIEW": "name",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with platform(tmp_path_factory.mktemp("clusters_guarded"), GUARDED) as started:
        yield started


@pytest.fixture(scope="module")
def people(guarded):
    """An account each, and nobody."""
    found = {"nobody": Api(guarded.base_url)}
    for name, roles in PEOPLE.items():
        options = ["--role", ",".join(roles)] if roles else []
        found[name] = Api(guarded.base_url, add_user(guarded, name, *options))
    return found


def audit_of(people, action):
    answer = people["aud"].call("GET", "/clusters/audit?limit=10000")
    records = [json.loads(line) for line in answer.text.splitlines()]
    return [{**one, **dict(one["more"])} for one in records if one["action"] == action]


def test_roles(people):
    nobody = people["nobody"]
    assert nobody.refusal(401, "GET", "/api/nodegroups") == "sign_in_required"
    assert nobody.call("GET", "/api/liveness").status == 200
    assert people["rea"].see("/api/nodegroups")
    assert people["rea"].refusal(403, "POST", "/api/nodegroups", GROUP) == "role_missing"
    assert people["aut"].refusal(403, "POST", "/api/secrets", SECRET) == "role_missing"
    skipping = {**GROUP, "skip_pull_request": True}
    assert people["aut"].refusal(403, "POST", "/api/nodegroups", skipping) == "permission_missing"
    wide = {**SECRET, "scope": "cluster-wide"}
    for method, path in (("POST", "/api/secrets"), ("POST", "/api/secrets/render"),
                         ("PATCH", f"/api/secrets/{SECRET['name']}")):
        assert people["sec"].refusal(403, method, path, wide) == "permission_missing"
    made = people["dir"].must(200, "POST", "/api/nodegroups", skipping)
    assert made["url"] is None
    done = people["dir"].until(made["request"], "ready")
    assert done["merge_commit"] and done["requested_by"] == "dir <dir@example.org>"
    assert people["aut"].refusal(403, "GET", "/clusters/audit") == "role_missing"


def test_the_query_skips_the_pull_request_too(people):
    path = "/api/nodegroups?skip_pull_request=true"
    assert people["aut"].refusal(403, "POST", path, group("by-query")) == "permission_missing"
    made = people["dir"].must(200, "POST", path, group("by-query", skip_pull_request=False))
    assert made["url"] is None
    people["dir"].until(made["request"], "ready")
    path = "/api/nodegroups/by-query?skip_pull_request=true&reason=load"
    changed = people["dir"].must(200, "PATCH", path, {"max_size": 5})
    assert changed["url"] is None
    assert people["dir"].request(changed["request"])["skip_pull_request"]
    people["dir"].until(changed["request"], "ready")


def test_a_namespace_may_be_others(people):
    secret = {**SECRET, "name": "theirs", "namespace": "shop-eu"}
    answer = people["sec"].call("POST", "/api/secrets", secret)
    assert (answer.status, answer.code) == (403, "permission_missing")
    assert "shop_team" in answer.json["detail"]
    refused = audit_of(people, "change.proposed")
    assert any(one["name"] == "theirs" and one["outcome"] == "refused" for one in refused)
    made = people["sec"].must(200, "POST", "/api/secrets", {**SECRET, "name": "ours"})
    people["rev"].merge(made["request"])
    people["sec"].until(made["request"], "ready", "merged", "syncing")
    merged = [one for one in audit_of(people, "change.merged") if one["name"] == "ours"]
    assert [one["merged_by"] for one in merged] == ["rev <rev@example.org>"]


def test_trying_again_needs_what_the_change_needed(guarded, people):
    hook = guarded.data / "clusters/forge/repository.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    try:
        body = group("again", skip_pull_request=True)
        answer = people["dir"].call("POST", "/api/nodegroups", body)
        assert (answer.status, answer.code) == (502, "forge_refused"), answer
        secret = {**SECRET, "name": "again"}
        assert people["sec"].call("POST", "/api/secrets", secret).status == 502
    finally:
        hook.unlink()
    failed = people["rea"].see("/api/requests?state=failed")["requests"]
    ids = {one["kind"]: one["id"] for one in failed if one["name"] == "again"}
    retry = f"/api/requests/{ids['nodegroup']}/retry"
    for name in ("aut", "sec", "rea", "non"):
        assert people[name].refusal(403, "POST", retry, {}) == "permission_missing"
    assert people["aut"].refusal(
        403, "POST", f"/api/requests/{ids['secret']}/retry", {}) == "permission_missing"

    def refusals():  # they are written down beside the answer
        return [one["call"] for one in audit_of(people, "call.refused")].count(f"POST {retry}")

    wait_for(lambda: refusals() == 4)
    people["dir"].must(202, "POST", retry, {})
    assert people["dir"].until(ids["nodegroup"], "ready")["merge_commit"]
    people["sec"].must(202, "POST", f"/api/requests/{ids['secret']}/retry", {})
    people["sec"].until(ids["secret"], "pull_request_open")


def test_rendering_is_written_down_without_values(people):
    assert people["sec"].must(200, "POST", "/api/secrets/render", SECRET)
    record = audit_of(people, "secret.rendered")[-1]
    assert record["actor"] == "sec <sec@example.org>" and record["namespace"] == "default"
    assert record["key"] == f"password ({len(SECRET['literals']['password'])} bytes)"
    assert record["sealed_with"].startswith("SHA256:") and record["scope"] == "strict"


def test_one_account_asks_so_often(people):
    """And no other has to wait for it."""
    for method, path, most in (("POST", "/api/nodegroups", 120), ("POST", "/api/secrets", 30)):
        statuses = []
        while len(statuses) < 2 * most and 429 not in statuses:
            answer = people["hasty"].call(method, path, "[]")
            statuses.append(answer.status)
        assert most <= len(statuses) - 1 < 2 * most and set(statuses[:-1]) == {400}
        assert answer.code == "too_many_requests" and int(answer.header("Retry-After")) >= 1
    assert people["aut"].call("POST", "/api/nodegroups", "[]").status == 400


def test_a_stream_ends_with_the_token_that_began_it(guarded, people):
    client = people["rea"].client
    made = client.post("/auth/tokens", label="stream", roles="*")
    assert made.status == 201, made
    connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
    with closing(connection):
        connection.request("GET", "/api/events",
                           headers={"Authorization": f"Bearer {made.json['token']}"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.readline().startswith(b":")
        assert client.post("/auth/tokens/end", id=made.json["id"]).status == 200
        assert b"event" not in answer.read()  # until its end


OPEN_TO_ALL = {
    "/api/liveness", "/api/readiness", "/clusters", "/clusters/forge", "/clusters/session",
    "/clusters/forge/hook",
}  # fmt: skip
OURS = {"Clusters for Backstage", "Drift", "Clusters forge", "Instance types", "Node groups",
        "Cluster changes", "Cluster secrets", "Clusters page"}
ADDRESSES = {"url", "uri", "host", "address", "endpoint", "server", "callback", "webhook"}


def operations(server):
    """Of the platform API: method, path, description."""
    document = Api(server.base_url).see("/openapi.json")
    for path, item in document["paths"].items():
        if not path.startswith(("/api/", "/clusters")):
            continue
        for method, one in item.items():
            if method in openapi.METHODS and OURS.intersection(one["tags"]):
                yield method.upper(), path, one


def test_nobody_comes_in_without_an_account(guarded, people):
    tried = 0
    for method, path, _ in operations(guarded):
        if path in OPEN_TO_ALL or path.startswith(("/clusters/assets", "/clusters/web")):
            continue
        there = path.replace("{number}", "1").replace("{id}", "0" * 16).replace("{name}", "x")
        body = None if method == "GET" else "{}"
        said = (method, path)
        assert people["nobody"].call(method, there, body).status == 401, said
        answer = people["non"].call(method, there, body)
        assert (answer.status, answer.code) in (
            (403, "role_missing"), (403, "permission_missing")), said
        tried += 1
    assert tried >= 25, tried


def test_no_caller_names_an_address(guarded):
    """Data sources and forges are settings: nobody makes the server ask somewhere else."""
    document = Api(guarded.base_url).see("/openapi.json")

    def names(value):
        value = openapi.resolve(document, value)
        if isinstance(value, dict):
            for name, inner in value.get("properties", {}).items():
                yield name
                assert inner.get("format") != "uri", name
            for inner in value.values():
                yield from names(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from names(inner)

    seen = set()
    for _, path, one in operations(guarded):
        if path == "/clusters/forge/hook":
            continue  # a forge's own; of its body a number counts
        seen |= {parameter["name"] for parameter in one.get("parameters", ())
                 if "name" in parameter}
        seen |= set(names(one.get("requestBody", {})))
    assert {"name", "literals", "min_size"} <= seen and not seen & ADDRESSES, seen & ADDRESSES


def test_what_fails_is_told_to_readers_alone(people):
    assert people["nobody"].refusal(401, "GET", "/api/status") == "sign_in_required"
    assert people["aut"].refusal(403, "GET", "/api/status") == "role_missing"
    assert people["rea"].see("/api/status")["failing"] == []
    for path in ("/api/readiness", "/api/liveness"):
        assert people["nobody"].call("GET", path).text == '"ok"'


def test_open_access_stays_within_the_machine(tmp_path):
    own = ("--set", "apps.clusters.listen=0.0.0.0:0")
    for where in (("--bind", "0.0.0.0"), own):
        said = refused(tmp_path, *where, environment="deployment", variables=OPEN)
        assert "apps.clusters.access" in said, said


def test_what_cannot_be_stops_the_start(tmp_path):
    for name, value, word in (
        ("NAMESPACE_ROLES", "Shop", "namespace_roles"),
        ("CHANGES_PER_MINUTE", "0", "changes_per_minute"),
    ):
        said = refused(tmp_path, variables={**OPEN, f"MAINSTAY__APPS__CLUSTERS__{name}": value})
        assert word in said, said
    forge = {"FORGE": "gitea", "FORGE_URL": "http://forge.example", "FORGE_TOKEN": "t0ken",
             "REPOSITORY_ORGANIZATION": "acme", "REPOSITORY": "infra"}
    variables = {**OPEN, **{f"MAINSTAY__APPS__CLUSTERS__{name}": text
                            for name, text in forge.items()}}
    said = refused(tmp_path, variables=variables)
    assert "apps.clusters.forge_url" in said and "https" in said and "t0ken" not in said


def test_a_crash_leaves_no_core(server):
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]
