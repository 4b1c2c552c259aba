"""The OpenAPI document against other people's validators, and against what the server answers."""

import json
import pathlib
import subprocess
import sys

import pytest

from support import openapi
from support.apim_client import Client
from support.server import Server

HERE = pathlib.Path(__file__).resolve().parent
WIRE = HERE.parent / "wire"
sys.path.insert(0, str(WIRE))
import golden  # noqa: E402

pytestmark = pytest.mark.usefixtures("own_server")
ECHO = ("--set", "apps.demo.echo=true")


@pytest.fixture
def document(tmp_path):
    with Server(tmp_path, *ECHO) as server:
        answer = Client(server.base_url).must(200, "GET", "/openapi.json")
        assert answer.headers["Content-Type"] == "application/json"
        assert "undescribed" not in server.output()
        return answer.json


def findings(node, document, samples=()):
    """What the validators find wrong."""
    sent = json.dumps({"document": document, "samples": list(samples)})
    command = [node, "openapi_check.mjs"]
    done = subprocess.run(
        command, cwd=HERE, input=sent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def examples(document):
    """Every example beside a schema, as samples."""

    def walk(value, *keys):
        if isinstance(value, list):
            for index, part in enumerate(value):
                yield from walk(part, *keys, index)
        if not isinstance(value, dict):
            return
        if "example" in value and "schema" in value and not str(keys[-1]).endswith("xml"):
            if keys[-1] != "application/x-www-form-urlencoded":
                place = openapi.pointer(*keys, "schema")
                yield {"name": f"example at {place}", "schema": place, "value": value["example"]}
        for key, part in value.items():
            if key not in ("example", "schema"):
                yield from walk(part, *keys, key)

    yield from walk(document["paths"], "paths")
    yield from walk(document["components"], "components")


def test_the_document_is_valid_and_its_examples_fit_its_schemas(node, document):
    samples = list(examples(document))
    assert len(samples) > 80
    assert findings(node, document, samples) == ""


def test_the_validators_find_what_is_wrong(node, document):
    broken = json.loads(json.dumps(document))
    broken["paths"]["/liveness"]["get"]["responses"]["200"].pop("description")
    assert "the document" in findings(node, broken)
    schema = openapi.pointer("components", "schemas", "Alive")
    wrong = {"name": "a sample", "schema": schema, "value": {"status": "ok", "more": 1}}
    assert "a sample: " in findings(node, document, [wrong])


def test_every_reference_resolves_and_every_component_is_used(document):
    used = set(openapi.references(document))
    for reference in used:
        openapi.resolve(document, {"$ref": reference})
    for *_, one in openapi.operations(document):
        used |= {f"#/components/securitySchemes/{name}" for way in one["security"] for name in way}
    for kind, members in document["components"].items():
        assert {f"#/components/{kind}/{name}" for name in members} <= used


def test_every_operation_tells_its_answers_with_examples(document):
    ids = [one["operationId"] for *_, one in openapi.operations(document)]
    assert len(ids) == len(set(ids)) > 55
    for path, method, one in openapi.operations(document):
        assert one["summary"] and one["tags"] and "default" in one["responses"], (path, method)
        for response in one["responses"].values():
            for media in openapi.resolve(document, response).get("content", {}).values():
                assert "example" in media or "schema" not in media, (path, method)


def replayed(tmp_path, document):
    """Samples of every exchange of the golden files, and what the document does not speak of. One
    server for all of them: each file makes tenants of its own, and what differs from a fresh server
    must be described too."""
    paths = openapi.Paths(document)
    samples, strange, seen = [], [], set()
    with Server(tmp_path, *ECHO) as server:
        for file in sorted(WIRE.rglob("*.wire")):
            for exchange in golden.parse(file.read_text(encoding="utf-8")):
                method, target = exchange.request.first.split(" ", 1)
                answer = golden.send(server.base_url, exchange.request)
                place = paths.find(method, target)
                if place is None:
                    continue
                status, kind = int(answer.first), answer.header("Content-Type")
                name = f"{file.name}:{exchange.line} {exchange.request.first[:80]}"
                body = golden.to_bytes(answer.body).decode("utf-8")
                try:
                    found = openapi.sample(document, place, status, kind, body)
                except (openapi.Undocumented, AssertionError) as wrong:
                    strange.append(f"{name}: {wrong}")
                    continue
                seen.add((place, status))
                if found:
                    samples.append({"name": name, **found})
    return samples, strange, seen


def test_what_the_server_answers_is_what_the_document_says(node, document, tmp_path):
    samples, strange, seen = replayed(tmp_path, document)
    assert strange == []
    assert findings(node, document, samples) == ""
    unseen = {
        (path, method)
        for path, method, _ in openapi.operations(document)
        if path.startswith(("/internal", "/transactions"))
    } - {place for place, _ in seen}
    assert unseen == set()
    assert len(samples) > 400


def test_other_routes_answer_what_the_document_says(node, document, tmp_path):
    paths = openapi.Paths(document)
    gated = ("--demo",)
    samples = []
    with Server(tmp_path, *gated, environment="development") as server:
        client = Client(server.base_url)
        others = [
            path
            for path, method, _ in openapi.operations(document)
            if method == "get" and not path.startswith(("/internal", "/transactions", "/demo"))
        ]
        for target in [*others, "/demo/echo", *["/demo/echo?user_key=demo-echo"] * 5]:
            answer = client.call("GET", target)
            if answer.status == 303:
                continue  # to sign in, without a body
            kind = answer.headers["Content-Type"]
            found = openapi.sample(
                document, paths.find("GET", target), answer.status, kind, answer.text
            )
            samples += [{"name": target, **found}] if found else []
    assert findings(node, document, samples) == ""
    assert len(samples) >= 9


def test_the_document_moves_to_the_admin_listener(tmp_path):
    with Server(tmp_path, "--set", "http.admin_listen=127.0.0.1:0") as server:
        common, admin = map(Client, server.addresses)
        for path in ("/openapi.json", "/docs", "/docs/docs.js"):
            common.must(404, "GET", path)
            admin.must(200, "GET", path)
        assert "/transactions.xml" in admin.must(200, "GET", "/openapi.json").json["paths"]
        assert b"/docs" not in common.must(200, "GET", "/").body
