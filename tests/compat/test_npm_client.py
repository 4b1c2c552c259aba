"""The npm package `3scale` speaks HTTPS only: a real TLS server, a certificate made here."""

import json
import os
import pathlib
import subprocess

import pytest

from support.apim_client import Client, Tenant
from support.server import Server

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def tls_server(own_server, tmp_path, certificate):
    settings = (
        "--set",
        f"http.tls_certificate={certificate / 'certificate.pem'}",
        "--set",
        f"http.tls_key={certificate / 'key.pem'}",
    )
    with Server(tmp_path, *settings) as server:
        yield server


@pytest.fixture
def client(tls_server, certificate):
    connection = Client(tls_server.base_url, cafile=certificate / "certificate.pem")
    yield connection
    connection.close()


@pytest.fixture
def drive(node, tls_server, certificate):
    """Runs calls of the npm client one after the other; answers what the client understood."""

    def run(tenant, *calls):
        task = {
            "host": "localhost",
            "port": tls_server.port,
            "provider_key": tenant.key,
            "calls": calls,
        }
        done = subprocess.run(
            [node, "client_calls.js", json.dumps(task)],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(certificate / "certificate.pem")},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def call(method, *args, token=False):
    return {"method": method, "args": args, "token": token}


def test_authorize_and_authrep_by_application_id(client, drive):
    tenant = Tenant(client)
    tenant.limit("1", "day", 2)
    tenant.limit("1", "eternity", 9)
    options = {"service_id": tenant.id, "app_id": "a1"}
    free, first, second, denied = drive(
        tenant,
        call("authorize", options),
        call("authrep", options),
        call("authrep", options),
        call("authrep", options),
    )
    assert free["success"] and free["status"] == 200 and free["plan"] == "Basic"
    assert [(report["metric"], report["period"]) for report in free["reports"]] == [
        ("hits", "eternity"),
        ("hits", "day"),
    ]
    assert "period_start" not in free["reports"][0] and free["reports"][1]["period_start"]
    assert [answer["reports"][0]["current_value"] for answer in (free, first, second)] == [
        "0",
        "1",
        "2",
    ]
    assert (denied["success"], denied["status"]) == (False, 409)
    assert denied["message"] == "usage limits are exceeded"


def test_a_single_usage_report_and_a_usage_of_several_metrics(client, drive):
    tenant = Tenant(client)
    tenant.metric("2", "bytes sent")
    tenant.limit("2", "eternity", 100)
    usage = {"hits": 2, "bytes sent": 40}
    (answer,) = drive(
        tenant, call("authrep", {"service_id": tenant.id, "app_id": "a1", "usage": usage})
    )
    assert answer["success"]
    assert [report["current_value"] for report in answer["reports"]] == ["40"]


def test_application_keys_and_errors(client, drive):
    tenant = Tenant(client)
    tenant.app_key("a1", "secret")
    by = lambda **more: call("authorize", {"service_id": tenant.id, "app_id": "a1", **more})
    good, bad, unknown, metric, value = drive(
        tenant,
        by(app_key="secret"),
        by(app_key="wrong"),
        by(app_id="nobody"),
        by(app_key="secret", usage={"nope": 1}),
        by(app_key="secret", usage={"hits": "x"}),
    )
    assert good["success"]
    assert (bad["status"], bad["message"]) == (409, 'application key "wrong" is invalid')
    assert (unknown["status"], unknown["code"]) == (404, "application_not_found")
    assert unknown["message"] == 'application with id="nobody" was not found'
    assert (metric["status"], metric["code"]) == (404, "metric_invalid")
    assert (value["status"], value["code"]) == (403, "usage_value_invalid")


def test_user_keys_and_service_tokens(client, drive):
    tenant = Tenant(client, backend_version="1")
    tenant.user_key("a1", "uk1")
    token = tenant.token()
    options = {"service_id": tenant.id, "user_key": "uk1"}
    answers = drive(
        tenant,
        call("authorize_with_user_key", options),
        call("authrep_with_user_key", {**options, "service_token": token}, token=True),
        call("authrep_with_user_key", {**options, "service_token": "wrong"}, token=True),
        call("authorize_with_user_key", {**options, "user_key": "nobody"}),
    )
    assert [answer["success"] for answer in answers] == [True, True, False, False]
    assert [answer["code"] for answer in answers[2:]] == [
        "service_token_invalid",
        "user_key_invalid",
    ]


def test_oauth_calls(client, drive):
    tenant = Tenant(client, backend_version="oauth")
    tenant.limit("1", "eternity", 1)
    options = {"service_id": tenant.id, "app_id": "a1"}
    answers = drive(
        tenant,
        call("oauth_authorize", options),
        call("oauth_authrep", options),
        call("oauth_authrep", options),
    )
    assert [answer["status"] for answer in answers] == [200, 200, 409]


def test_reports(client, drive):
    tenant = Tenant(client)
    tenant.limit("1", "eternity", 100)
    transactions = [
        {"app_id": "a1", "usage": {"hits": 1}},
        {"app_id": "a1", "usage": {"hits": 10}, "timestamp": "2001-01-01 00:00:00"},
    ]
    done, dropped, refused = drive(
        tenant,
        call("report", tenant.id, transactions[:1] * 2),
        call("report", tenant.id, transactions),
        call("report", "nowhere", transactions),
    )
    assert (done["success"], done["status"]) == (True, 202)
    assert (dropped["success"], dropped["status"]) == (True, 202)
    assert (refused["status"], refused["code"]) == (403, "service_id_invalid")
    assert tenant.current() == 2
    errors = client.must(200, "GET", tenant.path("errors/")).json["errors"]
    assert errors[0]["code"] == "transaction_timestamp_too_old"
