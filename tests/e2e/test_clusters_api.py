"""The platform API as its clients see it: what the service answered whose paths it has, with that
one's defects as regressions; changes from the request to the group that is there; who may what."""

import base64
import json
import threading
from pathlib import Path

import pytest
from wire.golden import run_file

from support.auth_client import add_user
from support.clusters import GROUP, ON, OPEN, Api, platform, wait_for

pytestmark = pytest.mark.xdist_group("clusters_api")  # one server for the file

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


def test_roles(tmp_path):
    with platform(tmp_path, ON) as server:
        nobody = Api(server.base_url)
        assert nobody.refusal(401, "GET", "/api/nodegroups") == "sign_in_required"
        assert nobody.call("GET", "/api/liveness").status == 200
        people = {}
        for name, *roles in (("rea", "clusters_reader"), ("aut", "clusters_author"),
                             ("dir", "clusters_author", "clusters_direct", "clusters_reader"),
                             ("sec", "clusters_secrets")):
            options = ["--role", ",".join(roles)]
            people[name] = Api(server.base_url, add_user(server, name, *options))
        assert people["rea"].see("/api/nodegroups")
        assert people["rea"].refusal(403, "POST", "/api/nodegroups", GROUP) == "role_missing"
        assert people["aut"].refusal(403, "POST", "/api/secrets", SECRET) == "role_missing"
        skipping = {**GROUP, "skip_pull_request": True}
        assert people["aut"].refusal(403, "POST", "/api/nodegroups", skipping) == (
            "permission_missing")
        wide = {**SECRET, "scope": "cluster-wide"}
        assert people["sec"].refusal(403, "POST", "/api/secrets", wide) == "permission_missing"
        made = people["dir"].must(200, "POST", "/api/nodegroups", skipping)
        assert made["url"] is None
        done = people["dir"].until(made["request"], "ready")
        assert done["merge_commit"] and done["requested_by"] == "dir <dir@example.org>"
        assert people["aut"].refusal(403, "GET", "/clusters/audit") == "role_missing"
