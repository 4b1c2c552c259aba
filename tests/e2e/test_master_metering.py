"""A master service meters the calls of every provider that is one of its applications."""

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, wait_until

pytestmark = pytest.mark.usefixtures("own_server")


OWN_NAMES = {
    "CONFIG_MASTER_METRICS_TRANSACTIONS": "calls",
    "CONFIG_MASTER_METRICS_TRANSACTIONS_AUTHORIZE": "calls/allowed",
}


@pytest.fixture(params=[{}, OWN_NAMES], ids=["default_names", "own_names"])
def metered(tmp_path, request):
    """A server whose master service has the provider of a tenant as its application `p1`."""
    own = {"CONFIG_MASTER_SERVICE_ID": "master", "CONFIG_NOTIFICATION_BATCH": "1"}
    variables = {**own, **request.param}
    names = list(request.param.values()) or ["transactions", "transactions/authorize"]
    with Server(tmp_path, variables=variables) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        service = {
            "id": "master",
            "provider_key": "pkmaster",
            "backend_version": "1",
            "state": "active",
        }
        client.must(200, "PUT", "/internal/services/master", {"service": service})
        base = "/internal/services/master"
        for number, name in zip("12", names):
            client.must(201, "POST", f"{base}/metrics/{number}", {"metric": {"name": name}})
            limit = {"usagelimit": {"eternity": 10**6}}
            client.must(200, "PUT", f"{base}/plans/m/usagelimits/{number}/eternity", limit)
        application = {"application": {"state": "active", "plan_id": "m", "plan_name": "M"}}
        client.must(200, "PUT", f"{base}/applications/p1", application)
        client.must(200, "PUT", f"{base}/applications/p1/key/{tenant.key}")
        yield tenant


def metered_calls(tenant):
    found = tenant.client.must(
        200, "GET", "/internal/services/master/applications/p1/utilization/"
    ).json
    values = {entry["metric_name"]: entry["current_value"] for entry in found["utilization"]}
    transactions = next((name for name in values if "/" not in name), None)
    authorize = next((name for name in values if "/" in name), None)
    return values.get(transactions, 0), values.get(authorize, 0)


def expect(tenant, transactions, authorize):
    wait_until(lambda: metered_calls(tenant) == (transactions, authorize), 10, "metering")


def test_calls_are_metered_by_their_kind(metered):
    tenant, client = metered, metered.client
    tenant.limit("1", "eternity", 1)
    client.get("authorize", **tenant.credentials())
    expect(tenant, 0, 1)
    client.get("authorize", **tenant.credentials("nobody"))
    expect(tenant, 0, 2)
    assert client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1}).status == 200
    expect(tenant, 1, 3)
    assert client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1}).status == 409
    expect(tenant, 1, 4)
    assert client.get("authrep", **tenant.credentials()).status == 200
    expect(tenant, 1, 5)
    client.get("authrep", **tenant.credentials("nobody"), **{"usage[hits]": 1})
    expect(tenant, 1, 6)
    form = {"provider_key": tenant.key, "service_id": tenant.id}
    for index in range(3):
        form[f"transactions[{index}][app_id]"] = "a1"
        form[f"transactions[{index}][usage][hits]"] = 1
    assert client.report(form).status == 202
    expect(tenant, 4, 6)


def test_a_provider_that_is_no_application_of_the_master_is_served(metered):
    stranger = Tenant(metered.client)
    assert (
        stranger.client.get("authrep", **stranger.credentials(), **{"usage[hits]": 1}).status == 200
    )
    assert (
        metered.client.get("authorize", provider_key="nobody", service_id=metered.id).status == 403
    )
    assert metered_calls(metered) == (0, 0)


def test_what_was_answered_is_metered_over_kills(tmp_path):
    """Most calls wait for their batch when the server dies."""
    variables = {"CONFIG_MASTER_SERVICE_ID": "master", "CONFIG_NOTIFICATION_BATCH": "40"}
    with Server(tmp_path, variables=variables) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        service = {"id": "master", "provider_key": "pkm", "backend_version": "1"}
        client.must(200, "PUT", "/internal/services/master", {"service": service})
        base = "/internal/services/master"
        for number, name in zip("12", ["transactions", "transactions/authorize"]):
            client.must(201, "POST", f"{base}/metrics/{number}", {"metric": {"name": name}})
            limit = {"usagelimit": {"eternity": 10**6}}
            client.must(200, "PUT", f"{base}/plans/m/usagelimits/{number}/eternity", limit)
        application = {"application": {"state": "active", "plan_id": "m", "plan_name": "M"}}
        client.must(200, "PUT", f"{base}/applications/p1", application)
        client.must(200, "PUT", f"{base}/applications/p1/key/{tenant.key}")
        for answered in range(1, 6):
            for _ in range(37):
                usage = {"usage[hits]": 1}
                assert client.get("authrep", **tenant.credentials(), **usage).status == 200
            server.kill()
            server.start()
            client = tenant.client = Client(server.base_url)
            expect(tenant, 37 * answered, 37 * answered)
        assert server.stop() == 0
        server.start()
        tenant.client = Client(server.base_url)
        expect(tenant, 37 * 5, 37 * 5)
