"""Listeners beside the common one: for operation and the internal API, for the public API."""

import pytest

from support.apim_client import Client, Tenant
from support.server import NO_CREDENTIALS, Server, refused

ADMIN = ("--set", "http.admin_listen=127.0.0.1:0")
APIM = ("--set", "apps.apim.listen=127.0.0.1:0")
ADMIN_PATHS = ("/internal/check.json", "/metrics", "/liveness", "/readiness")
pytestmark = pytest.mark.usefixtures("own_server")


def clients(server, count):
    """One of each listener, in the order in which they are told."""
    assert len(set(server.addresses)) == count, server.output()
    return [Client(address) for address in server.addresses]


def test_the_admin_listener_takes_operation_and_the_internal_api_away(tmp_path):
    with Server(tmp_path, *ADMIN) as server:
        common, admin = clients(server, 2)
        for path in ADMIN_PATHS:
            common.must(404, "GET", path)
            admin.must(200, "GET", path)
        admin.must(401, "GET", "/internal/check.json", headers={"Authorization": "Basic eDp5"})
        tenant = Tenant(admin)
        assert common.get("authorize", **tenant.credentials()).status == 200
        assert admin.get("authorize", **tenant.credentials()).status == 404


def test_without_an_admin_listener_all_is_on_the_common_one(tmp_path):
    with Server(tmp_path) as server:
        (common,) = clients(server, 1)
        for path in ADMIN_PATHS:
            common.must(200, "GET", path)


def test_api_management_on_a_listener_of_its_own_answers_all_unknown_paths(tmp_path):
    with Server(tmp_path, *APIM) as server:
        common, apim = clients(server, 2)
        tenant = Tenant(apim)
        assert apim.get("authorize", **tenant.credentials()).status == 200
        for path in ("/", "/nothing", "/metrics", "/liveness", "/readiness"):
            answer = apim.must(404, "GET", path)
            assert (answer.body, answer.headers["Access-Control-Allow-Origin"]) == (b"", "*")
        apim.must(200, "GET", "/internal/check.json")
        for path in ("/", "/metrics", "/liveness", "/readiness"):
            common.must(200, "GET", path)
        for path in ("/status", "/internal/check.json"):
            common.must(404, "GET", path)


def test_three_listeners_are_told_common_first_admin_last(tmp_path):
    with Server(tmp_path, *ADMIN, *APIM) as server:
        common, apim, admin = clients(server, 3)
        for path, its in (("/", common), ("/status", apim), ("/internal/check.json", admin)):
            for client in (common, apim, admin):
                client.must(200 if client is its else 404, "GET", path)


def test_a_wide_admin_listener_without_credentials_is_refused(tmp_path):
    wide = ("--set", "http.admin_listen=0.0.0.0:0")
    message = refused(tmp_path, *wide, environment="deployment", variables=NO_CREDENTIALS)
    assert "0.0.0.0" in message and "internal" in message
